"""Deadlines: clocks on working time that can pause and that send messages when they reach a share of their length."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from engine.ids import new_id
from engine.store.base import Base, JsonText, UtcDateTime


class Deadline(Base):
    """A clock about an object.

    ``marks`` are shares in percent not yet reached, ascending; ``next_at`` is when the first of them is reached,
    null while paused, stopped or spent. ``used_minutes`` are working minutes that ran before ``running_since``.
    """

    __tablename__ = "deadline"
    __table_args__ = (UniqueConstraint("business_key", "name"), Index("ix_deadline_next", "next_at"))

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    business_key: Mapped[str] = mapped_column(String(120))
    name: Mapped[str] = mapped_column(String(40))
    length_minutes: Mapped[float]
    used_minutes: Mapped[float] = mapped_column(default=0.0)
    running_since: Mapped[datetime | None] = mapped_column(UtcDateTime)
    due_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    next_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    marks: Mapped[list[int]] = mapped_column(JsonText)
    stopped_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
