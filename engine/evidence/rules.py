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

SHORTEST_MOVE_M = 5_000
"""Below it no move is impossible: readings jump between houses, and clocks by a minute."""

CLOCK_ERROR_S = 60
RAIL_M_S = 380 / 3.6
FLIGHT_M_S, GROUND_S = 900 / 3.6, 45 * 60
"""No traveller is faster: trains run at 350 km/h in China (CR400, 2017), airliners cruise below 900 km/h, and nobody
gets off one place, through an airport and to another in less than three quarters of an hour besides the flight."""

CREDIBLE_ACCURACY_M, CREDIBLE_AGE_S = 200, 300
"""What the grade table takes for a fix that says something."""

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


def fits_its_place(facts: Mapping[str, Any]) -> bool:
    """Tell whether a check's reading is good and agrees with its place.

    Only two of these can contradict each other. A reading that is off its place is explained already, and may be the
    device's mistake (a router that was moved to another city); one that is old or inaccurate proves nothing.
    """
    distance, accuracy, age = (facts.get(name) for name in ("distance_m", "accuracy_m", "age_s"))
    if facts.get("mock") or distance is None or accuracy is None or age is None:
        return False
    is_credible = accuracy <= CREDIBLE_ACCURACY_M and age <= CREDIBLE_AGE_S
    return bool(is_credible and distance - accuracy <= facts.get("radius_m", 0))


def is_impossible_move(distance_m: float, accuracy_m: float, elapsed_s: float) -> bool:
    """Tell whether nobody can have moved that far in that time.

    Args:
        distance_m: between two readings, in a straight line.
        accuracy_m: of both, added up: so much nearer they may have been.
        elapsed_s: between them, in either direction.
    """
    way = distance_m - accuracy_m
    if way <= SHORTEST_MOVE_M:
        return False
    return abs(elapsed_s) + CLOCK_ERROR_S < min(way / RAIL_M_S, GROUND_S + way / FLIGHT_M_S)
