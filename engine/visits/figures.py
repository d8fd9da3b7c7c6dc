"""Counts over visits, computed by the database; ``engine.reports`` makes figures of them."""

from collections.abc import Collection
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from engine.visits.minutes import minutes_between
from engine.visits.queries import MADE
from engine.visits.states import VisitState
from engine.visits.tables import Visit

NOT_COUNTED = (VisitState.DRAFT, VisitState.RESCHEDULED)


def count_by_rep(session: Session, rep_ids: Collection[UUID], first_day: date, last_day: date) -> list[Any]:
    """Return a row of counts for each rep with visits from ``first_day`` to ``last_day``, both included."""
    query = _query(rep_ids, first_day, last_day).add_columns(Visit.rep_id).group_by(Visit.rep_id)
    return list(session.execute(query))


def count_all(session: Session, rep_ids: Collection[UUID], first_day: date, last_day: date) -> Any:
    """Return one row of counts for all reps together."""
    return session.execute(_query(rep_ids, first_day, last_day)).one()


def visited_customers(
    session: Session, rep_ids: Collection[UUID], first_day: date, last_day: date
) -> dict[UUID, set[UUID]]:
    """Return which customers each rep has visited."""
    visited: dict[UUID, set[UUID]] = {rep_id: set() for rep_id in rep_ids}
    rows = session.execute(
        select(Visit.rep_id, Visit.customer_id)
        .where(Visit.rep_id.in_(rep_ids), Visit.local_date.between(first_day, last_day), Visit.state.in_(MADE))
        .distinct()
    )
    for rep_id, customer_id in rows:
        visited[rep_id].add(customer_id)
    return visited


def made_by_day(session: Session, rep_ids: Collection[UUID], first_day: date, last_day: date) -> dict[date, int]:
    """Return how many visits were made on each day that has any."""
    days = session.execute(
        select(Visit.local_date, func.count())
        .where(Visit.rep_id.in_(rep_ids), Visit.local_date.between(first_day, last_day), Visit.state.in_(MADE))
        .group_by(Visit.local_date)
        .order_by(Visit.local_date)
    )
    return {day: count for day, count in days}


def _query(rep_ids: Collection[UUID], first_day: date, last_day: date) -> Any:
    def count(condition: Any) -> Any:
        return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)

    return select(
        func.count().label("planned"),
        count(Visit.state.in_(MADE)).label("made"),
        count(Visit.state == VisitState.MISSED).label("missed"),
        count(Visit.state == VisitState.CANCELLED).label("cancelled"),
        *[count(Visit.grade == grade).label(f"grade_{grade}") for grade in "ABCD"],
        func.avg(minutes_between(Visit.checked_in_at, Visit.checked_out_at)).label("dwell"),
    ).where(Visit.rep_id.in_(rep_ids), Visit.local_date.between(first_day, last_day), Visit.state.not_in(NOT_COUNTED))
