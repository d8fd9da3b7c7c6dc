"""One act on many tasks: whatever goes wrong, total = ok + failed + skipped, each with its reason, nothing twice."""

import random
import time
from collections import Counter
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from engine.access import SYSTEM, Actor, Role, group_principal
from engine.clock import SimulatedClock
from engine.desk import acts, bulk
from engine.desk.tables import BulkItem
from engine.errors import ConflictError, InvalidInputError, NotFoundError
from engine.ids import new_id
from engine.people import service as people
from engine.process import assignment, bundles, deployment, queries, service
from engine.process.filters import parse
from engine.process.tables import HistoryEvent, UserTask
from engine.wiring import Application
from tests.integration.conftest import MODELS, Lane
from tests.integration.test_assignment import add_free_tasks

RUNS = 100
"""For each database."""
LARGE = 500


class KilledError(BaseException):
    """Stands for a process that is gone: nothing catches it, and its transaction is rolled back."""


@dataclass
class Pool:
    """A person whose group has tasks."""

    application: Application
    lane: Lane
    actor: Actor

    def run(self, work: Any) -> Any:
        """Do something in a transaction."""
        return self.application.database.run(work)

    def tasks(self) -> list[queries.TaskRow]:
        """Return the person's inbox."""
        with self.application.database.reading() as session:
            return list(queries.inbox(session, self.actor, limit=2000).tasks)

    def start(self, act: str, values: dict[str, Any], ids: list[UUID], run_id: UUID | None = None) -> bulk.Run:
        """Begin a run."""
        return self.run(
            lambda session: bulk.start(
                session, self.actor, run_id or new_id(), act, values, task_ids=ids, now=self.lane.now
            )
        )

    def found(self, run_id: UUID) -> bulk.Run:
        """Return how a run stands."""
        with self.application.database.reading() as session:
            return bulk.find(session, self.actor, run_id)


@pytest.fixture
def pool(application: Application, clock: SimulatedClock, lane: Lane) -> Pool:
    """Return a person of the group of ``add_free_tasks``."""
    with application.database.transaction() as session:
        user_id = people.add_user(
            session, login="desk", name="Desk", password="a long password", roles=[Role.OPS], groups=["pool"],
            now=clock(),
        )  # fmt: skip
        return Pool(application, lane, people.actor_for(session, user_id))


def test_whatever_goes_wrong_the_sum_is_right(pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    chance = random.Random(200)
    add_free_tasks(pool.lane, 130)
    ids = [row.id for row in pool.tasks()]
    real = acts.ACTS["priority"]
    expected: dict[UUID, str] = {}
    killed = 0

    def faulty(session: Any, actor: Actor, task_id: UUID, values: Any, key: UUID, now: Any) -> bool:
        fault = expected.setdefault(task_id, chance.choice(["", "", "", "conflict", "over", "broken", "late", "kill"]))
        changed = real.do(session, actor, task_id, values, key, now)
        if fault == "conflict":
            raise ConflictError("Someone else has taken this task.", code="task_claimed")
        if fault == "over":
            raise ConflictError("This step is no longer needed since {when}.", code="task_withdrawn", when=now)
        if fault == "broken":
            raise RuntimeError("nobody thought of this")
        if fault == "late":
            raise NotFoundError("There is no such task for you.", code="task_unknown")
        if fault == "kill":
            expected[task_id] = ""
            raise KilledError
        return changed

    monkeypatch.setitem(acts.ACTS, "priority", replace(real, do=faulty))
    for number in range(RUNS):
        run_id, chosen = new_id(), chance.sample(ids, chance.choice([1, 3, 12, 20, 60 if number % 10 == 0 else 5]))
        before = {row.id: row.priority for row in pool.tasks()}
        wanted = chance.randint(1, 4)
        expected.clear()
        for _attempt in range(100):
            try:
                run = pool.start("priority", {"priority": f"P{wanted}"}, chosen, run_id)
                bulk.work(pool.application.database, run.id, clock=lambda: pool.lane.now)
                break
            except KilledError:
                killed += 1
        run = pool.found(run_id)
        assert (run.total, run.waiting) == (len(chosen), 0)
        assert run.ok + run.failed + run.skipped == run.total
        assert run.finished_at is not None
        after = {row.id: row.priority for row in pool.tasks()}
        with pool.application.database.reading() as session:
            items = {each.task_id: each for each in bulk.items(session, run_id, outcomes=["ok", "failed", "skipped"])}
        assert items.keys() == set(chosen)
        for task_id, item in items.items():
            is_done = not expected[task_id] and before[task_id] != wanted
            outcome = {"": "ok" if is_done else "skipped", "over": "skipped"}.get(expected[task_id], "failed")
            assert item.outcome == outcome
            assert (item.reason is None) == (outcome == "ok")
            assert after[task_id] == (wanted if is_done else before[task_id])
        assert all(after[each] == before[each] for each in ids if each not in items)
    assert killed > 10


def test_the_same_run_again_does_nothing_twice(pool: Pool) -> None:
    add_free_tasks(pool.lane, 8)
    ids, run_id = [row.id for row in pool.tasks()], new_id()
    first = pool.start("claim", {}, ids, run_id)
    again = pool.start("claim", {}, ids[:2], run_id)
    assert (first, again.ok) == (again, 8)
    with pool.application.database.reading() as session:
        claims = select(HistoryEvent.id).where(HistoryEvent.kind == "task", HistoryEvent.actor_id == pool.actor.user_id)
        assert len(session.scalars(claims).all()) == 8
    with pytest.raises(ConflictError):
        pool.start("release", {}, ids, run_id)
    stranger = replace(pool.actor, user_id=new_id())
    with pytest.raises(NotFoundError):
        pool.run(lambda session: bulk.start(session, stranger, run_id, "claim", {}, task_ids=ids, now=pool.lane.now))


def test_permissions_that_go_mid_way_fail_only_what_comes_after(pool: Pool) -> None:
    add_free_tasks(pool.lane, 120)
    ids = [row.id for row in pool.tasks()]
    run = pool.start("priority", {"priority": "P1"}, ids)
    assert run.waiting == 120
    assert pool.run(lambda session: bulk.do_batch(session, run.id, now=pool.lane.now)) == 120 - bulk.BATCH
    assert pool.actor.user_id is not None
    pool.run(lambda session: people.change_user(session, pool.actor.user_id, groups=[]))
    bulk.work(pool.application.database, run.id, clock=lambda: pool.lane.now)
    done = pool.found(run.id)
    assert (done.ok, done.failed, done.skipped) == (bulk.BATCH, 120 - bulk.BATCH, 0)
    with pool.application.database.reading() as session:
        codes = Counter(session.scalars(select(BulkItem.code).where(BulkItem.run_id == run.id)))
    assert codes == {None: bulk.BATCH, "task_unknown": 120 - bulk.BATCH}


def test_all_that_match_is_frozen_at_the_start(pool: Pool) -> None:
    add_free_tasks(pool.lane, 60)
    show = parse("due:before:" + (pool.lane.now + timedelta(minutes=55)).isoformat().replace(":", "%3A"))
    run = pool.run(
        lambda session: bulk.start(
            session, pool.actor, new_id(), "due", {"due_at": pool.lane.now}, show=show, now=pool.lane.now
        )
    )
    assert (run.total, run.waiting) == (55, 55)
    add_free_tasks(pool.lane, 10)  # these match too, and come too late
    bulk.work(pool.application.database, run.id, clock=lambda: pool.lane.now)
    done = pool.found(run.id)
    assert (done.ok, done.skipped) == (54, 1)  # one was due just then already
    assert sum(row.due_at == pool.lane.now for row in pool.tasks()) == 56


def test_results_are_forgotten_after_a_month(pool: Pool) -> None:
    add_free_tasks(pool.lane, 2)
    run = pool.start("claim", {}, [row.id for row in pool.tasks()])
    assert pool.run(lambda session: bulk.forget(session, pool.lane.now + timedelta(days=29))) == 0
    assert pool.run(lambda session: bulk.forget(session, pool.lane.now + timedelta(days=31))) == 1
    with pytest.raises(NotFoundError):
        pool.found(run.id)


@pytest.mark.parametrize(
    ("act", "values"),
    [
        ("explode", {}),
        ("assign", {"user_id": "nobody"}),
        ("priority", {"priority": "P7"}),
        ("due", {"due_at": "tomorrow"}),
        ("comment", {"text": "  "}),
        ("comment", {"text": "x" * 5000}),
    ],
)
def test_values_that_do_not_fit_are_refused_before_anything_begins(
    pool: Pool, act: str, values: dict[str, Any]
) -> None:
    with pytest.raises(InvalidInputError):
        pool.start(act, values, [new_id()])


def test_a_worker_finishes_what_is_more_than_a_batch(pool: Pool) -> None:
    add_free_tasks(pool.lane, 110)
    run = pool.start("comment", {"text": "We are on it.", "internal": True}, [row.id for row in pool.tasks()])
    pool.application.worker.sweep(do_deliveries=True)
    assert (pool.found(run.id).ok, pool.found(run.id).waiting) == (110, 0)


def test_500_are_completed_within_ten_seconds_of_work(pool: Pool) -> None:
    database, now = pool.application.database, pool.lane.now
    files = bundles.read_sources([MODELS / "three_tasks.bpmn", MODELS / "bench_enter.json"])
    with database.transaction() as session:
        deployment.deploy(session, SYSTEM, files, now=now)
        for number in range(LARGE):
            service.start_instance(
                session, SYSTEM, "three_tasks", business_key=f"bench:{number}", title="x", data={},
                lanes={"Team": [group_principal("pool")]}, now=now,
            )  # fmt: skip
    ids = [row.id for row in pool.tasks()]
    taken = ids[0]
    with database.transaction() as session:
        other = assignment.Recipient(new_id(), "Other")
        assignment.assign(session, pool.actor, taken, other, now=now)
    before = time.process_time()
    run = pool.start("complete", {"form": "bench_enter", "values": {"amount": 70}}, ids)
    bulk.work(database, run.id, clock=lambda: now)
    took = time.process_time() - before
    done = pool.found(run.id)
    assert (done.ok, done.failed) == (LARGE - 1, 1)
    with database.reading() as session:
        [item] = bulk.items(session, run.id, outcomes=["failed"])
        opened = session.scalars(select(UserTask.id).where(UserTask.element_id == "check_large")).all()
    assert item.reason is not None
    assert (item.task_id, item.reason.params["who"]) == (taken, "Other")
    assert len(opened) == LARGE - 1
    assert took < 10


def test_a_form_with_something_of_each_task_is_not_for_many() -> None:
    from forms import definition as form_definitions

    def form(kind: str) -> Any:
        text = {"zh": "甲", "en": "A"}
        parts = [{"type": kind, "key": "a", "label": text}]
        return form_definitions.parse({"key": "x", "version": 1, "title": text, "submit": text, "components": parts})

    assert acts.is_simple(form("textarea"))
    assert not acts.is_simple(form("signature"))
