"""The figures of S6, computed by the database over a span of local days."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from engine.customers import queries as customers
from engine.visits import figures


@dataclass(frozen=True)
class Figures:
    """Visit figures of one rep or of many.

    Args:
        planned: visits whose day lies in the span, without drafts and those moved to another day.
        made: reported ones; missed: given up; cancelled do not count against completion.
        grades: check-ins by grade A to D.
        dwell_minutes: mean time at a stop (``figures.dwell_by_rep``); None without any.
        customers_visited: own customers with a made visit; customers_total: own customers.
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

    Coverage is over the customers that the reps own: how many of them one of these reps has visited.
    """
    owned = customers.owned_ids(session, rep_ids)
    visited = figures.visited_customers(session, rep_ids, first_day, last_day)
    counts = {row.rep_id: row for row in figures.count_by_rep(session, rep_ids, first_day, last_day)}
    dwell = figures.dwell_by_rep(session, rep_ids, first_day, last_day)
    all_dwell = sum(minutes for minutes, _stops in dwell.values()), sum(stops for _minutes, stops in dwell.values())
    all_owned, all_visited = set[UUID]().union(*owned.values()), set[UUID]().union(*visited.values())
    return Report(
        first_day=first_day,
        last_day=last_day,
        total=_figures(figures.count_all(session, rep_ids, first_day, last_day), all_dwell, all_owned, all_visited),
        by_rep={
            rep_id: _figures(counts.get(rep_id), dwell.get(rep_id, (0.0, 0)), owned[rep_id], visited[rep_id])
            for rep_id in rep_ids
        },
        made_by_day=figures.made_by_day(session, rep_ids, first_day, last_day),
    )


def _figures(row: Any, dwell: tuple[float, int], owned: set[UUID], visited: set[UUID]) -> Figures:
    total, seen = len(owned), len(owned & visited)
    if row is None:
        return Figures(0, 0, 0, 0, 0, dict.fromkeys("ABCD", 0), None, seen, total)
    minutes, stops = dwell
    planned, made, missed, cancelled = int(row.planned), int(row.made), int(row.missed), int(row.cancelled)
    return Figures(
        planned=planned,
        made=made,
        missed=missed,
        cancelled=cancelled,
        open=planned - made - missed - cancelled,
        grades={grade: int(getattr(row, f"grade_{grade}")) for grade in "ABCD"},
        dwell_minutes=minutes / stops if stops else None,
        customers_visited=seen,
        customers_total=total,
    )
