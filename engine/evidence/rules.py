"""The hash chain of check events and the facts that grade a check-in: plain functions, no I/O."""

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import orjson

GENESIS = "0" * 64
POSITION_KEPT_DAYS = 180
TRACK_KEPT_DAYS = 30
EVENT_KEPT_DAYS = 3 * 365
"""How long data of a class is kept (PRODUCT.md, section 8); what people agree to names these days."""

PERMISSIONS = ("granted", "denied", "prompt", "unavailable")
"""What a browser says of its permission to locate."""

VIEWS_A_DAY = 20
VIEW_PURPOSES = ("explanation", "coaching", "complaint", "safety", "place_pin")
"""Why somebody may look at another person's position."""

CHAINED = (
    "user_id", "number", "visit_id", "kind", "method", "at", "position_hash", "facts", "grade", "explanation",
    "previous_hash",
)  # fmt: skip


VIEW_CHAINED = (
    "subject_id", "number", "viewer_id", "viewer_day", "viewer_number", "purpose", "what", "visit_id", "viewed_at",
    "previous_hash",
)  # fmt: skip


def canonical(row: Mapping[str, Any], names: Sequence[str] = CHAINED) -> bytes:
    """Return the canonical JSON (sorted keys, no blanks) of chained columns; times as ISO 8601 UTC."""
    # A database gives the same instant back in another zone than it was written in.
    body = {name: _in_utc(row[name]) for name in names}
    return orjson.dumps(body, option=orjson.OPT_SORT_KEYS | orjson.OPT_UTC_Z)


def _in_utc(value: Any) -> Any:
    return value.astimezone(UTC) if isinstance(value, datetime) else value


def event_hash(event: Mapping[str, Any]) -> str:
    """Return SHA-256 over the canonical JSON of a check event."""
    return hashlib.sha256(canonical(event)).hexdigest()


def view_hash(view: Mapping[str, Any]) -> str:
    """Return SHA-256 over the canonical JSON of a look at a position."""
    return hashlib.sha256(canonical(view, VIEW_CHAINED)).hexdigest()


def position_hash(salt: str, latitude: float, longitude: float, accuracy_m: float) -> str:
    """Return the salted hash of a position: once the salt is erased nothing can be guessed from it."""
    return hashlib.sha256(f"{salt}:{latitude:.7f}:{longitude:.7f}:{accuracy_m:.1f}".encode()).hexdigest()


def first_broken(
    rows: Iterable[Mapping[str, Any]],
    *,
    after: int = 0,
    previous: str = GENESIS,
    hash_of: Callable[[Mapping[str, Any]], str] = event_hash,
) -> int | None:
    """Return the number of the first row that does not fit the chain, or None.

    Args:
        after: the number of the last row that was deleted before the first of these.
        previous: its hash.
        hash_of: of a row; ``view_hash`` for looks at positions.
    """
    for expected, row in enumerate(rows, start=after + 1):
        if row["number"] != expected or row["previous_hash"] != previous or row["hash"] != hash_of(row):
            return expected
        previous = row["hash"]
    return None
