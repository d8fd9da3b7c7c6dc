"""The record of what was done; rows are added and never changed, but for their seal and for what must be forgotten."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Index, String, Text, UniqueConstraint, event, text
from sqlalchemy.orm import Mapped, mapped_column

from engine.audit import guards
from engine.ids import new_id
from engine.store.base import Base, JsonText, UtcDateTime

_UNSEALED = text("number IS NULL")


class AuditEvent(Base):
    """One action of a person: on what, why, and what it changed.

    ``before`` and ``after`` hold only what changed, as plain JSON; no positions, no passwords and no tokens.
    ``content_hash`` stands for both in the chain, with a ``salt``: they can be forgotten and the chain still verifies.
    ``number``, ``previous_hash`` and ``hash`` come with the seal (``sealing``), after the event's own transaction.
    """

    __tablename__ = "audit_event"
    __table_args__ = (
        UniqueConstraint("number"),
        Index("ix_audit_event_unsealed", "at", "id", postgresql_where=_UNSEALED, sqlite_where=_UNSEALED),
        Index("ix_audit_event_subject", "subject_kind", "subject_key", "at"),
        Index("ix_audit_event_at", "at", "id"),
        Index("ix_audit_event_actor", "actor_id", "at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    actor_id: Mapped[UUID | None]
    actor_name: Mapped[str] = mapped_column(String(200))
    action: Mapped[str] = mapped_column(String(60))
    subject_kind: Mapped[str] = mapped_column(String(40))
    subject_key: Mapped[str] = mapped_column(String(200))
    subject_name: Mapped[str] = mapped_column(String(300), default="")
    reason: Mapped[str] = mapped_column(Text, default="")
    before: Mapped[dict[str, Any] | None] = mapped_column(JsonText)
    after: Mapped[dict[str, Any] | None] = mapped_column(JsonText)
    content_hash: Mapped[str | None] = mapped_column(String(64))
    salt: Mapped[str | None] = mapped_column(String(32))
    number: Mapped[int | None] = mapped_column(BigInteger)
    previous_hash: Mapped[str | None] = mapped_column(String(64))
    hash: Mapped[str | None] = mapped_column(String(64))


event.listen(AuditEvent.__table__, "after_create", guards.guard)
