"""Running work at 100 thousand instances: finding some, one with 500 events, and the heat map with its counting."""

import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID

from flask.testing import FlaskClient
from sqlalchemy import insert, select, text

from engine.access import Role
from engine.clock import utc_now
from engine.ids import new_id
from engine.operate import heat
from engine.people import service as people
from engine.process.tables import HistoryEvent, InstanceText, ProcessInstance, UserTask
from tests.bench.report import Report
from tests.bench.world import World, build
from web.app import create_app

INSTANCES = 100_000
EVENTS = 500
BATCH = 5_000
STATES = ("completed", "completed", "completed", "completed", "completed", "completed", "running", "cancelled")
TRAILS = (("start", "count"), ("enter", "double", "enough"), ("check",), ("approve", "end"))
SEARCHES = (
    "", "?state=incident", "?q=医院 777", "?q=777&state=running", "?process=three_tasks&element=enter",
    "?process=three_tasks&text_1=沪 12", "?priority=P1", "?order=quiet&state=running", "?incident=1",
)  # fmt: skip


def bench_operate(report: Report, kind: str, url: str, folder: Path, *, count: int = INSTANCES) -> None:
    """Measure the pages of running work.

    Args:
        count: instances that are there.
    """
    world = build(url, folder)
    busy = world.start()
    definition = _definition(world)
    _fill(world, definition, count)
    _fill_history(world, busy, EVENTS)
    client = _sign_in(world, create_app(world.application).test_client())
    for search in SEARCHES:
        address = f"/operate/instances{search}"
        report.add(f"{kind}: {count:,} instances, list{search}, p95", _p95(lambda a=address: client.get(a)), "ms", 500)
    shown = _p95(lambda: client.get(f"/operate/instances/{busy}"))
    report.add(f"{kind}: an instance with {EVENTS} events, page, p95", shown, "ms", 1000)
    drawn = _p95(lambda: client.get(f"/operate/instances/{busy}/picture"))
    report.add(f"{kind}: an instance with {EVENTS} events, picture, p95", drawn, "ms", 1000)
    before, events = time.perf_counter(), 0
    # The newest two minutes are not counted yet.
    while found := world.database.run(lambda session: heat.count(session, utc_now() + heat.SETTLED * 2)):
        events += found
    report.add(f"{kind}: events counted for the heat map", events / (time.perf_counter() - before), "a second")
    address = f"/operate/heat?version={definition}&process=three_tasks"
    report.add(f"{kind}: heat map of {count:,} instances, page, p95", _p95(lambda: client.get(address)), "ms", 2000)
    picture = address.replace("/heat?", "/heat/picture?")
    report.add(f"{kind}: heat map of {count:,} instances, picture, p95", _p95(lambda: client.get(picture)), "ms", 2000)
    world.database.dispose()


def _definition(world: World) -> UUID:
    with world.database.reading() as session:
        query = select(ProcessInstance.definition_id).where(ProcessInstance.process_key == "three_tasks")
        return session.scalars(query.limit(1)).one()


def _fill(world: World, definition_id: UUID, count: int) -> None:
    random, now = Random(7), utc_now()
    with world.database.reading() as session:
        some = session.scalars(select(ProcessInstance).limit(1)).one()
    for first in range(0, count, BATCH):
        rows: dict[Any, list[dict[str, Any]]] = {
            each: [] for each in (ProcessInstance, InstanceText, UserTask, HistoryEvent)
        }
        for number in range(first, min(first + BATCH, count)):
            instance_id, task_id = new_id(), new_id()
            at = now - timedelta(days=28 * number / count)
            state = random.choice(STATES)
            title = f"上海第 {number % 5000} 医院 {number}"
            facts = {"priority": random.randint(1, 4), "text_1": f"沪 {number % 97}", "number_1": float(number % 1000)}
            rows[ProcessInstance].append(
                {
                    "id": instance_id, "definition_id": definition_id, "digest": some.digest,
                    "process_key": "three_tasks", "business_key": f"bench:{instance_id}", "title": title,
                    "state": state, "version": 4, "lanes": {}, "awaiting": [], "state_bytes": some.state_bytes,
                    "started_at": at, "changed_at": at, "ended_at": None if state == "running" else at,
                    "standing": {random.choice(("enter", "check")): at.isoformat()}, "facts": facts,
                }
            )  # fmt: skip
            searched = f"{title} {facts['text_1']} b-{instance_id.hex[-8:]} bench:{instance_id}"
            rows[InstanceText].append({"instance_id": instance_id, "subject": title, "search_text": searched, **facts})
            rows[UserTask].append(
                {
                    "id": task_id, "instance_id": instance_id, "token": "1", "element_id": "enter", "name": "录入",
                    "process_key": "three_tasks", "business_key": f"bench:{instance_id}", "state": "completed",
                    "candidates": [], "created_at": at - timedelta(minutes=random.randint(1, 300)), "ended_at": at,
                }
            )  # fmt: skip
            rows[HistoryEvent] += [
                _event(instance_id, at, trail, task_id if trail[0] == "enter" else None) for trail in TRAILS
            ]
        with world.database.transaction() as session:
            for table, values in rows.items():
                session.execute(insert(table), values)
    with world.database.transaction() as session:
        session.execute(text("ANALYZE"))


def _fill_history(world: World, instance_id: UUID, count: int) -> None:
    with world.database.transaction() as session:
        rows = [_event(instance_id, utc_now(), TRAILS[number % 4], None) for number in range(count)]
        session.execute(insert(HistoryEvent), rows)


def _event(instance_id: UUID, at: Any, trail: tuple[str, ...], task_id: UUID | None) -> dict[str, Any]:
    steps = [{"id": element_id, "kind": "userTask", "stood_s": 60} for element_id in trail]
    detail = {"form": "bench_enter", "values": {"amount": 70, "note": "as agreed"}, "trail": steps}
    return {
        "instance_id": instance_id, "at": at, "kind": "completed", "actor_id": None, "actor_name": "Bench",
        "element_id": trail[0], "task_id": task_id, "detail": detail,
    }  # fmt: skip


def _sign_in(world: World, client: FlaskClient) -> FlaskClient:
    with world.database.transaction() as session:
        user_id = people.add_user(
            session, login="root", name="Root", password="bench-bench", roles=[Role.ADMIN], now=utc_now()
        )
        client.set_cookie("fieldflow", people.open_session(session, user_id, now=utc_now()).secret)
    return client


def _p95(ask: Callable[[], Any]) -> float:
    samples = []
    for _ in range(12):
        before = time.perf_counter()
        answer = ask()
        samples.append((time.perf_counter() - before) * 1000)
        assert answer.status_code == 200, answer.status_code
    return sorted(samples[2:])[-1]
