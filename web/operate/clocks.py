"""One deadline of a request: due at another time, its next mark now, or never."""

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from engine.access import Role
from engine.calendar import operating
from engine.errors import FieldProblem, InvalidInputError
from web import context
from web.i18n import translate as _
from web.inbox.subject import address_of
from web.operate.jobs import moment_of_form, typed_of_form
from web.security import policy
from web.transactions import transactional

blueprint = Blueprint("operate_clocks", __name__, template_folder="templates", url_prefix="/operate/deadlines")


@blueprint.get("/<uuid:deadline_id>")
@policy(Role.ADMIN)
def clock(deadline_id: UUID) -> ResponseReturnValue:
    """Show a deadline with what can be done with it."""
    return _page(deadline_id)


@blueprint.post("/<uuid:deadline_id>")
@policy(Role.ADMIN)
def change(deadline_id: UUID) -> ResponseReturnValue:
    """Move a deadline, let its next mark be reached, or stop it."""
    try:
        return _change(deadline_id)
    except InvalidInputError as error:
        return _page(deadline_id, errors=error.errors), 422


change.is_transactional = True  # type: ignore[attr-defined]  # _change is; the page after a mistake only reads


@transactional
def _change(deadline_id: UUID) -> ResponseReturnValue:
    session, actor, now = context.session(), context.actor(), context.now()
    reason = request.form.get("reason", "")
    match request.form.get("act"):
        case "now":
            operating.reach_next(session, actor, deadline_id, reason, now=now)
            flash(_("The mark is sent next."), "success")
        case "later":
            operating.move(session, actor, deadline_id, moment_of_form(), reason, now=now)
            flash(_("The deadline has moved."), "success")
        case "drop":
            operating.stop(session, actor, deadline_id, reason, now=now)
            flash(_("The deadline is stopped."), "success")
        case _unknown:
            raise InvalidInputError(errors={"act": [FieldProblem("There is no such act.", code="act_unknown")]})
    return redirect(url_for("operate_jobs.timers"))


def _page(deadline_id: UUID, *, errors: dict[str, list[FieldProblem]] | None = None) -> str:
    found = operating.running_deadline(context.session(), deadline_id)
    return render_template(
        "operate/clock.html", clock=found, address=address_of(found.business_key), **typed_of_form(errors)
    )
