"""Browsers that show notices although no page is open."""

from datetime import datetime
from hashlib import sha256
from urllib.parse import urlsplit
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from engine.access import Actor
from engine.connectors.notify import web_push
from engine.errors import FieldProblem, InvalidInputError
from engine.ids import new_id
from engine.notifications.tables import PushSubscription

MAX_ENDPOINT = 1000
AUTH_SECRET_BYTES = 16


def subscribe(session: Session, actor: Actor, *, endpoint: str, public_key: str, auth: str, now: datetime) -> UUID:
    """Remember the actor's browser; one that another person used before is theirs no longer.

    Raises:
        InvalidInputError: the browser's values are none.
    """
    assert actor.user_id is not None, "the system has no browser"
    if not _is_endpoint(endpoint) or not web_push.is_public_key(public_key) or not _is_secret(auth):
        raise InvalidInputError(errors={"endpoint": [FieldProblem("This browser cannot be told.", code="push_keys")]})
    digest = sha256(endpoint.encode()).hexdigest()
    row = session.scalar(select(PushSubscription).where(PushSubscription.endpoint_hash == digest))
    if row is None:
        row = PushSubscription(id=new_id(), endpoint_hash=digest, endpoint=endpoint, created_at=now)
        session.add(row)
    row.user_id, row.public_key, row.auth_secret = actor.user_id, public_key, auth
    return row.id


def unsubscribe(session: Session, actor: Actor, endpoint: str) -> None:
    """Forget one of the actor's browsers; all of them where no endpoint is given."""
    gone = delete(PushSubscription).where(PushSubscription.user_id == actor.user_id)
    if endpoint:
        gone = gone.where(PushSubscription.endpoint_hash == sha256(endpoint.encode()).hexdigest())
    session.execute(gone)


def count(session: Session, actor: Actor) -> int:
    """Return how many of the actor's browsers are told."""
    query = select(func.count()).select_from(PushSubscription).where(PushSubscription.user_id == actor.user_id)
    return session.scalar(query) or 0


def _is_endpoint(endpoint: str) -> bool:
    try:
        parts = urlsplit(endpoint)
    except ValueError:
        return False
    return len(endpoint) <= MAX_ENDPOINT and parts.scheme in {"https", "http"} and bool(parts.hostname)


def _is_secret(auth: str) -> bool:
    try:
        return len(web_push.decode(auth)) == AUTH_SECRET_BYTES
    except ValueError:
        return False
