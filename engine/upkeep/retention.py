"""What is deleted of repairs and migrations when their time is over; the audit keeps that they happened.

A proposal that nobody decided and a run that is at work stay. Snapshots hold whole instances, with what people typed,
and can be put back only while nothing has run since; after so long nobody does.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from engine.process import snapshots
from engine.upkeep.migration_queries import FINISHED, READY
from engine.upkeep.tables import MigrationItem, MigrationRun, RepairProposal

KEPT_DAYS = 365
BATCH = 200
RUNS = 5
"""A migration has up to 20,000 instances."""


def count_proposals(session: Session, before: datetime) -> int:
    """Return how many proposals were decided before a time."""
    return session.scalar(select(func.count()).where(RepairProposal.decided_at < before)) or 0


def oldest_proposal(session: Session) -> datetime | None:
    """Return when the oldest decided proposal was decided."""
    return session.scalar(select(func.min(RepairProposal.decided_at)))


def delete_proposals(session: Session, before: datetime) -> int:
    """Delete a batch of decided proposals; returns how many."""
    ids = list(session.scalars(select(RepairProposal.id).where(RepairProposal.decided_at < before).limit(BATCH)))
    session.execute(delete(RepairProposal).where(RepairProposal.id.in_(ids)))
    return len(ids)


def count_runs(session: Session, before: datetime) -> int:
    """Return how many migrations were made before a time and are not at work."""
    return session.scalar(select(func.count()).where(*_over(before))) or 0


def oldest_run(session: Session) -> datetime | None:
    """Return when the oldest migration was made."""
    return session.scalar(select(func.min(MigrationRun.created_at)))


def delete_runs(session: Session, before: datetime) -> int:
    """Delete a batch of migrations with what they did to each instance; returns how many migrations."""
    query = select(MigrationRun.id).where(*_over(before)).order_by(MigrationRun.created_at).limit(RUNS)
    ids = list(session.scalars(query))
    session.execute(delete(MigrationItem).where(MigrationItem.run_id.in_(ids)))
    session.execute(delete(MigrationRun).where(MigrationRun.id.in_(ids)))
    return len(ids)


def count_snapshots(session: Session, before: datetime) -> int:
    """Return how many instances were kept before a time for taking an act back, which nothing refers to any more."""
    return snapshots.count_unused(session, before, _held())


def delete_snapshots(session: Session, before: datetime) -> int:
    """Delete a batch of such snapshots; returns how many."""
    return snapshots.forget_unused(session, before, _held(), limit=BATCH)


def _over(before: datetime) -> tuple[Any, ...]:
    return MigrationRun.created_at < before, MigrationRun.phase.in_((READY, FINISHED))


def _held() -> tuple[Any, ...]:
    return RepairProposal.snapshot_id, MigrationItem.snapshot_id
