"""A session that only reads cannot write, whatever it is asked."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from engine.people.tables import Team
from engine.wiring import Application


def test_a_reading_session_refuses_objects(application: Application) -> None:
    with application.database.reading() as session:
        session.add(Team(name="东区"))
        with pytest.raises(RuntimeError):
            session.flush()
        session.expunge_all()


def test_a_reading_session_refuses_statements(application: Application) -> None:
    with application.database.reading() as session, pytest.raises(DBAPIError):
        session.execute(text("DELETE FROM team"))


def test_a_transaction_after_it_writes(application: Application) -> None:
    with application.database.reading() as session:
        session.execute(text("SELECT 1"))
    with application.database.transaction() as session:
        session.add(Team(name="东区"))
    with application.database.reading() as session:
        assert session.scalar(text("SELECT count(*) FROM team")) == 1
