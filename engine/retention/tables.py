"""What is known of retention runs."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from engine.ids import new_id
from engine.store.base import Base, JsonText, UtcDateTime


class RetentionRun(Base):
    """One deletion of what was over; ``deleted`` counts by class of data, while it goes on too.

    ``asked_by`` is None where the sweep found something to do, or the command line was used.
    """

    __tablename__ = "retention_run"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    asked_by: Mapped[UUID | None]
    asked_by_name: Mapped[str] = mapped_column(String(200))
    started_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    deleted: Mapped[dict[str, int]] = mapped_column(JsonText)
