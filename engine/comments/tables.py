"""Comments."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from engine.ids import new_id
from engine.store.base import Base, JsonText, UtcDateTime


class Comment(Base):
    """What a person wrote about an object; an internal one is for the back office only.

    A deleted one keeps its row without its text, so that the timeline says that something stood there.
    """

    __tablename__ = "comment"
    __table_args__ = (Index("ix_comment_subject", "business_key", "written_at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    business_key: Mapped[str] = mapped_column(String(120))
    author_id: Mapped[UUID]
    author_name: Mapped[str] = mapped_column(String(100))
    text: Mapped[str] = mapped_column(String(4000))
    is_internal: Mapped[bool] = mapped_column(default=False)
    written_at: Mapped[datetime] = mapped_column(UtcDateTime)
    mentions: Mapped[list[str]] = mapped_column(JsonText, default=list)
    files: Mapped[list[str]] = mapped_column(JsonText, default=list)
    edited_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    deleted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
