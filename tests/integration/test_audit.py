"""The audit says who did what to what, and why; in the transaction of the change itself, and for ever."""

from datetime import timedelta

import pytest

from engine.access import Actor
from engine.audit import service as audit
from engine.clock import SimulatedClock
from engine.ids import new_id
from engine.wiring import Application

ADMIN = Actor(user_id=new_id(), name="管理员")


def test_events_of_a_subject_newest_first(application: Application, clock: SimulatedClock) -> None:
    database, now = application.database, clock()
    with database.transaction() as session:
        for number in range(3):
            audit.record(
                session,
                ADMIN,
                "definition.published",
                subject=("definition", "visit"),
                name="拜访",
                reason=f" because {number} ",
                before={"version": number},
                after={"version": number + 1},
                now=now + timedelta(seconds=number),
            )
        audit.record(session, ADMIN, "incident.retried", subject=("instance", "1"), now=now)
    with database.reading() as session:
        rows = audit.events(session, subject=("definition", "visit"))
        assert [row.reason for row in rows] == ["because 2", "because 1", "because 0"]
        assert rows[0].before == {"version": 2}
        assert rows[0].after == {"version": 3}
        assert rows[0].actor_id == ADMIN.user_id
        assert len(audit.events(session)) == 4
        assert [row.action for row in audit.events(session, action="incident.")] == ["incident.retried"]
        first = audit.events(session, limit=2)
        rest = audit.events(session, before=(first[-1].at, first[-1].id))
        assert len({row.id for row in (*first, *rest)}) == 4


def test_what_fails_leaves_no_event(application: Application, clock: SimulatedClock) -> None:
    database = application.database

    def fail() -> None:
        with database.transaction() as session:
            audit.record(session, ADMIN, "definition.published", subject=("definition", "visit"), now=clock())
            session.flush()
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    with database.reading() as session:
        assert audit.events(session) == ()
