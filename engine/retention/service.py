"""Retention runs: asked for by a person or found due by the sweep, done batch by batch as a job, and on record.

Each batch is a transaction of its own, so that nobody waits for a long one; whoever is killed goes on where it stopped.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.access import SYSTEM, Actor
from engine.audit import service as audit
from engine.clock import Clock
from engine.errors import ConflictError
from engine.ids import new_id
from engine.outbox import service as outbox
from engine.retention import classes
from engine.retention.tables import RetentionRun
from engine.store.database import Database

TOPIC = "data.forget"
GIVEN_UP_AFTER = timedelta(hours=6)
"""A run that has not ended by then is no reason against another."""


def ask(session: Session, actor: Actor, kept: Mapping[str, int], *, now: datetime) -> UUID:
    """Begin to delete what is over; a job does it.

    Args:
        kept: the settings' days by class of data.

    Raises:
        ConflictError: a run is at work.
    """
    run_id = begin(session, actor, kept, now=now)
    outbox.emit(session, TOPIC, {"run": str(run_id)}, key=f"retention:{run_id}", now=now, lane=outbox.USER_LANE)
    return run_id


def begin(session: Session, actor: Actor, kept: Mapping[str, int], *, now: datetime) -> UUID:
    """Put a run on record, with how much is over; for callers that do it themselves.

    Raises:
        ConflictError: a run is at work.
    """
    if is_at_work(session, now=now):
        raise ConflictError("A retention run is at work; look again in a minute.", code="retention_at_work")
    run_id = new_id()
    session.add(RetentionRun(id=run_id, asked_by=actor.user_id, asked_by_name=actor.name, started_at=now, deleted={}))
    due = {name: count for name, count in classes.due(session, kept, now=now).items() if count}
    _record(session, actor, "retention.asked", run_id, now, before=due, now=now)
    return run_id


def sweep(session: Session, kept: Mapping[str, int], *, now: datetime) -> int:
    """Begin a run where something is over; returns how many were begun."""
    if is_at_work(session, now=now) or not any(classes.due(session, kept, now=now).values()):
        return 0
    ask(session, SYSTEM, kept, now=now)
    return 1


def work(database: Database, run_id: UUID, kept: Mapping[str, int], *, clock: Clock) -> None:
    """Do the rest of a run."""
    while database.run(lambda session: do_batch(session, run_id, kept, now=clock())):
        pass


def do_batch(session: Session, run_id: UUID, kept: Mapping[str, int], *, now: datetime) -> bool:
    """Delete the next batch of each class; False once nothing is left."""
    run = session.scalar(select(RetentionRun).where(RetentionRun.id == run_id).with_for_update())
    if run is None or run.finished_at is not None:
        return False
    # By when it was begun: what becomes over meanwhile is the next run's, so that this one ends.
    deleted = classes.run_batch(session, kept, now=run.started_at)
    run.deleted = {name: run.deleted.get(name, 0) + count for name, count in deleted.items()}
    if any(deleted.values()):
        return True
    run.finished_at = now
    actor = Actor(user_id=run.asked_by, name=run.asked_by_name, is_system=run.asked_by is None)
    counts = {name: count for name, count in run.deleted.items() if count}
    _record(session, actor, "retention.finished", run_id, run.started_at, after=counts, now=now)
    return False


def _record(session: Session, actor: Actor, action: str, run_id: UUID, started_at: datetime, **said: Any) -> None:
    # A run is called by its day, in every language.
    name = started_at.date().isoformat()
    audit.record(session, actor, action, subject=("retention", str(run_id)), name=name, **said)


def is_at_work(session: Session, *, now: datetime) -> bool:
    """Tell whether a run goes on; one that was given up does not."""
    query = select(RetentionRun.id).where(
        RetentionRun.finished_at.is_(None), RetentionRun.started_at > now - GIVEN_UP_AFTER
    )
    return session.scalar(query.limit(1)) is not None
