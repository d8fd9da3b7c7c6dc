"""INSERT … ON CONFLICT, which both databases have and SQLAlchemy spells for each apart."""

from typing import Any

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session


def upsert(session: Session, table: Any) -> Any:
    """Return an INSERT into a table that takes ``on_conflict_do_nothing`` and ``on_conflict_do_update``."""
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    return sqlite.insert(table) if is_sqlite else postgresql.insert(table)
