"""Record positions under consent, and check events in the chain."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from engine.access import Actor
from engine.connectors.maps.coordinates import CoordinateSystem, to_wgs84
from engine.connectors.maps.schematic import distance_m
from engine.consent import rules as consent_rules
from engine.consent import service as consent
from engine.errors import FieldProblem, ForbiddenError, InvalidInputError
from engine.evidence import moves, rules
from engine.evidence.tables import ChainStart, CheckEvent, PlacePin, Position, TrackPoint
from engine.ids import new_id

MAX_ACCURACY_M = 100_000


@dataclass(frozen=True)
class Reading:
    """What a device says: degrees in ``system``, accuracy in metres, the time of the fix (aware)."""

    latitude: float
    longitude: float
    accuracy_m: float
    fix_at: datetime
    is_mock: bool = False
    system: str = CoordinateSystem.WGS84

    @property
    def is_possible(self) -> bool:
        """Whether there is such a point on the Earth."""
        return -90 <= self.latitude <= 90 and -180 <= self.longitude <= 180 and 0 <= self.accuracy_m <= MAX_ACCURACY_M


def record_position(session: Session, actor: Actor, reading: Reading, *, now: datetime) -> UUID:
    """Store a reading and return its evidence id, the only thing that anything else may hold.

    Raises:
        ForbiddenError: no consent is on record.
        InvalidInputError: not a position.
    """
    state = consent.state(session, actor, consent_rules.CHECK_IN)
    if state is None or not consent_rules.may_store_position(state, now=now):
        raise ForbiddenError(
            "Your position is not used: you have not agreed to it. Check in by hand.", code="no_consent"
        )
    if not reading.is_possible:
        raise InvalidInputError(errors={"position": [FieldProblem("This is not a position.", code="position_invalid")]})
    assert actor.user_id is not None, "the system has no position"
    position = Position(
        id=new_id(),
        user_id=actor.user_id,
        consent_id=state.id,
        latitude=reading.latitude,
        longitude=reading.longitude,
        accuracy_m=reading.accuracy_m,
        system=reading.system,
        fix_at=reading.fix_at,
        received_at=now,
        is_mock=reading.is_mock,
        salt=secrets.token_hex(16),
    )
    session.add(position)
    return position.id


def check_facts(
    session: Session,
    user_id: UUID,
    *,
    method: str,
    evidence_id: UUID | None,
    place: tuple[float, float] | None,
    radius_m: int,
    at: datetime,
    qr: bool = False,
    permission: str | None = None,
) -> dict[str, Any]:
    """Return what the grade table needs to know of a check; distances only, no coordinates.

    Args:
        method: as the person chose it: position, qr, manual.
        evidence_id: of a position that this person recorded; another person's counts as none.
        place: WGS 84 (latitude, longitude) of the place, None if unknown.
        at: when the check was made; a fix is as old as it was then, however soon it had been sent.
        qr: the place's own code was given.
        permission: what the browser said of its permission to locate.
    """
    facts: dict[str, Any] = {
        "method": "qr" if qr else "manual", "mock": False, "qr": qr, "accuracy_m": None, "age_s": None,
        "distance_m": None, "radius_m": radius_m, "place_known": place is not None, "impossible_speed": False,
    }  # fmt: skip
    if permission in rules.PERMISSIONS:
        facts["permission"] = permission
    position = session.get(Position, evidence_id) if evidence_id and method in {"position", "qr"} else None
    if position is None or position.user_id != user_id:
        return facts
    here = to_wgs84((position.latitude, position.longitude), position.system)
    facts |= {
        "method": "qr" if qr else "position",
        "mock": position.is_mock,
        "accuracy_m": round(position.accuracy_m),
        "age_s": max(0, round((at - position.fix_at).total_seconds())),
        "distance_m": None if place is None else round(distance_m(here, place)),
    }
    facts["impossible_speed"] = moves.contradicts_another(session, user_id, position, facts, at=at)
    return facts


def record_event(
    session: Session,
    user_id: UUID,
    visit_id: UUID,
    *,
    kind: str,
    method: str,
    at: datetime,
    facts: Mapping[str, Any],
    grade: str | None = None,
    evidence_id: UUID | None = None,
    explanation: str | None = None,
) -> UUID:
    """Append a check event to the person's chain and return its id."""
    last = session.execute(
        select(CheckEvent.number, CheckEvent.hash)
        .where(CheckEvent.user_id == user_id)
        .order_by(CheckEvent.number.desc())
        .limit(1)
    ).first()
    if last is None:
        last = session.execute(select(ChainStart.number, ChainStart.hash).where(ChainStart.user_id == user_id)).first()
    position = session.get(Position, evidence_id) if evidence_id else None
    if position is not None and position.user_id != user_id:
        position = None
    event = CheckEvent(
        id=new_id(),
        user_id=user_id,
        number=last.number + 1 if last else 1,
        visit_id=visit_id,
        kind=kind,
        method=method,
        at=at,
        position_id=position.id if position else None,
        position_hash=rules.position_hash(position.salt, position.latitude, position.longitude, position.accuracy_m)
        if position
        else None,
        facts=dict(facts),
        grade=grade,
        explanation=explanation,
        previous_hash=last.hash if last else rules.GENESIS,
        hash="",
    )
    event.hash = rules.event_hash(event.__dict__)
    session.add(event)
    session.flush()  # the next event of the chain reads this one
    return event.id


def erase_positions(session: Session, actor: Actor) -> int:
    """Delete every stored position of the actor, check-ins and tracks; returns how many. The chain stays whole.

    A proposal for the position of a place that rests on one of them falls with it.
    """
    session.execute(
        update(PlacePin).where(PlacePin.proposed_by == actor.user_id, PlacePin.state == "open").values(state="erased")
    )
    checks = session.execute(delete(Position).where(Position.user_id == actor.user_id).returning(Position.id))
    points = session.execute(delete(TrackPoint).where(TrackPoint.user_id == actor.user_id).returning(TrackPoint.id))
    return len(checks.all()) + len(points.all())
