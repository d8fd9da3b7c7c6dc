"""What the process ``sample_fulfilment`` may do for a request: one function for each topic ``fulfilment.*``.

The process has the request's own business key, so that whoever may see the request sees its tasks. Samples are the
warehouse's until the requester has received them; lines, shipments and the request's state are kept here.
"""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from engine.access import Actor, group_principal, user_principal
from engine.bpmn.step import BpmnError
from engine.calendar import company
from engine.calendar import service as calendar
from engine.catalogue import service as catalogue
from engine.customers import queries as customers
from engine.errors import ConflictError
from engine.ids import new_id
from engine.outbox import service as outbox
from engine.people import queries as people
from engine.process import service as process
from engine.process.decisions import ask
from engine.process.steps import MESSAGE_TOPIC
from engine.process.topics import StepContext
from engine.samples import drops, queries, reservations, rules
from engine.samples import service as ledger
from engine.support import picking
from engine.support.requests import RESOLVE, lines_of, request_of, shipments_of
from engine.support.states import RequestState
from engine.support.tables import Shipment, SupportRequest
from engine.visits import queries as visits

PROCESS = "sample_fulfilment"
MANAGERS, DIRECTORS, COMPLIANCE = "managers", "directors", "compliance"
APPROVAL_DAYS = {"manager": 1, "compliance": 2}
TOLD = "told"
"""Key of the handling record while it is under way: how often the request had been reopened when it was told."""
TRACE_AFTER = timedelta(days=7)
BACKORDER_DAYS = 20
"""Business days after which a backorder is given up, and the requester told."""


def start(context: StepContext, _parameters: Mapping[str, Any]) -> Mapping[str, Any]:
    """Start the fulfilment of a sample request, in this transaction."""
    request, session = request_of(context), context.session
    manager_id = people.manager_of(session, request.requester_id)
    customer = customers.by_id(session, [request.customer_id])[request.customer_id]
    requester = [user_principal(request.requester_id)]
    process.start_instance(
        session,
        context.actor,
        PROCESS,
        business_key=context.business_key,
        title=f"{request.number} {request.subject}",
        data={
            "request_id": str(request.id),
            "number": request.number,
            "priority": request.priority,
            "subject": request.subject,
            "customer": customer.name,
            "requester": requester,
        },
        lanes={
            "Requester": requester,
            "Manager": [user_principal(manager_id)] if manager_id else [group_principal(MANAGERS)],
            "Compliance": [group_principal(COMPLIANCE)],
            "Warehouse": [group_principal(request.queue)],
        },
        now=context.now,
    )
    return {}


def weigh(context: StepContext, _parameters: Mapping[str, Any]) -> Mapping[str, Any]:
    """Ask the table ``sample_approval`` who must agree, for all items together.

    Returns:
        level (level, reason); approve_by; items, items_en: what is asked for, in words.
    """
    request, session = request_of(context), context.session
    lines = lines_of(session, request.id)
    total = sum(line.quantity for line in lines)
    given = _given(session, request, now=context.now)
    sample = {
        "eligible": bool(lines) and all(catalogue.is_sample(session, line.item) for line in lines),
        "quantity": total,
        "cycle_quantity": given + total,
    }
    level = ask(session, drops.PROCESS, "sample_approval", {"sample": sample}, now=context.now, time_zone="UTC")
    names = catalogue.product_names(session, [line.item for line in lines])
    texts = [
        ", ".join(f"{names.get(line.item, (line.item,) * 2)[language]} × {line.quantity}" for line in lines)
        for language in (0, 1)
    ]
    return {"level": level, "items": texts[0], "items_en": texts[1], "approve_by": _approve_by(context, "manager")}


def _given(session: Session, request: SupportRequest, *, now: datetime) -> int:
    # The limit of a cycle is a person's: of the visit's people the one who had the most. Where nobody is known for
    # whom the samples are, everybody of the customer counts as one.
    people_met = visits.contact_ids(session, request.visit_id) if request.visit_id else ()
    if people_met:
        return max(queries.given_in_cycle(session, each, now=now) for each in people_met)
    return queries.given_to_customer_in_cycle(session, request.customer_id, now=now)


def escalate(context: StepContext, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
    """Offer an approval that is late to more people: other managers, or the directors.

    Args:
        context: of the step.
        parameters: level: manager or compliance.

    Returns:
        tell: their principals; approve_by: by when they should decide.
    """
    level = "compliance" if parameters.get("level") == "compliance" else "manager"
    lane = "Compliance" if level == "compliance" else "Manager"
    groups = (DIRECTORS,) if level == "compliance" else (MANAGERS, DIRECTORS)
    more = [group_principal(group) for group in groups]
    context.lanes[lane] = list(dict.fromkeys([*context.lanes.get(lane, []), *more]))
    return {"tell": more, "approve_by": _approve_by(context, level)}


def ask_compliance(context: StepContext, _parameters: Mapping[str, Any]) -> Mapping[str, Any]:
    """Hand the approval on to compliance.

    Returns:
        approve_by: two business days from now.
    """
    return {"approve_by": _approve_by(context, "compliance")}


def refuse(context: StepContext, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
    """Note why there are no samples.

    Returns:
        reason; result: what the request is told.
    """
    reason = str(parameters.get("reason") or "")[:500]
    return {"reason": reason, "result": _result(context, refused=True, reason=reason)}


def propose(context: StepContext, _parameters: Mapping[str, Any]) -> Mapping[str, Any]:
    """Count what is still to be sent.

    Returns:
        left: how many; pick_by: when they should leave, the request's own deadline.
    """
    request = request_of(context)
    left = sum(picking.left_of(context.session, request.id).values())
    waiting = reservations.reserved_for(context.session, context.business_key)
    due = calendar.due_at(context.session, context.business_key, RESOLVE)
    return {"left": left + sum(each.quantity for each in waiting), **({"pick_by": due.isoformat()} if due else {})}


def reserve(context: StepContext, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
    """Set the chosen lots aside; what is missing is owed, substituted or given up.

    Args:
        context: of the step.
        parameters: lots (rows of lot and quantity), rest, substitute (an item): of the form.

    Returns:
        picked: to_send (set aside by now), left (still owed), again (whether a substitute is to be picked).

    Raises:
        ConflictError: the request was cancelled, or others were faster and there are fewer.
    """
    request, session = request_of(context, is_locked=True), context.session
    _require_open(request)
    picks = picking.picks_of(parameters.get("lots"))
    reservations.reserve(
        session, context.business_key, picks, today=picking.today(session, context.now), now=context.now
    )
    left = picking.left_of(session, request.id)
    rest, substitute = parameters.get("rest"), parameters.get("substitute")
    again = False
    if rest == "give_up":
        picking.give_up(session, request.id, left)
        left = {}
    elif rest == "substitute" and substitute and left:
        picking.substitute(session, request.id, left, str(substitute))
        left, again = picking.left_of(session, request.id), True
    waiting = reservations.reserved_for(session, context.business_key)
    to_send = sum(each.quantity for each in waiting)
    return {"picked": {"to_send": to_send, "left": sum(left.values()), "again": again}}


def send(context: StepContext, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
    """Record the shipment of everything that is set aside. Once nothing is owed, the desk has kept its time.

    Args:
        context: of the step.
        parameters: carrier, tracking_number; record: all that the person entered.

    Returns:
        parcel (id, label); receive_by: when its tracing begins, ISO 8601.

    Raises:
        ConflictError: the request was cancelled.
    """
    request, session = request_of(context, is_locked=True), context.session
    _require_open(request)
    request.state = RequestState.SHIPPED
    carrier = str(parameters.get("carrier") or "")[:100]
    number = str(parameters.get("tracking_number") or "")[:100]
    shipment = Shipment(
        id=new_id(), request_id=request.id, carrier=carrier, tracking_number=number, shipped_at=context.now
    )
    session.add(shipment)
    sent = reservations.send(session, context.business_key, shipment.id)
    picking.count_as_sent(session, request.id, sent)
    record = parameters.get("record")
    request.handling = {
        **(record if isinstance(record, dict) else {}),
        "lines": [*request.handling.get("lines", []), *picking.sent_rows(session, request.id, sent)],
        "sent_by": context.actor.name,
    }
    session.flush()  # what is left is read from the database
    if not picking.left_of(session, request.id):
        calendar.stop(session, context.business_key, now=context.now)
    label = " · ".join(filter(None, (number or picking.lots_text(sent), f"{sum(each.quantity for each in sent)}")))
    return {
        "parcel": {"id": str(shipment.id), "label": label},
        "receive_by": (context.now + TRACE_AFTER).isoformat(),
    }


def traced(context: StepContext, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
    """Record what became of a parcel that nobody has received; what is lost leaves the ledger and is owed again.

    Args:
        context: of the step.
        parameters: parcel (id), found: on_the_way or lost, note.

    Returns:
        receive_by: seven days more.
    """
    if parameters.get("found") == "lost":
        _end_parcel(context, parameters, missing={}, is_lost=True, reason=str(parameters.get("note") or ""))
    return {"receive_by": (context.now + TRACE_AFTER).isoformat()}


def receive(context: StepContext, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
    """Write a received parcel into the ledger: the warehouse gives, the requester has; what is missing is lost.

    Args:
        context: of the step.
        parameters: parcel (id), missing (rows of lot and quantity), reason.
    """
    missing: dict[UUID, int] = {}
    for pick in picking.picks_of(parameters.get("missing")):
        missing[pick.lot_id] = missing.get(pick.lot_id, 0) + pick.quantity
    _end_parcel(context, parameters, missing=missing, is_lost=False, reason=str(parameters.get("reason") or ""))
    return {}


def look_for_stock(context: StepContext, _parameters: Mapping[str, Any]) -> Mapping[str, Any]:
    """Tell whether what is owed is in stock by now.

    Returns:
        stock: state: settled (nothing is owed), in_stock or waiting; wait_until: when the backorder is given up.
    """
    request, session = request_of(context), context.session
    left = picking.left_of(session, request.id)
    lots = reservations.free_lots(session, left.keys())
    found = rules.allocate(lots, left, today=picking.today(session, context.now))
    state = "settled" if not left else "in_stock" if found else "waiting"
    wait_until = company.business_days_later(session, context.now, BACKORDER_DAYS)
    return {"stock": {"state": state}, "wait_until": wait_until.isoformat()}


def give_up_rest(context: StepContext, _parameters: Mapping[str, Any]) -> Mapping[str, Any]:
    """Give up what has been owed for too long."""
    request = request_of(context, is_locked=True)
    picking.give_up(context.session, request.id, picking.left_of(context.session, request.id))
    calendar.stop(context.session, context.business_key, now=context.now)
    return {}


def sum_up(context: StepContext, _parameters: Mapping[str, Any]) -> Mapping[str, Any]:
    """Tell whether everything is settled: nothing owed, no parcel under way. The request is told of that once.

    Returns:
        result: done, and what the request is told.
    """
    request, session = request_of(context, is_locked=True), context.session
    is_owed = bool(picking.left_of(session, request.id))
    waits = bool(reservations.reserved_for(session, context.business_key))
    under_way = any(each.ended_at is None for each in shipments_of(session, request.id))
    done = not (is_owed or waits or under_way or request.handling.get(TOLD) == request.reopened)
    if done:
        request.handling = {**request.handling, TOLD: request.reopened}
    return {"result": {**_result(context, refused=False), "done": done}}


def release(context: StepContext, _parameters: Mapping[str, Any]) -> Mapping[str, Any]:
    """Free what is set aside: the request is cancelled."""
    reservations.release(context.session, context.business_key, now=context.now)
    return {}


def receive_stock(
    session: Session, actor: Actor, *, item: str, lot: str, expiry: date | None, quantity: int, now: datetime
) -> UUID:
    """Take a delivery into the warehouse, and tell the backorders that wait for stock; returns the lot.

    Raises:
        InvalidInputError: names each field.
    """
    lot_id = ledger.receive_stock(session, actor, item=item, lot=lot, expiry=expiry, quantity=quantity, now=now)
    for request_id in picking.owed_requests(session, item):
        outbox.emit(
            session,
            MESSAGE_TOPIC,
            {"name": "stock_arrived", "to": f"request:{request_id}", "payload": {}, "from": "warehouse"},
            key=f"stock:{lot_id}:{request_id}:{new_id()}",
            now=now,
            lane=outbox.USER_LANE,
            expires_at=now,  # who does not wait for stock at this moment looks for it before waiting
        )
    return lot_id


def _end_parcel(
    context: StepContext, parameters: Mapping[str, Any], *, missing: Mapping[UUID, int], is_lost: bool, reason: str
) -> None:
    request, session = request_of(context, is_locked=True), context.session
    shipment = session.get(Shipment, UUID(str(parameters.get("parcel"))))
    if shipment is None or shipment.request_id != request.id:
        raise BpmnError("parcel_unknown", "There is no such parcel.")
    if shipment.ended_at is not None:
        return
    sent = reservations.reserved_for(session, context.business_key, shipment_id=shipment.id)
    left = dict(missing)
    for each in sorted(sent, key=lambda one: one.id):
        lost = each.quantity if is_lost else min(each.quantity, left.get(each.lot_id, 0))
        left[each.lot_id] = left.get(each.lot_id, 0) - lost
        reservations.receive(
            session, context.actor, each.id, each.quantity - lost,
            target=rules.rep(request.requester_id), reason=reason, now=context.now,
        )  # fmt: skip
    if is_lost:
        picking.count_as_lost(session, request.id, sent)
    shipment.ended_at = context.now
    shipment.outcome = "lost" if is_lost else "received"
    session.flush()  # what is under way is read from the database


def _result(context: StepContext, *, refused: bool, reason: str = "") -> dict[str, Any]:
    handling = dict(request_of(context).handling)
    sent_by = str(handling.pop("sent_by", ""))
    handling.pop(TOLD, None)
    return {
        "done": True, "refused": refused, "reason": reason, "handling": handling,
        "handled_by": sent_by or context.actor.name,
    }  # fmt: skip


def _require_open(request: SupportRequest) -> None:
    if request.ended_at is not None:
        raise ConflictError("This request was cancelled meanwhile.", code="request_cancelled")


def _approve_by(context: StepContext, level: str) -> str:
    return company.business_days_later(context.session, context.now, APPROVAL_DAYS[level]).isoformat()
