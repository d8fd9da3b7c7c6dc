"""What screens show of deadlines."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.calendar.company import company_calendar
from engine.calendar.rules import WorkingCalendar
from engine.calendar.service import used_minutes
from engine.calendar.tables import Deadline


@dataclass(frozen=True)
class DeadlineRow:
    """A deadline as screens show it: ``due_at`` is None while it is paused or stopped."""

    business_key: str
    name: str
    due_at: datetime | None
    is_paused: bool
    stopped_at: datetime | None
    share_used: float


def deadlines_of(session: Session, business_keys: Collection[str], *, now: datetime) -> dict[str, list[DeadlineRow]]:
    """Return the deadlines of objects, by business key."""
    found: dict[str, list[DeadlineRow]] = {key: [] for key in business_keys}
    rows = session.scalars(
        select(Deadline).where(Deadline.business_key.in_(business_keys)).order_by(Deadline.name)
    ).all()
    if rows:
        calendar = company_calendar(session)
        for row in rows:
            found[row.business_key].append(_row(row, calendar, now))
    return found


def next_due(
    session: Session, name: str, *, groups: Collection[str] | None, is_paused: bool, now: datetime, limit: int
) -> Sequence[DeadlineRow]:
    """Return the clocks of a name that run, the least time left first, or those that stand still.

    Args:
        groups: only of these groups of people; None for all.
    """
    query = select(Deadline).where(Deadline.name == name, Deadline.stopped_at.is_(None))
    if is_paused:
        query = query.where(Deadline.running_since.is_(None), Deadline.due_at.is_(None)).order_by(Deadline.id)
    else:
        query = query.where(Deadline.running_since.is_not(None)).order_by(Deadline.due_at, Deadline.id)
    if groups is not None:
        query = query.where(Deadline.group_key.in_(groups))
    calendar = company_calendar(session)
    return [_row(row, calendar, now) for row in session.scalars(query.limit(limit))]


def _row(row: Deadline, calendar: WorkingCalendar, now: datetime) -> DeadlineRow:
    used = used_minutes(row, calendar, now)
    return DeadlineRow(
        business_key=row.business_key,
        name=row.name,
        due_at=row.due_at,
        is_paused=row.running_since is None and row.stopped_at is None,
        stopped_at=row.stopped_at,
        share_used=used / row.length_minutes if row.length_minutes else 1.0,
    )
