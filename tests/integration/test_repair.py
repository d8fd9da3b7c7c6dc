"""Repairs of one instance: planned without a trace, applied in one step, undone while nothing has run since."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import func, select

from engine.access import Actor
from engine.audit import service as audit
from engine.bpmn.labels import Label
from engine.bpmn.step import BpmnError, RepairError
from engine.clock import SimulatedClock
from engine.errors import ConflictError, InvalidInputError
from engine.outbox.tables import Delivery
from engine.process import assignment, bundles, queries, topics, user_tasks
from engine.process.forgetting import forget_submissions
from engine.process.repair_edits import RepairEdit, edit, from_json
from engine.process.repair_results import ResultValue, given_by, results
from engine.process.tables import HistoryEvent, InstanceSnapshot, ProcessInstance
from engine.process.topics import Parameter, Topic, TopicKind
from engine.wiring import Application
from tests.integration.repair_world import Clinic
from tests.workflows.world import World


@pytest.fixture
def clinic(application: Application, clock: SimulatedClock) -> Clinic:
    return Clinic(World(application, clock))


def stored(clinic: Clinic, instance_id: UUID) -> ProcessInstance:
    return clinic.world.look(lambda session: session.get(ProcessInstance, instance_id))


def complete(clinic: Clinic, actor: Actor, element_id: str) -> None:
    task = clinic.world.task(actor, element_id)
    clinic.world.do(
        lambda session: user_tasks.complete_user_task(
            session, actor, task.id, {}, submission_id=None, now=clinic.world.clock()
        )
    )


def test_a_plan_says_what_would_happen_and_leaves_nothing(clinic: Clinic) -> None:
    instance_id = clinic.start()
    before = stored(clinic, instance_id)
    plan = clinic.plan(instance_id, edit("move", token=clinic.token(instance_id, "write"), to="press"))
    assert (plan.withdrawn, plan.opened, plan.effects) == (("write",), ("approve_it",), ("press",))
    assert [token.element_id for token in plan.after] == ["approve_it"]
    assert plan.timers_stopped == (("late", "2026-03-04T08:00:00+00:00"),)
    assert plan.changed == {"pressed": (None, True)}
    assert plan.risks == ()
    after = stored(clinic, instance_id)
    assert (after.version, after.state_bytes) == (before.version, before.state_bytes)
    assert clinic.inbox_of(instance_id) == ["write"]
    with clinic.world.application.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(InstanceSnapshot)) == 0
        assert session.scalar(select(func.count()).select_from(Delivery)) == 0
        assert audit.events(session, action="press.") == ()


def test_what_is_skipped_has_no_effect(clinic: Clinic) -> None:
    clinic.press.failure = BpmnError("jam", "Paper jam.")
    instance_id = clinic.start()
    complete(clinic, clinic.world.company.technician, "write")
    clinic.press.failure = None
    plan = clinic.plan(instance_id, edit("skip", token=clinic.token(instance_id, "press")))
    assert (plan.effects, clinic.press.done) == ((), [])
    assert [(risk.code, risk.element_id) for risk in plan.risks] == [("skips_effect", "press")]


def test_what_is_done_again_after_an_undo_has_another_key(clinic: Clinic) -> None:
    instance_id = clinic.start()
    clinic.undo(clinic.apply(instance_id, edit("move", token=clinic.token(instance_id, "write"), to="press")))
    complete(clinic, clinic.world.company.technician, "write")
    assert len(set(clinic.press.done)) == 2, clinic.press.done


RISKY = {
    "over an effect": (("move", "write", "look"), [("skips_effect", "press"), ("skips_approval", "approve_it")]),
    "last token": (("cancel", "write", ""), [("ends_instance", "")]),
    "second token": (("add", "", "look"), [("second_token", "look")]),
    "plain": (("move", "write", "press"), []),
    "event": (("skip", "late", ""), []),
    "timer": (("cancel", "late", ""), []),
}


@pytest.mark.parametrize("name", RISKY)
def test_what_needs_a_second_person(clinic: Clinic, name: str) -> None:
    (act, element_id, to), expected = RISKY[name]
    instance_id = clinic.start()
    token = clinic.token(instance_id, element_id) if element_id else ""
    one = edit(act, token=token, to=to)  # type: ignore[arg-type]  # the table's words
    assert [(risk.code, risk.element_id) for risk in clinic.plan(instance_id, one).risks] == expected
    if expected:
        with pytest.raises(ConflictError) as caught:
            clinic.apply(instance_id, one, is_approved=False)
        assert caught.value.code == "repair_needs_second"
        assert clinic.inbox_of(instance_id) == ["write"]


def test_going_back_before_an_effect_that_happened_is_risky(clinic: Clinic) -> None:
    instance_id = clinic.start()
    complete(clinic, clinic.world.company.technician, "write")
    token = clinic.token(instance_id, "approve_it")
    assert [r.code for r in clinic.plan(instance_id, edit("move", token=token, to="write")).risks] == ["repeats_effect"]


def test_a_failed_element_is_skipped_with_a_result_and_its_incident_is_over(clinic: Clinic) -> None:
    clinic.press.failure = BpmnError("jam", "Paper jam.")
    instance_id = clinic.start()
    complete(clinic, clinic.world.company.technician, "write")
    assert clinic.state(instance_id) == "incident"
    token = clinic.token(instance_id, "press")
    again = clinic.plan(instance_id, edit("retry", token=token))
    assert [(element, str(why)) for element, why in again.failed] == [("press", "Paper jam.")]
    clinic.apply(instance_id, edit("skip", token=token, values={"pressed": "by hand"}))
    assert (clinic.incidents(instance_id), clinic.state(instance_id)) == ([], "running")
    assert clinic.inbox_of(instance_id) == ["approve_it"]
    [event] = clinic.world.look(
        lambda session: session.scalars(select(HistoryEvent).where(HistoryEvent.kind == "repaired")).all()
    )
    assert event.detail["reason"] == "It hung."
    assert event.detail["trail"][0] == {"id": "press", "kind": "serviceTask", "result": {"skipped": True}}


def test_what_a_result_is_made_of_is_known_of_forms_topics_and_decisions(clinic: Clinic) -> None:
    gives = (Parameter("sheets", "number", ("张数", "Sheets")), Parameter("how", "text", ("方式", "How"),
             choices={"flat": ("平压", "Flat")}))  # fmt: skip
    topics.register(Topic("test.press", TopicKind.OPERATION, ("压", "Press"), operation=clinic.press, gives=gives))
    clinic.press.failure = BpmnError("jammed", "It is jammed.")
    instance_id = clinic.start()
    clinic.apply(instance_id, edit("move", token=clinic.token(instance_id, "write"), to="press"))
    found = clinic.world.look(lambda session: results(session, clinic.first, instance_id))
    assert found == {
        clinic.token(instance_id, "press"): (
            ResultValue("sheets", "number", Label("张数", "Sheets")),
            ResultValue("how", "text", Label("方式", "How"), (("flat", Label("平压", "Flat")),)),
        )
    }
    bundle = bundles.build(bundles.factory_sources("sample_drop"))
    decided = given_by(bundle, bundle.model.elements["decide_level"])
    assert [(each.name, each.type) for each in decided] == [("level", "text"), ("reason", "text")]


def test_retrying_what_fails_again_leaves_one_incident(clinic: Clinic) -> None:
    clinic.press.failure = BpmnError("jam", "Paper jam.")
    instance_id = clinic.start()
    complete(clinic, clinic.world.company.technician, "write")
    clinic.apply(instance_id, edit("retry", token=clinic.token(instance_id, "press")))
    assert (len(clinic.incidents(instance_id)), clinic.state(instance_id)) == (1, "incident")
    clinic.press.failure = None
    clinic.apply(instance_id, edit("retry", token=clinic.token(instance_id, "press")))
    assert (clinic.incidents(instance_id), clinic.state(instance_id)) == ([], "running")
    assert len(clinic.press.done) == 1


def test_undo_puts_tasks_timers_and_inboxes_back(clinic: Clinic) -> None:
    instance_id = clinic.start()
    before, [task] = stored(clinic, instance_id), clinic.open_tasks(instance_id)
    snapshot_id = clinic.apply(instance_id, edit("move", token=clinic.token(instance_id, "write"), to="look"))
    assert (clinic.inbox_of(instance_id), stored(clinic, instance_id).next_due_at) == (["look"], None)
    clinic.undo(snapshot_id)
    after, [again] = stored(clinic, instance_id), clinic.open_tasks(instance_id)
    assert (after.next_due_at, after.awaiting, after.state) == (before.next_due_at, before.awaiting, before.state)
    assert (again.id, again.due_at, again.subject, again.ended_at) == (task.id, task.due_at, task.subject, None)
    assert clinic.inbox_of(instance_id) == ["write"]
    complete(clinic, clinic.world.company.technician, "write")
    assert clinic.inbox_of(instance_id) == ["approve_it"]
    with pytest.raises(ConflictError) as caught:
        clinic.undo(snapshot_id)
    assert caught.value.code == "undone_already"


def test_an_instance_that_was_ended_lives_again(clinic: Clinic) -> None:
    instance_id = clinic.start()
    snapshot_id = clinic.apply(instance_id, edit("cancel", token=clinic.token(instance_id, "write")))
    assert clinic.state(instance_id) == "cancelled"
    clinic.undo(snapshot_id)
    assert clinic.state(instance_id) == "running"
    clinic.world.wait(timedelta(days=3))
    events = clinic.world.look(lambda session: queries.history(session, instance_id))
    assert [event.kind for event in events] == ["started", "repaired", "undone", "timer"]


def test_what_has_gone_on_since_is_not_undone(clinic: Clinic) -> None:
    instance_id = clinic.start()
    snapshot_id = clinic.apply(instance_id, edit("move", token=clinic.token(instance_id, "write"), to="look"))
    complete(clinic, clinic.world.company.technician, "look")
    with pytest.raises(ConflictError) as caught:
        clinic.undo(snapshot_id)
    assert caught.value.code == "ran_since"


def test_who_took_a_task_meanwhile_keeps_it_through_an_undo(clinic: Clinic) -> None:
    instance_id = clinic.start()
    snapshot_id = clinic.apply(instance_id, edit("set", values={"subject": "B"}))
    [task] = clinic.open_tasks(instance_id)
    assert task.subject == "B"
    technician = clinic.world.company.technician
    clinic.world.do(lambda session: assignment.claim(session, technician, task.id, now=clinic.world.clock()))
    clinic.undo(snapshot_id)
    [task] = clinic.open_tasks(instance_id)
    assert (task.subject, task.assignee_id) == ("A", technician.user_id)


def test_a_repair_that_was_planned_for_another_version_is_refused(clinic: Clinic) -> None:
    instance_id = clinic.start()
    version, tokens = clinic.standing(instance_id)
    complete(clinic, clinic.world.company.technician, "write")
    with pytest.raises(ConflictError) as caught:
        clinic.apply(instance_id, edit("cancel", token=tokens["late"].token), version=version)
    assert caught.value.code == "repair_outdated"


def test_a_repair_wants_a_reason_and_possible_edits(clinic: Clinic) -> None:
    instance_id = clinic.start()
    with pytest.raises(InvalidInputError):
        clinic.apply(instance_id, edit("cancel", token=clinic.token(instance_id, "late")), reason="  ")
    with pytest.raises(RepairError) as caught:
        clinic.apply(instance_id, edit("add", to="look"), edit("move", token="999", to="look"))
    assert [number for number, _problem in caught.value.problems] == [1]
    assert [number for number, _problem in clinic.plan(instance_id).problems] == [0]


def test_an_ended_instance_is_not_repaired(clinic: Clinic) -> None:
    instance_id = clinic.start()
    clinic.apply(instance_id, edit("cancel", token=clinic.token(instance_id, "write")))
    [(number, problem)] = clinic.plan(instance_id, edit("add", to="look")).problems
    assert (number, problem.code) == (0, "instance_ended")


def test_the_audit_says_what_was_there_and_is_there_now(clinic: Clinic) -> None:
    instance_id = clinic.start()
    clinic.apply(instance_id, edit("set", values={"subject": "B"}), proposed_by="Ann")
    [event] = clinic.world.look(lambda session: audit.events(session, subject=("instance", str(instance_id))))
    assert (event.action, event.reason) == ("instance.repaired", "It hung.")
    assert event.before is not None
    assert event.after is not None
    assert (event.before["variables"], event.after["variables"]) == ({"subject": "A"}, {"subject": "B"})
    assert event.after["proposed_by"] == "Ann"


def test_what_is_forgotten_of_an_object_is_forgotten_of_its_repairs(clinic: Clinic) -> None:
    instance_id = clinic.start(note="13800000000")
    snapshot_id = clinic.apply(instance_id, edit("set", values={"subject": "B"}))
    key = stored(clinic, instance_id).business_key
    clinic.world.do(lambda session: forget_submissions(session, [key]))
    kept = clinic.world.look(lambda session: session.get(InstanceSnapshot, snapshot_id))
    assert (kept.state_bytes, kept.before, kept.tasks, kept.summary) == (b"", {}, {}, {})
    with pytest.raises(ConflictError):
        clinic.undo(snapshot_id)


def test_edits_are_the_same_after_they_were_stored() -> None:
    edits = (edit("skip", token="3", values={"a": [1]}), edit("add", to="x"), edit("set", values={"b": None}))
    assert from_json([each.as_json() for each in edits]) == edits
    for wrong in ({}, {"act": "explode"}, {"act": "give_up", "incident": "x"}, "move", {"act": "move", "token": 3}):
        with pytest.raises(InvalidInputError):
            from_json([wrong])
    assert isinstance(edits[0], RepairEdit)
