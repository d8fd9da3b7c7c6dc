"""Record positions under consent, and check events in the chain."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from engine.access import Actor
from engine.connectors.maps.schematic import distance_m
from engine.consent import rules as consent_rules
from engine.consent import service as consent
from engine.errors import FieldProblem, ForbiddenError, InvalidInputError
from engine.evidence import rules
from engine.evidence.tables import CheckEvent, Position
from engine.ids import new_id

MAX_ACCURACY_M = 100_000
FORGET_BATCH = 500


@dataclass(frozen=True)
class Reading:
    """What a device says: WGS 84 degrees, accuracy in metres, the time of the fix (aware)."""

    latitude: float
    longitude: float
    accuracy_m: float
    fix_at: datetime
    is_mock: bool = False


@dataclass(frozen=True)
class CheckRow:
    """A check event as screens show it: never a position, only how far from the place it was."""

    kind: str
    method: str
    at: datetime
    grade: str | None
    explanation: str | None
    distance_m: int | None


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
    fits = (
        -90 <= reading.latitude <= 90 and -180 <= reading.longitude <= 180 and 0 <= reading.accuracy_m <= MAX_ACCURACY_M
    )
    if not fits:
        raise InvalidInputError(errors={"position": [FieldProblem("This is not a position.", code="position_invalid")]})
    assert actor.user_id is not None, "the system has no position"
    position = Position(
        id=new_id(),
        user_id=actor.user_id,
        consent_id=state.id,
        latitude=reading.latitude,
        longitude=reading.longitude,
        accuracy_m=reading.accuracy_m,
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
) -> dict[str, Any]:
    """Return what the grade table needs to know of a check-in; distances only, no coordinates.

    Args:
        evidence_id: of a position that this person recorded; another person's counts as none.
        place: WGS 84 (latitude, longitude) of the place, None if unknown.
    """
    position = session.get(Position, evidence_id) if evidence_id and method == "position" else None
    if position is None or position.user_id != user_id:
        return {
            "method": "manual", "mock": False, "qr": False, "accuracy_m": None, "age_s": None, "distance_m": None,
            "radius_m": radius_m, "place_known": place is not None,
        }  # fmt: skip
    distance = distance_m((position.latitude, position.longitude), place) if place else None
    return {
        "method": "position",
        "mock": position.is_mock,
        "qr": False,
        "accuracy_m": round(position.accuracy_m),
        "age_s": max(0, round((position.received_at - position.fix_at).total_seconds())),
        "distance_m": None if distance is None else round(distance),
        "radius_m": radius_m,
        "place_known": place is not None,
    }


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


def chain(session: Session, user_id: UUID) -> list[dict[str, Any]]:
    """Return a person's check events in order, as the verifier takes them."""
    rows = session.scalars(select(CheckEvent).where(CheckEvent.user_id == user_id).order_by(CheckEvent.number))
    return [{name: getattr(row, name) for name in (*rules.CHAINED, "hash")} for row in rows]


def events_of(session: Session, visit_id: UUID) -> tuple[CheckRow, ...]:
    """Return the check events of a visit in order; the caller has checked who may see the visit."""
    rows = session.scalars(select(CheckEvent).where(CheckEvent.visit_id == visit_id).order_by(CheckEvent.number))
    return tuple(
        CheckRow(row.kind, row.method, row.at, row.grade, row.explanation, row.facts.get("distance_m")) for row in rows
    )


def forget_positions(session: Session, now: datetime) -> int:
    """Delete the positions whose time is over, with their salts; returns how many. The chain keeps their hashes."""
    ended = (
        select(Position.id)
        .where(Position.received_at < now - timedelta(days=rules.POSITION_KEPT_DAYS))
        .order_by(Position.received_at)
        .limit(FORGET_BATCH)
    )
    ids = list(session.scalars(ended))
    if ids:
        session.execute(delete(Position).where(Position.id.in_(ids)))
    return len(ids)
