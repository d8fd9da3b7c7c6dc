"""What upkeep stores: proposed repairs, and migrations of many instances."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from engine.ids import new_id
from engine.store.base import Base, JsonText, UtcDateTime


class RepairProposal(Base):
    """A repair as one administrator prepared it; ``edits`` as ``process.repair_edits`` writes them.

    ``plan`` is what it would do, as ``process.repair_plan`` writes it.

    ``state`` is proposed, applied, declined or outdated. ``version`` is the instance's that it was made for.
    """

    __tablename__ = "repair_proposal"
    __table_args__ = (
        Index("ix_repair_proposal_instance", "instance_id", "proposed_at"),
        Index("ix_repair_proposal_state", "state", "proposed_at"),
        Index("ix_repair_proposal_snapshot", "snapshot_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    instance_id: Mapped[UUID] = mapped_column(ForeignKey("process_instance.id"))
    version: Mapped[int]
    edits: Mapped[list[dict[str, Any]]] = mapped_column(JsonText)
    plan: Mapped[dict[str, Any]] = mapped_column(JsonText)
    reason: Mapped[str] = mapped_column(String(1000))
    state: Mapped[str] = mapped_column(String(20))
    proposed_by: Mapped[UUID]
    proposed_by_name: Mapped[str] = mapped_column(String(200))
    proposed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    decided_by: Mapped[UUID | None]
    decided_by_name: Mapped[str | None] = mapped_column(String(200))
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    note: Mapped[str | None] = mapped_column(String(1000))
    snapshot_id: Mapped[UUID | None] = mapped_column(ForeignKey("instance_snapshot.id"))


class MigrationRun(Base):
    """A migration of instances from one version of a process to another.

    ``phase`` is checking, checked, running, finished, or undoing. ``mapping`` holds only the elements that change
    their id.
    """

    __tablename__ = "migration_run"
    __table_args__ = (Index("ix_migration_run_created", "created_at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    process_key: Mapped[str] = mapped_column(String(100))
    from_id: Mapped[UUID] = mapped_column(ForeignKey("process_definition.id"))
    to_id: Mapped[UUID] = mapped_column(ForeignKey("process_definition.id"))
    mapping: Mapped[dict[str, str]] = mapped_column(JsonText)
    phase: Mapped[str] = mapped_column(String(20))
    reason: Mapped[str] = mapped_column(String(1000), default="")
    total: Mapped[int]
    actor_id: Mapped[UUID]
    actor_name: Mapped[str] = mapped_column(String(200))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    started_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class MigrationItem(Base):
    """One instance of a migration.

    ``outcome`` is waiting (to be checked), fits, refused, ok, failed, skipped, to_undo, undone or stays (it could not
    be undone). ``reasons`` are the sentences that say why, each with its code and parameters.
    """

    __tablename__ = "migration_item"
    __table_args__ = (
        Index("ix_migration_item_outcome", "run_id", "outcome", "position"),
        Index("ix_migration_item_snapshot", "snapshot_id"),
    )

    run_id: Mapped[UUID] = mapped_column(ForeignKey(MigrationRun.id), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    instance_id: Mapped[UUID] = mapped_column(ForeignKey("process_instance.id"))
    outcome: Mapped[str] = mapped_column(String(20))
    reasons: Mapped[list[dict[str, Any]]] = mapped_column(JsonText, default=list)
    snapshot_id: Mapped[UUID | None] = mapped_column(ForeignKey("instance_snapshot.id"))
