"""Databases that tests fill, made once and copied: making 150 tables takes a hundred times as long as copying them."""

import shutil
import tempfile
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any, TypeVar
from uuid import uuid4

from sqlalchemy import Table, create_engine, insert, select, text
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session

from engine.store.base import Base
from engine.store.database import Database, create_all

Result = TypeVar("Result")

TEMPLATE = "every_table"
"""The name of the empty database on PostgreSQL that others are copies of."""

Rows = dict[Table, list[dict[str, Any]]]
"""The rows of each table that has some, in an order that foreign keys allow."""

_filled: dict[Hashable, tuple[Any, Rows]] = {}


def empty_sqlite(folder: Path) -> str:
    """Put an empty database with every table into a folder and return its address."""
    path = folder / "fieldflow.db"
    shutil.copyfile(_template(), path)
    return f"sqlite:///{path}"


@cache
def _template() -> Path:
    path = Path(tempfile.mkdtemp(prefix="fftables")) / "empty.db"
    engine = create_engine(f"sqlite:///{path}")
    create_all(engine)
    engine.dispose()
    return path


def make_template(url: str) -> None:
    """Make the database that ``own_postgresql`` copies, on the server of another one."""
    _as_owner(url, f"CREATE DATABASE {TEMPLATE}")
    engine = create_engine(make_url(url).set(database=TEMPLATE))
    create_all(engine)
    engine.dispose()


@contextmanager
def own_postgresql(url: str) -> Iterator[str]:
    """Make an empty database with every table on the server of another one; yield its address, then drop it."""
    name = f"own_{uuid4().hex[:12]}"
    _as_owner(url, f"CREATE DATABASE {name} TEMPLATE {TEMPLATE}")
    yield make_url(url).set(database=name).render_as_string(hide_password=False)
    _as_owner(url, f"DROP DATABASE {name} WITH (FORCE)")


def _as_owner(url: str, statement: str) -> None:
    server = create_engine(make_url(url).set(database="postgres"), isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.execute(text(statement))
    server.dispose()


def truncate(url: str) -> None:
    """Empty every table of a PostgreSQL that tests share. Most tests leave most tables empty: those cost nothing."""
    engine = create_engine(url)
    names = [table.name for table in Base.metadata.sorted_tables]
    which = " UNION ALL ".join(f"SELECT '{name}' WHERE EXISTS (SELECT FROM \"{name}\")" for name in names)
    with engine.begin() as connection:
        used = ", ".join(f'"{name}"' for name in connection.scalars(text(which)))
        if used:
            connection.execute(text(f"TRUNCATE {used} RESTART IDENTITY CASCADE"))
    engine.dispose()


def filled(database: Database, key: Hashable, fill: Callable[[], Result]) -> Result:
    """Fill an empty database, and write the rows that this left into the databases that ask with the same key later.

    Args:
        fill: fills the database and returns what the tests know of it. No table that it fills may number its rows.
    """
    if key in _filled:
        result, rows = _filled[key]
        database.run(lambda session: _write_rows(session, rows))
        return result
    result = fill()
    with database.reading() as session:
        _filled[key] = (result, _read_rows(session))
    return result


def _read_rows(session: Session) -> Rows:
    found = {}
    for table in Base.metadata.sorted_tables:
        rows = [dict(row) for row in session.execute(select(table)).mappings()]
        if rows:
            found[table] = rows
    return found


def _write_rows(session: Session, rows: Rows) -> None:
    for table, values in rows.items():
        session.execute(insert(table), values)
