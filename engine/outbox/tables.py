"""The outbox."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from engine.ids import new_id
from engine.store.base import Base, JsonText, UtcDateTime

_DEAD = text("state = 'failed'")
_MESSAGES = text("receiver IS NOT NULL")


class DeliveryState(StrEnum):
    """The state of a delivery."""

    PENDING = "pending"
    DONE = "done"
    FAILED = "failed"
    DROPPED = "dropped"


class Delivery(Base):
    """One thing to be done outside, exactly once as far as the receiver honours ``key``.

    ``available_at`` is when it may be claimed next: now, after a back-off, or when the lease ends; null once it
    is done, failed or dropped, so that the index holds open rows only. ``lease_until`` is set while a worker has it.
    ``origin_id`` is the instance that sent a message, which has no incident of it, ``receiver`` the business key that
    it is for.
    """

    __tablename__ = "delivery"
    __table_args__ = (
        Index("ix_delivery_available", "available_at", "lane"),
        Index("ix_delivery_dead", "ended_at", "id", postgresql_where=_DEAD, sqlite_where=_DEAD),
        Index("ix_delivery_receiver", "receiver", postgresql_where=_MESSAGES, sqlite_where=_MESSAGES),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    key: Mapped[str] = mapped_column(String(200), unique=True)
    topic: Mapped[str] = mapped_column(String(80))
    lane: Mapped[str] = mapped_column(String(20), default="connectors")
    payload: Mapped[dict[str, Any]] = mapped_column(JsonText)
    instance_id: Mapped[UUID | None] = mapped_column(index=True)
    element_id: Mapped[str | None] = mapped_column(String(120))
    token: Mapped[str | None] = mapped_column(String(80))
    state: Mapped[DeliveryState] = mapped_column(String(20), default=DeliveryState.PENDING)
    attempts: Mapped[int] = mapped_column(default=0)
    fence: Mapped[int] = mapped_column(default=0)
    available_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_error: Mapped[str | None] = mapped_column(String(500))
    lease_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    origin_id: Mapped[UUID | None] = mapped_column(index=True)
    receiver: Mapped[str | None] = mapped_column(String(200))
