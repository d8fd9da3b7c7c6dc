"""The manager's week: who visits whom, what needs a look, and giving steps to others."""

from datetime import timedelta
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from engine.access import Role
from engine.errors import InvalidInputError
from engine.evidence import pins
from engine.people import queries as people
from engine.process import queries as process
from engine.visits import handing_over
from web import context
from web.i18n import locale
from web.i18n import translate as _
from web.security import policy
from web.team import board
from web.transactions import transactional

blueprint = Blueprint("team", __name__, template_folder="templates")

OWN_TASKS = 8


@blueprint.get("/team")
@policy(Role.MANAGER)
def week() -> ResponseReturnValue:
    """Show a week of the manager's teams."""
    session, actor = context.session(), context.actor()
    today = context.local_now().date()
    monday = board.week_of(request.args.get("week", ""), today)
    shown = board.load(session, actor, monday, today, locale())
    return render_template(
        "team/week.html",
        board=shown,
        tasks=process.inbox(session, actor, limit=OWN_TASKS).tasks,
        pins=pins.count_waiting(session, [row.rep.id for row in shown.rows]),
        last_week=board.week_name(monday - timedelta(days=7)),
        next_week=board.week_name(monday + timedelta(days=7)),
        this_week=board.week_name(monday),
        sunday=monday + timedelta(days=6),
        is_now=monday <= today < monday + timedelta(days=7),
    )


@blueprint.post("/team/assign")
@policy(Role.MANAGER)
@transactional
def assign() -> ResponseReturnValue:
    """Give an open step of a rep to another rep of the manager's teams; before a visit has begun, all of it."""
    session, actor = context.session(), context.actor()
    try:
        task_id, user_id = UUID(request.form.get("task_id", "")), UUID(request.form.get("user_id", ""))
    except ValueError:
        raise InvalidInputError("Choose who is to do it.", code="person_missing") from None
    whole = handing_over.give_step(session, actor, task_id, user_id, now=context.now())
    name = people.names(session, [user_id])[user_id]
    flash(_("{name} has the visit now.", name=name) if whole else _("{name} has the step now.", name=name), "success")
    return redirect(url_for("team.week", week=request.form.get("week") or None))
