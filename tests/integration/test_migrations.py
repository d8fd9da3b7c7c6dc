"""Migrations give the schema of the models, on both databases, from nothing."""

from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import create_engine, make_url, select, text

from engine.process.causes import cause_id
from engine.process.tables import InboxEntry, Incident, IncidentCause, UserTask
from engine.store import migrate
from engine.store.base import Base
from engine.store.database import Database
from engine.visits.tables import VisitPurpose


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Return the address of a database without any table."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'empty.db'}"
    url = make_url(request.getfixturevalue("postgresql_url"))
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text("DROP DATABASE IF EXISTS empty_for_migrations"))
        connection.execute(text("CREATE DATABASE empty_for_migrations"))
    engine.dispose()
    return url.set(database="empty_for_migrations").render_as_string(hide_password=False)


def test_migrations_equal_the_models(empty_url: str) -> None:
    database = Database(empty_url)
    assert not migrate.is_current(database)
    migrate.upgrade(database, Base.metadata)
    assert migrate.is_current(database)
    assert migrate.differences(database, Base.metadata) == []
    migrate.upgrade(database, Base.metadata)
    database.dispose()


def test_rows_survive_the_migrations_of_a_later_release(empty_url: str) -> None:
    database = Database(empty_url)
    migrate.upgrade(database, Base.metadata, to="0005")
    ids = {
        name: uuid4().hex if database.engine.dialect.name == "sqlite" else str(uuid4()) for name in ("d", "i", "t", "c")
    }
    at = "2026-03-02 01:00:00+00:00"
    with database.engine.execution_options(fieldflow_writes=True).begin() as connection:
        for statement in (
            "INSERT INTO process_definition (id, key, version, digest, name, note, deployed_at)"
            f" VALUES ('{ids['d']}', 'visit', 1, 'x', '拜访', '', '{at}')",
            "INSERT INTO process_instance (id, definition_id, digest, process_key, business_key, title, state, version,"
            " lanes, awaiting, state_bytes, started_at)"
            f" VALUES ('{ids['i']}', '{ids['d']}', 'x', 'visit', 'visit:1', '仁济医院', 'running', 1, '{{}}', '[]', '',"
            f" '{at}')",
            "INSERT INTO user_task (id, instance_id, token, element_id, process_key, business_key, name, state,"
            " candidates, created_at, subject)"
            f" VALUES ('{ids['t']}', '{ids['i']}', '1', 'prepare', 'visit', 'visit:1', '准备', 'open', '[]', '{at}',"
            " '仁济医院')",
            f"INSERT INTO inbox (principal, due_at, task_id) VALUES ('user:1', '{at}', '{ids['t']}')",
            "INSERT INTO incident (id, instance_id, element_id, code, message, created_at)"
            f" VALUES ('{ids['c']}', '{ids['i']}', 'write', 'CrmRefusedError', 'Record 17 of {ids['c']} is locked.',"
            f" '{at}')",
            "INSERT INTO visit_purpose (key, name, name_en, form_key, position) VALUES ('call', '会', 'C', 'f', 0)",
        ):
            connection.execute(text(statement))
    migrate.upgrade(database, Base.metadata)
    with database.engine.connect() as connection:
        tasks = connection.execute(select(UserTask.subject, UserTask.subject_en, UserTask.is_optional)).all()
        entries = connection.execute(select(InboxEntry.principal, InboxEntry.is_optional)).all()
        offered = connection.execute(select(VisitPurpose.key, VisitPurpose.is_active)).all()
        cause = connection.scalar(select(Incident.cause))
        groups = connection.execute(select(IncidentCause.id, IncidentCause.message)).all()
    assert cause == cause_id("visit", "write", "CrmRefusedError", f"Record 3 of {uuid4()} is locked.")
    assert [tuple(row) for row in groups] == [(cause, "Record # of … is locked.")]
    assert [tuple(row) for row in (*tasks, *entries, *offered)] == [
        ("仁济医院", None, True), ("user:1", True), ("call", True),
    ]  # fmt: skip
    assert migrate.differences(database, Base.metadata) == []
    database.dispose()
