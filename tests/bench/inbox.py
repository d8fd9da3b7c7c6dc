"""The inbox at 10 thousand, 100 thousand and a million open tasks."""

import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from random import Random
from statistics import median
from uuid import UUID

from flask import Flask
from sqlalchemy import insert, text

from engine.access import Actor, Role, group_principal, user_principal
from engine.clock import utc_now
from engine.ids import new_id
from engine.people import service as people
from engine.process import queries
from engine.process.tables import InboxEntry, InboxTask, UserTask
from tests.bench.report import Report
from tests.bench.world import World, build
from web.app import create_app

SIZES = (10_000, 100_000, 1_000_000)
BATCH = 10_000
PEOPLE = 500
GROUPS = 20


def bench_inbox(report: Report, kind: str, url: str, folder: Path, *, sizes: tuple[int, ...] = SIZES) -> None:
    """Measure query and page as the number of open tasks grows; the reader has about 1/20 of them by a group."""
    world = build(url, folder)
    instance_id = world.start()
    with world.database.transaction() as session:
        user_id = people.add_user(
            session, login="bench", name="Bench", password="bench-bench", roles=[Role.OPS], groups=["g0"], now=utc_now()
        )
    actor = Actor(user_id, "Bench", frozenset({Role.OPS}), frozenset({"g0"}))
    app = create_app(world.application)
    with world.database.transaction() as session:
        secret = people.open_session(session, user_id, now=utc_now()).secret
    stored = 0
    medians: list[tuple[float, float]] = []
    for size in sizes:
        _fill(world, instance_id, user_id, stored, size)
        stored = size
        queried, shown = _query_ms(world, actor), _page_ms(app, secret)
        report.add(f"{kind}: inbox query of 50 at {size:,} open tasks, p95", _p95(queried), "ms", 5)
        report.add(f"{kind}: inbox page of 50 at {size:,} open tasks, p95", _p95(shown), "ms", 80)
        medians.append((median(queried), median(shown)))
    flat = [max(part) / min(part) for part in zip(*medians, strict=True)]
    report.add(f"{kind}: inbox query, slowest size against quickest, medians", flat[0], "×", 2)
    report.add(f"{kind}: inbox page, slowest size against quickest, medians", flat[1], "×", 2)
    world.database.dispose()


def _fill(world: World, instance_id: UUID, user_id: UUID, start: int, end: int) -> None:
    for first in range(start, end, BATCH):
        tasks, entries, facts = [], [], []
        for row, entry in _rows(instance_id, user_id, first, min(first + BATCH, end)):
            tasks.append(row)
            entries.append(entry)
            facts.append(facts_of(row))
        with world.database.transaction() as session:
            session.execute(insert(UserTask), tasks)
            session.execute(insert(InboxTask), facts)
            session.execute(insert(InboxEntry), entries)
    with world.database.transaction() as session:
        session.execute(text("ANALYZE"))


def _rows(
    instance_id: UUID, user_id: UUID, first: int, last: int
) -> Iterator[tuple[dict[str, object], dict[str, object]]]:
    random, now = Random(first), utc_now()
    for number in range(first, last):
        task_id = new_id()
        due_at = now + timedelta(minutes=random.randint(-5000, 20_000))
        principal = group_principal(f"g{number % GROUPS}")
        if number % PEOPLE == 0:
            principal = user_principal(user_id)
        yield (
            {
                "id": task_id, "instance_id": instance_id, "token": "1", "element_id": "enter",
                "process_key": "three_tasks", "business_key": f"bench:{number}", "name": "录入", "state": "open",
                "candidates": [principal], "due_at": due_at, "created_at": now, "subject": f"Customer {number}",
            },
            {"principal": principal, "due_at": due_at, "task_id": task_id},
        )  # fmt: skip


def facts_of(row: dict[str, object]) -> dict[str, object]:
    """Return the narrow row of a task, as the process layer keeps it."""
    copied = ("process_key", "element_id", "due_at", "created_at", "subject")
    group = str(row["candidates"][0]).removeprefix("group:")  # type: ignore[index]
    facts = {name: row[name] for name in copied}
    facts |= {name: row.get(name) for name in ("text_1", "text_2", "text_3", "number_1", "date_1", "follow_up_at")}
    searched = f"{row['subject']} {row.get('text_1') or ''}".casefold()
    more = {"task_id": row["id"], "group_name": group, "priority": row.get("priority", 3), "search_text": searched}
    return {**facts, **more, "assignee_id": None}


def _p95(samples: list[float]) -> float:
    return sorted(samples)[int(len(samples) * 0.95) - 1]


def _query_ms(world: World, actor: Actor) -> list[float]:
    samples = []
    for _ in range(110):
        with world.database.reading() as session:
            session.execute(text("SELECT 1"))
            before = time.perf_counter()
            page = queries.inbox(session, actor, limit=50)
            samples.append((time.perf_counter() - before) * 1000)
            assert len(page.tasks) == 50
    return samples[10:]


def _page_ms(app: Flask, secret: str) -> list[float]:
    client = app.test_client()
    client.set_cookie("fieldflow", secret)
    samples = []
    for _ in range(40):
        before = time.perf_counter()
        response = client.get("/tasks")
        samples.append((time.perf_counter() - before) * 1000)
        assert response.status_code == 200
    return samples[10:]
