"""Raise and cancel support requests; each starts or moves the request's process."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from engine.access import Actor, Role, group_principal, user_principal
from engine.catalogue import service as catalogue
from engine.customers import queries as customers
from engine.errors import ConflictError, FieldProblem, ForbiddenError, InvalidInputError, NotFoundError
from engine.ids import new_id
from engine.people import queries as people
from engine.process import queries as process_queries
from engine.process import service as process
from engine.support.rules import DEFAULT_QUEUE
from engine.support.states import RequestState
from engine.support.tables import RequestLine, RequestNumber, SupportRequest
from engine.visits import queries as visits

PROCESS = "support_request"
TYPES = ("sample", "technical", "quotation", "material", "other")
PRIORITIES = ("P1", "P2", "P3", "P4")
NEEDS_LINES = ("sample", "material")
MAY_HAVE_LINES = (*NEEDS_LINES, "quotation")
CANCELLABLE = (RequestState.NEW, RequestState.TRIAGED, RequestState.WAITING, RequestState.IN_PROGRESS)
MAX_LINES = 50


@dataclass(frozen=True)
class Line:
    """An item code and how many."""

    item: str
    quantity: int


def business_key(request_id: UUID) -> str:
    """Return the key by which messages find a request's process."""
    return f"request:{request_id}"


def raise_request(
    session: Session,
    actor: Actor,
    *,
    type_: str,
    subject: str,
    customer_id: UUID,
    now: datetime,
    description: str = "",
    priority: str = "P3",
    lines: Sequence[Line] = (),
    visit_id: UUID | None = None,
    needed_by: datetime | None = None,
    requester_id: UUID | None = None,
    request_id: UUID | None = None,
) -> SupportRequest:
    """Ask the back office for something and start the request's process.

    Args:
        requester_id: who asks, where a process does it on the person's behalf.
        request_id: minted by the client; raising it again returns it and changes nothing.

    Raises:
        NotFoundError: the customer is not the actor's.
        InvalidInputError: names each field.
        ConflictError: the id belongs to someone else's request.
    """
    if request_id is not None and (known := session.get(SupportRequest, request_id)) is not None:
        if known.requester_id != actor.user_id:
            raise ConflictError("This id is in use.", code="id_in_use")
        return known
    customer = customers.customer(session, actor, customer_id)
    is_promise = requester_id is not None
    errors = problems_of(session, type_, subject, description, priority, lines, is_promise=is_promise)
    if errors:
        raise InvalidInputError(errors=errors)
    _require_visit(session, actor, visit_id)
    requester = requester_id or actor.user_id
    assert requester is not None, "a request has a requester"
    request = SupportRequest(
        id=request_id or new_id(),
        number=_next_number(session, now),
        type=type_,
        subject=subject.strip(),
        description=description.strip(),
        customer_id=customer_id,
        visit_id=visit_id,
        requester_id=requester,
        priority=priority,
        state=RequestState.NEW,
        needed_by=needed_by,
        handling={},
        created_at=now,
    )
    session.add(request)
    session.flush()  # lines refer to it, and the process's first step reads it
    session.add_all(
        RequestLine(request_id=request.id, number=number, item=line.item, quantity=line.quantity)
        for number, line in enumerate(lines, start=1)
    )
    _start_process(session, actor, request, customer.name, sum(line.quantity for line in lines), now=now)
    return request


def cancel_request(session: Session, actor: Actor, request_id: UUID, *, reason: str, now: datetime) -> None:
    """Cancel a request before it is shipped.

    Raises:
        NotFoundError: no such request, or not one that the actor may see.
        ForbiddenError: only the requester, their manager or the back office may cancel it.
        ConflictError: it is shipped or over.
        InvalidInputError: no reason.
    """
    request = load(session, actor, request_id)
    # A shipment that is just being recorded is waited for: instances first, as every step does.
    for instance in sorted(process_queries.instances_of(session, business_key(request_id)), key=lambda each: each.id):
        process.lock_instance(session, instance.id)
    session.refresh(request, with_for_update=True)
    if not (request.requester_id == actor.user_id or actor.has(Role.OPS, Role.MANAGER)):
        raise ForbiddenError("Only who asked, or the back office, can cancel this request.", code="not_yours")
    if not reason.strip():
        raise InvalidInputError(errors={"reason": [FieldProblem("Enter a reason.", code="required")]})
    if request.state not in CANCELLABLE:
        raise ConflictError("This request can no longer be cancelled.", code="request_not_cancellable")
    payload = {"reason": reason.strip()[:500]}
    if not process.send_to_business_key(
        session, actor, business_key(request.id), "request_cancelled", payload, now=now
    ):
        raise ConflictError("This request has moved on; please look again.", code="request_moved_on")


def load(session: Session, actor: Actor, request_id: UUID) -> SupportRequest:
    """Return a request that the actor may see.

    Raises:
        NotFoundError: no such request, or not the actor's.
    """
    request = session.get(SupportRequest, request_id)
    if request is None or not may_see(session, actor, request):
        raise NotFoundError("There is no such request for you.", code="request_unknown")
    return request


def may_see(session: Session, actor: Actor, request: SupportRequest) -> bool:
    """Tell whether the actor is the requester, their manager, the back office, or has a task about the request."""
    if actor.is_system or actor.has(Role.OPS, Role.ADMIN, Role.COMPLIANCE) or request.requester_id == actor.user_id:
        return True
    if actor.has(Role.MANAGER) and request.requester_id in people.team_rep_ids(session, actor):
        return True
    return process_queries.has_open_task(session, actor, business_key(request.id))


def problems_of(
    session: Session,
    type_: str,
    subject: str,
    description: str,
    priority: str,
    lines: Sequence[Line],
    *,
    is_promise: bool = False,
) -> dict[str, list[FieldProblem]]:
    """Return what is wrong with what was asked for, by field; empty when it may be raised.

    Args:
        is_promise: a report made it; forms of earlier versions offered every item, and the promise stands.
    """
    errors: dict[str, list[FieldProblem]] = {}
    if not type_:
        errors["type"] = [FieldProblem("Choose what you need.", code="required")]
    elif type_ not in TYPES:
        errors["type"] = [FieldProblem("Choose one of: {choices}.", choices=", ".join(TYPES))]
    if priority not in PRIORITIES:
        errors["priority"] = [FieldProblem("Choose one of: {choices}.", choices=", ".join(PRIORITIES))]
    if not subject.strip():
        errors["subject"] = [FieldProblem("Enter what you need.", code="required")]
    elif len(subject) > 200:
        errors["subject"] = [FieldProblem("Use at most {max} characters.", code="too_long", max=200)]
    if len(description) > 4000:
        errors["description"] = [FieldProblem("Use at most {max} characters.", code="too_long", max=4000)]
    if type_ in NEEDS_LINES and not lines:
        errors["lines"] = [FieldProblem("Add at least one item.", code="required")]
    if len(lines) > MAX_LINES:
        errors["lines"] = [FieldProblem("Use at most {max} items.", code="too_many", max=MAX_LINES)]
    if lines:
        errors |= _line_problems(session, lines, _unfit(session, type_) if not is_promise else set())
    return errors


def _line_problems(session: Session, lines: Sequence[Line], unfit: Collection[str]) -> dict[str, list[FieldProblem]]:
    errors: dict[str, list[FieldProblem]] = {}
    known = catalogue.product_names(session, [line.item for line in lines])
    for number, line in enumerate(lines):
        if line.item not in known:
            errors[f"lines.{number}.item"] = [FieldProblem("Choose an item of the catalogue.", code="item_unknown")]
        elif line.item in unfit:
            problem = FieldProblem("This item is not offered for this kind of request.", code="item_unfit")
            errors[f"lines.{number}.item"] = [problem]
        if not 1 <= line.quantity <= 9999:
            errors[f"lines.{number}.quantity"] = [
                FieldProblem("Enter a number from {min} to {max}.", code="range", min=1, max=9999)
            ]
    return errors


def _unfit(session: Session, type_: str) -> set[str]:
    """Return the items that a request of this type cannot be about."""
    items = catalogue.items(session)
    if type_ == "sample":
        return {item.code for item in items if not item.is_sample}
    return {item.code for item in items if type_ == "material" and not item.is_material}


def _require_visit(session: Session, actor: Actor, visit_id: UUID | None) -> None:
    if visit_id is None:
        return
    try:
        visits.visit_detail(session, actor, visit_id)
    except NotFoundError as error:
        problem = FieldProblem("Choose a visit that you may see.", code="visit_unknown")
        raise InvalidInputError(errors={"visit_id": [problem]}) from error


def _next_number(session: Session, now: datetime) -> str:
    row = RequestNumber(at=now)
    session.add(row)
    session.flush()  # the database counts it up
    return f"R{row.id:06d}"


def _start_process(
    session: Session, actor: Actor, request: SupportRequest, customer_name: str, quantity: int, *, now: datetime
) -> None:
    manager_id = people.manager_of(session, request.requester_id)
    data: dict[str, Any] = {
        "request_id": str(request.id),
        "number": request.number,
        "type": request.type,
        "priority": request.priority,
        "subject": request.subject,
        "customer": customer_name,
        "quantity": quantity,
        "visit_id": str(request.visit_id) if request.visit_id else None,
        "needed_by": request.needed_by.isoformat() if request.needed_by else None,
        "requester": [user_principal(request.requester_id)],
    }
    process.start_instance(
        session,
        actor,
        PROCESS,
        business_key=business_key(request.id),
        title=f"{request.number} {request.subject}",
        data=data,
        lanes={
            "Requester": [user_principal(request.requester_id)],
            "Ops": [group_principal(DEFAULT_QUEUE)],
            "Approver": [user_principal(manager_id)] if manager_id else [group_principal("directors")],
        },
        now=now,
    )
