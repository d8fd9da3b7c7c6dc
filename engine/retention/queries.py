"""What a page shows of retention: what is kept how long, what is over, and the runs."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.access import SYSTEM
from engine.retention import classes
from engine.retention.tables import RetentionRun


@dataclass(frozen=True)
class ClassRow:
    """A class of data.

    Args:
        days: how long it is kept here.
        promised_days: what the notices promise; a setting may shorten it.
        due: how much is over now.
        next_at: when the next becomes over; None if there is none, or something is over already.
    """

    name: str
    days: int
    promised_days: int
    due: int
    next_at: datetime | None


@dataclass(frozen=True)
class RunRow:
    """A run; ``asked_by_name`` is "" where the sweep began it, ``deleted`` holds what is not 0."""

    asked_by_name: str
    started_at: datetime
    finished_at: datetime | None
    deleted: Mapping[str, int]


def overview(session: Session, kept: Mapping[str, int], *, now: datetime) -> tuple[ClassRow, ...]:
    """Return every class of data."""
    due = classes.due(session, kept, now=now)
    rows = []
    for each in classes.CLASSES:
        days, oldest = each.kept_days(kept), None if due[each.name] else each.oldest(session)
        next_at = oldest + timedelta(days=days) if oldest else None
        rows.append(ClassRow(each.name, days, each.days, due[each.name], next_at))
    return tuple(rows)


def runs(session: Session, *, limit: int = 20) -> tuple[RunRow, ...]:
    """Return the runs, the newest first."""
    query = select(RetentionRun).order_by(RetentionRun.started_at.desc(), RetentionRun.id.desc()).limit(limit)
    return tuple(
        RunRow(
            "" if row.asked_by_name == SYSTEM.name else row.asked_by_name,
            row.started_at,
            row.finished_at,
            {name: count for name, count in row.deleted.items() if count},
        )
        for row in session.scalars(query)
    )
