"""The request and its rows behind a step of its processes."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.bpmn.step import BpmnError
from engine.process.topics import StepContext
from engine.support.tables import RequestLine, Shipment, SupportRequest

RESOLVE = "resolve"
FIRST_RESPONSE = "first_response"


def id_of(business_key: str) -> UUID | None:
    """Return the request that a business key names, or None."""
    kind, _separator, text = business_key.partition(":")
    return UUID(text) if kind == "request" else None


def request_of(context: StepContext, *, is_locked: bool = False) -> SupportRequest:
    """Return the request that a step is about.

    Args:
        is_locked: nobody else changes it until the transaction ends.

    Raises:
        BpmnError: it does not exist.
    """
    request_id = id_of(context.business_key)
    request = context.session.get(SupportRequest, request_id) if request_id else None
    if request is None:
        raise BpmnError("request_unknown", "The request of this process does not exist.")
    if is_locked:
        context.session.refresh(request, with_for_update=True)
    return request


def lines_of(session: Session, request_id: UUID) -> Sequence[RequestLine]:
    """Return the lines of a request in their order."""
    query = select(RequestLine).where(RequestLine.request_id == request_id)
    return session.scalars(query.order_by(RequestLine.number)).all()


def shipments_of(session: Session, request_id: UUID) -> Sequence[Shipment]:
    """Return the shipments of a request, the oldest first."""
    query = select(Shipment).where(Shipment.request_id == request_id)
    return session.scalars(query.order_by(Shipment.shipped_at, Shipment.id)).all()
