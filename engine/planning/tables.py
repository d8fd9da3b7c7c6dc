"""Days of reps."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Mapped, mapped_column

from engine.store.base import Base, JsonText, UtcDateTime


class RepDay(Base):
    """A rep's day: the order of its stops, as proposed and then as confirmed, and what came of it.

    ``stops`` holds, in order, ``{"visit": id, "begins": ISO 8601}``; visits keep their own planned times.
    """

    __tablename__ = "rep_day"

    rep_id: Mapped[UUID] = mapped_column(primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    stops: Mapped[list[dict[str, Any]]] = mapped_column(JsonText)
    route_m: Mapped[int] = mapped_column(default=0, server_default="0")
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    close_at: Mapped[datetime] = mapped_column(UtcDateTime)
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    digest: Mapped[dict[str, Any]] = mapped_column(JsonText)
