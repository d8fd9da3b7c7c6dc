"""The week of a team as a board: people × days, and what needs the manager first."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from engine.access import Actor
from engine.customers import queries as customers
from engine.people import queries as people
from engine.process import queries as process
from engine.visits import queries as visits
from engine.visits import service as visit_service
from engine.visits.queries import VisitRow

OPEN_STATES = ("planned", "approved", "checked_in")
NOT_SHOWN = ("rescheduled",)
MAX_TASKS = 40


@dataclass(frozen=True)
class Day:
    """One day of the week; ``may_plan`` is false for past ones."""

    date: date
    is_today: bool
    may_plan: bool
    is_weekend: bool


@dataclass(frozen=True)
class Row:
    """One rep with the visits of each day."""

    rep: people.Person
    cells: tuple[tuple[VisitRow, ...], ...]
    made: int
    total: int


@dataclass(frozen=True)
class Problem:
    """A visit that needs a look, and why: ``missed``, ``late``, ``review``, ``unassigned``."""

    kind: str
    visit: VisitRow


@dataclass(frozen=True)
class OpenStep:
    """A step that a rep has to do, which the manager may give to another."""

    task: process.TaskRow
    visit: VisitRow


@dataclass(frozen=True)
class Board:
    """What the page shows."""

    monday: date
    days: tuple[Day, ...]
    rows: tuple[Row, ...]
    problems: tuple[Problem, ...]
    steps: tuple[OpenStep, ...]
    customers: Mapping[UUID, str]
    names: Mapping[UUID, str] = field(default_factory=dict)


def week_of(text: str, today: date) -> date:
    """Return the Monday of ``2026-W48``, or of today's week for anything else."""
    try:
        year, _separator, week = text.partition("-W")
        return date.fromisocalendar(int(year), int(week), 1)
    except ValueError:
        return today - timedelta(days=today.weekday())


def week_name(monday: date) -> str:
    """Return how an address names a week."""
    year, week, _day = monday.isocalendar()
    return f"{year}-W{week:02d}"


def load(session: Session, actor: Actor, monday: date, today: date, locale: str) -> Board:
    """Return the week that begins on ``monday`` of the teams whose work the actor may see."""
    sunday = monday + timedelta(days=6)
    teams = people.teams(session, actor)
    reps = {member.id: member for team in teams for member in team.members}
    gone = _inactive(session, {team.id for team in teams})
    found = visits.team_visits(session, [*reps, *gone], monday, sunday)
    shown = [visit for visit in found if visit.state not in NOT_SHOWN]
    tasks = process.open_tasks_of(session, [visit_service.business_key(v.id) for v in shown if v.ended_at is None])
    days = _days(monday, today, {visit.local_date for visit in shown})
    names = customers.by_id(session, [visit.customer_id for visit in shown])
    return Board(
        monday=monday,
        days=days,
        rows=tuple(_row(rep, [v for v in shown if v.rep_id == rep.id], days) for rep in reps.values()),
        problems=_problems(shown, tasks, gone, today),
        steps=_steps([visit for visit in shown if visit.rep_id in reps], tasks),
        customers={customer_id: row.label(locale) for customer_id, row in names.items()},
        names={**{rep.id: rep.name for rep in reps.values()}, **gone},
    )


def _inactive(session: Session, team_ids: set[UUID]) -> dict[UUID, str]:
    return {p.id: p.name for p in people.people(session) if p.team_id in team_ids and not p.is_active}


def _days(monday: date, today: date, busy: set[date]) -> tuple[Day, ...]:
    # A weekend is shown when something is planned on it: swapped working days (调休) are, most are not.
    week = [monday + timedelta(days=number) for number in range(7)]
    return tuple(
        Day(day, day == today, day >= today, day.weekday() >= 5) for day in week if day.weekday() < 5 or day in busy
    )


def _row(rep: people.Person, own: list[VisitRow], days: tuple[Day, ...]) -> Row:
    cells = tuple(tuple(visit for visit in own if visit.local_date == day.date) for day in days)
    counted = [visit for visit in own if visit.state != "cancelled"]
    return Row(rep, cells, sum(visit.state in visits.MADE for visit in counted), len(counted))


def _problems(
    shown: list[VisitRow], tasks: Mapping[str, list[process.TaskRow]], gone: Mapping[UUID, str], today: date
) -> tuple[Problem, ...]:
    found = []
    for visit in shown:
        if visit.rep_id in gone and visit.ended_at is None:
            found.append(Problem("unassigned", visit))
        elif visit.state == "missed":
            found.append(Problem("missed", visit))
        elif visit.state in OPEN_STATES and visit.local_date < today:
            found.append(Problem("late", visit))
        elif visit.grade == "D" and any(
            task.lane == "Manager" for task in tasks.get(visit_service.business_key(visit.id), ())
        ):
            found.append(Problem("review", visit))
    order = ("unassigned", "review", "late", "missed")
    return tuple(sorted(found, key=lambda problem: order.index(problem.kind)))


def _steps(shown: list[VisitRow], tasks: Mapping[str, list[process.TaskRow]]) -> tuple[OpenStep, ...]:
    by_key = {visit_service.business_key(visit.id): visit for visit in shown}
    found = [OpenStep(task, by_key[key]) for key, rows in tasks.items() if key in by_key for task in rows]
    own = [step for step in found if step.task.lane != "Manager"]
    return tuple(sorted(own, key=lambda step: step.visit.planned_start)[:MAX_TASKS])
