"""When a position may be stored: plain rules, no I/O."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

CHECK_IN = "check_in_position"
MANUAL = "manual_check_in"
TRACK = "working_time_track"
PURPOSES = (MANUAL, CHECK_IN, TRACK)
"""Each is asked for, given and withdrawn by itself (个人信息保护法, art. 29: separate consent)."""
TEXT_VERSION = "2026-11"
VALID_FOR = timedelta(days=365)
"""A consent is asked for again after twelve months (PRODUCT.md, P7)."""


class LocationMode(StrEnum):
    """How a person checks in (PRODUCT.md, S11); each is fully usable."""

    OFF = "off"
    MANUAL = "manual"
    CHECK_IN = "check_in"
    TRACK = "track"

    @property
    def grants(self) -> frozenset[str]:
        """The purposes that a person who chooses this mode agrees to."""
        return _GRANTS[self]

    @property
    def uses_position(self) -> bool:
        """Whether a check-in may use the device's position."""
        return CHECK_IN in self.grants


_GRANTS = {
    LocationMode.OFF: frozenset[str](),
    LocationMode.MANUAL: frozenset({MANUAL}),
    LocationMode.CHECK_IN: frozenset({MANUAL, CHECK_IN}),
    LocationMode.TRACK: frozenset({MANUAL, CHECK_IN, TRACK}),
}


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


def is_to_be_asked_again(state: ConsentState | None, *, now: datetime) -> bool:
    """Tell whether a consent stands, but in an older text or for twelve months already; a refusal is let stand."""
    stands = state is not None and state.is_granted and state.withdrawn_at is None
    return stands and not may_store_position(state, now=now)


def location_mode(states: Mapping[str, ConsentState], *, now: datetime) -> LocationMode | None:
    """Return the mode that a person's answers make, or None for one who is (again) to be asked."""
    if any(is_to_be_asked_again(states.get(purpose), now=now) for purpose in PURPOSES):
        return None
    if may_store_position(states.get(CHECK_IN), now=now):
        tracks = may_store_position(states.get(TRACK), now=now)
        return LocationMode.TRACK if tracks else LocationMode.CHECK_IN
    manual = states.get(MANUAL)
    if manual is not None:
        return LocationMode.MANUAL if manual.is_granted and manual.withdrawn_at is None else LocationMode.OFF
    return LocationMode.MANUAL if CHECK_IN in states else None
