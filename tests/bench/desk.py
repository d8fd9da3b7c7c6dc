"""The desk at 100 thousand open and a million closed tasks: a page with eight exact counts, polls, 500 at once."""

import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from random import Random
from uuid import UUID

from flask.testing import FlaskClient
from sqlalchemy import insert, text

from engine.access import Actor, Role, group_principal
from engine.clock import utc_now
from engine.desk import bulk, saved
from engine.ids import new_id
from engine.people import service as people
from engine.process import assignment, queries
from engine.process.tables import InboxEntry, InboxTask, UserTask
from tests.bench.inbox import facts_of
from tests.bench.report import Report
from tests.bench.world import World, build, counted
from web.app import create_app

OPEN, CLOSED = 100_000, 1_000_000
BATCH = 10_000
GROUPS = 20
SELECTED = 500
FILTERS = (
    "text_2:in:technical", "priority:in:P1", "deadline:in:late", "text_1:contains:医院 12", "search:has:问题 77",
    "assignee:empty;element:in:enter", "number_1:gt:5000", "text_1:starts:仁济;follow_up:next:7",
)  # fmt: skip


def bench_desk(report: Report, kind: str, url: str, folder: Path, *, share: int = 1) -> None:
    """Measure for a person of one queue of twenty, and for one who sees every task.

    Args:
        share: fill only this part of the tasks (a quick run).
    """
    world = build(url, folder)
    instance_id = world.start()
    _fill(world, instance_id, OPEN // share, CLOSED // share)
    app = create_app(world.application)
    for name, groups in (("one queue of 20", ["g0"]), ("every task", ["everything"])):
        client, actor = _sign_in(world, app.test_client(), groups)
        for number, show in enumerate(FILTERS):
            world.database.run(
                lambda session, n=number, t=show, a=actor: saved.save(  # type: ignore[misc]
                    session, a, f"f{n}", t, sort="due", shared_with=None, now=utc_now()
                )
            )
        address = "/tasks?filter=priority:in:P1,P2&sort=-priority"
        client.get(address)
        with counted(world.database) as statements:
            client.get(address)
        label = f"{kind}: inbox filtered and sorted with 8 counts, {name}"
        report.add(f"{label}, statements", len(statements), "", 6)
        report.add(
            f"{label}, p95", _p95(lambda a=address, c=client: c.get(a)), "ms", 300 if kind == "PostgreSQL" else None
        )  # type: ignore[misc]
        tag = client.get("/tasks/list").headers["ETag"]
        unchanged = _p95(lambda t=tag, c=client: c.get("/tasks/list", headers={"If-None-Match": t}), least=304)  # type: ignore[misc]
        report.add(f"{kind}: unchanged poll of the list, {name}, p95", unchanged, "ms", 20)
    _bulk(report, kind, world)
    world.database.dispose()


def _sign_in(world: World, client: FlaskClient, groups: list[str]) -> tuple[FlaskClient, Actor]:
    with world.database.transaction() as session:
        user_id = people.add_user(
            session, login=groups[0], name="Bench", password="bench-bench", roles=[Role.OPS], groups=groups,
            now=utc_now(),
        )  # fmt: skip
        actor = people.actor_for(session, user_id)
        client.set_cookie("fieldflow", people.open_session(session, user_id, now=utc_now()).secret)
    return client, actor


def _fill(world: World, instance_id: UUID, open_tasks: int, closed: int) -> None:
    every, number = (open_tasks + closed) // open_tasks, 0
    for first in range(0, open_tasks + closed, BATCH):
        rows = list(_rows(instance_id, first, first + BATCH, every))
        waiting = [row for row in rows if row["state"] == "open"]
        entries = []
        for row in waiting:
            number += 1
            for group in (f"g{number % GROUPS}", "everything"):
                entries.append({"principal": group_principal(group), "due_at": row["due_at"], "task_id": row["id"]})
        with world.database.transaction() as session:
            session.execute(insert(UserTask), rows)
            session.execute(insert(InboxTask), [facts_of(row) for row in waiting])
            session.execute(insert(InboxEntry), entries)
    with world.database.transaction() as session:
        session.execute(text("ANALYZE"))


def _rows(instance_id: UUID, first: int, last: int, every: int) -> Iterator[dict[str, object]]:
    random, now = Random(first), utc_now()
    for number in range(first, last):
        yield {
            "id": new_id(), "instance_id": instance_id, "token": "1", "element_id": "enter",
            "process_key": "three_tasks", "business_key": f"bench:{number}", "name": "录入",
            "state": "open" if number % every == 0 else "completed", "candidates": ["group:g0"],
            "due_at": now + timedelta(minutes=random.randint(-5000, 20_000)), "created_at": now,
            "follow_up_at": now + timedelta(minutes=random.randint(0, 40_000)) if number % 7 == 0 else None,
            "subject": f"R{number:07d} · 关于产品的问题 {number % 1000}", "text_1": f"仁济医院 {number % 3000}",
            "text_2": random.choice(("technical", "sample", "quotation", "material")), "text_3": None,
            "number_1": float(random.randint(0, 10_000)), "date_1": None, "priority": random.randint(1, 4),
        }  # fmt: skip


def _p95(call: Callable[[], object], *, least: int = 200) -> float:
    samples = []
    for _ in range(40):
        before = time.perf_counter()
        answer = call()
        samples.append((time.perf_counter() - before) * 1000)
        assert getattr(answer, "status_code", 0) == least
    return sorted(samples)[-2]


def _bulk(report: Report, kind: str, world: World) -> None:
    for _ in range(SELECTED):
        world.start()
    assert world.actor.user_id is not None
    with world.database.reading() as session:
        ids = [row.id for row in queries.inbox(session, world.actor, limit=SELECTED).tasks]
    with world.database.transaction() as session:
        person = people.add_user(
            session, login="bulk", name="Bulk", password="bench-bench", roles=[Role.OPS], now=utc_now()
        )
        actor = people.actor_for(session, person)
        for task_id in ids:
            assignment.assign(session, world.actor, task_id, assignment.Recipient(person, "Bulk"), now=utc_now())
    before, values = time.perf_counter(), {"form": "bench_enter", "values": {"amount": 70, "note": "as agreed"}}
    run = world.database.run(
        lambda session: bulk.start(session, actor, new_id(), "complete", values, task_ids=ids, now=utc_now())
    )
    bulk.work(world.database, run.id, clock=utc_now)
    took = time.perf_counter() - before
    with world.database.reading() as session:
        assert bulk.find(session, actor, run.id).ok == SELECTED
    report.add(f"{kind}: {SELECTED} tasks completed in bulk", took, "s", 10)
