"""Write to the audit, and read it."""

import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, or_, select, tuple_, update
from sqlalchemy.orm import Session

from engine.access import Actor
from engine.audit.rules import content_hash
from engine.audit.tables import AuditEvent
from engine.ids import new_id

PAGE = 50
MAX_REASON = 1000


@dataclass(frozen=True)
class AuditRow:
    """An event as pages show it; ``at`` is an aware instant in UTC, ``number`` its place in the chain once sealed."""

    id: UUID
    at: datetime
    actor_id: UUID | None
    actor_name: str
    action: str
    subject_kind: str
    subject_key: str
    subject_name: str
    reason: str
    before: Mapping[str, Any] | None
    after: Mapping[str, Any] | None
    number: int | None = None


def record(
    session: Session,
    actor: Actor,
    action: str,
    *,
    subject: tuple[str, str],
    now: datetime,
    name: str = "",
    reason: str = "",
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> UUID:
    """Write one event in the transaction of the change itself: both are stored, or neither.

    Args:
        action: what was done, ``<area>.<verb>``: ``definition.published``, ``incident.retried``, ``instance.repaired``.
        subject: kind and key of what it was done to: ``("instance", str(instance_id))``.
        name: what people call the subject, as it was then.
        before: what changed, as it was; plain JSON, only what changed, no positions and no secrets.
        after: the same keys, as they are now.
    """
    salt = secrets.token_hex(16)
    content = (dict(before) if before is not None else None, dict(after) if after is not None else None)
    event = AuditEvent(
        id=new_id(),
        at=now,
        actor_id=actor.user_id,
        actor_name=actor.name[:200],
        action=action,
        subject_kind=subject[0],
        subject_key=subject[1],
        subject_name=name[:300],
        reason=reason.strip()[:MAX_REASON],
        before=content[0],
        after=content[1],
        salt=salt,
        content_hash=content_hash(salt, *content),
    )
    session.add(event)
    return event.id


def events(
    session: Session,
    *,
    subject: tuple[str, str] | None = None,
    actor_id: UUID | None = None,
    action: str = "",
    words: str = "",
    since: datetime | None = None,
    until: datetime | None = None,
    before: tuple[datetime, UUID] | None = None,
    limit: int = PAGE,
) -> tuple[AuditRow, ...]:
    """Return events, newest first.

    Args:
        action: events whose action begins with it.
        words: what the name of the subject, its key or the reason contains.
        since: not before.
        until: before.
        before: ``at`` and ``id`` of the last one of the page before.
    """
    query = select(AuditEvent).order_by(AuditEvent.at.desc(), AuditEvent.id.desc()).limit(limit)
    if subject is not None:
        query = query.where(AuditEvent.subject_kind == subject[0], AuditEvent.subject_key == subject[1])
    if actor_id is not None:
        query = query.where(AuditEvent.actor_id == actor_id)
    if action:
        query = query.where(AuditEvent.action.startswith(action, autoescape=True))
    if since is not None:
        query = query.where(AuditEvent.at >= since)
    if until is not None:
        query = query.where(AuditEvent.at < until)
    if words:
        texts = (AuditEvent.subject_name, AuditEvent.subject_key, AuditEvent.reason)
        query = query.where(or_(*(text.icontains(words, autoescape=True) for text in texts)))
    if before is not None:
        query = query.where(tuple_(AuditEvent.at, AuditEvent.id) < before)
    return tuple(_row(found) for found in session.scalars(query))


def people(session: Session) -> tuple[tuple[UUID, str], ...]:
    """Return who has done anything, by name."""
    query = select(AuditEvent.actor_id, func.max(AuditEvent.actor_name)).where(AuditEvent.actor_id.is_not(None))
    rows = session.execute(query.group_by(AuditEvent.actor_id))
    return tuple(sorted(((row[0], row[1]) for row in rows if row[0]), key=lambda pair: pair[1]))


def forget_contents(session: Session, kind: str, keys: Collection[str]) -> None:
    """Forget what was changed of subjects that may be kept no longer; that it was changed, by whom and why, stays."""
    found = update(AuditEvent).where(AuditEvent.subject_kind == kind, AuditEvent.subject_key.in_(keys))
    session.execute(found.values(before=None, after=None, salt=None))


def _row(event: AuditEvent) -> AuditRow:
    return AuditRow(
        event.id,
        event.at,
        event.actor_id,
        event.actor_name,
        event.action,
        event.subject_kind,
        event.subject_key,
        event.subject_name,
        event.reason,
        event.before,
        event.after,
        event.number,
    )
