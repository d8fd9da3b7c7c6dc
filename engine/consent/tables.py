"""Consent records; never changed but for the withdrawal."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from engine.ids import new_id
from engine.store.base import Base, UtcDateTime


class Consent(Base):
    """One person's answer to one purpose in one version of its text."""

    __tablename__ = "consent"
    __table_args__ = (Index("ix_consent_current", "user_id", "purpose", "given_at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    user_id: Mapped[UUID]
    purpose: Mapped[str] = mapped_column(String(40))
    text_version: Mapped[str] = mapped_column(String(20))
    is_granted: Mapped[bool]
    given_at: Mapped[datetime] = mapped_column(UtcDateTime)
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
