"""What the studio stores: drafts with every saved state of their files, reviews, recordings, settings of a process."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, LargeBinary, String, Text, false
from sqlalchemy.orm import Mapped, mapped_column

from engine.ids import new_id
from engine.store.base import Base, JsonText, UtcDateTime


class StudioDraft(Base):
    """All files of a process on their way to its next version.

    ``base_version`` is the version that it began with, 0 for a process that is new here. ``revision`` counts its saves.
    """

    __tablename__ = "studio_draft"
    __table_args__ = (Index("ix_studio_draft_process", "process_key", "state"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    process_key: Mapped[str] = mapped_column(String(100))
    base_definition_id: Mapped[UUID | None]
    base_version: Mapped[int]
    title: Mapped[str] = mapped_column(String(200))
    state: Mapped[str] = mapped_column(String(20))
    revision: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_by: Mapped[UUID | None]
    created_by_name: Mapped[str] = mapped_column(String(200))
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    changed_by_name: Mapped[str] = mapped_column(String(200))
    published_version: Mapped[int | None]


class StudioFile(Base):
    """A file of a draft as it was saved at a revision of the draft; None: it was taken out."""

    __tablename__ = "studio_draft_file"

    draft_id: Mapped[UUID] = mapped_column(ForeignKey(StudioDraft.id), primary_key=True)
    name: Mapped[str] = mapped_column(String(120), primary_key=True)
    revision: Mapped[int] = mapped_column(primary_key=True)
    content: Mapped[bytes | None] = mapped_column(LargeBinary)
    saved_at: Mapped[datetime] = mapped_column(UtcDateTime)
    saved_by: Mapped[UUID | None]
    saved_by_name: Mapped[str] = mapped_column(String(200))


class StudioReview(Base):
    """What was said about a draft: a question to a colleague, a comment, consent, a wish; at which revision."""

    __tablename__ = "studio_review"
    __table_args__ = (Index("ix_studio_review_draft", "draft_id", "at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    draft_id: Mapped[UUID] = mapped_column(ForeignKey(StudioDraft.id))
    kind: Mapped[str] = mapped_column(String(20))
    revision: Mapped[int]
    text: Mapped[str] = mapped_column(Text)
    author_id: Mapped[UUID | None]
    author_name: Mapped[str] = mapped_column(String(200))
    asked_id: Mapped[UUID | None]
    asked_name: Mapped[str | None] = mapped_column(String(200))
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class StudioRecording(Base):
    """A scenario that somebody is clicking through; nothing of it is in the draft before it is kept."""

    __tablename__ = "studio_recording"
    __table_args__ = (Index("ix_studio_recording_draft", "draft_id", "user_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    draft_id: Mapped[UUID] = mapped_column(ForeignKey(StudioDraft.id))
    user_id: Mapped[UUID]
    name: Mapped[str] = mapped_column(String(80))
    document: Mapped[dict[str, Any]] = mapped_column(JsonText)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)


class StudioImport(Base):
    """A bundle that somebody uploaded and has not accepted yet, as a zip file; kept for a day."""

    __tablename__ = "studio_import"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    user_id: Mapped[UUID]
    name: Mapped[str] = mapped_column(String(200))
    content: Mapped[bytes] = mapped_column(LargeBinary)
    uploaded_at: Mapped[datetime] = mapped_column(UtcDateTime)


class StudioSetting(Base):
    """How versions of a process are published."""

    __tablename__ = "studio_setting"

    process_key: Mapped[str] = mapped_column(String(100), primary_key=True)
    requires_green: Mapped[bool] = mapped_column(default=False, server_default=false())
