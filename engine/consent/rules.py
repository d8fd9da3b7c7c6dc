"""When a position may be stored: plain rules, no I/O."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

CHECK_IN = "check_in_position"
MANUAL = "manual_check_in"
TEXT_VERSION = "2026-11"
VALID_FOR = timedelta(days=365)
"""A consent is asked for again after twelve months (PRODUCT.md, P7)."""


class LocationMode(StrEnum):
    """How a person checks in (PRODUCT.md, S11); each is fully usable."""

    OFF = "off"
    MANUAL = "manual"
    CHECK_IN = "check_in"


@dataclass(frozen=True)
class ConsentState:
    """The newest answer of a person to a purpose."""

    id: UUID
    is_granted: bool
    text_version: str
    given_at: datetime
    withdrawn_at: datetime | None


def may_store_position(state: ConsentState | None, *, now: datetime) -> bool:
    """Tell whether a position may be stored: granted, not withdrawn, this text, not older than twelve months."""
    return (
        state is not None
        and state.is_granted
        and state.withdrawn_at is None
        and state.text_version == TEXT_VERSION
        and now - state.given_at < VALID_FOR
    )


def location_mode(states: Mapping[str, ConsentState], *, now: datetime) -> LocationMode | None:
    """Return the mode that a person's answers make, or None for one who is (again) to be asked."""
    if may_store_position(states.get(CHECK_IN), now=now):
        return LocationMode.CHECK_IN
    position = states.get(CHECK_IN)
    if position is not None and position.is_granted and position.withdrawn_at is None:
        return None  # the text is a new one, or twelve months are over: it is asked again
    manual = states.get(MANUAL)
    if manual is not None:
        return LocationMode.MANUAL if manual.is_granted and manual.withdrawn_at is None else LocationMode.OFF
    return LocationMode.MANUAL if CHECK_IN in states else None
