"""When an action was really done, and what may be sent: plain functions, no I/O."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

VALID_FOR = timedelta(days=3)
"""A package from the phone is valid for three days (PRODUCT.md, P1); an older one is for a person to look at."""

HELD_FOR = timedelta(hours=24)
"""How long an action waits for the one before it; then it is for a person to look at."""

MAX_ACTIONS = 50
MAX_BODY_BYTES = 256_000


class ActionKind(StrEnum):
    """What a phone can do without a network."""

    COMPLETE_TASK = "complete_task"
    PLAN_VISIT = "plan_visit"
    CANCEL_VISIT = "cancel_visit"
    RESCHEDULE_VISIT = "reschedule_visit"
    RAISE_REQUEST = "raise_request"
    COMMENT = "comment"


class ActionState(StrEnum):
    """What became of an action."""

    HELD = "held"
    APPLIED = "applied"
    CONFLICT = "conflict"
    SET_ASIDE = "set_aside"


class CaseState(StrEnum):
    """What became of a conflict case."""

    OPEN = "open"
    APPLIED = "applied"
    CHANGED = "changed"
    SET_ASIDE = "set_aside"


@dataclass(frozen=True)
class Sent:
    """The clocks of the phone at the moment of sending.

    Args:
        device_at: its wall clock, aware.
        monotonic_ms: a clock that no setting moves, counted from the start of ``boot``.
        boot: changes when the monotonic clock starts anew.
    """

    device_at: datetime
    monotonic_ms: float
    boot: str


@dataclass(frozen=True)
class Stamp:
    """The clocks of the phone at the moment of the action; as ``Sent``."""

    device_at: datetime
    monotonic_ms: float
    boot: str


def event_time(stamp: Stamp, sent: Sent, *, now: datetime) -> datetime:
    """Return when an action was done, by the server's clock.

    While the monotonic clock has not started anew, the time between action and sending is known whatever the phone's
    clock says. Otherwise the wall clock is shifted by its error at the time of sending: a clock that was moved in
    between shows through, which nothing can mend. Never later than now.
    """
    if stamp.boot == sent.boot and 0 <= stamp.monotonic_ms <= sent.monotonic_ms:
        done = now - timedelta(milliseconds=sent.monotonic_ms - stamp.monotonic_ms)
    else:
        done = stamp.device_at + (now - sent.device_at)
    return min(done, now)


def is_valid(event_at: datetime, *, now: datetime) -> bool:
    """Tell whether an action may still be applied without a person's look."""
    return now - event_at <= VALID_FOR
