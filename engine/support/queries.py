"""What screens show of support requests; every loader is scoped to the actor."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from engine.access import Actor, Role
from engine.people import queries as people
from engine.support import service
from engine.support.states import RequestState
from engine.support.tables import RequestLine, Shipment, SupportRequest

KEPT = (RequestState.FULFILLED, RequestState.CLOSED)
OPEN = tuple(
    state for state in RequestState if state not in {RequestState.CLOSED, RequestState.CANCELLED, RequestState.REFUSED}
)


@dataclass(frozen=True)
class RequestRow:
    """A request as lists show it."""

    id: UUID
    number: str
    type: str
    subject: str
    customer_id: UUID
    visit_id: UUID | None
    requester_id: UUID
    priority: str
    queue: str
    state: str
    escalation: str
    needed_by: datetime | None
    created_at: datetime
    first_response_at: datetime | None
    fulfilled_at: datetime | None
    ended_at: datetime | None

    @property
    def is_kept(self) -> bool:
        """Whether what was promised is done, confirmed or not."""
        return self.state in KEPT and self.fulfilled_at is not None


@dataclass(frozen=True)
class RequestDetail:
    """A request with its lines, shipments and handling record."""

    row: RequestRow
    description: str
    handling: dict[str, Any]
    fulfilled_by: str | None
    reason: str | None
    reopened: int
    lines: tuple[RequestLine, ...]
    shipments: tuple[Shipment, ...]


def request_detail(session: Session, actor: Actor, request_id: UUID) -> RequestDetail:
    """Return a request that the actor may see.

    Raises:
        NotFoundError: no such request, or not the actor's.
    """
    request = service.load(session, actor, request_id)
    lines = session.scalars(
        select(RequestLine).where(RequestLine.request_id == request.id).order_by(RequestLine.number)
    )
    shipments = session.scalars(select(Shipment).where(Shipment.request_id == request.id).order_by(Shipment.shipped_at))
    return RequestDetail(
        row=_row(request),
        description=request.description,
        handling=request.handling,
        fulfilled_by=request.fulfilled_by,
        reason=request.reason,
        reopened=request.reopened,
        lines=tuple(lines),
        shipments=tuple(shipments),
    )


def requests(
    session: Session,
    actor: Actor,
    *,
    state: str = "",
    type_: str = "",
    search: str = "",
    open_only: bool = False,
    after: UUID | None = None,
    limit: int = 50,
) -> tuple[RequestRow, ...]:
    """Return the requests that the actor may see, the newest first, by keyset on the id."""
    query = _visible(session, actor).order_by(SupportRequest.id.desc()).limit(limit)
    if state:
        query = query.where(SupportRequest.state == state)
    if type_:
        query = query.where(SupportRequest.type == type_)
    if open_only:
        query = query.where(SupportRequest.state.in_(OPEN))
    if search:
        pattern = f"%{search.replace('%', '').replace('_', '')}%"
        query = query.where(or_(SupportRequest.subject.ilike(pattern), SupportRequest.number.ilike(pattern)))
    if after is not None:
        query = query.where(SupportRequest.id < after)
    return tuple(_row(found) for found in session.scalars(query))


def by_id(session: Session, actor: Actor, request_ids: Collection[UUID]) -> tuple[RequestRow, ...]:
    """Return those of these requests that the actor may see."""
    query = _visible(session, actor).where(SupportRequest.id.in_(request_ids))
    return tuple(_row(found) for found in session.scalars(query))


def of_customer(session: Session, customer_id: UUID, *, open_only: bool = True) -> tuple[RequestRow, ...]:
    """Return a customer's requests (its open promises), the newest first; the caller may see the customer."""
    query = select(SupportRequest).where(SupportRequest.customer_id == customer_id)
    if open_only:
        query = query.where(SupportRequest.state.in_(OPEN))
    return tuple(_row(found) for found in session.scalars(query.order_by(SupportRequest.id.desc()).limit(50)))


def kept_of_customer(session: Session, customer_id: UUID, *, since: datetime) -> tuple[RequestRow, ...]:
    """Return a customer's requests that were fulfilled since then, the newest first: promises kept."""
    query = select(SupportRequest).where(
        SupportRequest.customer_id == customer_id,
        SupportRequest.state.in_(KEPT),
        SupportRequest.fulfilled_at >= since,
    )
    return tuple(_row(found) for found in session.scalars(query.order_by(SupportRequest.fulfilled_at.desc()).limit(10)))


def open_counts(session: Session, customer_ids: Collection[UUID]) -> dict[UUID, int]:
    """Return how many requests of each customer are open; the caller may see the customers."""
    query = (
        select(SupportRequest.customer_id, func.count())
        .where(SupportRequest.customer_id.in_(set(customer_ids)), SupportRequest.state.in_(OPEN))
        .group_by(SupportRequest.customer_id)
    )
    return {customer_id: count for customer_id, count in session.execute(query)}


def of_visits(session: Session, visit_ids: Collection[UUID]) -> dict[UUID, list[RequestRow]]:
    """Return the requests that visits raised, by visit."""
    found: dict[UUID, list[RequestRow]] = {visit_id: [] for visit_id in visit_ids}
    query = select(SupportRequest).where(SupportRequest.visit_id.in_(visit_ids)).order_by(SupportRequest.id)
    for request in session.scalars(query):
        if request.visit_id is not None:
            found[request.visit_id].append(_row(request))
    return found


def _visible(session: Session, actor: Actor) -> Select[Any]:
    query = select(SupportRequest)
    if actor.is_system or actor.has(Role.OPS, Role.ADMIN, Role.COMPLIANCE):
        return query
    requesters = set(people.team_rep_ids(session, actor))
    if actor.user_id is not None:
        requesters.add(actor.user_id)
    return query.where(SupportRequest.requester_id.in_(requesters))


def _row(found: SupportRequest) -> RequestRow:
    return RequestRow(**{name: getattr(found, name) for name in RequestRow.__dataclass_fields__})
