"""Move samples: every change of a balance goes through ``move``."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from engine.access import Actor
from engine.errors import ConflictError, InvalidInputError, NotFoundError
from engine.ids import new_id
from engine.samples.rules import Holder, HolderKind, MovementKind
from engine.samples.tables import SampleLot, SampleMovement


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
) -> None:
    """Take samples from one holder and give them to another, in one transaction.

    Args:
        source: None where they come from outside, into the warehouse.
        target: None where they leave the ledger (destroyed, lost).

    Raises:
        NotFoundError: no such lot.
        InvalidInputError: not a number above zero, or neither source nor target.
        ConflictError: the source has fewer.
    """
    if quantity <= 0 or (source is None and target is None):
        raise InvalidInputError("Enter a number above zero.", code="quantity_invalid")
    lock_lot(session, lot_id)
    if source is not None and balance(session, lot_id, source) < quantity:
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
