"""This person's history: the visits that were to meet a contact, with what was noted."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.visits.queries import MADE, VisitRow
from engine.visits.states import Outcome
from engine.visits.tables import Visit, VisitContact, VisitReport

MET = (Outcome.MET, Outcome.PARTLY)


def visits_with(
    session: Session, customer_id: UUID, contact_id: UUID, *, limit: int = 10
) -> tuple[tuple[VisitRow, str], ...]:
    """Return a customer's visits at which a contact was met, with the report's summary, the newest first."""
    query = (
        select(Visit, VisitReport.summary)
        .join(VisitContact, VisitContact.visit_id == Visit.id)
        .outerjoin(VisitReport, VisitReport.visit_id == Visit.id)
        .where(
            VisitContact.contact_id == contact_id,
            Visit.customer_id == customer_id,
            Visit.state.in_(MADE),
            Visit.outcome.in_(MET),
        )
        .order_by(Visit.local_date.desc(), Visit.planned_start.desc())
        .limit(limit)
    )
    names = VisitRow.__dataclass_fields__
    return tuple(
        (VisitRow(**{name: getattr(visit, name) for name in names}), summary or "")
        for visit, summary in session.execute(query)
    )
