"""Positions and check events. No other table of the project holds a person's position."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from engine.ids import new_id
from engine.store.base import Base, JsonText, UtcDateTime


class Position(Base):
    """One reading of a person's device; degrees in ``system``, accuracy in metres. Erased by retention."""

    __tablename__ = "evidence_position"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    user_id: Mapped[UUID] = mapped_column(index=True)
    consent_id: Mapped[UUID]
    latitude: Mapped[float]
    longitude: Mapped[float]
    accuracy_m: Mapped[float]
    system: Mapped[str] = mapped_column(String(10), default="wgs84")
    fix_at: Mapped[datetime] = mapped_column(UtcDateTime)
    received_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    is_mock: Mapped[bool] = mapped_column(default=False)
    salt: Mapped[str] = mapped_column(String(32))


class CheckEvent(Base):
    """What was recorded at a visit, when and how; append-only, a hash chain for each person.

    ``hash`` covers the previous hash and every other column but ``id``; a position enters only as its salted hash.
    """

    __tablename__ = "check_event"
    __table_args__ = (Index("ix_check_event_chain", "user_id", "number", unique=True),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    user_id: Mapped[UUID]
    number: Mapped[int]
    visit_id: Mapped[UUID] = mapped_column(index=True)
    kind: Mapped[str] = mapped_column(String(20))
    method: Mapped[str] = mapped_column(String(20))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    position_id: Mapped[UUID | None]
    position_hash: Mapped[str | None] = mapped_column(String(64))
    facts: Mapped[dict[str, Any]] = mapped_column(JsonText)
    grade: Mapped[str | None] = mapped_column(String(1))
    explanation: Mapped[str | None] = mapped_column(String(1000))
    previous_hash: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))
