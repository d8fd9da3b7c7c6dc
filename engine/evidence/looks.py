"""Looking at another person's position: each look names a purpose and is written down first; twenty a day at most.

What comes back is a picture in metres about the place, never degrees: coordinates do not leave this package.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from engine.access import Actor, Role
from engine.connectors.maps.coordinates import Point, to_wgs84
from engine.connectors.maps.schematic import EARTH_RADIUS_M
from engine.consent import rules as consent_rules
from engine.consent import service as consent
from engine.errors import FieldProblem, ForbiddenError, InvalidInputError, NotFoundError
from engine.evidence import rules
from engine.evidence.tables import CheckEvent, Position, PositionView
from engine.ids import new_id
from engine.people import queries as people

CHECK_IN, TRACK, PIN = "check_in", "track", "pin"


@dataclass(frozen=True)
class Spot:
    """A reading in a picture: metres east and north of the middle, its accuracy, what it was of, and when."""

    east_m: float
    north_m: float
    accuracy_m: float
    kind: str
    at: datetime


@dataclass(frozen=True)
class Picture:
    """Readings about a place; if it has no position, ``radius_m`` is None and the first reading the middle."""

    spots: tuple[Spot, ...]
    radius_m: int | None


@dataclass(frozen=True)
class LookRow:
    """One look, as the person looked at reads it."""

    viewer_id: UUID
    purpose: str
    what: str
    visit_id: UUID | None
    viewed_at: datetime


def look_at_check(
    session: Session,
    actor: Actor,
    subject_id: UUID,
    visit_id: UUID,
    *,
    purpose: str,
    place: Point | None,
    radius_m: int | None,
    now: datetime,
) -> Picture:
    """Show where a rep checked in and out of a visit; the caller has checked that the visit is this rep's.

    Args:
        place: WGS 84.

    Raises:
        NotFoundError: no position is stored, or not for this actor.
        ForbiddenError: the person no longer agrees, or the actor has looked twenty times today.
        InvalidInputError: no such purpose.
    """
    rows = session.execute(
        select(CheckEvent.kind, CheckEvent.at, Position)
        .join(Position, Position.id == CheckEvent.position_id)
        .where(CheckEvent.visit_id == visit_id, Position.user_id == subject_id)
        .order_by(CheckEvent.number)
    ).all()
    if not rows:
        raise NotFoundError("No position is stored of this visit.", code="no_position")
    record_look(session, actor, subject_id, purpose=purpose, what=CHECK_IN, visit_id=visit_id, now=now)
    points = [to_wgs84((row.Position.latitude, row.Position.longitude), row.Position.system) for row in rows]
    middle = place or points[0]
    spots = [
        Spot(*offset_m(middle, point), row.Position.accuracy_m, row.kind, row.at)
        for row, point in zip(rows, points, strict=True)
    ]
    return Picture(tuple(spots), radius_m if place else None)


def record_look(
    session: Session,
    actor: Actor,
    subject_id: UUID,
    *,
    purpose: str,
    what: str,
    now: datetime,
    visit_id: UUID | None = None,
) -> None:
    """Write a look into the ledger, before anything is shown.

    Raises:
        NotFoundError: the actor does not manage this person.
        ForbiddenError: the person does not agree (any more), or the actor has looked twenty times today.
        InvalidInputError: no such purpose.
    """
    if not (actor.has(Role.MANAGER) and subject_id in people.team_rep_ids(session, actor)):
        raise NotFoundError("There is no such position for you.", code="position_unknown")
    if purpose not in rules.VIEW_PURPOSES:
        raise InvalidInputError(errors={"purpose": [FieldProblem("Say why you look.", code="purpose_unknown")]})
    needed = consent_rules.TRACK if what == TRACK else consent_rules.CHECK_IN
    if not consent_rules.may_store_position(consent.state_of(session, subject_id, needed), now=now):
        raise ForbiddenError("This person does not agree to it any more: nothing is shown.", code="no_consent")
    day = now.astimezone(ZoneInfo(actor.time_zone)).date()
    used = views_on(session, actor, day)
    if used >= rules.VIEWS_A_DAY:
        raise ForbiddenError(
            "You have looked at positions {n} times today. More is possible tomorrow.",
            code="view_budget_used",
            n=rules.VIEWS_A_DAY,
        )
    last = session.execute(
        select(PositionView.number, PositionView.hash)
        .where(PositionView.subject_id == subject_id)
        .order_by(PositionView.number.desc())
        .limit(1)
    ).first()
    view = PositionView(
        id=new_id(),
        subject_id=subject_id,
        number=last.number + 1 if last else 1,
        viewer_id=actor.user_id,
        viewer_day=day,
        viewer_number=used + 1,
        purpose=purpose,
        what=what,
        visit_id=visit_id,
        viewed_at=now,
        previous_hash=last.hash if last else rules.GENESIS,
        hash="",
    )
    view.hash = rules.view_hash(view.__dict__)
    session.add(view)
    session.flush()  # two looks at once take the same number, and one of them is tried again


def views_on(session: Session, actor: Actor, day: date) -> int:
    """Return how often the actor has looked at positions on a day of theirs."""
    query = select(func.coalesce(func.max(PositionView.viewer_number), 0))
    return session.scalar(query.where(PositionView.viewer_id == actor.user_id, PositionView.viewer_day == day)) or 0


def looks_at(session: Session, actor: Actor, *, limit: int = 200) -> tuple[LookRow, ...]:
    """Return who looked at the actor's positions, the newest first."""
    rows = session.scalars(
        select(PositionView)
        .where(PositionView.subject_id == actor.user_id)
        .order_by(PositionView.number.desc())
        .limit(limit)
    )
    return tuple(LookRow(**{name: getattr(row, name) for name in LookRow.__dataclass_fields__}) for row in rows)


def first_broken_look(session: Session, subject_id: UUID) -> int | None:
    """Return the number of the first look in a person's ledger that does not fit its chain, or None."""
    rows = session.scalars(
        select(PositionView).where(PositionView.subject_id == subject_id).order_by(PositionView.number)
    )
    names = (*rules.VIEW_CHAINED, "hash")
    found: Sequence[dict[str, object]] = [{name: getattr(row, name) for name in names} for row in rows]
    return rules.first_broken(found, hash_of=rules.view_hash)


def offset_m(middle: Point, point: Point) -> tuple[float, float]:
    """Return metres east and north of ``middle``: equirectangular, off by less than 0.1 % within 50 km."""
    north = math.radians(point[0] - middle[0]) * EARTH_RADIUS_M
    east = math.radians(point[1] - middle[1]) * EARTH_RADIUS_M * math.cos(math.radians(middle[0]))
    return east, north
