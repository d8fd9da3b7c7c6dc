"""Give and withdraw consent."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.access import Actor
from engine.consent import rules
from engine.consent.rules import ConsentState
from engine.consent.tables import Consent


def answer(session: Session, actor: Actor, purpose: str, *, is_granted: bool, now: datetime) -> UUID:
    """Record a person's answer; the answer before it stays on record."""
    assert actor.user_id is not None, "the system consents to nothing"
    consent = Consent(
        user_id=actor.user_id,
        purpose=purpose,
        text_version=rules.TEXT_VERSION,
        is_granted=is_granted,
        given_at=now,
    )
    session.add(consent)
    session.flush()  # the caller gets its id
    return consent.id


def withdraw(session: Session, actor: Actor, purpose: str, *, now: datetime) -> None:
    """Withdraw a consent; effective with this transaction. Without a consent there is nothing to do."""
    consent = session.scalar(_newest(actor, purpose))
    if consent is not None and consent.is_granted and consent.withdrawn_at is None:
        consent.withdrawn_at = now


def state(session: Session, actor: Actor, purpose: str) -> ConsentState | None:
    """Return the newest answer of the actor, or None if never asked."""
    found = session.scalar(_newest(actor, purpose))
    if found is None:
        return None
    return ConsentState(found.id, found.is_granted, found.text_version, found.given_at, found.withdrawn_at)


def _newest(actor: Actor, purpose: str):  # type: ignore[no-untyped-def]  # the type of a select is longer than its use
    return (
        select(Consent)
        .where(Consent.user_id == actor.user_id, Consent.purpose == purpose)
        .order_by(Consent.given_at.desc(), Consent.id.desc())
        .limit(1)
    )
