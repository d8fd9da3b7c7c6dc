"""A rep's day in a company with 200,000 visits: today's page, the check-in, and the sweep that begins days."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import count, islice
from pathlib import Path
from uuid import UUID

from sqlalchemy import insert, text

from engine import wiring
from engine.clock import SimulatedClock
from engine.ids import new_id
from engine.people import service as people
from engine.planning import service as days
from engine.process import queries as process
from engine.settings import Settings
from engine.store.base import Base
from engine.store.database import create_all
from engine.visits import service as visits
from engine.visits.states import VisitState
from engine.visits.tables import Visit
from engine.wiring import Application
from tests import factories
from tests.bench.report import Report
from web.app import create_app
from web.security import masked

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
"""Monday, 09:00 in Shanghai."""
VISITS = 200_000
REPS = 200
A_DAY = 20
ROUNDS = 60


def bench_day(report: Report, kind: str, url: str, folder: Path, *, visits_stored: int = VISITS) -> None:
    """Measure the server's time for a rep whose company has many visits."""
    settings = Settings.from_environment({"FIELDFLOW_DATA": str(folder), "FIELDFLOW_DATABASE_URL": url})
    folder.mkdir(parents=True, exist_ok=True)
    clock = SimulatedClock(NOW)
    application = wiring.build(settings, clock=clock)
    Base.metadata.drop_all(application.database.engine.execution_options(fieldflow_writes=True))
    create_all(application.database.engine)
    company, tasks = _fill(application, visits_stored)
    app = create_app(application)
    with application.database.transaction() as session:
        opened = people.open_session(session, company.rep.user_id, now=NOW)
    client = app.test_client()
    client.set_cookie("fieldflow", opened.secret)
    client.environ_base["HTTP_X_CSRF_TOKEN"] = masked(opened.csrf_token)

    def today() -> None:
        answer = client.get("/today")
        assert answer.status_code == 200, answer.text[:500]

    def submit(task_id: UUID) -> None:
        answer = client.post(f"/tasks/{task_id}", data={"method": "manual"})
        assert answer.status_code == 302, answer.text[:2000]

    def leave(key: str) -> None:
        with application.database.reading() as session:
            found = process.my_open_tasks_of(session, company.rep, [key])[key]
        submit(next(row.id for row in found if row.element_id == "check_out"))

    arrivals: list[float] = []
    for key, task_id in tasks.items():
        arrivals.append(_timed(lambda task_id=task_id: submit(task_id)))  # type: ignore[misc]
        leave(key)  # one visit is open at a time
    report.add(
        f"{kind}: today with {visits_stored:,} visits, p95", _p95([_timed(today) for _ in range(ROUNDS)]), "ms", 300
    )
    report.add(f"{kind}: check-in with {visits_stored:,} visits, p95", _p95(arrivals[1:]), "ms", 200)
    looks = [_timed(lambda: _look(application)) for _ in range(ROUNDS)]
    report.add(f"{kind}: a look of the sweep for days to begin, {REPS} reps at work, p95", _p95(looks), "ms", 50)
    application.database.dispose()


def _fill(application: Application, total: int) -> tuple[factories.Company, dict[str, UUID]]:
    """Store past visits of many reps in bulk, today's by their processes; return the rep's check-ins."""
    with application.database.transaction() as session:
        company = factories.add_company(session, now=NOW)
        factories.deploy_factory_processes(session, now=NOW)
        reps = [company.rep.user_id, *(new_id() for _ in range(REPS - 1))]
        number = count()
        every = (_past(company, reps, next(number)) for _ in range(total))
        while rows := list(islice(every, 5_000)):
            session.execute(insert(Visit), rows)
    with application.database.transaction() as session:
        session.execute(text("ANALYZE"))
        planned = [
            visits.plan_visit(
                session, company.rep, customer_id=company.customer_id, purpose_key="report",
                planned_start=NOW + timedelta(minutes=30 * hour), now=NOW,
            )
            for hour in range(A_DAY)
        ]  # fmt: skip
        days.start_day(session, company.rep, now=NOW)
    keys = [visits.business_key(visit_id) for visit_id in planned]
    with application.database.reading() as session:
        found = process.my_open_tasks_of(session, company.rep, keys)
    return company, {key: row.id for key in keys for row in found[key] if row.element_id == "check_in"}


def _past(company: factories.Company, reps: list[UUID | None], number: int) -> dict[str, object]:
    day = NOW - timedelta(days=number // (REPS * 4))
    is_today = number < REPS * 4
    start = day + timedelta(hours=number % 4 * 2)
    return {
        "id": new_id(), "customer_id": company.customer_id if number % 50 == 0 else new_id(),
        "place_id": company.place_id, "rep_id": reps[number % REPS], "created_by": None, "purpose_key": "report",
        "channel": "face", "planned_start": start, "planned_end": start + timedelta(hours=1),
        "local_date": day.date(), "note": "", "created_at": day, "version": 1, "outcome": "met",
        "state": VisitState.COMPLETED if not is_today or number % REPS == 0 else VisitState.PLANNED,
        "checked_in_at": start, "checked_out_at": start + timedelta(minutes=40),
    }  # fmt: skip


def _look(application: Application) -> None:
    with application.database.reading() as session:
        days.due_days(session, NOW)


def _timed(act: Callable[[], object]) -> float:
    before = time.perf_counter()
    act()
    return (time.perf_counter() - before) * 1000


def _p95(taken: list[float]) -> float:
    return sorted(taken)[min(len(taken) - 1, int(len(taken) * 0.95))]
