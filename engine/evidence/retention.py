"""What is deleted when its time is over: positions with their salts, tracks, and at last the check events themselves.

The chain keeps the hashes of deleted positions. Events go from the oldest on, and the start of the chain moves behind
them, so that what is left still verifies.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from engine.evidence.tables import ChainStart, CheckEvent, Position, TrackBatch, TrackPoint

BATCH = 500


def count_positions(session: Session, before: datetime) -> int:
    """Return how many check-in positions were received before a time."""
    return session.scalar(select(func.count()).where(Position.received_at < before)) or 0


def delete_positions(session: Session, before: datetime) -> int:
    """Delete a batch of check-in positions with their salts; returns how many."""
    return _delete(session, Position, Position.received_at < before, Position.received_at)


def count_points(session: Session, before: datetime) -> int:
    """Return how many points of tracks were read before a time."""
    return session.scalar(select(func.count()).where(TrackPoint.at < before)) or 0


def delete_points(session: Session, before: datetime) -> int:
    """Delete a batch of points of tracks, and the batches that are empty then; returns how many points."""
    deleted = _delete(session, TrackPoint, TrackPoint.at < before, TrackPoint.at)
    if deleted:
        left = select(TrackPoint.id).where(TrackPoint.batch_id == TrackBatch.id).exists()
        session.execute(delete(TrackBatch).where(TrackBatch.received_at < before, ~left))
    return deleted


def count_events(session: Session, before: datetime) -> int:
    """Return how many check events were recorded before a time."""
    return session.scalar(select(func.count()).where(CheckEvent.at < before)) or 0


def delete_events(session: Session, before: datetime) -> int:
    """Delete a batch of check events from the beginnings of their chains; returns how many."""
    rows = session.execute(
        select(CheckEvent.user_id, CheckEvent.number, CheckEvent.hash)
        .where(CheckEvent.at < before)
        .order_by(CheckEvent.at, CheckEvent.number)
        .limit(BATCH)
    ).all()
    last: dict[UUID, tuple[int, str]] = {}
    for row in rows:
        last[row.user_id] = max(last.get(row.user_id, (0, "")), (row.number, row.hash))
    deleted = 0
    for user_id, (number, hash_) in sorted(last.items()):
        session.merge(ChainStart(user_id=user_id, number=number, hash=hash_))
        session.flush()  # the database lets go only what lies before the start of the chain
        gone = session.execute(
            delete(CheckEvent)
            .where(CheckEvent.user_id == user_id, CheckEvent.number <= number)
            .returning(CheckEvent.id)
        )
        deleted += len(gone.all())
    return deleted


def oldest_position(session: Session) -> datetime | None:
    """Return when the oldest check-in position was received."""
    return session.scalar(select(func.min(Position.received_at)))


def oldest_point(session: Session) -> datetime | None:
    """Return when the oldest point of a track was read."""
    return session.scalar(select(func.min(TrackPoint.at)))


def oldest_event(session: Session) -> datetime | None:
    """Return when the oldest check event was recorded."""
    return session.scalar(select(func.min(CheckEvent.at)))


def _delete(session: Session, table: Any, condition: Any, order: Any) -> int:
    ids = list(session.scalars(select(table.id).where(condition).order_by(order).limit(BATCH)))
    if ids:
        session.execute(delete(table).where(table.id.in_(ids)))
    return len(ids)
