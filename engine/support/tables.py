"""Support requests."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from engine.ids import new_id
from engine.store.base import Base, BigId, JsonText, UtcDateTime
from engine.support.states import RequestState


class RequestNumber(Base):
    """Counts the numbers of requests up."""

    __tablename__ = "request_number"

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class SupportRequest(Base):
    """What a rep asks the back office for."""

    __tablename__ = "support_request"
    __table_args__ = (
        Index("ix_support_request_customer", "customer_id", "state"),
        Index("ix_support_request_requester", "requester_id", "created_at"),
        Index("ix_support_request_queue", "queue", "state", "created_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    number: Mapped[str] = mapped_column(String(20), unique=True)
    type: Mapped[str] = mapped_column(String(20))
    subject: Mapped[str] = mapped_column(String(200))
    description: Mapped[str] = mapped_column(String(4000), default="")
    customer_id: Mapped[UUID]
    visit_id: Mapped[UUID | None] = mapped_column(index=True)
    requester_id: Mapped[UUID]
    priority: Mapped[str] = mapped_column(String(2))
    queue: Mapped[str] = mapped_column(String(40), default="")
    state: Mapped[RequestState] = mapped_column(String(20))
    needed_by: Mapped[datetime | None] = mapped_column(UtcDateTime)
    handling: Mapped[dict[str, Any]] = mapped_column(JsonText, default=dict)
    escalation: Mapped[str] = mapped_column(String(20), default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    first_response_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    fulfilled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    fulfilled_by: Mapped[str | None] = mapped_column(String(100))
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    reason: Mapped[str | None] = mapped_column(String(500))
    reopened: Mapped[int] = mapped_column(default=0)


class RequestLine(Base):
    """One item of a request.

    ``given_up`` will not be sent; ``substitute_for`` is the item in whose stead the back office sends this one.
    """

    __tablename__ = "request_line"

    request_id: Mapped[UUID] = mapped_column(ForeignKey(SupportRequest.id), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    item: Mapped[str] = mapped_column(String(40))
    quantity: Mapped[int]
    shipped: Mapped[int] = mapped_column(default=0)
    given_up: Mapped[int] = mapped_column(default=0, server_default="0")
    substitute_for: Mapped[str | None] = mapped_column(String(40))


class Shipment(Base):
    """What was sent off; ``outcome`` says how its way ended: received or lost."""

    __tablename__ = "shipment"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    request_id: Mapped[UUID] = mapped_column(ForeignKey(SupportRequest.id), index=True)
    carrier: Mapped[str] = mapped_column(String(100), default="")
    tracking_number: Mapped[str] = mapped_column(String(100), default="")
    shipped_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    outcome: Mapped[str] = mapped_column(String(10), default="", server_default="")
