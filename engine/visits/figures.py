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

STOP_GAP_MINUTES = 30
"""A rep who comes back to a place within this time has not left it: from one ward to the next."""
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


def dwell_by_rep(
    session: Session, rep_ids: Collection[UUID], first_day: date, last_day: date
) -> dict[UUID, tuple[float, int]]:
    """Return the minutes that each rep spent at customers, and at how many stops.

    A stop is a rep's visits of one day at one place that overlap or follow each other within ``STOP_GAP_MINUTES``: they
    share the arrival of the first and the departure of the last, so that six doctors of a hospital are counted once. A
    visit without a place is a stop by itself.
    """
    base = (
        select(
            Visit.rep_id,
            Visit.local_date,
            func.coalesce(Visit.place_id, Visit.id).label("spot"),
            Visit.checked_in_at.label("begins"),
            Visit.checked_out_at.label("ends"),
        )
        .where(
            Visit.rep_id.in_(rep_ids),
            Visit.local_date.between(first_day, last_day),
            Visit.state.not_in(NOT_COUNTED),
            Visit.checked_in_at.is_not(None),
            Visit.checked_out_at.is_not(None),
        )
        .cte("base")
    )
    spot = [base.c.rep_id, base.c.local_date, base.c.spot]
    before = func.max(base.c.ends).over(partition_by=spot, order_by=[base.c.begins, base.c.ends], rows=(None, -1))
    timed = select(base, before.label("before")).cte("timed")
    follows = minutes_between(timed.c.before, timed.c.begins) <= STOP_GAP_MINUTES
    number = func.sum(case((follows, 0), else_=1)).over(
        partition_by=[timed.c.rep_id, timed.c.local_date, timed.c.spot], order_by=[timed.c.begins, timed.c.ends]
    )
    numbered = select(timed, number.label("stop")).cte("numbered")
    stops = (
        select(
            numbered.c.rep_id,
            minutes_between(func.min(numbered.c.begins), func.max(numbered.c.ends)).label("minutes"),
        )
        .group_by(numbered.c.rep_id, numbered.c.local_date, numbered.c.spot, numbered.c.stop)
        .cte("stops")
    )
    rows = session.execute(select(stops.c.rep_id, func.sum(stops.c.minutes), func.count()).group_by(stops.c.rep_id))
    return {rep_id: (float(minutes), int(count)) for rep_id, minutes, count in rows}


def _query(rep_ids: Collection[UUID], first_day: date, last_day: date) -> Any:
    def count(condition: Any) -> Any:
        return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)

    return select(
        func.count().label("planned"),
        count(Visit.state.in_(MADE)).label("made"),
        count(Visit.state == VisitState.MISSED).label("missed"),
        count(Visit.state == VisitState.CANCELLED).label("cancelled"),
        *[count(Visit.grade == grade).label(f"grade_{grade}") for grade in "ABCD"],
    ).where(Visit.rep_id.in_(rep_ids), Visit.local_date.between(first_day, last_day), Visit.state.not_in(NOT_COUNTED))
