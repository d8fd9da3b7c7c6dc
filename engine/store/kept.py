"""Rows by id, without asking the database again for those that the session has at hand."""

from collections.abc import Collection
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlalchemy.orm.util import identity_key

from engine.store.base import Base

Row = TypeVar("Row", bound=Base)


def rows_by_id(session: Session, model: type[Row], ids: Collection[UUID]) -> dict[UUID, Row]:
    """Return rows by their id; those that do not exist are left out.

    A transaction keeps what it has read (see ``Database.transaction``), so that the steps of one request share it.

    Args:
        session: reading or writing.
        model: a table whose primary key is the one column ``id``.
        ids: in any order; doubles do not matter.
    """
    at_hand = session.identity_map
    wanted = set(ids)
    found: dict[UUID, Row] = {key: row for key in wanted if (row := at_hand.get(identity_key(model, key))) is not None}
    missing = wanted - found.keys()
    if missing:
        table: Any = model
        found |= {row.id: row for row in session.scalars(select(table).where(table.id.in_(missing)))}
    return found
