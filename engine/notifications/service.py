"""A person's notifications in the application: the list, what is unread, reading one or all."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from engine.access import Actor
from engine.errors import NotFoundError
from engine.notifications.tables import Notification

UNREAD_CAP = 100


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


def mark_one(session: Session, actor: Actor, notice_id: UUID, *, is_read: bool, now: datetime) -> str:
    """Mark one notification as read or as unread again; returns the business key of what it is about.

    Raises:
        NotFoundError: no such notification, or not the actor's.
    """
    found = session.scalar(
        select(Notification).where(Notification.id == notice_id, Notification.user_id == actor.user_id)
    )
    if found is None:
        raise NotFoundError("There is no such notification.", code="notification_unknown")
    found.read_at = (found.read_at or now) if is_read else None
    return found.business_key
