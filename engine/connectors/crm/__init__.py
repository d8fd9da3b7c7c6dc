"""The CRM: customers come from it, visits are written back to it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from engine.errors import FieldflowError


class CrmRefusedError(FieldflowError):
    """The CRM understood and refuses; trying again will not help.

    Args:
        reason: what the CRM says, in its own words.
    """

    code = "crm_refused"

    def __init__(self, reason: str) -> None:
        super().__init__("The CRM refuses it: {reason}", reason=reason)


@dataclass(frozen=True)
class VisitRecord:
    """A finished visit as a CRM takes it. Times are ISO 8601 with offset; no positions."""

    visit_id: str
    customer_ref: str
    rep: str
    started_at: str
    ended_at: str
    outcome: str
    summary: str
    fields: Mapping[str, Any] = field(default_factory=dict)


class Crm(Protocol):
    """What every CRM connector does."""

    def write_visit(self, record: VisitRecord, *, key: str) -> str:
        """Store a visit and return its revision; the same ``key`` stores it once.

        Raises:
            RetryableError: the CRM cannot be reached now.
            CrmRefusedError: it refuses this record.
        """
        ...
