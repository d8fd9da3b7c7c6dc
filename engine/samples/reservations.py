"""Samples of the warehouse set aside for an object, sent, and received: what stays free is never below zero."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from engine.access import Actor
from engine.errors import ConflictError, InvalidInputError
from engine.ids import new_id
from engine.samples import service
from engine.samples.rules import (
    HELD_STATES,
    WAREHOUSE,
    FreeLot,
    Holder,
    MovementKind,
    Pick,
    ReservationState,
    may_send,
)
from engine.samples.tables import SampleLot, SampleMovement, SampleReservation


@dataclass(frozen=True)
class Reserved:
    """Some of a lot that is set aside; ``shipment_id`` once it is sent."""

    id: UUID
    lot_id: UUID
    item: str
    lot: str
    expiry: date
    quantity: int
    state: str
    shipment_id: UUID | None


def free_lots(session: Session, items: Collection[str]) -> tuple[FreeLot, ...]:
    """Return what the warehouse has of these items and nobody has reserved, by lot, the first to expire first."""
    held = (
        select(func.coalesce(func.sum(SampleMovement.quantity), 0))
        .where(
            SampleMovement.lot_id == SampleLot.id,
            SampleMovement.holder_kind == WAREHOUSE.kind,
            SampleMovement.holder_id == WAREHOUSE.id,
        )
        .scalar_subquery()
    )
    reserved = (
        select(func.coalesce(func.sum(SampleReservation.quantity), 0))
        .where(SampleReservation.lot_id == SampleLot.id, SampleReservation.state.in_(HELD_STATES))
        .scalar_subquery()
    )
    rows = session.execute(
        select(SampleLot.id, SampleLot.item, SampleLot.expiry, held - reserved)
        .where(SampleLot.item.in_(items))
        .order_by(SampleLot.expiry, SampleLot.id)
    )
    return tuple(FreeLot(row[0], row[1], row[2], int(row[3])) for row in rows if row[3] > 0)


def reserve(session: Session, business_key: str, picks: Sequence[Pick], *, today: date, now: datetime) -> None:
    """Set samples aside for an object; others find that much less free from then on.

    Raises:
        NotFoundError: no such lot.
        ConflictError: there are fewer, or a lot does not keep for long enough.
    """
    for pick in sorted(picks, key=lambda each: each.lot_id):
        lot = service.lock_lot(session, pick.lot_id)
        if not may_send(lot.expiry, today=today):
            raise ConflictError("Lot {lot} does not keep for 90 days.", code="expires_soon", lot=lot.lot)
        if pick.quantity <= 0 or service.free(session, pick.lot_id, WAREHOUSE) < pick.quantity:
            raise ConflictError("There are not enough samples of this lot.", code="samples_short")
        session.add(
            SampleReservation(
                id=new_id(),
                lot_id=pick.lot_id,
                business_key=business_key,
                quantity=pick.quantity,
                state=ReservationState.RESERVED,
                at=now,
            )
        )
        session.flush()  # what is free in this transaction counts it


def reserved_for(session: Session, business_key: str, *, shipment_id: UUID | None = None) -> tuple[Reserved, ...]:
    """Return what is set aside for an object and not sent, or what one shipment holds."""
    query = select(SampleReservation, SampleLot).join(SampleLot, SampleLot.id == SampleReservation.lot_id)
    query = query.where(SampleReservation.business_key == business_key)
    if shipment_id is None:
        query = query.where(SampleReservation.state == ReservationState.RESERVED)
    else:
        query = query.where(SampleReservation.shipment_id == shipment_id)
    return tuple(
        Reserved(row.id, lot.id, lot.item, lot.lot, lot.expiry, row.quantity, row.state, row.shipment_id)
        for row, lot in session.execute(query.order_by(SampleLot.expiry, SampleReservation.id))
    )


def send(session: Session, business_key: str, shipment_id: UUID) -> tuple[Reserved, ...]:
    """Let everything that is set aside for an object leave with a shipment; returns it."""
    found = reserved_for(session, business_key)
    for row in _rows(session, [each.id for each in found]):
        row.state, row.shipment_id = ReservationState.SENT, shipment_id
    return found


def release(session: Session, business_key: str, *, now: datetime) -> None:
    """Free what is set aside for an object and not sent."""
    for row in _rows(session, [each.id for each in reserved_for(session, business_key)]):
        row.state, row.ended_at = ReservationState.RELEASED, now


def receive(
    session: Session,
    actor: Actor,
    reservation_id: UUID,
    quantity: int,
    *,
    target: Holder | None,
    reason: str | None,
    now: datetime,
) -> None:
    """Write what became of sent samples into the ledger: received by ``target``, the rest lost with a reason.

    Args:
        quantity: how many arrived; 0 with ``target`` None where the whole is lost.

    Raises:
        InvalidInputError: more than were sent, or fewer without a reason.
        ConflictError: they were received or lost before.
    """
    [row] = _rows(session, [reservation_id])
    service.lock_lot(session, row.lot_id)
    session.refresh(row, with_for_update=True)
    if row.state != ReservationState.SENT:
        raise ConflictError("This parcel has been received already.", code="parcel_received")
    lost = row.quantity - quantity
    if lost < 0 or quantity < 0 or (lost and not (reason or "").strip()):
        raise InvalidInputError("Say what became of the samples that did not arrive.", code="reason_required")
    row.state = ReservationState.RECEIVED if quantity else ReservationState.LOST
    row.ended_at = now
    session.flush()  # they are free to move from here on
    if quantity:
        service.move(
            session, actor, row.lot_id, quantity, source=WAREHOUSE, target=target, kind=MovementKind.ISSUE, now=now
        )
    if lost:
        service.move(
            session, actor, row.lot_id, lost, source=WAREHOUSE, target=None, kind=MovementKind.ADJUST, now=now,
            reason=reason,
        )  # fmt: skip


def _rows(session: Session, ids: Collection[UUID]) -> Sequence[SampleReservation]:
    query = select(SampleReservation).where(SampleReservation.id.in_(ids)).order_by(SampleReservation.id)
    return session.scalars(query.with_for_update()).all()
