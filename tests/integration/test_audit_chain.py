"""The audit is sealed into a chain: what is changed or taken out afterwards shows, and what must be forgotten may."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from engine.access import Actor
from engine.audit import sealing
from engine.audit import service as audit
from engine.clock import SimulatedClock
from engine.ids import new_id
from engine.wiring import Application

ADMIN = Actor(user_id=new_id(), name="管理员")


@pytest.fixture
def sealed(application: Application, clock: SimulatedClock) -> Application:
    with application.database.transaction() as session:
        for number in range(5):
            audit.record(
                session,
                ADMIN,
                "variable.edited",
                subject=("instance", str(number)),
                reason="wrong",
                before={"note": "旧", "n": number},
                after={"note": "新", "n": 1.5},
                now=clock() + timedelta(seconds=number),
            )
    application.database.run(lambda session: sealing.seal(session, clock()))
    return application


def verdict(application: Application) -> sealing.Verdict:
    with application.database.reading() as session:
        return sealing.verify(session)


def execute(application: Application, statement: str) -> None:
    with application.database.transaction() as session:
        session.execute(text(statement))


def guards_off(application: Application) -> None:
    """As whoever has the database may do."""
    if application.database.engine.dialect.name == "sqlite":
        for name in ("audit_event_no_update", "audit_event_no_delete"):
            execute(application, f"DROP TRIGGER {name}")
    else:
        execute(application, "ALTER TABLE audit_event DISABLE TRIGGER audit_event_kept")


@pytest.fixture
def guards_back(application: Application) -> Any:
    yield
    if application.database.engine.dialect.name != "sqlite":
        execute(application, "ALTER TABLE audit_event ENABLE TRIGGER audit_event_kept")


def test_a_sealed_chain_is_whole_and_grows(sealed: Application, clock: SimulatedClock) -> None:
    assert verdict(sealed) == sealing.Verdict(5, None, 0)
    with sealed.database.transaction() as session:
        audit.record(session, ADMIN, "a.b", subject=("x", "1"), now=clock())
    assert verdict(sealed) == sealing.Verdict(5, None, 1)
    sealed.worker.sweep(do_deliveries=False)
    assert verdict(sealed) == sealing.Verdict(6, None, 0)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_event SET reason = 'right' WHERE number = 3",
        "UPDATE audit_event SET \"after\" = '{}' WHERE number = 3",
        "UPDATE audit_event SET number = 9 WHERE number = 3",
        "DELETE FROM audit_event WHERE number = 3",
    ],
)
def test_the_database_refuses_to_change_or_delete(sealed: Application, statement: str) -> None:
    with pytest.raises(DBAPIError):
        execute(sealed, statement)
    assert verdict(sealed).broken is None


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_event SET actor_name = 'x' WHERE number = 3",
        "UPDATE audit_event SET \"before\" = '{}' WHERE number = 3",
        "UPDATE audit_event SET salt = NULL WHERE number = 3",
        "DELETE FROM audit_event WHERE number = 3",
    ],
)
def test_what_was_changed_all_the_same_is_named(sealed: Application, statement: str, guards_back: None) -> None:
    guards_off(sealed)
    execute(sealed, statement)
    assert verdict(sealed) == sealing.Verdict(2, 3, 0)


def test_a_forgotten_content_leaves_the_chain_whole(sealed: Application) -> None:
    with sealed.database.transaction() as session:
        audit.forget_contents(session, "instance", ["2", "3"])
    assert verdict(sealed) == sealing.Verdict(5, None, 0)
    with sealed.database.reading() as session:
        rows = {row.subject_key: row for row in audit.events(session)}
    assert (rows["2"].before, rows["2"].reason) == (None, "wrong")
    assert rows["1"].before == {"note": "旧", "n": 1}
