"""Saved filters with each person's place for them, and bulk runs with an item for each task."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, Text, false
from sqlalchemy.orm import Mapped, mapped_column

from engine.ids import new_id
from engine.store.base import Base, JsonText, UtcDateTime


class SavedFilter(Base):
    """A filter of the inbox under a name.

    ``shared_with`` is ``group:<name>`` or ``team:<id>`` whose people see it too; None: its owner's alone.
    """

    __tablename__ = "saved_filter"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    owner_id: Mapped[UUID] = mapped_column(index=True)
    owner_name: Mapped[str] = mapped_column(String(200))
    name: Mapped[str] = mapped_column(String(60))
    filter: Mapped[str] = mapped_column(Text)
    sort: Mapped[str] = mapped_column(String(20), default="due")
    shared_with: Mapped[str | None] = mapped_column(String(120), index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class SavedFilterPlace(Base):
    """Where a person has a saved filter, own or shared, and whether the inbox opens with it."""

    __tablename__ = "saved_filter_place"

    user_id: Mapped[UUID] = mapped_column(primary_key=True)
    filter_id: Mapped[UUID] = mapped_column(ForeignKey(SavedFilter.id, ondelete="CASCADE"), primary_key=True)
    position: Mapped[int] = mapped_column(default=0)
    is_default: Mapped[bool] = mapped_column(default=False, server_default=false())


class BulkRun(Base):
    """One act on many tasks, by one person; the id is the client's, so that asking twice does it once.

    The items are frozen when it begins: what a filter matches later is not drawn in.
    """

    __tablename__ = "bulk_run"
    __table_args__ = (Index("ix_bulk_run_actor", "actor_id", "created_at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    actor_id: Mapped[UUID]
    act: Mapped[str] = mapped_column(String(20))
    parameters: Mapped[dict[str, Any]] = mapped_column(JsonText)
    filter: Mapped[str | None] = mapped_column(Text)
    total: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class BulkItem(Base):
    """One task of a bulk run: what came of it, and why.

    ``reason`` is a sentence's template and its parameters, as ``engine.errors`` has them.
    """

    __tablename__ = "bulk_item"
    __table_args__ = (Index("ix_bulk_item_waiting", "run_id", "outcome", "position"),)

    run_id: Mapped[UUID] = mapped_column(ForeignKey(BulkRun.id), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    task_id: Mapped[UUID]
    outcome: Mapped[str] = mapped_column(String(10), default="waiting")
    code: Mapped[str | None] = mapped_column(String(60))
    reason: Mapped[dict[str, Any] | None] = mapped_column(JsonText)
