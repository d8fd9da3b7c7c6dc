"""The states of a support request; only this feature's services change them."""

from enum import StrEnum


class RequestState(StrEnum):
    """Where a request stands; only ``engine.support`` changes it."""

    NEW = "new"
    TRIAGED = "triaged"
    WAITING = "waiting"
    IN_PROGRESS = "in_progress"
    SHIPPED = "shipped"
    FULFILLED = "fulfilled"
    CLOSED = "closed"
    CANCELLED = "cancelled"
    REFUSED = "refused"
