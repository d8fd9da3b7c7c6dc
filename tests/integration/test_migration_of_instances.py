"""Many instances carried over to the next version: tried first, refused with reasons, taken back one by one or all."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import orjson
import pytest
from sqlalchemy import select

from engine.audit import service as audit
from engine.clock import SimulatedClock
from engine.errors import ConflictError, InvalidInputError, NotFoundError
from engine.ids import new_id
from engine.process import assignment, queries, user_tasks
from engine.process.tables import ProcessInstance, TaskDraft, UserTask
from engine.upkeep import migration_queries as shown
from engine.upkeep import migrations
from engine.upkeep.migration_queries import RunRow
from engine.upkeep.tables import MigrationItem
from engine.wiring import Application
from tests.integration.repair_world import FLOWS, Clinic, model
from tests.unit.bpmn.build import boundary, bpmn, end, node, timer
from tests.workflows.world import World

FORM = {"key": "write", "version": 1, "title": {"zh": "写", "en": "Write"}, "submit": {"zh": "好", "en": "Go"}}
TEXT = {"type": "text", "key": "note", "label": {"zh": "说明", "en": "Note"}}


def form(**change: Any) -> bytes:
    return orjson.dumps({**FORM, "components": [{**TEXT, **change}]})


WRITE = {"due": '"2026-03-05T08:00:00Z"', "name_en": "Write it", "field__subject": "subject"}
REST = node("serviceTask", "press", topic="test.press") + node("userTask", "approve_it") + node("userTask", "look")
LATE = end("told") + boundary("late", "write", timer('"2026-03-04T08:00:00Z"', "timeDate"), interrupting=False)


def next_model(write: str = "write", extra: str = "", flows: str = FLOWS, **settings: str) -> bytes:
    body = node("userTask", write, **WRITE) + (LATE if write == "write" else end("told")) + REST + extra
    return model(body, flows, **settings)


@pytest.fixture
def clinic(application: Application, clock: SimulatedClock) -> Clinic:
    return Clinic(World(application, clock))


def prepare(clinic: Clinic, to_id: UUID, mapping: dict[str, str] | None = None, **kwargs: Any) -> RunRow:
    run_id = kwargs.pop("run_id", new_id())
    return clinic.world.do(
        lambda session: migrations.prepare(
            session, clinic.first, run_id, clinic.definition_id, to_id, mapping or {}, now=clinic.world.clock(),
            **kwargs,
        )
    )  # fmt: skip


def start(clinic: Clinic, run: RunRow) -> RunRow:
    clinic.world.do(
        lambda session: migrations.start(session, clinic.first, run.id, reason="New rules.", now=clinic.world.clock())
    )
    return find(clinic, run)


def find(clinic: Clinic, run: RunRow) -> RunRow:
    return clinic.world.look(lambda session: shown.find(session, run.id))


def reasons(clinic: Clinic, run: RunRow) -> list[list[str]]:
    items = clinic.world.look(lambda session: shown.items(session, run.id, outcomes=["refused"]))
    return [[problem.code for problem in item.reasons] for item in items]


def complete(clinic: Clinic, instance_id: UUID, element_id: str, **values: Any) -> None:
    [task] = [task for task in clinic.open_tasks(instance_id) if task.element_id == element_id]
    technician = clinic.world.company.technician
    clinic.world.do(
        lambda session: user_tasks.complete_user_task(
            session, technician, task.id, values, submission_id=None, now=clinic.world.clock()
        )
    )


def version_of(clinic: Clinic, instance_id: UUID) -> int:
    return clinic.world.look(lambda session: queries.instance(session, instance_id)).definition_version


def times(clinic: Clinic) -> list[tuple[Any, ...]]:
    """Return every due time there is."""
    tasks = select(UserTask.id, UserTask.due_at, UserTask.assignee_id, UserTask.subject).order_by(UserTask.id)
    timers = select(ProcessInstance.id, ProcessInstance.next_due_at).order_by(ProcessInstance.id)
    return clinic.world.look(
        lambda session: [tuple(row) for query in (tasks, timers) for row in session.execute(query)]
    )


def test_instances_keep_due_times_drafts_and_owners_and_complete_on_the_new_version(clinic: Clinic) -> None:
    clinic.definition_id = clinic.deploy(next_model(extra=node("userTask", "unused")), write=form())
    instance_ids = [clinic.start() for _ in range(3)]
    technician, [task] = clinic.world.company.technician, clinic.open_tasks(instance_ids[0])
    clinic.world.do(lambda session: assignment.claim(session, technician, task.id, now=clinic.world.clock()))
    clinic.world.do(lambda session: session.add(
        TaskDraft(task_id=task.id, user_id=technician.user_id, values={"note": "typed"}, saved_at=clinic.world.clock())
    ))  # fmt: skip
    before = times(clinic)
    to_id = clinic.deploy(next_model(extra=node("userTask", "check"),
                                     flows=FLOWS.replace("approve_it look", "approve_it check look")))  # fmt: skip
    clinic.world.wait(timedelta(hours=5))
    run = prepare(clinic, to_id)
    assert (run.phase, run.counts) == ("checked", {"fits": 3})
    assert times(clinic) == before
    run = start(clinic, run)
    assert (run.phase, run.counts, run.left) == ("finished", {"ok": 3}, 0)
    assert times(clinic) == before
    detail = clinic.world.look(lambda session: queries.task_detail(session, technician, task.id))
    assert detail.draft == {"note": "typed"}
    for instance_id in instance_ids:
        for element_id in ("write", "approve_it", "check", "look"):
            complete(clinic, instance_id, element_id)
        assert clinic.state(instance_id) == "completed"
        [event] = [e for e in _history(clinic, instance_id) if e.kind == "migrated"]
        assert event.detail["reason"] == "New rules."
    [audited] = clinic.world.look(
        lambda session: audit.events(session, subject=("instance", str(instance_ids[0])), action="instance.migrated")
    )
    assert audited.reason == "New rules."


def _history(clinic: Clinic, instance_id: UUID) -> Any:
    return clinic.world.look(lambda session: queries.history(session, instance_id))


def test_what_cannot_be_migrated_is_refused_with_reasons_and_left_as_it_is(clinic: Clinic) -> None:
    here, done, there = (clinic.start() for _ in range(3))
    complete(clinic, there, "write")
    for element_id in ("write", "approve_it", "look"):
        complete(clinic, done, element_id)
    to_id = clinic.deploy(
        bpmn(
            REST + node("userTask", "draw"), "start draw press approve_it look end", key="press_it", var__subject="text"
        )
    )
    run = prepare(clinic, to_id)
    assert run.counts == {"refused": 1, "fits": 1}
    assert reasons(clinic, run) == [["element_gone"]]
    run = start(clinic, run)
    assert run.counts == {"refused": 1, "ok": 1}
    assert [version_of(clinic, each) for each in (here, done, there)] == [1, 1, 2]
    again = prepare(clinic, to_id, {"write": "draw"})
    assert again.counts == {"fits": 1}
    start(clinic, again)
    [task] = clinic.open_tasks(here)
    assert (task.element_id, task.due_at is not None, clinic.inbox_of(here)) == ("draw", True, ["draw"])


CHANGED = {
    "another type of variable": (next_model(var__count="text"), {}, "variable_changed"),
    "a form that lacks": (model(node("userTask", "write", form="draw", **WRITE) + LATE + REST), {}, "form_gone"),
}


@pytest.mark.parametrize("name", CHANGED)
def test_variables_and_forms_must_fit(clinic: Clinic, name: str) -> None:
    content, files, code = CHANGED[name]
    clinic.definition_id = clinic.deploy(next_model(var__count="number"))
    clinic.start(count=3)
    assert reasons(clinic, prepare(clinic, clinic.deploy(content, **files))) == [[code]]


def test_a_draft_must_fit_the_new_form(clinic: Clinic) -> None:
    body = node("userTask", "write", form="write", **WRITE) + LATE + REST
    clinic.definition_id = clinic.deploy(model(body), write=form())
    drafted, untouched = clinic.start(), clinic.start()
    [task] = clinic.open_tasks(drafted)
    technician = clinic.world.company.technician
    clinic.world.do(lambda session: session.add(
        TaskDraft(task_id=task.id, user_id=technician.user_id, values={"note": "typed"}, saved_at=clinic.world.clock())
    ))  # fmt: skip
    run = prepare(clinic, clinic.deploy(model(body), write=form(type="number")))
    assert reasons(clinic, run) == [["form_changed"]]
    start(clinic, run)
    assert [version_of(clinic, each) for each in (drafted, untouched)] == [2, 3]
    complete(clinic, untouched, "write", note=3)


def test_one_is_taken_back_and_one_that_went_on_stays(clinic: Clinic) -> None:
    first, second = clinic.start(), clinic.start()
    before = times(clinic)
    to_id = clinic.deploy(next_model("draw", flows=FLOWS.replace("write", "draw").replace("\nlate told", "")))
    run = start(clinic, prepare(clinic, to_id, {"write": "draw"}))
    assert run.counts == {"ok": 2}
    items = clinic.world.look(lambda session: shown.items(session, run.id, outcomes=["ok"]))
    by_instance = {item.instance_id: item.position for item in items}
    complete(clinic, second, "draw")
    undo_one(clinic, run, by_instance[first])
    with pytest.raises(ConflictError) as caught:
        undo_one(clinic, run, by_instance[second])
    assert caught.value.code == "ran_since"
    assert [version_of(clinic, each) for each in (first, second)] == [1, 2]
    assert [row for row in times(clinic) if row[0] == first] == [row for row in before if row[0] == first]
    assert clinic.inbox_of(first) == ["write"]
    complete(clinic, first, "write")


def undo_one(clinic: Clinic, run: RunRow, position: int) -> None:
    clinic.world.do(
        lambda session: migrations.undo_one(
            session, clinic.first, run.id, position, reason="Wrong.", now=clinic.world.clock()
        )
    )


def test_all_are_taken_back_but_those_that_went_on(clinic: Clinic) -> None:
    instance_ids = [clinic.start() for _ in range(3)]
    to_id = clinic.deploy(next_model(extra=node("userTask", "check")))
    run = start(clinic, prepare(clinic, to_id))
    complete(clinic, instance_ids[1], "write")
    clinic.world.do(
        lambda session: migrations.undo_all(session, clinic.first, run.id, reason="Wrong.", now=clinic.world.clock())
    )
    run = find(clinic, run)
    assert (run.phase, run.counts) == ("finished", {"undone": 2, "stays": 1})
    assert [version_of(clinic, each) for each in instance_ids] == [1, 2, 1]
    with pytest.raises(ConflictError):
        clinic.world.do(
            lambda session: migrations.undo_all(session, clinic.first, run.id, reason="x", now=clinic.world.clock())
        )


def test_a_run_that_was_killed_goes_on_and_does_none_twice(clinic: Clinic) -> None:
    instance_ids = [clinic.start() for _ in range(4)]
    to_id = clinic.deploy(next_model(extra=node("userTask", "check")))
    run = prepare(clinic, to_id)
    database, clock = clinic.world.application.database, clinic.world.clock

    def begin(session: Any) -> None:
        migrations.start(session, clinic.first, run.id, reason="x", now=clock())

    database.run(begin)
    assert database.run(lambda session: migrations.do_one(session, run.id, now=clock()))
    assert find(clinic, run).counts == {"ok": 1, "fits": 3}
    # What it fitted has ended meanwhile.
    clinic.world.look(lambda _session: None)
    last = instance_ids[-1]
    from engine.process import service

    database.run(lambda session: service.cancel_instance(session, clinic.first, last, reason="x", now=clock()))
    clinic.world.application.worker.run_until_idle()
    migrations.work(database, run.id, clock=clock)
    assert find(clinic, run).counts == {"ok": 3, "skipped": 1}
    kinds = [event.kind for each in instance_ids for event in _history(clinic, each)]
    assert kinds.count("migrated") == 3


def test_asking_again_gives_the_same_run_and_wrong_mappings_are_refused(clinic: Clinic) -> None:
    clinic.start()
    to_id = clinic.deploy(next_model(extra=node("userTask", "check")))
    run_id = new_id()
    assert prepare(clinic, to_id, run_id=run_id) == prepare(clinic, to_id, run_id=run_id)
    for mapping in ({"write": "press"}, {"nothing": "look"}, {"write": "nothing"}):
        with pytest.raises(InvalidInputError):
            prepare(clinic, to_id, mapping)
    with pytest.raises(InvalidInputError):
        prepare(clinic, to_id, instance_ids=[new_id()])
    with pytest.raises(NotFoundError):
        prepare(clinic, new_id())
    with pytest.raises(InvalidInputError):
        clinic.world.do(lambda s: migrations.start(s, clinic.first, run_id, reason=" ", now=clinic.world.clock()))


def test_many_are_tried_by_the_worker(clinic: Clinic, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(migrations, "CHECKED_AT_ONCE", 1)
    monkeypatch.setattr(migrations, "CHECK_BATCH", 2)
    for _ in range(5):
        clinic.start()
    to_id = clinic.deploy(next_model(extra=node("userTask", "check")))
    assert prepare(clinic, to_id).phase == "checking"
    outcomes = clinic.world.look(lambda session: session.scalars(select(MigrationItem.outcome)).all())
    assert list(outcomes) == ["fits"] * 5
    [run] = clinic.world.look(shown.runs)
    assert run.phase == "checked"
