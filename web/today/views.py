"""The rep's day."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from engine.access import Role
from web import context
from web.i18n import translate as _
from web.security import policy
from web.today.day import rep_day

blueprint = Blueprint("today", __name__, template_folder="templates")


@blueprint.get("/today")
@policy(Role.REP)
def today() -> ResponseReturnValue:
    """Show the visits of today, the next one with its one big action."""
    day = rep_day(context.session(), context.actor(), context.local_now().date(), now=context.now())
    return render_template("today/today.html", day=day, greeting=_greeting())


def _greeting() -> str:
    hour, name = context.local_now().hour, context.actor().name
    if hour < 12:
        return _("Good morning, {name}", name=name)
    return _("Good afternoon, {name}", name=name) if hour < 18 else _("Good evening, {name}", name=name)
