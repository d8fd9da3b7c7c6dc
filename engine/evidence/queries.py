"""What screens and exports show of check events: never a position."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from engine.access import Actor
from engine.evidence import rules
from engine.evidence.tables import ChainStart, CheckEvent, Position, TrackPoint


@dataclass(frozen=True)
class CheckRow:
    """A check event as screens show it: never a position, only how far from the place it was.

    Args:
        has_position: its position is still stored.
    """

    kind: str
    method: str
    at: datetime
    grade: str | None
    explanation: str | None
    distance_m: int | None
    has_position: bool


@dataclass(frozen=True)
class Chain:
    """A person's check events in order, and where they begin."""

    user_id: UUID
    after: int
    previous: str
    events: list[dict[str, Any]]

    @property
    def first_broken(self) -> int | None:
        """The number of the first event that does not fit, or None."""
        return rules.first_broken(self.events, after=self.after, previous=self.previous)


def chain(session: Session, user_id: UUID) -> Chain:
    """Return a person's check events, as the verifier takes them."""
    rows = session.scalars(select(CheckEvent).where(CheckEvent.user_id == user_id).order_by(CheckEvent.number))
    start = session.get(ChainStart, user_id)
    return Chain(
        user_id=user_id,
        after=start.number if start else 0,
        previous=start.hash if start else rules.GENESIS,
        events=[{name: getattr(row, name) for name in (*rules.CHAINED, "hash")} for row in rows],
    )


def events_of(session: Session, visit_id: UUID) -> tuple[CheckRow, ...]:
    """Return the check events of a visit in order; the caller has checked who may see the visit."""
    rows = session.execute(
        select(CheckEvent, Position.id)
        .outerjoin(Position, Position.id == CheckEvent.position_id)
        .where(CheckEvent.visit_id == visit_id)
        .order_by(CheckEvent.number)
    )
    return tuple(
        CheckRow(
            row.kind, row.method, row.at, row.grade, row.explanation, row.facts.get("distance_m"), position is not None
        )
        for row, position in rows
    )


def stored_positions(session: Session, actor: Actor) -> int:
    """Return how many positions of the actor are stored, check-ins and tracks together."""
    checks = session.scalar(select(func.count()).where(Position.user_id == actor.user_id)) or 0
    return checks + (session.scalar(select(func.count()).where(TrackPoint.user_id == actor.user_id)) or 0)
