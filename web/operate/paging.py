"""Keys of pages in addresses: a time and an id, whatever a list is sorted by."""

from datetime import datetime
from uuid import UUID


def key_of(at: datetime, row_id: UUID) -> str:
    """Return the key of a row."""
    return f"{at.isoformat()}~{row_id}"


def key_from(text: str) -> tuple[datetime, UUID] | None:
    """Return what a key says; None: it is none, and the list begins at its top."""
    at, _separator, row_id = text.partition("~")
    try:
        moment, found = datetime.fromisoformat(at), UUID(row_id)
    except ValueError:
        return None
    return (moment, found) if moment.tzinfo is not None and 1900 < moment.year < 2200 else None
