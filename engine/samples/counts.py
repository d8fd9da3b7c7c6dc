"""Counts of what a rep holds: a difference needs a reason and becomes a row of the ledger."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.access import Actor
from engine.errors import FieldProblem, InvalidInputError
from engine.ids import new_id
from engine.samples import queries, rules, service
from engine.samples.rules import MovementKind
from engine.samples.tables import SampleCount

EVERY = timedelta(days=31)


@dataclass(frozen=True)
class Counted:
    """What a rep counted of a lot."""

    quantity: int
    reason: str = ""


def count_stock(session: Session, actor: Actor, counted: Mapping[UUID, Counted], *, now: datetime) -> int:
    """Store the count of everything the actor holds and correct the ledger; returns how many lots differed.

    Raises:
        InvalidInputError: names ``count_<lot>`` or ``reason_<lot>``: a lot is missing, a number makes no sense, or a
            difference has no reason.
    """
    assert actor.user_id is not None, "the system holds no samples"
    holder = rules.rep(actor.user_id)
    for lot_id in sorted(row.lot_id for row in queries.stock_of(session, holder)):
        service.lock_lot(session, lot_id)  # nothing moves while the balances are read and corrected
    lines, errors = [], dict[str, list[FieldProblem]]()
    for row in queries.stock_of(session, holder):
        entry = counted.get(row.lot_id)
        if entry is None or not 0 <= entry.quantity <= service.MAX_QUANTITY:
            errors[f"count_{row.lot_id}"] = [FieldProblem("Enter how many there are.", code="required")]
        elif entry.quantity != row.quantity and not entry.reason.strip():
            errors[f"reason_{row.lot_id}"] = [FieldProblem("Say why it differs.", code="reason_required")]
        else:
            lines.append((row, entry))
    if errors:
        raise InvalidInputError(errors=errors)
    for row, entry in lines:
        difference = entry.quantity - row.quantity
        if difference:
            service.move(
                session, actor, row.lot_id, abs(difference),
                source=holder if difference < 0 else None, target=holder if difference > 0 else None,
                kind=MovementKind.ADJUST, now=now, reason=entry.reason.strip(),
            )  # fmt: skip
    session.add(
        SampleCount(
            id=new_id(),
            holder_id=actor.user_id,
            counted_at=now,
            lines=[
                {
                    "lot": str(row.lot_id),
                    "expected": row.quantity,
                    "counted": entry.quantity,
                    "reason": entry.reason.strip()[:500],
                }
                for row, entry in lines
            ],
        )
    )
    return sum(entry.quantity != row.quantity for row, entry in lines)


def last_counted_at(session: Session, user_id: UUID) -> datetime | None:
    """Return when a rep counted last."""
    return session.scalar(
        select(SampleCount.counted_at)
        .where(SampleCount.holder_id == user_id)
        .order_by(SampleCount.counted_at.desc())
        .limit(1)
    )
