"""Keys of pages: what a client sends back as ``after``."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from engine.errors import FieldProblem, InvalidInputError


def uuid_key(text: str | None) -> UUID | None:
    """Return the key of a list that is ordered by id.

    Raises:
        InvalidInputError: not a key that we gave out.
    """
    if not text:
        return None
    try:
        return UUID(text)
    except ValueError as error:
        raise _bad_key() from error


def timed_key(text: str | None) -> tuple[datetime, UUID] | None:
    """Return the key of a list that is ordered by time, then id.

    Raises:
        InvalidInputError: not a key that we gave out.
    """
    if not text:
        return None
    at, _separator, object_id = text.partition("~")
    try:
        moment = datetime.fromisoformat(at)
        if moment.tzinfo is None:
            raise ValueError("naive")
        return moment.astimezone(UTC), UUID(object_id)
    except (ValueError, OverflowError) as error:
        raise _bad_key() from error


def named_key(text: str | None) -> tuple[str, UUID] | None:
    """Return the key of a list that is ordered by name, then id.

    Raises:
        InvalidInputError: not a key that we gave out.
    """
    if not text:
        return None
    object_id, _separator, name = text.partition("~")
    try:
        return name, UUID(object_id)
    except ValueError as error:
        raise _bad_key() from error


def page(items: Any, limit: int) -> dict[str, Any]:
    """Return a page of rows ordered by id; a full page has a next one."""
    rows = list(items)
    return {"items": rows, "next": str(rows[-1].id) if len(rows) == limit else None}


def _bad_key() -> InvalidInputError:
    return InvalidInputError(errors={"after": [FieldProblem("Use the value of next of the page before.", code="key")]})
