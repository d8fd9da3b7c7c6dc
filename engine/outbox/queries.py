"""What screens show of deliveries."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select, tuple_
from sqlalchemy.orm import Session

from engine.errors import NotFoundError
from engine.outbox.tables import Delivery, DeliveryState

STANDINGS = ("waiting", "leased", "retrying", "dead")
"""How an open delivery stands: not tried yet, with a worker, to be tried again, given up."""


@dataclass(frozen=True)
class DeliveryRow:
    """One delivery and how it stands; ``next_at`` None: it is over or given up."""

    id: UUID
    key: str
    topic: str
    payload: dict[str, Any]
    state: str
    attempts: int
    created_at: datetime
    next_at: datetime | None
    last_error: str | None
    instance_id: UUID | None = None
    element_id: str | None = None
    lease_until: datetime | None = None
    ended_at: datetime | None = None

    def standing(self, now: datetime) -> str:
        """Return one of ``STANDINGS``, or ``done`` or ``dropped``."""
        if self.state != DeliveryState.PENDING:
            return "dead" if self.state == DeliveryState.FAILED else self.state
        if self.lease_until is not None and self.lease_until > now:
            return "leased"
        return "retrying" if self.attempts else "waiting"


def by_keys(session: Session, keys: Collection[str]) -> dict[str, DeliveryRow]:
    """Return deliveries by their keys; unknown keys are left out."""
    rows = session.scalars(select(Delivery).where(Delivery.key.in_(keys))) if keys else ()
    return {row.key: _row(row) for row in rows}


def by_ids(session: Session, ids: Collection[UUID]) -> dict[UUID, DeliveryRow]:
    """Return deliveries by id; unknown ids are left out."""
    rows = session.scalars(select(Delivery).where(Delivery.id.in_(ids))) if ids else ()
    return {row.id: _row(row) for row in rows}


def delivery(session: Session, delivery_id: UUID) -> DeliveryRow:
    """Return one delivery.

    Raises:
        NotFoundError: no such delivery.
    """
    found = session.get(Delivery, delivery_id)
    if found is None:
        raise NotFoundError("There is no such job.", code="delivery_unknown")
    return _row(found)


def of_instance(session: Session, instance_id: UUID, *, limit: int = 200) -> tuple[DeliveryRow, ...]:
    """Return the deliveries of an instance, the newest first."""
    query = select(Delivery).where(Delivery.instance_id == instance_id)
    return tuple(_row(row) for row in session.scalars(query.order_by(Delivery.id.desc()).limit(limit)))


def sent_by(session: Session, instance_id: UUID, *, limit: int = 200) -> tuple[DeliveryRow, ...]:
    """Return the messages that an instance sent, the newest first."""
    query = select(Delivery).where(Delivery.origin_id == instance_id)
    return tuple(_row(row) for row in session.scalars(query.order_by(Delivery.id.desc()).limit(limit)))


def senders_to(session: Session, receiver: str, *, limit: int = 200) -> tuple[UUID, ...]:
    """Return the instances that sent messages to a business key, who did so last first."""
    last = func.max(Delivery.created_at)
    query = (
        select(Delivery.origin_id, last)
        .where(Delivery.receiver == receiver, Delivery.receiver.is_not(None), Delivery.origin_id.is_not(None))
        .group_by(Delivery.origin_id)
        .order_by(last.desc())
    )
    return tuple(row.origin_id for row in session.execute(query.limit(limit)))


def open_deliveries(
    session: Session,
    standing: str,
    *,
    now: datetime,
    topic: str = "",
    after: tuple[datetime, UUID] | None = None,
    limit: int = 50,
) -> tuple[DeliveryRow, ...]:
    """Return deliveries that stand so, those that were due first at the top; of the dead the oldest.

    Args:
        after: time and id of the last row of the page before: ``next_at``, of the dead ``ended_at``.
    """
    column = Delivery.ended_at if standing == "dead" else Delivery.available_at
    query: Select[Any] = select(Delivery).where(_stands(standing, now))
    if topic:
        query = query.where(Delivery.topic == topic)
    if after is not None:
        query = query.where(tuple_(column, Delivery.id) > after)
    return tuple(_row(row) for row in session.scalars(query.order_by(column, Delivery.id).limit(limit)))


def counts(session: Session, *, now: datetime) -> dict[tuple[str, str], tuple[int, datetime]]:
    """Return of each standing and topic how many there are, and since when the oldest."""
    leased = Delivery.lease_until > now
    standing = case(
        (Delivery.state == DeliveryState.FAILED, "dead"),
        (leased, "leased"),
        (Delivery.attempts > 0, "retrying"),
        else_="waiting",
    )
    open_ones = or_(Delivery.available_at.is_not(None), Delivery.state == DeliveryState.FAILED)
    query = (
        select(standing.label("standing"), Delivery.topic, func.count(), func.min(Delivery.created_at))
        .where(open_ones)
        .group_by(standing, Delivery.topic)
    )
    return {(row[0], row[1]): (row[2], row[3]) for row in session.execute(query)}


def dead_ids(session: Session, *, topic: str = "", limit: int) -> tuple[UUID, ...]:
    """Return the deliveries that were given up, the oldest first."""
    query = select(Delivery.id).where(Delivery.state == DeliveryState.FAILED)
    if topic:
        query = query.where(Delivery.topic == topic)
    return tuple(session.scalars(query.order_by(Delivery.ended_at, Delivery.id).limit(limit)))


def _stands(standing: str, now: datetime) -> ColumnElement[bool]:
    if standing == "dead":
        return Delivery.state == DeliveryState.FAILED
    leased = and_(Delivery.lease_until.is_not(None), Delivery.lease_until > now)
    waits = Delivery.available_at.is_not(None)
    if standing == "leased":
        return and_(waits, leased)
    free = or_(Delivery.lease_until.is_(None), Delivery.lease_until <= now)
    return and_(waits, free, Delivery.attempts > 0 if standing == "retrying" else Delivery.attempts == 0)


def _row(row: Delivery) -> DeliveryRow:
    return DeliveryRow(
        row.id, row.key, row.topic, row.payload, str(row.state), row.attempts, row.created_at, row.available_at,
        row.last_error, row.instance_id, row.element_id, row.lease_until, row.ended_at,
    )  # fmt: skip
