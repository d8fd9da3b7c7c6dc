"""The hash chain of check events and the facts that grade a check-in: plain functions, no I/O."""

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any

import orjson

GENESIS = "0" * 64
POSITION_KEPT_DAYS = 180
"""How long a check-in position is kept (PRODUCT.md, section 8); what people read under "Me" names it."""

CHAINED = (
    "user_id", "number", "visit_id", "kind", "method", "at", "position_hash", "facts", "grade", "explanation",
    "previous_hash",
)  # fmt: skip


def event_hash(event: Mapping[str, Any]) -> str:
    """Return SHA-256 over the canonical JSON (sorted keys) of the chained columns; times as ISO 8601 UTC."""
    body = {name: event[name] for name in CHAINED}
    return hashlib.sha256(orjson.dumps(body, option=orjson.OPT_SORT_KEYS | orjson.OPT_UTC_Z)).hexdigest()


def position_hash(salt: str, latitude: float, longitude: float, accuracy_m: float) -> str:
    """Return the salted hash of a position: once the salt is erased nothing can be guessed from it."""
    return hashlib.sha256(f"{salt}:{latitude:.7f}:{longitude:.7f}:{accuracy_m:.1f}".encode()).hexdigest()


def first_broken(events: Iterable[Mapping[str, Any]]) -> int | None:
    """Return the number of the first event that does not fit the chain, or None."""
    previous = GENESIS
    for expected, event in enumerate(events, start=1):
        fits = event["number"] == expected and event["previous_hash"] == previous and event["hash"] == event_hash(event)
        if not fits:
            return expected
        previous = event["hash"]
    return None
