"""Cases of adverse events. Of a patient they hold initials and age, nothing else."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from engine.ids import new_id
from engine.store.base import Base, JsonText, UtcDateTime


class AdverseEvent(Base):
    """A case; ``record`` holds what each stage entered, by the stage's name."""

    __tablename__ = "adverse_event"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    number: Mapped[str] = mapped_column(String(20), unique=True)
    visit_id: Mapped[UUID] = mapped_column(unique=True)
    customer_id: Mapped[UUID] = mapped_column(index=True)
    reporter_id: Mapped[UUID] = mapped_column(index=True)
    found_by: Mapped[str] = mapped_column(String(100))
    state: Mapped[str] = mapped_column(String(20), index=True)
    serious: Mapped[bool | None]
    submit_by: Mapped[datetime | None] = mapped_column(UtcDateTime)
    record: Mapped[dict[str, Any]] = mapped_column(JsonText)
    raised_at: Mapped[datetime] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closed_by: Mapped[UUID | None]
