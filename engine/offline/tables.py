"""Actions that came from phones, the streams that order them, and the cases that people must decide."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from engine.ids import new_id
from engine.offline.rules import ActionState, CaseState
from engine.store.base import Base, JsonText, UtcDateTime


class OfflineStream(Base):
    """The order of one phone's actions about one object; locked while one of them is applied."""

    __tablename__ = "offline_stream"

    user_id: Mapped[UUID] = mapped_column(primary_key=True)
    device_id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(60), primary_key=True)
    next_sequence: Mapped[int] = mapped_column(default=1)


class ConflictCase(Base):
    """What a person did and the server could not apply: both sides are kept until somebody decides."""

    __tablename__ = "conflict_case"
    __table_args__ = (Index("ix_conflict_case_visit", "visit_id", "state"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    visit_id: Mapped[UUID | None]
    user_id: Mapped[UUID]
    state: Mapped[CaseState] = mapped_column(String(20), default=CaseState.OPEN)
    code: Mapped[str] = mapped_column(String(60))
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decided_by: Mapped[UUID | None]
    note: Mapped[str | None] = mapped_column(String(1000))
    new_visit_id: Mapped[UUID | None]


class OfflineAction(Base):
    """One action of a phone, with what became of it; never deleted.

    ``body`` is what the person entered; a position stands in it as its evidence id only. ``answer`` says why it was
    not applied: ``{"template", "params", "code"}``.
    """

    __tablename__ = "offline_action"
    __table_args__ = (
        Index("ix_offline_action_order", "user_id", "device_id", "stream", "sequence", unique=True),
        Index("ix_offline_action_held", "state", "received_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[UUID]
    device_id: Mapped[UUID]
    stream: Mapped[str] = mapped_column(String(60))
    sequence: Mapped[int]
    kind: Mapped[str] = mapped_column(String(30))
    visit_id: Mapped[UUID | None] = mapped_column(index=True)
    body: Mapped[dict[str, Any]] = mapped_column(JsonText)
    event_at: Mapped[datetime] = mapped_column(UtcDateTime)
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)
    state: Mapped[ActionState] = mapped_column(String(20))
    answer: Mapped[dict[str, Any]] = mapped_column(JsonText)
    case_id: Mapped[UUID | None] = mapped_column(ForeignKey(ConflictCase.id), index=True)
