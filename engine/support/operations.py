"""What the request's process may do to a request: one function for each topic ``support.*``."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from engine.access import group_principal, user_principal
from engine.bpmn.step import BpmnError
from engine.calendar import company, queries
from engine.calendar import service as calendar
from engine.people import queries as people
from engine.process.topics import StepContext
from engine.support import picking, service
from engine.support.requests import FIRST_RESPONSE, RESOLVE, request_of
from engine.support.rules import DEFAULT_QUEUE
from engine.support.states import RequestState
from engine.support.tables import RequestLine, Shipment, SupportRequest

RESOLVE_MARKS = (75, 100, 150)
ESCALATIONS = {"first_response": 1, "warned": 2, "breached": 3, "head": 4}
MARKS = {
    "first_response_100": ("first_response", "first_response_late"),
    "resolve_75": ("warned", "deadline_warning"),
    "resolve_100": ("breached", "deadline_breached"),
    "resolve_150": ("head", "deadline_head"),
}
"""Mark of a deadline → level of the escalation, template of its notice."""

OPS_HEAD = "ops_head"
DIRECTORS = "directors"


def route(context: StepContext, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
    """Put the request into its queue and start its clocks.

    Args:
        context: of the step.
        parameters: queue, first_response_minutes, resolve_minutes (working minutes).

    Returns:
        first_response_due, resolve_due, triage_due (the first response's): ISO 8601; queue, ops (principals).
    """
    request = request_of(context)
    request.queue = str(parameters.get("queue") or DEFAULT_QUEUE)[:40]
    key = context.business_key
    first = calendar.start_deadline(
        context.session, key, FIRST_RESPONSE,
        length_minutes=_minutes(parameters, "first_response_minutes"), marks=[100],
        now=context.now, group=request.queue,
    )  # fmt: skip
    resolve = calendar.start_deadline(
        context.session, key, RESOLVE,
        length_minutes=_minutes(parameters, "resolve_minutes"), marks=RESOLVE_MARKS,
        now=context.now, group=request.queue,
    )  # fmt: skip
    return {
        "first_response_due": first.isoformat(),
        "resolve_due": resolve.isoformat(),
        "triage_due": first.isoformat(),
        **_offer_to_queue(context, request),
    }


def triage(context: StepContext, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
    """Record the first response: it stops the first-response clock only.

    Returns:
        priority, queue, ops (principals) as they stand now.
    """
    request = request_of(context)
    request.first_response_at = request.first_response_at or context.now
    request.state = RequestState.TRIAGED
    if parameters.get("priority") in service.PRIORITIES:
        request.priority = str(parameters["priority"])
    if parameters.get("queue"):
        request.queue = str(parameters["queue"])[:40]
    calendar.stop(context.session, context.business_key, FIRST_RESPONSE, now=context.now)
    calendar.hand_to_group(context.session, context.business_key, request.queue)
    return {"priority": request.priority, **_offer_to_queue(context, request)}


def begin(context: StepContext, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
    """Mark the request as being handled; the triage may have changed how much time there is.

    Args:
        context: of the step.
        parameters: resolve_minutes (working minutes, from the start of the clock).

    Returns:
        resolve_due; items_left: whether any of its items is still to be sent.
    """
    request = request_of(context)
    request.state = RequestState.IN_PROGRESS
    if request.reopened:
        picking.revive(context.session, request.id)
    due = calendar.change_length(
        context.session, context.business_key, RESOLVE,
        length_minutes=_minutes(parameters, "resolve_minutes"), now=context.now,
    )  # fmt: skip
    is_left = bool(picking.left_of(context.session, request.id))
    return {"items_left": is_left, **({"resolve_due": due.isoformat()} if due else {})}


def pause(context: StepContext, _parameters: Mapping[str, Any]) -> Mapping[str, Any]:
    """Stop the clocks while the requester is asked."""
    request_of(context).state = RequestState.WAITING
    calendar.pause(context.session, context.business_key, now=context.now)
    return {}


def resume(context: StepContext, _parameters: Mapping[str, Any]) -> Mapping[str, Any]:
    """Let the clocks run on: the due times have moved by the paused working time.

    Returns:
        resolve_due, triage_due.
    """
    request_of(context).state = RequestState.TRIAGED
    calendar.resume(context.session, context.business_key, now=context.now)
    rows = queries.deadlines_of(context.session, [context.business_key], now=context.now)[context.business_key]
    due = next((row.due_at for row in rows if row.name == RESOLVE and row.due_at), context.now).isoformat()
    return {"resolve_due": due, "triage_due": due}


def escalate(context: StepContext, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
    """Note how far a request has been escalated; never back.

    Args:
        context: of the step.
        parameters: mark: of the deadline that was reached, see ``MARKS``.

    Returns:
        escalation: ``to``, the principals to be told, and ``template``.

    Raises:
        BpmnError: no such mark.
    """
    request = request_of(context)
    mark = str(parameters.get("mark") or "")
    if mark not in MARKS:
        raise BpmnError("mark_unknown", "There is no mark {name}.", name=mark)
    level, template = MARKS[mark]
    if ESCALATIONS[level] > ESCALATIONS.get(request.escalation, 0):
        request.escalation = level
    to = [group_principal(request.queue or DEFAULT_QUEUE)]
    if level in {"breached", "head"}:
        to.append(group_principal(OPS_HEAD))
    return {"escalation": {"to": to, "template": template}}


def request_approval(context: StepContext, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
    """Offer the approval of a discount to whom its level needs: the requester's manager, or the directors.

    Args:
        context: of the step.
        parameters: level: manager or director.

    Returns:
        handled_by: who made the offer, for the handling record.
    """
    request = request_of(context)
    manager_id = people.manager_of(context.session, request.requester_id)
    own = parameters.get("level") == "manager" and manager_id is not None
    context.lanes["Approver"] = [user_principal(manager_id) if own and manager_id else group_principal(DIRECTORS)]
    return {"handled_by": context.actor.name}


def ship(context: StepContext, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
    """Record a shipment of the lines."""
    request = request_of(context)
    request.state = RequestState.SHIPPED
    shipped = {str(line.get("item")): int(line.get("shipped") or 0) for line in parameters.get("lines") or []}
    number = 1
    while (line := context.session.get(RequestLine, (request.id, number))) is not None:
        line.shipped += shipped.get(line.item, line.quantity if not shipped else 0)
        number += 1
    context.session.add(
        Shipment(
            request_id=request.id,
            carrier=str(parameters.get("carrier") or "")[:100],
            tracking_number=str(parameters.get("tracking_number") or "")[:100],
            shipped_at=context.now,
        )
    )
    return {}


def fulfil(context: StepContext, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
    """Record what was done; the clocks stop, the requester is to confirm.

    Args:
        context: of the step.
        parameters: record: what the person entered; handled_by: who did, where an approver had the last word.

    Returns:
        confirm_by: five business days from now, ISO 8601.
    """
    request = request_of(context)
    record = parameters.get("record")
    request.handling = record if isinstance(record, dict) else {}
    request.state = RequestState.FULFILLED
    request.fulfilled_at = context.now
    is_ops = not context.actor.principals.isdisjoint(context.lanes.get("Ops", []))
    request.fulfilled_by = context.actor.name if is_ops else str(parameters.get("handled_by") or context.actor.name)
    calendar.stop(context.session, context.business_key, now=context.now)
    return {"confirm_by": company.business_days_later(context.session, context.now, 5).isoformat()}


def reopen(context: StepContext, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
    """Take the request up again: the resolve clock starts anew.

    Returns:
        resolve_due, triage_due.
    """
    request = request_of(context)
    request.state = RequestState.TRIAGED
    request.reopened += 1
    request.fulfilled_at = None
    request.reason = str(parameters.get("reason") or "")[:500] or None
    due = calendar.start_deadline(
        context.session, context.business_key, RESOLVE,
        length_minutes=_minutes(parameters, "resolve_minutes"), marks=RESOLVE_MARKS,
        now=context.now, group=request.queue,
    ).isoformat()  # fmt: skip
    return {"resolve_due": due, "triage_due": due}


def close(context: StepContext, _parameters: Mapping[str, Any]) -> Mapping[str, Any]:
    """Close the request."""
    _end(context, request_of(context), RequestState.CLOSED)
    return {}


def refuse(context: StepContext, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
    """End the request as refused: nobody may have what it asks for."""
    request = request_of(context)
    request.reason = str(parameters.get("reason") or "")[:500] or None
    _end(context, request, RequestState.REFUSED)
    return {}


def cancel(context: StepContext, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
    """End the request as cancelled.

    Returns:
        tell: principals of the requester (unless they cancelled it) and of the queue.
    """
    request = request_of(context)
    request.reason = str(parameters.get("reason") or "")[:500] or None
    _end(context, request, RequestState.CANCELLED)
    own = [] if context.actor.user_id == request.requester_id else [user_principal(request.requester_id)]
    return {"tell": [*own, group_principal(request.queue or DEFAULT_QUEUE)]}


def raise_promises(context: StepContext, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
    """Raise a request for each promise of a visit's report, in this transaction: the rep sees the numbers at once.

    Args:
        context: of the visit's step.
        parameters: promises (rows of the report), customer_id, requester_id.

    Returns:
        request_numbers, request_ids.
    """
    numbers: list[str] = []
    ids: list[str] = []
    requester_id = UUID(str(parameters["requester_id"]))
    visit_id = UUID(context.business_key.removeprefix("visit:"))
    for promise in parameters.get("promises") or []:
        item, quantity = promise.get("item") or promise.get("material"), promise.get("quantity")
        kind = str(promise.get("kind") or "other")
        lines = [service.Line(str(item), int(quantity or 1))] if item else []
        request = service.raise_request(
            context.session,
            context.actor,
            type_=kind if lines or kind not in service.NEEDS_LINES else "other",
            subject=str(promise.get("subject") or promise.get("text") or kind)[:200],
            customer_id=UUID(str(parameters["customer_id"])),
            priority=str(promise.get("priority") or "P3"),
            lines=lines,
            visit_id=visit_id,
            needed_by=_day(promise.get("needed_by")),
            requester_id=requester_id,
            now=context.now,
        )
        numbers.append(request.number)
        ids.append(str(request.id))
    return {"request_numbers": numbers, "request_ids": ids}


def requester(context: StepContext, _parameters: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the requester's principal and manager, for notices: a lookup."""
    request = request_of(context)
    manager_id = people.manager_of(context.session, request.requester_id)
    return {
        "requester": [user_principal(request.requester_id)],
        "manager": [user_principal(manager_id)] if manager_id else [],
    }


def _offer_to_queue(context: StepContext, request: SupportRequest) -> dict[str, Any]:
    """Offer the tasks of the back office to the group of the request's queue."""
    context.lanes["Ops"] = [group_principal(request.queue)]
    return {"queue": request.queue, "ops": list(context.lanes["Ops"])}


def _end(context: StepContext, request: SupportRequest, state: RequestState) -> None:
    request.state = state
    request.ended_at = context.now
    calendar.stop(context.session, context.business_key, now=context.now)


def _minutes(parameters: Mapping[str, Any], name: str) -> float:
    value = parameters.get(name)
    if not isinstance(value, int | float) or value <= 0:
        raise BpmnError("deadline_invalid", "{name} must be a number of working minutes above zero.", name=name)
    return float(value)


def _day(value: Any) -> datetime | None:
    return datetime.fromisoformat(f"{str(value)[:10]}T10:00:00+00:00") if value else None
