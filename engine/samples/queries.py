"""What screens show of samples."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from engine.samples.rules import CYCLE, Holder, HolderKind, MovementKind
from engine.samples.tables import SampleDrop, SampleLot, SampleMovement


@dataclass(frozen=True)
class StockRow:
    """What a holder has of a lot."""

    lot_id: UUID
    item: str
    lot: str
    expiry: date
    quantity: int


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
    total = session.scalar(
        select(func.coalesce(func.sum(SampleMovement.quantity), 0)).where(
            SampleMovement.contact_id == contact_id,
            SampleMovement.kind == MovementKind.DROP,
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
