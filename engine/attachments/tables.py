"""Attachments, and where they are used."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from engine.store.base import Base, UtcDateTime


class Attachment(Base):
    """A stored file and who brought it; the bytes are in the file store under ``digest``."""

    __tablename__ = "attachment"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    owner_id: Mapped[UUID] = mapped_column(primary_key=True)
    media_type: Mapped[str] = mapped_column(String(60))
    name: Mapped[str] = mapped_column(String(200))
    size: Mapped[int]
    stored_at: Mapped[datetime] = mapped_column(UtcDateTime)


class AttachmentUse(Base):
    """An object (``<kind>:<id>``) that a file was submitted with: who may see the object may see the file."""

    __tablename__ = "attachment_use"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    business_key: Mapped[str] = mapped_column(String(120), primary_key=True)
