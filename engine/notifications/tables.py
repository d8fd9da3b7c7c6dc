"""Notifications, how people want them, and whom outside they go to."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from engine.ids import new_id
from engine.store.base import Base, JsonText, UtcDateTime

_UNREAD = text("read_at IS NULL")


class Notification(Base):
    """Something a person should know; the text is a template's name and its values."""

    __tablename__ = "notification"
    __table_args__ = (
        Index("ix_notification_person", "user_id", "created_at"),
        Index("ix_notification_unread", "user_id", postgresql_where=_UNREAD, sqlite_where=_UNREAD),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    key: Mapped[str] = mapped_column(String(240), unique=True)
    user_id: Mapped[UUID]
    template: Mapped[str] = mapped_column(String(60))
    values: Mapped[dict[str, Any]] = mapped_column(JsonText)
    business_key: Mapped[str] = mapped_column(String(120), default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    read_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class NoticePreference(Base):
    """What a person has chosen; who has chosen nothing has no row."""

    __tablename__ = "notice_preference"

    user_id: Mapped[UUID] = mapped_column(primary_key=True)
    channels: Mapped[dict[str, list[str]]] = mapped_column(JsonText)
    quiet_from: Mapped[int | None]
    quiet_to: Mapped[int | None]
    urgent_passes: Mapped[bool] = mapped_column(default=True)
    digest_at: Mapped[int | None]
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)


class HeldNotice(Base):
    """A notice that waits for the end of quiet hours or for the digest; the row goes when its delivery is written."""

    __tablename__ = "held_notice"

    notification_id: Mapped[UUID] = mapped_column(primary_key=True)
    channel: Mapped[str] = mapped_column(String(20), primary_key=True)
    user_id: Mapped[UUID]
    wait: Mapped[str] = mapped_column(String(20))
    due_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


class PushSubscription(Base):
    """A browser that shows notices although no page is open."""

    __tablename__ = "push_subscription"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    user_id: Mapped[UUID] = mapped_column(index=True)
    endpoint_hash: Mapped[str] = mapped_column(String(64), unique=True)
    endpoint: Mapped[str] = mapped_column(String(1000))
    public_key: Mapped[str] = mapped_column(String(100))
    auth_secret: Mapped[str] = mapped_column(String(40))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Webhook(Base):
    """An address of another system that is told of notices of some kinds."""

    __tablename__ = "webhook"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    name: Mapped[str] = mapped_column(String(100))
    url: Mapped[str] = mapped_column(String(500))
    secret: Mapped[str] = mapped_column(String(100))
    kinds: Mapped[list[str]] = mapped_column(JsonText)
    is_active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class WebhookAttempt(Base):
    """One try to tell a webhook, with what it answered; ``status`` None: it did not answer."""

    __tablename__ = "webhook_attempt"
    __table_args__ = (Index("ix_webhook_attempt_delivery", "delivery_key", "at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    webhook_id: Mapped[UUID] = mapped_column(index=True)
    delivery_key: Mapped[str] = mapped_column(String(200))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    status: Mapped[int | None]
    error: Mapped[str] = mapped_column(String(200), default="")


class ChatRoom(Base):
    """A chat room that is told of notices of some kinds; ``address`` is apprise's and holds a secret."""

    __tablename__ = "chat_room"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    name: Mapped[str] = mapped_column(String(100))
    address: Mapped[str] = mapped_column(String(500))
    kinds: Mapped[list[str]] = mapped_column(JsonText)
    groups: Mapped[list[str]] = mapped_column(JsonText)
    locale: Mapped[str] = mapped_column(String(5), default="zh")
    is_active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class NoticeText(Base):
    """The text of a template as an admin has changed it."""

    __tablename__ = "notice_text"

    template: Mapped[str] = mapped_column(String(60), primary_key=True)
    zh: Mapped[str] = mapped_column(String(500))
    en: Mapped[str] = mapped_column(String(500))
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    changed_by: Mapped[UUID | None]
