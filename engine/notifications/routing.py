"""Where a notice goes and when: at once, when the person's quiet hours end, or into the day's digest.

In the application every notice is shown at once; what is said here is about the channels that make a noise elsewhere.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo


class Channel(StrEnum):
    """A way to one person outside the application."""

    MAIL = "mail"
    PUSH = "push"


class Kind(StrEnum):
    """What notices are about, as people choose them."""

    VISITS = "visits"
    REMINDERS = "reminders"
    REQUESTS = "requests"
    DEADLINES = "deadlines"
    DECISIONS = "decisions"
    SAFETY = "safety"
    COMMENTS = "comments"
    DAYS = "days"


class Wait(StrEnum):
    """Why a notice is kept back."""

    QUIET = "quiet"
    DIGEST = "digest"


_BY_TEMPLATE = {
    "check_in_reminder": Kind.REMINDERS,
    "report_reminder": Kind.REMINDERS,
    "report_late": Kind.REMINDERS,
    "first_response_late": Kind.DEADLINES,
    "pin_proposed": Kind.DECISIONS,
    "promise_kept": Kind.REQUESTS,
    "mention": Kind.COMMENTS,
    "day_digest": Kind.DAYS,
}
_BY_START = {
    "visit_": Kind.VISITS,
    "request_": Kind.REQUESTS,
    "sample": Kind.REQUESTS,
    "deadline_": Kind.DEADLINES,
    "conflict_": Kind.DECISIONS,
    "correction_": Kind.DECISIONS,
    "repair_": Kind.DECISIONS,
    "review_": Kind.DECISIONS,
    "adverse_event": Kind.SAFETY,
    "comment": Kind.COMMENTS,
}
URGENT = frozenset(
    {"first_response_late", "deadline_breached", "deadline_head", "adverse_event_serious", "adverse_event_taken_over"}
)
"""What may pass quiet hours and never waits for a digest."""

DAY_MINUTES = 24 * 60


@dataclass(frozen=True)
class Preferences:
    """How one person wants to be told.

    Args:
        channels: of each kind; a kind that is absent stays in the application.
        quiet_from, quiet_to: minutes after local midnight; both None: no quiet hours. They may span midnight.
        urgent_passes: urgent notices do not wait for the end of quiet hours.
        digest_at: minutes after local midnight: mails that are not urgent come as one a day; None: singly.
    """

    channels: Mapping[Kind, frozenset[Channel]] = field(default_factory=dict)
    quiet_from: int | None = None
    quiet_to: int | None = None
    urgent_passes: bool = True
    digest_at: int | None = None


@dataclass(frozen=True)
class Routed:
    """What becomes of a notice on one channel; ``due_at`` None: it is sent at once."""

    channel: Channel
    due_at: datetime | None = None
    wait: Wait | None = None


def kind_of(template: str) -> Kind:
    """Return what a template is about; an unknown one is about a request."""
    if template in _BY_TEMPLATE:
        return _BY_TEMPLATE[template]
    return next((kind for start, kind in _BY_START.items() if template.startswith(start)), Kind.REQUESTS)


def default_preferences(roles: Collection[str]) -> Preferences:
    """Return what holds for a person who has chosen nothing.

    Who is in the street is told on the phone and reads mail in the evening; who sits at the desk sees the inbox, and
    gets by mail only what must not be missed.
    """
    both, phone = frozenset(Channel), frozenset({Channel.PUSH})
    channels = dict.fromkeys(Kind, phone)
    channels |= dict.fromkeys((Kind.DEADLINES, Kind.SAFETY, Kind.COMMENTS), both)
    if "rep" in roles or "manager" in roles:
        channels |= dict.fromkeys((Kind.REQUESTS, Kind.DECISIONS), both)
    if "manager" in roles:
        channels[Kind.DAYS] = both
    return Preferences(channels, quiet_from=22 * 60, quiet_to=7 * 60)


def route(preferences: Preferences, template: str, *, now: datetime, zone: ZoneInfo) -> tuple[Routed, ...]:
    """Return what becomes of a notice on each of the person's channels.

    Args:
        now: aware; when the notice came.
        zone: the person's.
    """
    is_urgent = template in URGENT
    quiet_end = _end_of_quiet(preferences, now, zone)
    if is_urgent and preferences.urgent_passes:
        quiet_end = None
    found = []
    for channel in sorted(preferences.channels.get(kind_of(template), frozenset())):
        if channel is Channel.MAIL and preferences.digest_at is not None and not is_urgent:
            due_at = next_local(now, preferences.digest_at, zone)
            found.append(Routed(channel, _end_of_quiet(preferences, due_at, zone) or due_at, Wait.DIGEST))
        elif quiet_end is not None:
            found.append(Routed(channel, quiet_end, Wait.QUIET))
        else:
            found.append(Routed(channel))
    return tuple(found)


def is_quiet(preferences: Preferences, at: datetime, zone: ZoneInfo) -> bool:
    """Tell whether a moment lies in the person's quiet hours; their end does not."""
    start, end = preferences.quiet_from, preferences.quiet_to
    if start is None or end is None or start == end:
        return False
    local = at.astimezone(zone)
    minute = local.hour * 60 + local.minute
    return start <= minute < end if start < end else minute >= start or minute < end


def next_local(after: datetime, minute: int, zone: ZoneInfo) -> datetime:
    """Return the first moment after ``after`` at which local clocks show a minute of the day, aware, UTC.

    An hour that the clocks skip counts as the one after it; of one that they repeat the first to come counts.
    """
    day = after.astimezone(zone).date()
    shown = time(minute // 60, minute % 60)
    moments = (
        datetime.combine(day + timedelta(days=days), shown, zone).replace(fold=fold).astimezone(UTC)
        for days in range(3)
        for fold in (0, 1)
    )
    return min(moment for moment in moments if moment > after)


def _end_of_quiet(preferences: Preferences, at: datetime, zone: ZoneInfo) -> datetime | None:
    if not is_quiet(preferences, at, zone) or preferences.quiet_to is None:
        return None
    return next_local(at, preferences.quiet_to, zone)
