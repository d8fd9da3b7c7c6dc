"""The figures of S6, computed by the database over a span of local days."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import case, distinct, func, select
from sqlalchemy.orm import Session

from engine.customers import queries as customers
from engine.visits.queries import MADE
from engine.visits.tables import Visit, VisitState

NOT_COUNTED = (VisitState.DRAFT, VisitState.RESCHEDULED)


@dataclass(frozen=True)
class Figures:
    """Visit figures of one rep or of many.

    Args:
        planned: visits whose day lies in the span, without drafts and those moved to another day.
        made: reported ones; missed: given up; cancelled do not count against completion.
        grades: check-ins by grade A to D.
        dwell_minutes: mean time between check-in and check-out; None without any.
        customers_visited: different customers with a made visit; customers_total: those that could be visited.
    """

    planned: int
    made: int
    missed: int
    cancelled: int
    open: int
    grades: dict[str, int]
    dwell_minutes: float | None
    customers_visited: int
    customers_total: int

    @property
    def completion(self) -> float | None:
        """Made visits among those that were to be made (planned without cancelled), 0 to 1."""
        due = self.planned - self.cancelled
        return self.made / due if due else None

    @property
    def coverage(self) -> float | None:
        """Visited customers among all, 0 to 1."""
        return self.customers_visited / self.customers_total if self.customers_total else None


@dataclass(frozen=True)
class Report:
    """Figures for each rep and for all of them together."""

    first_day: date
    last_day: date
    total: Figures
    by_rep: dict[UUID, Figures]
    made_by_day: dict[date, int]


def visit_figures(session: Session, rep_ids: Collection[UUID], first_day: date, last_day: date) -> Report:
    """Return the figures of reps from ``first_day`` to ``last_day``, both included.

    Coverage is over the customers that the reps own.
    """
    owned = customers.count_owned(session, rep_ids)
    by_rep = {
        row.rep_id: _figures(row, owned.get(row.rep_id, 0))
        for row in session.execute(
            _query(rep_ids, first_day, last_day).add_columns(Visit.rep_id).group_by(Visit.rep_id)
        )
    }
    for rep_id in rep_ids:
        by_rep.setdefault(rep_id, Figures(0, 0, 0, 0, 0, dict.fromkeys("ABCD", 0), None, 0, owned.get(rep_id, 0)))
    total_row = session.execute(_query(rep_ids, first_day, last_day)).one()
    days = session.execute(
        select(Visit.local_date, func.count())
        .where(Visit.rep_id.in_(rep_ids), Visit.local_date.between(first_day, last_day), Visit.state.in_(MADE))
        .group_by(Visit.local_date)
        .order_by(Visit.local_date)
    )
    return Report(
        first_day=first_day,
        last_day=last_day,
        total=_figures(total_row, sum(owned.values())),
        by_rep=by_rep,
        made_by_day={day: count for day, count in days},
    )


def _query(rep_ids: Collection[UUID], first_day: date, last_day: date) -> Any:
    def count(condition: Any) -> Any:
        return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)

    return select(
        func.count().label("planned"),
        count(Visit.state.in_(MADE)).label("made"),
        count(Visit.state == VisitState.MISSED).label("missed"),
        count(Visit.state == VisitState.CANCELLED).label("cancelled"),
        *[count(Visit.grade == grade).label(f"grade_{grade}") for grade in "ABCD"],
        func.avg(_minutes_between()).label("dwell"),
        func.count(distinct(case((Visit.state.in_(MADE), Visit.customer_id)))).label("customers"),
    ).where(Visit.rep_id.in_(rep_ids), Visit.local_date.between(first_day, last_day), Visit.state.not_in(NOT_COUNTED))


def _minutes_between() -> Any:
    from engine.reports.minutes import minutes_between

    return minutes_between(Visit.checked_in_at, Visit.checked_out_at)


def _figures(row: Any, customers_total: int) -> Figures:
    planned, made, missed, cancelled = int(row.planned), int(row.made), int(row.missed), int(row.cancelled)
    return Figures(
        planned=planned,
        made=made,
        missed=missed,
        cancelled=cancelled,
        open=planned - made - missed - cancelled,
        grades={grade: int(getattr(row, f"grade_{grade}")) for grade in "ABCD"},
        dwell_minutes=None if row.dwell is None else float(row.dwell),
        customers_visited=int(row.customers),
        customers_total=customers_total,
    )
