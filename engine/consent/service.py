"""Give and withdraw consent."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.access import Actor
from engine.consent import rules
from engine.consent.rules import ConsentState, LocationMode
from engine.consent.tables import Consent


@dataclass(frozen=True)
class AnswerRow:
    """One answer on record."""

    id: UUID
    purpose: str
    text_version: str
    is_granted: bool
    given_at: datetime
    withdrawn_at: datetime | None


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
    consent = session.scalar(_newest(actor.user_id, purpose))
    if consent is not None and consent.is_granted and consent.withdrawn_at is None:
        consent.withdrawn_at = now


def state(session: Session, actor: Actor, purpose: str) -> ConsentState | None:
    """Return the newest answer of the actor, or None if never asked."""
    return None if actor.user_id is None else state_of(session, actor.user_id, purpose)


def state_of(session: Session, user_id: UUID, purpose: str) -> ConsentState | None:
    """Return the newest answer of a person, or None if never asked."""
    found = session.scalar(_newest(user_id, purpose))
    if found is None:
        return None
    return ConsentState(found.id, found.is_granted, found.text_version, found.given_at, found.withdrawn_at)


def states(session: Session, actor: Actor) -> dict[str, ConsentState]:
    """Return the newest answer of the actor to each purpose that was asked."""
    rows = session.scalars(
        select(Consent).where(Consent.user_id == actor.user_id).order_by(Consent.given_at, Consent.id)
    )
    return {
        row.purpose: ConsentState(row.id, row.is_granted, row.text_version, row.given_at, row.withdrawn_at)
        for row in rows
    }


def mode_of(session: Session, actor: Actor, *, now: datetime) -> LocationMode | None:
    """Return how the actor checks in now, or None for one who is (again) to be asked."""
    return rules.location_mode(states(session, actor), now=now)


def choose_location_mode(session: Session, actor: Actor, mode: LocationMode, *, now: datetime) -> None:
    """Record how the actor wants to check in, one answer for each purpose; what it leaves is withdrawn at once."""
    for purpose in rules.PURPOSES:
        if purpose not in mode.grants:
            withdraw(session, actor, purpose, now=now)
        answer(session, actor, purpose, is_granted=purpose in mode.grants, now=now)


def answers(session: Session, actor: Actor) -> tuple[AnswerRow, ...]:
    """Return every answer that the actor ever gave, the newest first: the proof."""
    rows = session.scalars(
        select(Consent).where(Consent.user_id == actor.user_id).order_by(Consent.given_at.desc(), Consent.id.desc())
    )
    return tuple(AnswerRow(**{name: getattr(row, name) for name in AnswerRow.__dataclass_fields__}) for row in rows)


def _newest(user_id: UUID | None, purpose: str):  # type: ignore[no-untyped-def]  # the type of a select is longer than its use
    return (
        select(Consent)
        .where(Consent.user_id == user_id, Consent.purpose == purpose)
        .order_by(Consent.given_at.desc(), Consent.id.desc())
        .limit(1)
    )
