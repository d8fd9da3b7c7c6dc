"""When a position may be stored: plain rules, no I/O."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

CHECK_IN = "check_in_position"
TEXT_VERSION = "2026-11"
VALID_FOR = timedelta(days=365)
"""A consent is asked for again after twelve months (PRODUCT.md, P7)."""


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
