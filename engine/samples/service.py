"""Move samples: every change of a balance goes through ``move``."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from engine.access import Actor
from engine.catalogue import service as catalogue
from engine.errors import ConflictError, FieldProblem, InvalidInputError, NotFoundError
from engine.ids import new_id
from engine.samples.rules import HELD_STATES, WAREHOUSE, Holder, HolderKind, MovementKind
from engine.samples.tables import SampleLot, SampleMovement, SampleReservation

MAX_QUANTITY = 1_000_000


def add_lot(session: Session, *, item: str, lot: str, expiry: date) -> UUID:
    """Add a lot of an item.

    Args:
        item: a product's code.
        expiry: the last day on which it may be handed over.
    """
    row = SampleLot(id=new_id(), item=item, lot=lot.strip()[:40], expiry=expiry)
    session.add(row)
    session.flush()  # movements refer to it
    return row.id


def move(
    session: Session,
    actor: Actor,
    lot_id: UUID,
    quantity: int,
    *,
    source: Holder | None,
    target: Holder | None,
    kind: MovementKind,
    now: datetime,
    visit_id: UUID | None = None,
    contact_id: UUID | None = None,
    signature: str | None = None,
    reason: str | None = None,
) -> None:
    """Take samples from one holder and give them to another, in one transaction.

    Args:
        source: None where they come from outside, into the warehouse.
        target: None where they leave the ledger (destroyed, lost).
        reason: why, where a person says so.

    Raises:
        NotFoundError: no such lot.
        InvalidInputError: not a number above zero, or neither source nor target.
        ConflictError: the source has fewer, or those of the warehouse are reserved.
    """
    if quantity <= 0 or (source is None and target is None):
        raise InvalidInputError("Enter a number above zero.", code="quantity_invalid")
    lock_lot(session, lot_id)
    if source is not None and free(session, lot_id, source) < quantity:
        raise ConflictError("There are not enough samples of this lot.", code="samples_short")
    for holder, amount in ((source, -quantity), (target, quantity)):
        if holder is None:
            continue
        session.add(
            SampleMovement(
                id=new_id(),
                lot_id=lot_id,
                quantity=amount,
                holder_kind=holder.kind,
                holder_id=holder.id,
                kind=kind,
                visit_id=visit_id,
                contact_id=contact_id if holder.kind == HolderKind.CUSTOMER else None,
                signature=signature,
                reason=reason[:500] if reason else None,
                at=now,
                by=actor.user_id,
            )
        )
    session.flush()  # the next balance in this transaction counts it


def lock_lot(session: Session, lot_id: UUID) -> SampleLot:
    """Load a lot; until the transaction ends nobody else moves samples of it.

    Raises:
        NotFoundError: no such lot.
    """
    row = session.scalar(select(SampleLot).where(SampleLot.id == lot_id).with_for_update())
    if row is None:
        raise NotFoundError("There is no such lot.", code="lot_unknown")
    return row


def free(session: Session, lot_id: UUID, holder: Holder) -> int:
    """Return how many samples of a lot a holder may give away: of the warehouse's those that nobody has reserved."""
    held = balance(session, lot_id, holder)
    if holder.kind != HolderKind.WAREHOUSE:
        return held
    reserved = session.scalar(
        select(func.coalesce(func.sum(SampleReservation.quantity), 0)).where(
            SampleReservation.lot_id == lot_id, SampleReservation.state.in_(HELD_STATES)
        )
    )
    return held - int(reserved or 0)


def receive_stock(
    session: Session, actor: Actor, *, item: str, lot: str, expiry: date | None, quantity: int, now: datetime
) -> UUID:
    """Take delivered samples into the warehouse: a new lot, or more of one that is known; returns the lot.

    Args:
        expiry: the last day on which the lot may be handed over.

    Raises:
        InvalidInputError: names each field; a known lot keeps its expiry.
    """
    errors: dict[str, list[FieldProblem]] = {}
    if not catalogue.is_sample(session, item):
        errors["item"] = [FieldProblem("Choose an item that may be given away as a sample.", code="item_unknown")]
    if not lot.strip():
        errors["lot"] = [FieldProblem("Enter the lot.", code="required")]
    if expiry is None or expiry <= now.date():
        errors["expiry"] = [FieldProblem("Enter a day to come.", code="expired")]
    if not 1 <= quantity <= MAX_QUANTITY:
        errors["quantity"] = [
            FieldProblem("Enter a number from {min} to {max}.", code="range", min=1, max=MAX_QUANTITY)
        ]
    name = lot.strip()[:40]
    known = session.scalar(select(SampleLot).where(SampleLot.item == item, SampleLot.lot == name))
    if not errors and known is not None and known.expiry != expiry:
        errors["expiry"] = [FieldProblem("This lot expires on {day}.", code="expiry_differs", day=str(known.expiry))]
    if errors or expiry is None:
        raise InvalidInputError(errors=errors)
    lot_id = known.id if known is not None else add_lot(session, item=item, lot=name, expiry=expiry)
    move(session, actor, lot_id, quantity, source=None, target=WAREHOUSE, kind=MovementKind.RECEIVE, now=now)
    return lot_id


def balance(session: Session, lot_id: UUID, holder: Holder) -> int:
    """Return how many samples of a lot a holder has."""
    total = session.scalar(
        select(func.coalesce(func.sum(SampleMovement.quantity), 0)).where(
            SampleMovement.lot_id == lot_id,
            SampleMovement.holder_kind == holder.kind,
            SampleMovement.holder_id == holder.id,
        )
    )
    return int(total or 0)
