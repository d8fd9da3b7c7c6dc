"""Lots, movements, reservations, counts and drops of samples."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from engine.ids import new_id
from engine.store.base import Base, JsonText, UtcDateTime


class SampleLot(Base):
    """A lot of an item (a product's code) with its expiry: the last day on which it may be handed over."""

    __tablename__ = "sample_lot"
    __table_args__ = (Index("ix_sample_lot_item", "item", "lot", unique=True),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    item: Mapped[str] = mapped_column(String(40))
    lot: Mapped[str] = mapped_column(String(40))
    expiry: Mapped[date]


class SampleMovement(Base):
    """One side of a movement: what a holder got (+) or gave (-). Rows are never changed or deleted."""

    __tablename__ = "sample_movement"
    __table_args__ = (
        CheckConstraint("quantity <> 0", name="not_zero"),
        Index("ix_sample_movement_holder", "holder_kind", "holder_id", "lot_id"),
        Index("ix_sample_movement_lot", "lot_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    lot_id: Mapped[UUID] = mapped_column(ForeignKey(SampleLot.id))
    quantity: Mapped[int]
    holder_kind: Mapped[str] = mapped_column(String(10))
    holder_id: Mapped[UUID]
    kind: Mapped[str] = mapped_column(String(10))
    visit_id: Mapped[UUID | None] = mapped_column(index=True)
    contact_id: Mapped[UUID | None] = mapped_column(index=True)
    signature: Mapped[str | None] = mapped_column(String(64))
    reason: Mapped[str | None] = mapped_column(String(500))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    by: Mapped[UUID | None]


class SampleReservation(Base):
    """Samples of the warehouse that are set aside for an object, and on their way; ``shipment_id`` once they are sent.

    They stay in the warehouse's balance until they are received, lost or released.
    """

    __tablename__ = "sample_reservation"
    __table_args__ = (
        CheckConstraint("quantity > 0", name="above_zero"),
        Index("ix_sample_reservation_lot", "lot_id", "state"),
        Index("ix_sample_reservation_key", "business_key"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    lot_id: Mapped[UUID] = mapped_column(ForeignKey(SampleLot.id))
    business_key: Mapped[str] = mapped_column(String(120))
    shipment_id: Mapped[UUID | None] = mapped_column(index=True)
    quantity: Mapped[int]
    state: Mapped[str] = mapped_column(String(10))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class SampleCount(Base):
    """A rep's count of what they hold; ``lines`` are lot, expected, counted and the reason of a difference."""

    __tablename__ = "sample_count"
    __table_args__ = (Index("ix_sample_count_holder", "holder_id", "counted_at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    holder_id: Mapped[UUID]
    counted_at: Mapped[datetime] = mapped_column(UtcDateTime)
    lines: Mapped[list[dict[str, Any]]] = mapped_column(JsonText)


class SampleDrop(Base):
    """What a rep hands over at a visit; the movement is written once it may be, and is signed for."""

    __tablename__ = "sample_drop"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    visit_id: Mapped[UUID] = mapped_column(index=True)
    customer_id: Mapped[UUID] = mapped_column(index=True)
    rep_id: Mapped[UUID]
    contact_id: Mapped[UUID | None]
    lot_id: Mapped[UUID | None] = mapped_column(ForeignKey(SampleLot.id))
    quantity: Mapped[int] = mapped_column(default=0)
    state: Mapped[str] = mapped_column(String(10))
    reason: Mapped[str | None] = mapped_column(String(500))
    begun_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
