"""Emit, claim and settle deliveries."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from engine.errors import ConflictError, NotFoundError
from engine.ids import new_id
from engine.outbox.tables import Delivery, DeliveryState
from engine.store.base import Base
from engine.store.database import AFTER_COMMIT

LEASE_S = 60
MAX_ATTEMPTS = 8
BACK_OFF_S = (2, 10, 30, 120, 600, 1800, 3600)

USER_LANE = "user"
CONNECTOR_LANE = "connectors"
LANES = (USER_LANE, CONNECTOR_LANE)


@dataclass(frozen=True)
class Claim:
    """The right to do one delivery until ``lease_until``, as long as nobody holds a higher fence."""

    id: UUID
    key: str
    topic: str
    payload: dict[str, Any]
    instance_id: UUID | None
    element_id: str | None
    token: str | None
    attempts: int
    fence: int
    created_at: datetime
    expires_at: datetime | None

    @property
    def was_renewed(self) -> bool:
        """Whether a person had it tried again after it was given up: only the fence counts every attempt."""
        return self.fence > self.attempts


# Made once: every delivery runs these, beside what it is for.
_TABLE = Base.metadata.tables[Delivery.__tablename__]
_CLAIM = (
    update(_TABLE)
    .where(_TABLE.c.id == bindparam("claimed"), _TABLE.c.available_at <= bindparam("now"))
    .values(
        attempts=_TABLE.c.attempts + 1,
        fence=_TABLE.c.fence + 1,
        available_at=bindparam("until"),
        lease_until=bindparam("until"),
    )
    .returning(*(_TABLE.c[each.name] for each in fields(Claim)))
)
_END = (
    update(_TABLE)
    .where(
        _TABLE.c.id == bindparam("claimed"),
        _TABLE.c.fence == bindparam("held"),
        _TABLE.c.state == DeliveryState.PENDING,
    )
    .values(
        state=bindparam("ended"),
        available_at=None,
        lease_until=None,
        ended_at=bindparam("now"),
        last_error=bindparam("error"),
    )
    .returning(_TABLE.c.id)
)


@dataclass(frozen=True)
class Dropped:
    """A delivery that was dropped: what it was for, and how it stood."""

    topic: str
    state: str
    instance_id: UUID | None
    element_id: str | None
    token: str | None


def emit(
    session: Session,
    topic: str,
    payload: dict[str, Any],
    *,
    key: str,
    now: datetime,
    lane: str = CONNECTOR_LANE,
    instance_id: UUID | None = None,
    element_id: str | None = None,
    token: str | None = None,
    delay: timedelta = timedelta(),
    expires_at: datetime | None = None,
    origin_id: UUID | None = None,
    receiver: str | None = None,
) -> UUID:
    """Write a delivery into the caller's transaction and ring for it after the commit.

    Args:
        key: unique; the receiver gets it at every attempt (Idempotency-Key).
        delay: how long to wait before the first attempt.
        expires_at: no attempt after this.
        origin_id: the instance that sent it, where a failure is none of its incidents.
        receiver: the business key that a message of that instance is for.
    """
    delivery = Delivery(
        id=new_id(),
        key=key,
        topic=topic,
        lane=lane,
        payload=payload,
        instance_id=instance_id,
        element_id=element_id,
        token=token,
        available_at=now + delay,
        expires_at=expires_at,
        origin_id=origin_id,
        receiver=receiver[:200] if receiver else None,
        created_at=now,
    )
    session.add(delivery)
    if not delay:
        session.info.setdefault(AFTER_COMMIT, []).append((delivery.id, lane))
    return delivery.id


def due(session: Session, *, now: datetime, limit: int = 100, lane: str | None = None) -> Sequence[tuple[UUID, str]]:
    """Return id and lane of the deliveries that may be claimed now, the oldest first."""
    query = select(Delivery.id, Delivery.lane).where(Delivery.available_at <= now)
    if lane:
        query = query.where(Delivery.lane == lane)
    query = query.order_by(Delivery.available_at, Delivery.id).limit(limit)
    return [(row.id, row.lane) for row in session.execute(query)]


def claim(session: Session, delivery_id: UUID, *, now: datetime) -> Claim | None:
    """Take a delivery for ``LEASE_S`` seconds; None when it is done, failed or another worker's.

    The attempt is counted here: a worker that dies has used it.
    """
    until = now + timedelta(seconds=LEASE_S)
    taken = session.execute(_CLAIM, {"claimed": delivery_id, "now": now, "until": until}).one_or_none()
    return None if taken is None else Claim(**taken._mapping)


def settle(session: Session, claim: Claim, *, now: datetime) -> bool:
    """Mark the delivery done, if the claim's fence still holds; False means: roll everything back."""
    return _end(session, claim, DeliveryState.DONE, now=now, error=None)


def fail(session: Session, claim: Claim, error: str, *, now: datetime) -> bool:
    """Give the delivery up: a person decides (an incident)."""
    return _end(session, claim, DeliveryState.FAILED, now=now, error=error)


def postpone(session: Session, claim: Claim, error: str, *, now: datetime, delay: timedelta | None = None) -> bool:
    """Let the delivery be tried again, later and later with each attempt."""
    seconds = BACK_OFF_S[min(claim.attempts, len(BACK_OFF_S)) - 1]
    moved = session.execute(
        update(Delivery)
        .where(Delivery.id == claim.id, Delivery.fence == claim.fence, Delivery.state == DeliveryState.PENDING)
        .values(available_at=now + (delay or timedelta(seconds=seconds)), last_error=error[:500], lease_until=None)
        .returning(Delivery.id)
    ).scalar_one_or_none()
    return moved is not None


def renew(session: Session, delivery_id: UUID, *, now: datetime, delay: timedelta = timedelta()) -> bool:
    """Put a failed delivery back with fresh attempts, after a delay; True if there was one."""
    renewed = session.execute(
        update(Delivery)
        .where(Delivery.id == delivery_id, Delivery.state == DeliveryState.FAILED)
        .values(state=DeliveryState.PENDING, attempts=0, available_at=now + delay, ended_at=None)
        .returning(Delivery.lane)
    ).scalar_one_or_none()
    if renewed is None:
        return False
    if not delay:
        _ring(session, delivery_id, renewed)
    return True


def move(session: Session, delivery_id: UUID, at: datetime, *, now: datetime) -> datetime:
    """Let a delivery that waits be done at another time; returns when it would have been.

    Raises:
        NotFoundError: no such delivery.
        ConflictError: it does not wait any more, or a worker has it just now.
    """
    found = _waiting(session, delivery_id, now)
    before, found.available_at = found.available_at, max(at, now)
    assert before is not None, "what waits has a time"
    if at <= now:
        _ring(session, delivery_id, found.lane)
    return before


def drop(session: Session, delivery_id: UUID, reason: str, *, now: datetime) -> Dropped:
    """Let a delivery that waits, or was given up, never be done.

    Raises:
        NotFoundError: no such delivery.
        ConflictError: it is done or dropped, or a worker has it just now.
    """
    found = _waiting(session, delivery_id, now, or_dead=True)
    dropped = Dropped(found.topic, str(found.state), found.instance_id, found.element_id, found.token)
    found.state, found.available_at, found.ended_at = DeliveryState.DROPPED, None, now
    found.last_error = reason[:500]
    return dropped


def make_room(session: Session, key: str) -> None:
    """Let a delivery be asked for again under the key of one that was given up or dropped."""
    over = (DeliveryState.FAILED, DeliveryState.DROPPED)
    found = session.scalar(select(Delivery).where(Delivery.key == key, Delivery.state.in_(over)))
    if found is not None:
        found.key = f"{key[:160]}:{found.id}"
        session.flush()  # the new row has the old key


def _waiting(session: Session, delivery_id: UUID, now: datetime, *, or_dead: bool = False) -> Delivery:
    query = select(Delivery).where(Delivery.id == delivery_id).with_for_update()
    found = session.scalar(query.execution_options(populate_existing=True))
    if found is None:
        raise NotFoundError("There is no such job.", code="delivery_unknown")
    wanted = {DeliveryState.PENDING, DeliveryState.FAILED} if or_dead else {DeliveryState.PENDING}
    if found.state not in wanted:
        raise ConflictError("This job is over already.", code="delivery_over")
    if found.lease_until is not None and found.lease_until > now:
        raise ConflictError("A worker does this job just now. Try again in a minute.", code="delivery_leased")
    return found


def _ring(session: Session, delivery_id: UUID, lane: str) -> None:
    session.info.setdefault(AFTER_COMMIT, []).append((delivery_id, lane))


def forget_payloads(session: Session, instance_ids: Collection[UUID]) -> None:
    """Empty the payloads of the deliveries of instances that are done: what they carried may be kept no longer."""
    done = update(Delivery).where(Delivery.instance_id.in_(instance_ids), Delivery.state == DeliveryState.DONE)
    session.execute(done.values(payload={}))


def _end(session: Session, claim: Claim, state: DeliveryState, *, now: datetime, error: str | None) -> bool:
    values = {"ended": state, "now": now, "error": error[:500] if error else None}
    ended = session.execute(_END, {"claimed": claim.id, "held": claim.fence, **values})
    return ended.scalar_one_or_none() is not None
