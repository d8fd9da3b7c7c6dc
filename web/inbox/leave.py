"""Leave: who does whose tasks meanwhile."""

from datetime import date
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from engine.errors import FieldProblem, InvalidInputError
from engine.people import leave as leaves
from engine.people import queries as people
from web import context
from web.i18n import explain
from web.i18n import translate as _
from web.security import policy
from web.transactions import transactional

blueprint = Blueprint("leave", __name__, template_folder="templates", url_prefix="/leave")


@blueprint.get("")
@policy()
def leave() -> ResponseReturnValue:
    """Show who stands in for whom, and let the person arrange it."""
    return _page()


def _page(errors: dict[str, str] | None = None) -> str:
    session, actor = context.session(), context.actor()
    everyone = [person for person in people.people(session) if person.is_active]
    managed = people.managed_ids(session, actor)
    return render_template(
        "inbox/leave.html",
        rows=leaves.substitutions(session, actor, now=context.now()),
        absent=[person for person in everyone if person.id == actor.user_id or person.id in managed],
        colleagues=everyone,
        errors=errors or {},
        today=context.local_now().date(),
        given=request.form,
        managed=managed,
    )


@blueprint.post("")
@policy()
def arrange() -> ResponseReturnValue:
    """Arrange who stands in; on a mistake the page comes back with a sentence for each field."""
    try:
        return _arrange()
    except InvalidInputError as error:
        return _page({name: explain(problems[0]) for name, problems in error.errors.items()}), 422


@transactional
def _arrange() -> ResponseReturnValue:
    form = request.form
    leaves.arrange(
        context.session(), context.actor(), _id("absent_id"), _id("substitute_id"),
        first_day=_day("first_day"), last_day=_day("last_day"), now=context.now(),
    )  # fmt: skip
    flash(_("Arranged from {first} to {last}.", first=form["first_day"], last=form["last_day"]), "success")
    return redirect(url_for("leave.leave"))


arrange.is_transactional = True  # type: ignore[attr-defined]  # _arrange is; the page after a mistake only reads


@blueprint.post("/<uuid:substitution_id>/cancel")
@policy()
@transactional
def cancel(substitution_id: UUID) -> ResponseReturnValue:
    """End a substitution."""
    leaves.cancel(context.session(), context.actor(), substitution_id)
    flash(_("The tasks are the person's own again."), "success")
    return redirect(url_for("leave.leave"))


def _id(name: str) -> UUID:
    try:
        return UUID(request.form.get(name, ""))
    except ValueError:
        raise InvalidInputError(errors={name: [FieldProblem("Choose a colleague.", code="person_missing")]}) from None


def _day(name: str) -> date:
    try:
        return date.fromisoformat(request.form.get(name, ""))
    except ValueError:
        raise InvalidInputError(errors={name: [FieldProblem("Choose a day.", code="day_invalid")]}) from None
