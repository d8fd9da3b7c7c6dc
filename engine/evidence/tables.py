"""Positions and check events. No other table of the project holds a person's position."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, event
from sqlalchemy.orm import Mapped, mapped_column

from engine.evidence import append_only
from engine.ids import new_id
from engine.store.base import Base, BigId, JsonText, UtcDateTime


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
    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    position_id: Mapped[UUID | None]
    position_hash: Mapped[str | None] = mapped_column(String(64))
    facts: Mapped[dict[str, Any]] = mapped_column(JsonText)
    grade: Mapped[str | None] = mapped_column(String(1))
    explanation: Mapped[str | None] = mapped_column(String(1000))
    previous_hash: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))


class ChainStart(Base):
    """Where a person's chain begins after its oldest events were deleted: the number and hash of the last of them."""

    __tablename__ = "chain_start"

    user_id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[int]
    hash: Mapped[str] = mapped_column(String(64))


class TrackBatch(Base):
    """A batch of a track as a phone sent it; its id is minted by the phone, so that it is stored once."""

    __tablename__ = "evidence_track_batch"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[UUID]
    received_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    stored: Mapped[int]
    refused: Mapped[int]


class TrackPoint(Base):
    """One point of a person's track in working time; degrees in ``system``, accuracy in metres."""

    __tablename__ = "evidence_track_point"
    __table_args__ = (Index("ix_evidence_track_point_day", "user_id", "at"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)
    batch_id: Mapped[UUID] = mapped_column(ForeignKey(TrackBatch.id), index=True)
    user_id: Mapped[UUID]
    consent_id: Mapped[UUID]
    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    latitude: Mapped[float]
    longitude: Mapped[float]
    accuracy_m: Mapped[float]
    system: Mapped[str] = mapped_column(String(10), default="wgs84")


class PositionView(Base):
    """Who looked at whose position, why and when; append-only, a hash chain for each person looked at.

    ``viewer_number`` counts a viewer's looks of a day from 1: two at once cannot take the same number.
    """

    __tablename__ = "position_view"
    __table_args__ = (
        Index("ix_position_view_chain", "subject_id", "number", unique=True),
        Index("ix_position_view_budget", "viewer_id", "viewer_day", "viewer_number", unique=True),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    subject_id: Mapped[UUID]
    number: Mapped[int]
    viewer_id: Mapped[UUID]
    viewer_day: Mapped[date]
    viewer_number: Mapped[int]
    purpose: Mapped[str] = mapped_column(String(40))
    what: Mapped[str] = mapped_column(String(20))
    visit_id: Mapped[UUID | None]
    viewed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    previous_hash: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))


class PlacePin(Base):
    """A reading that is proposed as the position of a place that has none; the reading itself stays evidence."""

    __tablename__ = "place_pin"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    place_id: Mapped[UUID] = mapped_column(index=True)
    visit_id: Mapped[UUID]
    position_id: Mapped[UUID] = mapped_column(index=True)
    proposed_by: Mapped[UUID] = mapped_column(index=True)
    proposed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    state: Mapped[str] = mapped_column(String(20), default="open")
    decided_by: Mapped[UUID | None]
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


for _table in (CheckEvent.__table__, PositionView.__table__):
    event.listen(_table, "after_create", append_only.guard)
