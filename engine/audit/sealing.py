"""Seal events into a chain, and verify it.

The sweeper seals, outside of the transactions of people: nobody waits for the head of the chain. What was deleted or
changed by whoever has the database shows from there on; only the newest events can be cut off without a trace.
"""

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from engine.audit.rules import FIRST, content_hash, event_hash
from engine.audit.tables import AuditEvent

BATCH = 200
READ = 1000


@dataclass(frozen=True)
class Verdict:
    """What a look at the whole chain found.

    Args:
        sealed: how many events are right, up to the first that is not.
        broken: the number of the first event that is missing or was changed; None: none is.
        unsealed: how many events are too new to have a number.
    """

    sealed: int
    broken: int | None
    unsealed: int


def seal(session: Session, now: datetime) -> int:  # noqa: ARG001 - the chores of a sweep are called alike
    """Give a batch of events their place in the chain; returns how many there were.

    Two sweepers at once would give the same number twice, which the database refuses one of them.
    """
    unsealed = select(AuditEvent).where(AuditEvent.number.is_(None)).order_by(AuditEvent.at, AuditEvent.id)
    events = session.scalars(unsealed.limit(BATCH).with_for_update(skip_locked=True)).all()
    if not events:
        return 0
    head = session.execute(
        select(AuditEvent.number, AuditEvent.hash)
        .where(AuditEvent.number.is_not(None))
        .order_by(AuditEvent.number.desc())
        .limit(1)
    ).first()
    number, previous = (head.number or 0, head.hash or FIRST) if head else (0, FIRST)
    for event in events:
        number += 1
        if event.content_hash is None:  # of an earlier release
            event.salt = secrets.token_hex(16)
            event.content_hash = content_hash(event.salt, event.before, event.after)
        event.number, event.previous_hash = number, previous
        event.hash = previous = event_hash(previous, number, _parts(event))
    return len(events)


def verify(session: Session) -> Verdict:
    """Check every seal; read only."""
    unsealed = session.scalar(select(func.count()).select_from(AuditEvent).where(AuditEvent.number.is_(None))) or 0
    number, previous = 0, FIRST
    while True:
        query = select(AuditEvent).where(AuditEvent.number > number).order_by(AuditEvent.number).limit(READ)
        events = session.scalars(query).all()
        for event in events:
            if not _is_right(event, number + 1, previous):
                return Verdict(number, number + 1, unsealed)
            number, previous = number + 1, str(event.hash)
        session.expunge_all()
        if len(events) < READ:
            return Verdict(number, None, unsealed)


def _is_right(event: AuditEvent, number: int, previous: str) -> bool:
    if event.number != number or event.previous_hash != previous:
        return False
    if event.hash != event_hash(previous, number, _parts(event)):
        return False
    if event.salt is None:  # forgotten, all of it
        return event.before is None and event.after is None
    return event.content_hash == content_hash(event.salt, event.before, event.after)


def _parts(event: AuditEvent) -> dict[str, str | None]:
    return {
        "id": str(event.id),
        "at": event.at.astimezone(UTC).isoformat(),
        "actor_id": str(event.actor_id) if event.actor_id else None,
        "actor_name": event.actor_name,
        "action": event.action,
        "subject_kind": event.subject_kind,
        "subject_key": event.subject_key,
        "subject_name": event.subject_name,
        "reason": event.reason,
        "content": event.content_hash,
    }
