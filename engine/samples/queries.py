"""What screens show of samples."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from engine.samples.rules import CYCLE, WAREHOUSE, Holder, HolderKind, MovementKind, ReservationState
from engine.samples.tables import SampleDrop, SampleLot, SampleMovement, SampleReservation


@dataclass(frozen=True)
class StockRow:
    """What a holder has of a lot."""

    lot_id: UUID
    item: str
    lot: str
    expiry: date
    quantity: int


@dataclass(frozen=True)
class WarehouseRow:
    """A lot in the warehouse: all that is there, and of it what is reserved, and what is on its way to a rep."""

    lot_id: UUID
    item: str
    lot: str
    expiry: date
    quantity: int
    reserved: int
    sent: int

    @property
    def free(self) -> int:
        """How many nobody has reserved."""
        return self.quantity - self.reserved - self.sent


@dataclass(frozen=True)
class MovementRow:
    """One side of a movement."""

    id: UUID
    item: str
    lot: str
    quantity: int
    holder_kind: str
    holder_id: UUID
    kind: str
    at: datetime
    by: UUID | None
    reason: str | None


@dataclass(frozen=True)
class GivenRow:
    """What a customer was given."""

    item: str
    lot: str
    quantity: int
    at: datetime
    by: UUID | None
    visit_id: UUID | None
    contact_id: UUID | None
    signature: str | None


@dataclass(frozen=True)
class DropRow:
    """A drop with its lot, which is not chosen yet in a draft."""

    id: UUID
    visit_id: UUID
    rep_id: UUID
    state: str
    quantity: int
    reason: str | None
    begun_at: datetime
    item: str
    lot: str


def stock_of(session: Session, holder: Holder) -> tuple[StockRow, ...]:
    """Return what a holder has, the first to expire first."""
    total = func.sum(SampleMovement.quantity)
    query = (
        select(SampleLot.id, SampleLot.item, SampleLot.lot, SampleLot.expiry, total)
        .join(SampleMovement, SampleMovement.lot_id == SampleLot.id)
        .where(SampleMovement.holder_kind == holder.kind, SampleMovement.holder_id == holder.id)
        .group_by(SampleLot.id, SampleLot.item, SampleLot.lot, SampleLot.expiry)
        .having(total > 0)
        .order_by(SampleLot.expiry, SampleLot.item, SampleLot.lot)
    )
    return tuple(StockRow(*row[:4], int(row[4])) for row in session.execute(query))


def warehouse(session: Session) -> tuple[WarehouseRow, ...]:
    """Return what the warehouse has by item and lot, the first to expire first."""
    held = _sum_of(SampleMovement, SampleMovement.quantity).where(
        SampleMovement.holder_kind == WAREHOUSE.kind, SampleMovement.holder_id == WAREHOUSE.id
    )
    waits = _sum_of(SampleReservation, SampleReservation.quantity).where(
        SampleReservation.state == ReservationState.RESERVED
    )
    sent = _sum_of(SampleReservation, SampleReservation.quantity).where(
        SampleReservation.state == ReservationState.SENT
    )
    columns = [each.scalar_subquery() for each in (held, waits, sent)]
    query = select(SampleLot.id, SampleLot.item, SampleLot.lot, SampleLot.expiry, *columns)
    rows = session.execute(query.order_by(SampleLot.item, SampleLot.expiry, SampleLot.lot))
    return tuple(WarehouseRow(*row[:4], *(int(number) for number in row[4:])) for row in rows if row[4])


def movements(
    session: Session, *, lot_id: UUID | None = None, after: UUID | None = None, limit: int = 50
) -> tuple[MovementRow, ...]:
    """Return the ledger, the newest first, by keyset on the id."""
    query = (
        select(SampleMovement, SampleLot.item, SampleLot.lot)
        .join(SampleLot, SampleLot.id == SampleMovement.lot_id)
        .order_by(SampleMovement.id.desc())
        .limit(limit)
    )
    if lot_id is not None:
        query = query.where(SampleMovement.lot_id == lot_id)
    if after is not None:
        query = query.where(SampleMovement.id < after)
    return tuple(
        MovementRow(
            row.id, item, lot, row.quantity, row.holder_kind, row.holder_id, row.kind, row.at, row.by, row.reason
        )
        for row, item, lot in session.execute(query)
    )


def lot_names(session: Session, lot_ids: Collection[UUID]) -> dict[UUID, tuple[str, str, date]]:
    """Return item, lot and expiry by id."""
    rows = session.execute(
        select(SampleLot.id, SampleLot.item, SampleLot.lot, SampleLot.expiry).where(SampleLot.id.in_(lot_ids))
    )
    return {row.id: (row.item, row.lot, row.expiry) for row in rows}


def _sum_of(table: type[SampleMovement] | type[SampleReservation], quantity: Any) -> Select[Any]:
    return select(func.coalesce(func.sum(quantity), 0)).where(table.lot_id == SampleLot.id)


def given_to(session: Session, customer_id: UUID, *, limit: int = 10) -> tuple[GivenRow, ...]:
    """Return what a customer was given, the newest first; the caller may see the customer."""
    query = (
        select(SampleMovement, SampleLot.item, SampleLot.lot)
        .join(SampleLot, SampleLot.id == SampleMovement.lot_id)
        .where(SampleMovement.holder_kind == HolderKind.CUSTOMER, SampleMovement.holder_id == customer_id)
        .order_by(SampleMovement.at.desc(), SampleMovement.id.desc())
        .limit(limit)
    )
    return tuple(
        GivenRow(item, lot, row.quantity, row.at, row.by, row.visit_id, row.contact_id, row.signature)
        for row, item, lot in session.execute(query)
    )


def given_in_cycle(session: Session, contact_id: UUID, *, now: datetime) -> int:
    """Return how many samples a person was given in the last cycle."""
    return _given(session, SampleMovement.contact_id == contact_id, now)


def given_to_customer_in_cycle(session: Session, customer_id: UUID, *, now: datetime) -> int:
    """Return how many samples the people of a customer were given in the last cycle."""
    of_customer = (SampleMovement.holder_kind == HolderKind.CUSTOMER) & (SampleMovement.holder_id == customer_id)
    return _given(session, of_customer, now)


def _given(session: Session, whom: ColumnElement[bool], now: datetime) -> int:
    total = session.scalar(
        select(func.coalesce(func.sum(SampleMovement.quantity), 0)).where(
            whom,
            SampleMovement.kind == MovementKind.DROP,
            SampleMovement.quantity > 0,
            SampleMovement.at > now - CYCLE,
        )
    )
    return int(total or 0)


def drops_of(session: Session, visit_id: UUID) -> tuple[DropRow, ...]:
    """Return the drops of a visit, the oldest first; the caller may see the visit."""
    query = (
        select(SampleDrop, SampleLot.item, SampleLot.lot)
        .outerjoin(SampleLot, SampleLot.id == SampleDrop.lot_id)
        .where(SampleDrop.visit_id == visit_id)
        .order_by(SampleDrop.id)
    )
    return tuple(
        DropRow(
            row.id, row.visit_id, row.rep_id, row.state, row.quantity, row.reason, row.begun_at, item or "", lot or ""
        )
        for row, item, lot in session.execute(query)
    )


def drop_visit(session: Session, drop_id: UUID) -> tuple[UUID, UUID] | None:
    """Return the visit and the customer of a drop, or None."""
    row = session.get(SampleDrop, drop_id)
    return (row.visit_id, row.customer_id) if row else None
