"""Webhooks as admins set them up, what became of their deliveries, and sending one again."""

import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.errors import FieldProblem, InvalidInputError, NotFoundError
from engine.ids import new_id
from engine.notifications.routing import Kind
from engine.notifications.sending import WEBHOOK_TOPIC
from engine.notifications.tables import Webhook, WebhookAttempt
from engine.outbox import queries as deliveries
from engine.outbox import service as outbox
from engine.outbox.queries import DeliveryRow

MAX_NAME, MAX_URL = 100, 500
SHOWN_ATTEMPTS = 200


@dataclass(frozen=True)
class Sent:
    """A delivery to a webhook with its last try; ``status`` None: nobody answered."""

    delivery: DeliveryRow
    at: datetime
    status: int | None
    error: str


def hooks(session: Session) -> tuple[Webhook, ...]:
    """Return all webhooks by name."""
    return tuple(session.scalars(select(Webhook).order_by(Webhook.name, Webhook.id)))


def hook(session: Session, hook_id: UUID) -> Webhook:
    """Return one webhook.

    Raises:
        NotFoundError: no such webhook.
    """
    found = session.get(Webhook, hook_id)
    if found is None:
        raise NotFoundError("There is no such webhook.", code="webhook_unknown")
    return found


def problems(name: str, url: str, kinds: Collection[str]) -> dict[str, list[FieldProblem]]:
    """Return what is wrong with a webhook as typed; whether the address may be posted to is the channel's to say."""
    found = name_problems(name, kinds)
    if not url.strip():
        found["url"] = [FieldProblem("Enter an address.", code="required")]
    elif len(url) > MAX_URL:
        found["url"] = [FieldProblem("Use at most {max} characters.", code="too_long", max=MAX_URL)]
    return found


def name_problems(name: str, kinds: Collection[str]) -> dict[str, list[FieldProblem]]:
    """Return what is wrong with the name and the kinds of a webhook or a chat room."""
    found: dict[str, list[FieldProblem]] = {}
    if not name.strip():
        found["name"] = [FieldProblem("Enter a name.", code="required")]
    elif len(name) > MAX_NAME:
        found["name"] = [FieldProblem("Use at most {max} characters.", code="too_long", max=MAX_NAME)]
    if not set(kinds) & set(Kind):
        found["kinds"] = [FieldProblem("Choose at least one kind.", code="required")]
    return found


def save(
    session: Session,
    hook_id: UUID | None,
    *,
    name: str,
    url: str,
    kinds: Collection[str],
    is_active: bool,
    now: datetime,
) -> UUID:
    """Add a webhook with a secret of its own, or change one.

    Raises:
        NotFoundError: no such webhook.
        InvalidInputError: see ``problems``.
    """
    if found := problems(name, url, kinds):
        raise InvalidInputError(errors=found)
    if hook_id is None:
        row = Webhook(id=new_id(), secret=secrets.token_urlsafe(32), created_at=now)
        session.add(row)
    else:
        row = hook(session, hook_id)
    row.name, row.url, row.is_active = name.strip(), url.strip(), is_active
    row.kinds = sorted(set(kinds) & set(Kind))
    return row.id


def sent(session: Session, hook_id: UUID) -> tuple[Sent, ...]:
    """Return the latest deliveries to a webhook, each with its last try, the newest first."""
    query = select(WebhookAttempt).where(WebhookAttempt.webhook_id == hook_id)
    query = query.order_by(WebhookAttempt.at.desc(), WebhookAttempt.id.desc()).limit(SHOWN_ATTEMPTS)
    last: dict[str, WebhookAttempt] = {}
    for attempt in session.scalars(query):
        last.setdefault(attempt.delivery_key, attempt)
    found = deliveries.by_keys(session, last.keys())
    return tuple(Sent(found[key], each.at, each.status, each.error) for key, each in last.items() if key in found)


def replay(session: Session, hook_id: UUID, delivery_id: UUID, *, now: datetime) -> None:
    """Send an event again: a failed delivery with fresh attempts, any other anew, with the same event id.

    Raises:
        NotFoundError: no such delivery of this webhook.
    """
    found = next((each.delivery for each in sent(session, hook_id) if each.delivery.id == delivery_id), None)
    if found is None:
        raise NotFoundError("There is no such delivery.", code="delivery_unknown")
    if not outbox.renew(session, delivery_id, now=now):
        key = f"webhook:{hook_id}:{found.payload['event']}:{new_id()}"
        outbox.emit(session, WEBHOOK_TOPIC, found.payload, key=key, now=now)
