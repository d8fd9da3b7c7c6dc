"""What screens show of deadlines."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, func, select
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
    id: UUID


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


@dataclass(frozen=True)
class DueCounts:
    """How many clocks are late, due within two hours, due within a day after that, and how many stand still."""

    late: int
    soon: int
    day: int
    paused: int


def next_due(
    session: Session,
    names: Collection[str],
    *,
    groups: Collection[str] | None,
    is_paused: bool,
    now: datetime,
    limit: int,
) -> Sequence[DeadlineRow]:
    """Return the clocks of these names that run, the least time left first, or those that stand still.

    Args:
        groups: only of these groups of people; None for all.
    """
    query = select(Deadline).where(*_open(names, groups))
    if is_paused:
        query = query.where(Deadline.running_since.is_(None)).order_by(Deadline.id)
    else:
        query = query.where(Deadline.running_since.is_not(None)).order_by(Deadline.due_at, Deadline.id)
    calendar = company_calendar(session)
    return [_row(row, calendar, now) for row in session.scalars(query.limit(limit))]


def due_counts(session: Session, names: Collection[str], *, groups: Collection[str] | None, now: datetime) -> DueCounts:
    """Return how many clocks of these names, and of these groups, stand how."""
    runs = Deadline.running_since.is_not(None)
    soon, day = now + timedelta(hours=2), now + timedelta(days=1)
    row = session.execute(
        select(
            func.count().filter(runs, Deadline.due_at < now),
            func.count().filter(runs, Deadline.due_at >= now, Deadline.due_at < soon),
            func.count().filter(runs, Deadline.due_at >= soon, Deadline.due_at < day),
            func.count().filter(Deadline.running_since.is_(None)),
        ).where(*_open(names, groups))
    ).one()
    return DueCounts(*(int(number) for number in row))


def _open(names: Collection[str], groups: Collection[str] | None) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [Deadline.name.in_(names), Deadline.stopped_at.is_(None)]
    return found if groups is None else [*found, Deadline.group_key.in_(groups)]


def _row(row: Deadline, calendar: WorkingCalendar, now: datetime) -> DeadlineRow:
    used = used_minutes(row, calendar, now)
    return DeadlineRow(
        business_key=row.business_key,
        name=row.name,
        due_at=row.due_at,
        is_paused=row.running_since is None and row.stopped_at is None,
        stopped_at=row.stopped_at,
        share_used=used / row.length_minutes if row.length_minutes else 1.0,
        id=row.id,
    )
