"""Verify every chain of evidence in the database: check events, their positions, and who looked at them."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from engine.evidence import looks, queries, rules
from engine.evidence.tables import ChainStart, CheckEvent, Position, PositionView

CHECKS, LOOKS, POSITIONS = "check events", "looks", "positions"


@dataclass(frozen=True)
class BrokenLink:
    """The first row of a person's chain that is missing or was changed; ``chain`` is one of the three above."""

    chain: str
    user_id: UUID
    number: int


@dataclass(frozen=True)
class Verdict:
    """What a look at all chains found.

    Args:
        events: check events that are stored.
        people: whose they are.
        looks: at positions.
        broken: the first bad link of each chain that has one.
    """

    events: int
    people: int
    looks: int
    broken: tuple[BrokenLink, ...]


def verify_all(session: Session) -> Verdict:
    """Check every chain, a person at a time; read only."""
    broken: list[BrokenLink] = []
    users = {*session.scalars(select(CheckEvent.user_id).distinct()), *session.scalars(select(ChainStart.user_id))}
    events = 0
    for user_id in sorted(users):
        chain = queries.chain(session, user_id)
        events += len(chain.events)
        number = chain.first_broken
        if number is not None:
            broken.append(BrokenLink(CHECKS, user_id, number))
        changed = _changed_position(session, user_id)
        if changed is not None:
            broken.append(BrokenLink(POSITIONS, user_id, changed))
        session.expunge_all()
    for subject_id in sorted(session.scalars(select(PositionView.subject_id).distinct())):
        number = looks.first_broken_look(session, subject_id)
        if number is not None:
            broken.append(BrokenLink(LOOKS, subject_id, number))
        session.expunge_all()
    seen = session.scalar(select(func.count()).select_from(PositionView)) or 0
    return Verdict(events, len(users), seen, tuple(broken))


def _changed_position(session: Session, user_id: UUID) -> int | None:
    """Return the number of the first event whose position, while it is stored, is not the one that was hashed."""
    rows = session.execute(
        select(CheckEvent.number, CheckEvent.position_hash, Position)
        .join(Position, Position.id == CheckEvent.position_id)
        .where(CheckEvent.user_id == user_id)
        .order_by(CheckEvent.number)
    )
    for number, hashed, position in rows:
        found = rules.position_hash(position.salt, position.latitude, position.longitude, position.accuracy_m)
        if found != hashed:
            return int(number)
    return None
