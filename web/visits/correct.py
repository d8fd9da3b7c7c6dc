"""The page on which a rep corrects a report."""

from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from engine.access import Role
from engine.customers import queries as customers
from engine.errors import InvalidInputError
from engine.process import user_tasks
from engine.visits import corrections
from engine.visits.corrections import Correctable, CorrectionRow
from engine.visits.service import business_key
from forms import render
from web import context
from web.i18n import explain, locale, translate
from web.i18n import translate as _
from web.inbox import task_form
from web.security import policy
from web.transactions import transactional

blueprint = Blueprint("corrections", __name__, template_folder="templates")


@blueprint.get("/visits/<uuid:visit_id>/correct")
@policy(Role.REP)
def correct(visit_id: UUID) -> ResponseReturnValue:
    """Show the report's form filled in with what it says."""
    found = _found(visit_id)
    return _page(found, dict(found.report.values))


@blueprint.post("/visits/<uuid:visit_id>/correct")
@policy(Role.REP)
def save(visit_id: UUID) -> ResponseReturnValue:
    """Correct the report, or propose the correction to the manager."""
    found = _found(visit_id)
    try:
        return _save(visit_id)
    except InvalidInputError as error:
        typed = task_form.posted(found.form, store=False).values
        problem = "" if error.errors else explain(error)
        return _page(found, typed, errors=error.errors, problem=problem), 422


@transactional
def _save(visit_id: UUID) -> ResponseReturnValue:
    session, actor, now = context.session(), context.actor(), context.now()
    found = corrections.correctable(session, actor, visit_id, now=now)
    posted = task_form.posted(found.form, store=True)
    if posted.is_row_action:
        return _page(found, posted.values)
    seen = request.args.get("seen", type=int)
    row = corrections.correct_report(
        session, actor, visit_id, posted.values, seen=-1 if seen is None else seen, now=now
    )
    flash(_told(row), "success")
    return redirect(url_for("visits.visit", visit_id=visit_id, _anchor="report-title"))


save.is_transactional = True  # type: ignore[attr-defined]  # _save is; the page after a mistake only reads


def _told(row: CorrectionRow) -> str:
    if row.state == "applied":
        return _("The report is corrected. What changed stands below it.")
    return _("Your manager is asked. The report changes once they agree.")


def _found(visit_id: UUID) -> Correctable:
    return corrections.correctable(context.session(), context.actor(), visit_id, now=context.now())


def _page(
    found: Correctable, values: dict[str, Any], *, errors: dict[str, Any] | None = None, problem: str = ""
) -> str:
    session, actor = context.session(), context.actor()
    key = business_key(found.visit.id)
    choices = user_tasks.form_choices(session, actor, found.form, business_key=key)
    form = render.view(
        found.form,
        values,
        errors=errors,
        locale=locale(),
        choices=choices,
        context=user_tasks.form_context(session, actor, found.form, business_key=key, now=found.report.reported_at),
        translate=translate,
    )
    return render_template(
        "visits/correct.html",
        form=form,
        visit=found.visit,
        is_free=found.is_free,
        free_until=found.report.reported_at + corrections.FREE_FOR,
        customer=customers.by_id(session, [found.visit.customer_id])[found.visit.customer_id],
        action=url_for("corrections.save", visit_id=found.visit.id, seen=found.seen),
        upload_url=url_for("files.upload"),
        file_url=url_for("files.download", digest="0" * 64).replace("0" * 64, "{file}"),
        problem=problem,
    )
