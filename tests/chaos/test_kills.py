"""Web server and workers are killed under load: what was acknowledged stays, and nothing happens twice."""

import random
import threading
import time
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from uuid import UUID

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from engine.access import Role
from engine.clock import utc_now
from engine.evidence import queries as evidence
from engine.evidence import rules as evidence_rules
from engine.outbox.tables import Delivery, DeliveryState
from engine.people import service as people
from engine.process.tables import HistoryEvent, Incident, UserTask
from engine.visits.tables import Visit, VisitReport
from engine.wiring import Application
from tests import factories
from tests.chaos.clients import Client, Ledger
from tests.chaos.processes import Installation

KILLS = 30
"""For each database, of web and workers in turn."""

CLIENTS = 8
PROGRESS = 16
"""What must have been acknowledged since the last kill before the next one: the server is up and under load."""

DEADLINE_S = 60.0
TARGETS = ("web", "worker connectors", "worker user")

pytestmark = pytest.mark.chaos


def add_reps(application: Application) -> tuple[list[tuple[UUID, str]], UUID]:
    """Add the company with a rep for each client; returns their ids with tokens, and the customer."""

    def work(session: Session) -> tuple[list[tuple[UUID, str]], UUID]:
        now = utc_now()
        company = factories.add_company(session, now=now)
        factories.deploy_factory_processes(session, now=now)
        [territory] = company.rep.territory_ids
        [team] = company.rep.team_ids
        reps = []
        for number in range(CLIENTS):
            login = f"phone{number}"
            user_id = factories.add_person(session, login, Role.REP, now=now, team_id=team, territory_id=territory)
            reps.append((user_id, people.create_token(session, login, name="chaos", now=now)))
        customer_id = factories.add_customer(session, "K1", "客户", None, territory, now=now)  # type: ignore[arg-type]
        return reps, customer_id

    return application.database.run(work)


def wait_until(condition: Callable[[], bool], what: Callable[[], str], *, deadline_s: float = DEADLINE_S) -> None:
    until = time.monotonic() + deadline_s
    pause = threading.Event()
    while not condition():
        assert time.monotonic() < until, what()
        pause.wait(0.05)


def unsettled(application: Application) -> int:
    with application.database.reading() as session:
        open_rows = select(func.count()).select_from(Delivery).where(Delivery.state == DeliveryState.PENDING)
        return session.scalar(open_rows) or 0


def test_nothing_acknowledged_is_lost_and_nothing_is_done_twice(
    application: Application, installation: Installation
) -> None:
    reps, customer_id = add_reps(application)
    ledger, stop = Ledger(), threading.Event()
    clients = [Client(installation.port, token, customer_id, ledger, stop) for _user_id, token in reps]
    begun: datetime = utc_now()
    for client in clients:
        client.start()
    dice = random.Random(11)

    def said() -> str:
        return f"stuck at {ledger.count}, {ledger.refused[:3]}\n{installation.log[-3000:]}"

    try:
        for number in range(KILLS):
            before = ledger.count
            wait_until(lambda before=before: ledger.count >= before + PROGRESS, said)  # type: ignore[misc]
            threading.Event().wait(dice.random() * 0.2)  # anywhere in a request or a job, not just after an answer
            installation.kill(TARGETS[number % len(TARGETS)], only_child=number % 6 == 3)
        before = ledger.count
        wait_until(lambda: ledger.count >= before + PROGRESS, said)
    finally:
        stop.set()
        for client in clients:
            client.join(30)
    assert installation.kills == KILLS
    assert ledger.refused == []
    wait_until(lambda: unsettled(application) == 0, lambda: f"{unsettled(application)} unsettled\n{installation.log}")
    seconds = (utc_now() - begun).total_seconds()
    print(f"{KILLS} kills, {ledger.count} acknowledged, {ledger.retries} sent again, {ledger.repeated} known already")
    print(f"settled after {seconds:.0f} s")
    with application.database.reading() as session:
        check_submissions(session, ledger)
        check_visits(session, ledger)
        check_effects(session, application, ledger, [user_id for user_id, _token in reps])


def check_submissions(session: Session, ledger: Ledger) -> None:
    """Every acknowledged submission is the task's own, and its step ran once."""
    tasks = {row.id: row for row in session.scalars(select(UserTask).where(UserTask.id.in_(ledger.submissions)))}
    assert {key: row.submission_id for key, row in tasks.items()} == ledger.submissions
    assert {row.state for row in tasks.values()} == {"completed"}
    steps = Counter(session.scalars(select(HistoryEvent.task_id).where(HistoryEvent.task_id.is_not(None))))
    assert set(ledger.submissions) <= set(steps)
    assert set(steps.values()) == {1}


def check_visits(session: Session, ledger: Ledger) -> None:
    """Every acknowledged visit is there, and every finished one with its own report."""
    visits = {row.id: row for row in session.scalars(select(Visit))}
    assert set(ledger.visits) <= set(visits)
    reports = {row.visit_id: row.summary for row in session.scalars(select(VisitReport))}
    assert ledger.finished.items() <= reports.items()
    assert {visits[visit_id].state for visit_id in ledger.finished} == {"completed"}


def check_effects(session: Session, application: Application, ledger: Ledger, reps: list[UUID]) -> None:
    """The CRM has one record for each reported visit, check events stand once and in an unbroken chain."""
    assert session.scalars(select(Incident)).all() == []
    assert set(session.scalars(select(Delivery.state))) == {DeliveryState.DONE}
    written = application.crm.visits()  # type: ignore[attr-defined]
    by_key = Counter(row["key"] for row in written)
    by_visit = Counter(UUID(row["visit_id"]) for row in written)
    assert set(by_key.values()) == set(by_visit.values()) == {1}
    completed = set(session.scalars(select(Visit.id).where(Visit.state == "completed")))
    assert set(ledger.finished) <= completed
    assert set(by_visit) == completed
    for user_id in reps:
        events = evidence.chain(session, user_id).events
        assert evidence_rules.first_broken(events) is None
        assert set(Counter((row["visit_id"], row["kind"]) for row in events).values()) <= {1}
