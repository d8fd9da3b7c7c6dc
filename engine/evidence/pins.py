"""The pin of a place: the first reading at a place without a position proposes it, and a manager confirms it.

From then on it is the place's position, nobody's whereabouts: what was read, and from whom, stays evidence and is
deleted with it.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from engine.access import Actor, Role, user_principal
from engine.connectors.maps.coordinates import Point, to_wgs84
from engine.customers import queries as customer_queries
from engine.customers import service as customers
from engine.errors import ConflictError, NotFoundError
from engine.evidence import looks
from engine.evidence.tables import PlacePin, Position
from engine.ids import new_id
from engine.outbox import service as outbox
from engine.people import queries as people

BEST_ACCURACY_M = 200
"""A worse reading proposes nothing."""


@dataclass(frozen=True)
class PinRow:
    """A proposal that waits; ``seen`` is where it lies (WGS 84), only after a look that was written down."""

    id: UUID
    place_id: UUID
    visit_id: UUID
    proposed_by: UUID
    proposed_at: datetime
    accuracy_m: int
    seen: Point | None = None


def propose(
    session: Session, user_id: UUID, place_id: UUID, visit_id: UUID, position_id: UUID, *, now: datetime
) -> UUID | None:
    """Propose a reading as the position of a place; a better one takes the place of a proposal that waits.

    Returns:
        the proposal's id, None if the reading is too inaccurate or no better.
    """
    position = session.get(Position, position_id)
    if position is None or position.user_id != user_id or position.accuracy_m > BEST_ACCURACY_M:
        return None
    waiting = session.scalar(select(PlacePin).where(PlacePin.place_id == place_id, PlacePin.state == "open"))
    if waiting is not None:
        before = session.get(Position, waiting.position_id)
        if before is not None and before.accuracy_m <= position.accuracy_m:
            return None
        waiting.state = "replaced"
    pin = PlacePin(
        id=new_id(), place_id=place_id, visit_id=visit_id, position_id=position_id, proposed_by=user_id, proposed_at=now
    )
    session.add(pin)
    if waiting is None:
        _tell_manager(session, pin, now=now)
    return pin.id


def _tell_manager(session: Session, pin: PlacePin, *, now: datetime) -> None:
    """Tell the rep's manager, once for a place: a better proposal is another reading of the same question."""
    manager_id = people.manager_of(session, pin.proposed_by)
    if manager_id is None or manager_id == pin.proposed_by:
        return
    place = customer_queries.places_by_id(session, [pin.place_id])[pin.place_id]
    customer = customer_queries.by_id(session, [place.customer_id])[place.customer_id]
    who = people.names(session, [pin.proposed_by]).get(pin.proposed_by, "")
    outbox.emit(
        session,
        "notify.send",
        {
            "to": [user_principal(manager_id)],
            "template": "pin_proposed",
            "values": {"title": customer.name, "title_en": customer.label("en"), "who": who},
            "business_key": f"pin:{pin.id}",
        },
        key=f"pin:{pin.id}",
        now=now,
        lane=outbox.USER_LANE,
    )


def waiting_pins(session: Session, actor: Actor) -> tuple[PinRow, ...]:
    """Return the proposals of the reps whom the actor manages, the oldest first."""
    rows = session.execute(
        select(PlacePin, Position)
        .join(Position, Position.id == PlacePin.position_id)
        .where(PlacePin.state == "open", PlacePin.proposed_by.in_(people.team_rep_ids(session, actor)))
        .order_by(PlacePin.proposed_at)
    )
    return tuple(_row(pin, position) for pin, position in rows)


def count_waiting(session: Session, rep_ids: Collection[UUID]) -> int:
    """Return how many proposals of these reps wait."""
    query = select(func.count()).where(PlacePin.state == "open", PlacePin.proposed_by.in_(rep_ids))
    return session.scalar(query) or 0


def look(session: Session, actor: Actor, pin_id: UUID, *, now: datetime) -> PinRow:
    """Show where a proposal lies, after the look is written down.

    Raises:
        NotFoundError: no such proposal, or not this actor's.
        ForbiddenError: the person no longer agrees, or the actor has looked twenty times today.
    """
    pin, position = _load(session, actor, pin_id)
    looks.record_look(
        session, actor, pin.proposed_by, purpose="place_pin", what=looks.PIN, visit_id=pin.visit_id, now=now
    )
    return _row(pin, position, seen=to_wgs84((position.latitude, position.longitude), position.system))


def decide(session: Session, actor: Actor, pin_id: UUID, *, is_right: bool, now: datetime) -> None:
    """Give the place the proposed position, or drop the proposal.

    Raises:
        NotFoundError: no such proposal, or not this actor's.
        ConflictError: it was decided before.
    """
    pin, position = _load(session, actor, pin_id)
    if pin.state != "open":
        raise ConflictError("This was decided before.", code="pin_decided")
    pin.state = "confirmed" if is_right else "rejected"
    pin.decided_by, pin.decided_at = actor.user_id, now
    if is_right:
        customers.set_place_position(
            session, pin.place_id, (position.latitude, position.longitude), system=position.system
        )


def _load(session: Session, actor: Actor, pin_id: UUID) -> tuple[PlacePin, Position]:
    pin = session.get(PlacePin, pin_id)
    position = session.get(Position, pin.position_id) if pin else None
    manages = actor.has(Role.MANAGER) and pin is not None and pin.proposed_by in people.team_rep_ids(session, actor)
    if pin is None or position is None or not manages:
        raise NotFoundError("There is no such proposal for you.", code="pin_unknown")
    return pin, position


def _row(pin: PlacePin, position: Position, *, seen: Point | None = None) -> PinRow:
    return PinRow(
        id=pin.id,
        place_id=pin.place_id,
        visit_id=pin.visit_id,
        proposed_by=pin.proposed_by,
        proposed_at=pin.proposed_at,
        accuracy_m=round(position.accuracy_m),
        seen=seen,
    )
