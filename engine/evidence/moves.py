"""Checks of one person that contradict each other: at two places, and no time to get from one to the other."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from engine.connectors.maps.coordinates import to_wgs84
from engine.connectors.maps.schematic import distance_m
from engine.evidence import rules
from engine.evidence.tables import CheckEvent, Position

LOOK_AROUND = timedelta(hours=12)
"""In this time one gets to any place of the country."""

MOST_EVENTS = 20


def contradicts_another(
    session: Session, user_id: UUID, position: Position, facts: Mapping[str, Any], *, at: datetime
) -> bool:
    """Tell whether a check contradicts the person's check before it or after it, by the speed between them.

    After it, too: what was done without a network arrives later than it happened. Positions that were deleted say
    nothing any more.

    Args:
        position: the person's reading at this check.
        facts: of this check, as the grade table gets them.
        at: when the check was made.
    """
    if not rules.fits_its_place(facts):
        return False
    around = (
        select(CheckEvent, Position)
        .join(Position, Position.id == CheckEvent.position_id)
        .where(CheckEvent.user_id == user_id, Position.id != position.id, CheckEvent.kind.in_(("in", "out")))
        .limit(MOST_EVENTS)
    )
    before = around.where(CheckEvent.at.between(at - LOOK_AROUND, at)).order_by(CheckEvent.at.desc())
    after = around.where(CheckEvent.at.between(at, at + LOOK_AROUND)).order_by(CheckEvent.at)
    neighbours = (_nearest(session, query) for query in (before, after))
    return any(_is_too_far(position, at, *other) for other in neighbours if other is not None)


def _nearest(session: Session, query: Select[CheckEvent, Position]) -> tuple[CheckEvent, Position] | None:
    rows = session.execute(query)
    return next(((event, other) for event, other in rows if rules.fits_its_place(event.facts)), None)


def _is_too_far(position: Position, at: datetime, event: CheckEvent, other: Position) -> bool:
    here, there = (to_wgs84((each.latitude, each.longitude), each.system) for each in (position, other))
    # A clock that was set between two checks shortens one of these; the longer is the one in the person's favour.
    elapsed = max(abs(at - event.at), abs(position.fix_at - other.fix_at))
    accuracy = position.accuracy_m + other.accuracy_m
    return rules.is_impossible_move(distance_m(here, there), accuracy, elapsed.total_seconds())
