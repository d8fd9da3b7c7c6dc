"""The visits behind a figure."""

from collections.abc import Collection
from datetime import date
from uuid import UUID

from sqlalchemy import and_, literal, or_, select, tuple_
from sqlalchemy.orm import Session

from engine.store.base import UtcDateTime
from engine.visits.figures import NOT_COUNTED
from engine.visits.queries import MADE, VisitRow
from engine.visits.states import VisitState
from engine.visits.tables import Visit

MEASURES = ("planned", "made", "missed", "cancelled", "open", "grade_A", "grade_B", "grade_C", "grade_D")
"""What a figure counts; the conditions below are those of ``queries.visit_figures``."""

_OVER = (*MADE, VisitState.MISSED, VisitState.CANCELLED)


def visits_behind(
    session: Session,
    rep_ids: Collection[UUID],
    first_day: date,
    last_day: date,
    measure: str,
    *,
    after: UUID | None = None,
    limit: int = 50,
) -> tuple[VisitRow, ...]:
    """Return the visits that a figure counts, the newest day first, each day in the order of its times.

    Args:
        after: the last visit of the page before.
    """
    query = select(Visit).where(
        Visit.rep_id.in_(rep_ids), Visit.local_date.between(first_day, last_day), Visit.state.not_in(NOT_COUNTED)
    )
    if measure == "made":
        query = query.where(Visit.state.in_(MADE))
    elif measure in {"missed", "cancelled"}:
        query = query.where(Visit.state == measure)
    elif measure == "open":
        query = query.where(Visit.state.not_in(_OVER))
    elif measure.startswith("grade_"):
        query = query.where(Visit.grade == measure.removeprefix("grade_"))
    if after is not None and (last := session.get(Visit, after)) is not None:
        start = literal(last.planned_start, UtcDateTime)
        later = tuple_(Visit.planned_start, Visit.id) > tuple_(start, literal(last.id))
        query = query.where(or_(Visit.local_date < last.local_date, and_(Visit.local_date == last.local_date, later)))
    rows = session.scalars(query.order_by(Visit.local_date.desc(), Visit.planned_start, Visit.id).limit(limit))
    return tuple(VisitRow(**{name: getattr(row, name) for name in VisitRow.__dataclass_fields__}) for row in rows)
