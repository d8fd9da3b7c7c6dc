"""Ten thousand deadlines and timers that fall due in one minute, after an outage too: fired in time, each once."""

import time
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import func, insert, select

from engine.calendar import firing
from engine.calendar.tables import Deadline
from engine.clock import SimulatedClock, utc_now
from engine.ids import new_id
from engine.process import queries, user_tasks
from engine.process.tables import HistoryEvent, Incident, ProcessInstance
from engine.runner import Worker
from engine.store.database import Database
from engine.support import service as support
from engine.support.tables import SupportRequest
from tests import factories
from tests.bench.report import Report
from tests.bench.world import build

DEADLINES = 5_000
TIMERS = 5_000
BATCH = 500
OUTAGE = timedelta(minutes=10)


def bench_deadlines(report: Report, kind: str, url: str, folder: Path, *, count: int = DEADLINES) -> None:
    """Measure how long the sweeper takes for half deadlines, half timers, found all at once after an outage."""
    world = build(url, folder)
    due_at = fall_due(world.database, count, count)
    clock = SimulatedClock(due_at + OUTAGE)
    worker = Worker(world.database, parts=(firing.fire_due,), clock=clock)
    world.database.on_commit = lambda _notices: True  # the bell is heard; nobody comes
    begun = time.perf_counter()
    while unfired(world.database, clock()):
        worker.sweep(do_deliveries=False)
    elapsed = time.perf_counter() - begun
    fired, expected = steps_of(world.database), {"message": count, "timer": count}
    report.add(f"{kind}: {2 * count:,} deadlines and timers due in one minute, after an outage", elapsed, "s", 60)
    report.add(f"{kind}: of them lost or fired twice", sum(abs(fired[key] - expected[key]) for key in fired), "", 0)
    world.database.dispose()


def fall_due(database: Database, deadlines: int, timers: int, *, due_at: datetime | None = None) -> datetime:
    """Store support requests of which so many reach a mark, and so many a timer, within one minute; returns which.

    One request of each kind runs there through the services; the others are copies of its rows.
    """
    now = utc_now()
    with database.transaction() as session:
        company = factories.add_company(session, now=now)
        factories.deploy_factory_processes(session, now=now)
        asked, answered = [_raise(session, company, now) for _ in range(2)]
    for element_id, values in (
        ("triage_request", {"priority": "P1", "queue": "technical"}),
        ("answer_technical", {"answer": "减半"}),
    ):
        with database.transaction() as session:
            task = next(
                row
                for row in queries.inbox(session, company.technician).tasks
                if (row.element_id, row.business_key) == (element_id, support.business_key(answered))
            )
            user_tasks.complete_user_task(session, company.technician, task.id, values, submission_id=None, now=now)
    due_at = due_at or now + timedelta(days=40)
    with database.transaction() as session:
        rows = [_row(session, ProcessInstance, business_key=support.business_key(each)) for each in (asked, answered)]
        requests = [_row(session, SupportRequest, id=each) for each in (asked, answered)]
        for deadline in session.scalars(select(Deadline).where(Deadline.business_key == support.business_key(asked))):
            is_resolve = deadline.name == "resolve"
            deadline.marks, deadline.next_at = ([75], due_at) if is_resolve else ([], None)
        waiting = session.scalars(
            select(ProcessInstance).where(ProcessInstance.business_key == support.business_key(answered))
        ).one()
        waiting.next_due_at = rows[1]["next_due_at"] = due_at
        session.flush()  # the copies below are made by statements
        clock = _row(session, Deadline, business_key=support.business_key(asked), name="resolve")
        for kind, number in ((0, deadlines), (1, timers)):
            for first in range(1, number, BATCH):
                ids = [new_id() for _ in range(first, min(first + BATCH, number))]
                _copy(session, ids, rows[kind], requests[kind], clock if kind == 0 else None)
    return due_at


def unfired(database: Database, now: datetime) -> int:
    """Return how many are still due."""
    with database.reading() as session:
        waiting = session.scalar(select(func.count()).select_from(Deadline).where(Deadline.next_at <= now)) or 0
        timers = select(func.count()).select_from(ProcessInstance).where(ProcessInstance.next_due_at <= now)
        return waiting + (session.scalar(timers) or 0)


def steps_of(database: Database) -> dict[str, int]:
    """Return how many instances took exactly one message, and how many exactly one timer."""
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Incident)) == 0
        found = {}
        for kind in ("message", "timer"):
            each = select(func.count().label("n")).where(HistoryEvent.kind == kind).group_by(HistoryEvent.instance_id)
            counts = session.scalars(each).all()
            found[kind] = sum(number == 1 for number in counts) - sum(number > 1 for number in counts)
        return found


def _raise(session: Any, company: factories.Company, now: datetime) -> UUID:
    return support.raise_request(
        session, company.rep, type_="technical", subject="接口", customer_id=company.customer_id, priority="P1", now=now
    ).id


def _row(session: Any, table: Any, **where: Any) -> dict[str, Any]:
    row = session.execute(select(*table.__table__.columns).filter_by(**where)).one()
    return dict(row._mapping)


def _copy(
    session: Any,
    ids: list[UUID],
    instance: dict[str, Any],
    request: dict[str, Any],
    deadline: dict[str, Any] | None,
) -> None:
    keys = {id_: support.business_key(id_) for id_ in ids}
    session.execute(insert(SupportRequest), [{**request, "id": id_, "number": f"B{id_.hex[-12:]}"} for id_ in ids])
    session.execute(
        insert(ProcessInstance), [{**instance, "id": new_id(), "business_key": keys[id_], "version": 1} for id_ in ids]
    )
    if deadline is not None:
        session.execute(
            insert(Deadline),
            [{**deadline, "id": new_id(), "business_key": keys[id_]} for id_ in ids],
        )
