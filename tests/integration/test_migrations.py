"""Migrations give the schema of the models, on both databases, from nothing."""

from pathlib import Path

import pytest
from sqlalchemy import create_engine, make_url, text

from engine.store import migrate
from engine.store.base import Base
from engine.store.database import Database


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
