"""The times of a visit's process, and which visits need approval: plain functions, no I/O."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from hashlib import sha256
from uuid import UUID
from zoneinfo import ZoneInfo

from engine.calendar.rules import WorkingCalendar, add_working_minutes

DAY_MINUTES = 480
"""One business day (bd) in working minutes."""

REVIEW_SHARE_PERCENT = 5
REVIEW_DAYS = 3
"""Business days in which a manager may review a visit."""

STEP_ORDER = ("check_in", "what_happened", "report", "check_out", "explain")
OPTIONAL_STEPS = frozenset({"prepare"})
"""Of several open user tasks of a visit, which a rep is offered first, by the ids of the shipped process."""


@dataclass(frozen=True)
class VisitClock:
    """The absolute times of a visit's process, aware UTC (PRODUCT.md, P1)."""

    approve_by: datetime
    check_in_remind_at: datetime
    report_remind_at: datetime
    report_late_at: datetime
    day_limit_at: datetime
    decide_by: datetime


def visit_clock(planned_start: datetime, *, calendar: WorkingCalendar, time_zone: str, now: datetime) -> VisitClock:
    """Return the times of a visit's process: all local times are in ``time_zone``."""
    zone = ZoneInfo(time_zone)
    local = planned_start.astimezone(zone)
    evening = datetime.combine(local.date(), time(20, 0), zone).astimezone(UTC)
    next_midnight = datetime.combine(local.date() + timedelta(days=1), time(0, 0), zone).astimezone(UTC)
    day_limit = next_midnight + timedelta(hours=4)
    # Noon of the next business day: the first working minute after the day, then that day's noon.
    next_work = add_working_minutes(calendar, next_midnight, 1).astimezone(zone)
    noon = datetime.combine(next_work.date(), time(12, 0), zone).astimezone(UTC)
    return VisitClock(
        approve_by=add_working_minutes(calendar, now, DAY_MINUTES),
        check_in_remind_at=planned_start + timedelta(minutes=15),
        report_remind_at=evening,
        report_late_at=noon,
        day_limit_at=day_limit,
        decide_by=add_working_minutes(calendar, day_limit, 2 * DAY_MINUTES),
    )


def needs_approval(*, created_by: UUID | None, rep_id: UUID, customer_owner_id: UUID | None) -> bool:
    """Tell whether a manager must approve: a rep planned a visit to a colleague's customer."""
    return created_by == rep_id and customer_owner_id not in {None, rep_id}


def is_sampled(visit_id: UUID, *, percent: int = REVIEW_SHARE_PERCENT) -> bool:
    """Tell whether a visit is in the review sample: a hash of its id, so that a replay repeats it."""
    return int.from_bytes(sha256(visit_id.bytes).digest()[:4], "big") % 100 < percent


def local_date(instant: datetime, time_zone: str) -> date:
    """Return the day of an instant in a time zone."""
    return instant.astimezone(ZoneInfo(time_zone)).date()


def task_rank(element_id: str) -> int:
    """Return where an open user task stands among those of its visit: the main steps, others, then optional ones."""
    if element_id in OPTIONAL_STEPS:
        return len(STEP_ORDER) + 1
    return STEP_ORDER.index(element_id) if element_id in STEP_ORDER else len(STEP_ORDER)


def visit_number(visit_id: UUID) -> str:
    """Return the short number by which people name a visit: the random end of its id, as photos carry it."""
    return f"V-{visit_id.hex[-8:].upper()}"
