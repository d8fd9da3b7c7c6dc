"""What screens show of a rep's day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from engine.planning import rules
from engine.planning.tables import RepDay
from engine.visits.queries import VisitRow


@dataclass(frozen=True)
class DayRow:
    """A day that has begun.

    Args:
        begins: when each visit begins by the order, by visit; in that order.
    """

    begins: dict[UUID, datetime]
    close_at: datetime
    confirmed_at: datetime | None
    closed_at: datetime | None
    digest: dict[str, Any]


def day_of(session: Session, rep_id: UUID, day: date) -> DayRow | None:
    """Return a rep's day, or None if it has not begun."""
    found = session.get(RepDay, (rep_id, day))
    if found is None:
        return None
    return DayRow(
        begins={UUID(stop["visit"]): datetime.fromisoformat(stop["begins"]) for stop in found.stops},
        close_at=found.close_at,
        confirmed_at=found.confirmed_at,
        closed_at=found.closed_at,
        digest=found.digest,
    )


def in_confirmed_order(found: DayRow | None, rows: Sequence[VisitRow]) -> tuple[VisitRow, ...]:
    """Return visits in the order that their rep confirmed; in time order if the rep confirmed none.

    Args:
        rows: the visits of the day, in time order.
    """
    if found is None or found.confirmed_at is None:
        return tuple(rows)
    by_id = {str(row.id): row for row in rows}
    return tuple(by_id[key] for key in rules.merged([str(key) for key in found.begins], list(by_id)))
