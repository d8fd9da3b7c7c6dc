"""A visit as the CRM takes it; written when the visit is over, and again after each correction of its report."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from engine.customers import queries as customers
from engine.outbox import service as outbox
from engine.people import queries as people
from engine.visits.tables import Visit, VisitReport

TOPIC = "crm.write_visit"


def record_of(session: Session, visit: Visit, *, now: datetime) -> dict[str, Any]:
    """Return the record of a visit: no positions."""
    stored = session.get(VisitReport, visit.id)
    reference = customers.external_id(session, visit.customer_id, "crm")
    customer = customers.by_id(session, [visit.customer_id])[visit.customer_id]
    started, ended = visit.checked_in_at or visit.planned_start, visit.checked_out_at or now
    return {
        "visit_id": str(visit.id),
        "customer_ref": reference or customer.code,
        "rep": people.person(session, visit.rep_id).login,
        "started_at": started.isoformat(),
        "ended_at": ended.isoformat(),
        "outcome": visit.outcome or "",
        "summary": stored.summary[:1000] if stored else "",
    }


def write_again(session: Session, visit: Visit, correction_id: UUID, *, now: datetime) -> None:
    """Let the CRM have the corrected visit: a delivery of its own, so that it gets a new revision."""
    outbox.emit(
        session, TOPIC, {"record": record_of(session, visit, now=now)}, key=f"correction:{correction_id}", now=now
    )
