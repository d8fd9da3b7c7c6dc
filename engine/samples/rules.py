"""Holders, kinds of movements and the states of a drop: plain values."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from uuid import UUID

CYCLE = timedelta(days=28)
"""The span over which what one person is given is added up."""


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
