"""Holders, kinds of movements, the states of a drop, and which lots are sent: plain values and functions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from uuid import UUID

CYCLE = timedelta(days=28)
"""The span over which what one person is given is added up."""

KEEPS_FOR = timedelta(days=90)
"""How long a lot must still keep to be sent: it travels, and the rep hands it out over weeks."""


class HolderKind(StrEnum):
    """Who has samples."""

    WAREHOUSE = "warehouse"
    REP = "rep"
    CUSTOMER = "customer"


class MovementKind(StrEnum):
    """Why samples move."""

    RECEIVE = "receive"
    ISSUE = "issue"
    DROP = "drop"
    RETURN = "return"
    ADJUST = "adjust"


class ReservationState(StrEnum):
    """Where reserved samples are; they are the warehouse's until somebody has received them."""

    RESERVED = "reserved"
    SENT = "sent"
    RECEIVED = "received"
    LOST = "lost"
    RELEASED = "released"


HELD_STATES = (ReservationState.RESERVED, ReservationState.SENT)
"""What is still in the warehouse's balance and not free."""


class DropState(StrEnum):
    """Where a drop stands."""

    DRAFT = "draft"
    WAITING = "waiting"
    DROPPED = "dropped"
    REJECTED = "rejected"


@dataclass(frozen=True)
class Holder:
    """Somebody or some place that has samples."""

    kind: HolderKind
    id: UUID


WAREHOUSE = Holder(HolderKind.WAREHOUSE, UUID(int=0))


def rep(user_id: UUID) -> Holder:
    """Return a rep as a holder."""
    return Holder(HolderKind.REP, user_id)


def customer(customer_id: UUID) -> Holder:
    """Return a customer as a holder."""
    return Holder(HolderKind.CUSTOMER, customer_id)


@dataclass(frozen=True)
class FreeLot:
    """How much of a lot nobody has reserved."""

    lot_id: UUID
    item: str
    expiry: date
    free: int


@dataclass(frozen=True)
class Pick:
    """So many of a lot."""

    lot_id: UUID
    quantity: int


def may_send(expiry: date, *, today: date) -> bool:
    """Tell whether a lot keeps for long enough to be sent."""
    return expiry - today >= KEEPS_FOR


def allocate(lots: Sequence[FreeLot], wanted: Mapping[str, int], *, today: date) -> tuple[Pick, ...]:
    """Return which lots to take: of each item the first to expire first, and none that does not keep for 90 days.

    Args:
        wanted: quantity by item; where there is not enough, what there is.
        today: in the warehouse's zone.
    """
    picks: list[Pick] = []
    for item in sorted(wanted):
        left = wanted[item]
        fitting = [lot for lot in lots if lot.item == item and lot.free > 0 and may_send(lot.expiry, today=today)]
        for lot in sorted(fitting, key=lambda each: (each.expiry, each.lot_id)):
            taken = min(left, lot.free)
            if taken > 0:
                picks.append(Pick(lot.lot_id, taken))
                left -= taken
    return tuple(picks)


def is_first_expiring(picks: Sequence[Pick], lots: Sequence[FreeLot], *, today: date) -> bool:
    """Tell whether these picks take no lot while one that expires earlier is left."""
    items, taken = {lot.lot_id: lot.item for lot in lots}, {pick.lot_id: pick.quantity for pick in picks}
    wanted: dict[str, int] = {}
    for lot_id, quantity in taken.items():
        wanted[items[lot_id]] = wanted.get(items[lot_id], 0) + quantity
    return {pick.lot_id: pick.quantity for pick in allocate(lots, wanted, today=today)} == {
        lot_id: quantity for lot_id, quantity in taken.items() if quantity
    }
