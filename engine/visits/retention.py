"""Visit reports whose time is over."""

from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from engine.process import forgetting
from engine.visits.service import business_key
from engine.visits.tables import VisitReport

REPORT_KEPT_DAYS = 5 * 365
"""PRODUCT.md, section 8."""
BATCH = 100


def count_reports(session: Session, before: datetime) -> int:
    """Return how many reports were written before a time."""
    return session.scalar(select(func.count()).where(VisitReport.reported_at < before)) or 0


def oldest_report(session: Session) -> datetime | None:
    """Return when the oldest report was written."""
    return session.scalar(select(func.min(VisitReport.reported_at)))


def delete_reports(session: Session, before: datetime) -> int:
    """Delete a batch of reports, and what was typed into the forms of their visits; returns how many.

    The visits stay, with their times and outcomes, for the figures.
    """
    query = select(VisitReport.visit_id).where(VisitReport.reported_at < before)
    ids = list(session.scalars(query.order_by(VisitReport.reported_at).limit(BATCH)))
    if ids:
        forgetting.forget_submissions(session, [business_key(visit_id) for visit_id in ids])
        session.execute(delete(VisitReport).where(VisitReport.visit_id.in_(ids)))
    return len(ids)
