"""Figures of visits over a span of days, each with the visits behind it."""

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from engine.access import Role
from engine.customers import queries as customers
from engine.errors import NotFoundError
from engine.people import queries as people
from engine.reports import queries as reports
from engine.visits import figure_rows as behind
from web import context
from web.reports import chart
from web.security import policy

blueprint = Blueprint("reports", __name__, template_folder="templates")

SPANS = (7, 30, 90)
PAGE_SIZE = 50


@dataclass(frozen=True)
class Scope:
    """Whose figures, and of which days."""

    days: int
    first: date
    last: date
    team_id: UUID | None
    rep_id: UUID | None
    teams: tuple[people.TeamRow, ...]
    names: dict[UUID, str]

    @property
    def arguments(self) -> dict[str, object]:
        """What addresses of the same scope carry."""
        return {"days": self.days, "team": self.team_id}


@blueprint.get("/figures")
@policy(Role.MANAGER, Role.REP, Role.ADMIN)
def figures() -> ResponseReturnValue:
    """Show the figures of the last days: of the manager's reps, or of the rep alone."""
    scope = _scope()
    report = reports.visit_figures(context.session(), list(scope.names), scope.first, scope.last)
    return render_template(
        "reports/figures.html",
        scope=scope,
        report=report,
        chart=chart.by_day(report.made_by_day, scope.first, scope.last),
        spans=SPANS,
    )


@blueprint.get("/figures/visits")
@policy(Role.MANAGER, Role.REP, Role.ADMIN)
def rows() -> ResponseReturnValue:
    """Show the visits behind a figure."""
    scope = _scope()
    measure = request.args.get("measure", "planned")
    if measure not in behind.MEASURES:
        raise NotFoundError("There is no such figure.", code="figure_unknown")
    reps = [scope.rep_id] if scope.rep_id else list(scope.names)
    found = behind.visits_behind(
        context.session(), reps, scope.first, scope.last, measure, after=_uuid("after"), limit=PAGE_SIZE + 1
    )
    more, shown = len(found) > PAGE_SIZE, found[:PAGE_SIZE]
    return render_template(
        "reports/rows.html",
        scope=scope,
        measure=measure,
        rows=shown,
        customers=customers.by_id(context.session(), [row.customer_id for row in shown]),
        next_key=shown[-1].id if more else None,
    )


def _scope() -> Scope:
    session, actor = context.session(), context.actor()
    days = int(request.args["days"]) if request.args.get("days") in {str(span) for span in SPANS} else 30
    last = context.local_now().date()
    team_id, rep_id = _uuid("team"), _uuid("rep")
    teams: tuple[people.TeamRow, ...] = ()
    if actor.has(Role.MANAGER, Role.ADMIN):
        teams = people.teams(session, actor)
        chosen = [team for team in teams if team_id in {None, team.id}]
        names = {member.id: member.name for team in chosen for member in team.members}
    else:
        names = {actor.user_id: actor.name} if actor.user_id else {}
    if (rep_id is not None and rep_id not in names) or (team_id is not None and team_id not in {t.id for t in teams}):
        raise NotFoundError("There are no such figures for you.", code="figures_unknown")
    return Scope(days, last - timedelta(days=days - 1), last, team_id, rep_id, teams, names)


def _uuid(name: str) -> UUID | None:
    try:
        return UUID(request.args.get(name, ""))
    except ValueError:
        return None
