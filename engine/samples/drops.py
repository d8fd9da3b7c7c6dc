"""Hand over samples at a visit: begin a drop, check what the rep enters, and what its process may do."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from engine.access import Actor, group_principal, user_principal
from engine.bpmn.step import BpmnError
from engine.catalogue import service as catalogue
from engine.customers.queries import CustomerRow
from engine.errors import FieldProblem, InvalidInputError
from engine.ids import new_id
from engine.people import queries as people
from engine.process import service as process
from engine.process.topics import StepContext
from engine.samples import queries, rules, service
from engine.samples.rules import DropState, MovementKind
from engine.samples.tables import SampleDrop, SampleLot
from forms.model import Choice, FormDefinition, Text

PROCESS = "sample_drop"
DROP_FORM, HAND_OVER_FORM = "sample_drop", "sample_hand_over"


def business_key(drop_id: UUID) -> str:
    """Return the key by which the process of a drop is found."""
    return f"drop:{drop_id}"


def begin_drop(
    session: Session, actor: Actor, *, visit_id: UUID, customer: CustomerRow, rep_id: UUID, now: datetime
) -> UUID:
    """Begin a drop at a visit that the caller has found to be the actor's; its process asks the rep for the rest."""
    drop = SampleDrop(
        id=new_id(), visit_id=visit_id, customer_id=customer.id, rep_id=rep_id, state=DropState.DRAFT, begun_at=now
    )
    session.add(drop)
    session.flush()  # the process reads what is stored
    manager_id = people.manager_of(session, rep_id)
    rep = [user_principal(rep_id)]
    managers = [user_principal(manager_id)] if manager_id else [group_principal("managers")]
    process.start_instance(
        session,
        actor,
        PROCESS,
        business_key=business_key(drop.id),
        title=customer.name,
        title_en=customer.label("en"),
        data={
            "drop_id": str(drop.id),
            "visit_id": str(visit_id),
            "customer": customer.name,
            "customer_en": customer.label("en"),
            "rep": rep,
        },
        lanes={"Rep": rep, "Manager": managers, "Compliance": [group_principal("compliance")]},
        now=now,
    )
    return drop.id


def lot_choices(session: Session, actor: Actor, key: str) -> Sequence[Choice]:
    """Return what the rep of a drop holds, as a form's choice list, the first to expire first."""
    drop = session.get(SampleDrop, UUID(key.removeprefix("drop:"))) if key.startswith("drop:") else None
    holder_id = drop.rep_id if drop else actor.user_id
    if holder_id is None:
        return []
    rows = queries.stock_of(session, rules.rep(holder_id))
    names = catalogue.product_names(session, {row.item for row in rows})
    return [
        Choice(
            str(row.lot_id),
            Text(
                f"{_name(names, row.item, 0)} · {row.lot} · 有效期至 {row.expiry} · 余 {row.quantity}",
                f"{_name(names, row.item, 1)} · {row.lot} · until {row.expiry} · {row.quantity} left",
            ),
        )
        for row in rows
    ]


def check_drop(
    session: Session, actor: Actor, key: str, form: FormDefinition, values: Mapping[str, Any], *, now: datetime
) -> None:
    """Refuse an expired lot, more than the rep holds, and an item that is no sample; locks the lot for the step.

    Raises:
        InvalidInputError: names each field.
    """
    if form.key not in {DROP_FORM, HAND_OVER_FORM} or not key.startswith("drop:"):
        return
    drop = session.get_one(SampleDrop, UUID(key.removeprefix("drop:")))
    lot_id = UUID(str(values["lot"])) if form.key == DROP_FORM else drop.lot_id
    quantity = int(values["quantity"]) if form.key == DROP_FORM else drop.quantity
    if lot_id is None:
        raise InvalidInputError("There is no such lot.", code="lot_unknown")
    lot = service.lock_lot(session, lot_id)
    errors: dict[str, list[FieldProblem]] = {}
    field = "lot" if form.key == DROP_FORM else "signature"
    if lot.expiry < now.astimezone(ZoneInfo(actor.time_zone)).date():
        problem = FieldProblem("This lot expired on {day}: keep it.", code="expired", day=str(lot.expiry))
        errors[field] = [problem]
    held = service.balance(session, lot_id, rules.rep(drop.rep_id))
    if quantity > held:
        problem = FieldProblem("You hold {held} of this lot.", code="samples_short", held=held)
        errors["quantity" if form.key == DROP_FORM else "signature"] = [problem]
    if errors:
        raise InvalidInputError(errors=errors)


def facts(context: StepContext, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
    """Keep what the rep entered, and return what the table ``sample_approval`` needs.

    Args:
        context: of the step.
        parameters: lot, quantity, contact: of the form.

    Returns:
        sample: eligible, quantity, cycle_quantity (with this one); item: its name, for the approver.
    """
    drop = _drop(context)
    lot = context.session.get_one(SampleLot, UUID(str(parameters.get("lot"))))
    contact = parameters.get("contact")
    drop.lot_id, drop.quantity = lot.id, int(parameters.get("quantity") or 0)
    drop.contact_id = UUID(str(contact)) if contact else None
    drop.state = DropState.WAITING
    found = sample_facts(
        context.session, item=lot.item, quantity=drop.quantity, contact_id=drop.contact_id, now=context.now
    )
    names = catalogue.product_names(context.session, [lot.item])
    item, item_en = names.get(lot.item, (lot.item, lot.item))
    return {"sample": found, "item": f"{item} × {drop.quantity}", "item_en": f"{item_en} × {drop.quantity}"}


def sample_facts(
    session: Session, *, item: str, quantity: int, contact_id: UUID | None, now: datetime
) -> dict[str, Any]:
    """Return what ``sample_approval`` judges: the same for drops and for samples that the back office sends."""
    given = queries.given_in_cycle(session, contact_id, now=now) if contact_id else 0
    return {
        "eligible": catalogue.is_sample(session, item) and contact_id is not None,
        "quantity": quantity,
        "cycle_quantity": given + quantity,
    }


def record(context: StepContext, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
    """Write the movement of a drop that is signed for.

    Args:
        context: of the step.
        parameters: signature: the files of the signature field.

    Raises:
        BpmnError: the drop names no lot.
    """
    drop = _drop(context)
    if drop.state == DropState.DROPPED:
        return {}
    if drop.lot_id is None:
        raise BpmnError("lot_unknown", "The drop names no lot.")
    files = parameters.get("signature")
    service.move(
        context.session,
        context.actor,
        drop.lot_id,
        drop.quantity,
        source=rules.rep(drop.rep_id),
        target=rules.customer(drop.customer_id),
        kind=MovementKind.DROP,
        visit_id=drop.visit_id,
        contact_id=drop.contact_id,
        signature=str(files[0]["file"]) if isinstance(files, list) and files else None,
        now=context.event_at,
    )
    drop.state, drop.ended_at = DropState.DROPPED, context.now
    return {}


def reject(context: StepContext, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
    """End a drop without a movement.

    Returns:
        reason: as it was given.
    """
    drop = _drop(context)
    drop.state, drop.ended_at = DropState.REJECTED, context.now
    drop.reason = str(parameters.get("reason") or "")[:500] or None
    return {"reason": drop.reason or ""}


def _name(names: Mapping[str, tuple[str, str]], item: str, language: int) -> str:
    return names.get(item, (item, item))[language]


def _drop(context: StepContext) -> SampleDrop:
    row = context.session.get(SampleDrop, UUID(context.business_key.removeprefix("drop:")))
    if row is None:
        raise BpmnError("drop_unknown", "The drop of this process does not exist.")
    return row
