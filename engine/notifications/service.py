"""Tell people: in the application at once, by mail through the outbox."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from engine.access import Actor
from engine.connectors.notify import Notice, Notifier
from engine.notifications import rules
from engine.notifications.tables import Notification
from engine.people import queries as people
from engine.process.topics import DeliveryContext

UNREAD_CAP = 100


def recipients(session: Session, to: Collection[str]) -> list[UUID]:
    """Return the people behind principals (``user:<id>``, ``group:<name>``)."""
    found: dict[UUID, None] = {}
    for principal in to:
        kind, _, name = principal.partition(":")
        if kind == "user":
            found[UUID(name)] = None
        elif kind == "group":
            found.update(dict.fromkeys(person.id for person in people.members_of_group(session, name)))
    return list(found)


def store(session: Session, context: DeliveryContext, payload: Mapping[str, Any]) -> bool:
    """Write the in-app notifications of a ``notify.send`` delivery; committed together with "done"."""
    for user_id in recipients(session, payload.get("to") or []):
        session.add(
            Notification(
                key=f"{context.key}:{user_id}",
                user_id=user_id,
                template=str(payload.get("template") or "")[:60],
                values=dict(payload.get("values") or {}),
                business_key=str(payload.get("business_key") or ""),
                created_at=context.now,
            )
        )
    return True


def mail(
    notifier: Notifier, addresses: Mapping[str, tuple[str, str]], context: DeliveryContext, payload: Mapping[str, Any]
) -> None:
    """Send the mails of a ``notify.send`` delivery.

    Args:
        addresses: user id → (address, locale).
    """
    for user_id, (address, locale) in addresses.items():
        text = rules.render(str(payload.get("template") or ""), payload.get("values") or {}, locale)
        link = str(payload.get("link") or "")
        notifier.send(Notice(address, text, f"{text}\n\n{link}\n"), key=f"{context.key}:{user_id}")


def mine(session: Session, actor: Actor, *, limit: int = 30) -> tuple[Notification, ...]:
    """Return the actor's notifications, the newest first."""
    return tuple(
        session.scalars(
            select(Notification)
            .where(Notification.user_id == actor.user_id)
            .order_by(Notification.created_at.desc(), Notification.id.desc())
            .limit(limit)
        )
    )


def unread_count(session: Session, actor: Actor) -> int:
    """Return how many are unread, counting no further than ``UNREAD_CAP``."""
    capped = (
        select(Notification.id)
        .where(Notification.user_id == actor.user_id, Notification.read_at.is_(None))
        .limit(UNREAD_CAP)
        .subquery()
    )
    return session.scalar(select(func.count()).select_from(capped)) or 0


def mark_read(session: Session, actor: Actor, *, now: datetime) -> None:
    """Mark all of the actor's notifications as read."""
    session.execute(
        update(Notification)
        .where(Notification.user_id == actor.user_id, Notification.read_at.is_(None))
        .values(read_at=now)
    )
