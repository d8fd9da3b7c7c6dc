"""What a rep's last report about a customer said, for "same as last time"."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from engine.visits.states import Outcome
from engine.visits.tables import Visit, VisitReport

TALKED = (Outcome.MET, Outcome.PARTLY)
"""Outcomes with something to repeat: nobody discussed a product where nobody was met."""


def last_reports(
    session: Session, rep_id: UUID, customer_ids: Collection[UUID]
) -> dict[tuple[UUID, str], dict[str, Any]]:
    """Return the values of a rep's newest report by customer and form."""
    if not customer_ids:
        return {}
    age = func.row_number().over(
        partition_by=(Visit.customer_id, VisitReport.form_key),
        order_by=(VisitReport.reported_at.desc(), VisitReport.visit_id.desc()),
    )
    ranked = (
        select(VisitReport.visit_id, Visit.customer_id, age.label("age"))
        .join(Visit, Visit.id == VisitReport.visit_id)
        .where(Visit.rep_id == rep_id, Visit.customer_id.in_(set(customer_ids)), Visit.outcome.in_(TALKED))
        .subquery()
    )
    rows = session.execute(
        select(ranked.c.customer_id, VisitReport.form_key, VisitReport.values)
        .join(VisitReport, VisitReport.visit_id == ranked.c.visit_id)
        .where(ranked.c.age == 1)
    )
    return {(row.customer_id, row.form_key): row.values for row in rows}
