"""Incidents by cause: look, note, assign, try one, a group or all of them again; and what came of a run."""

from typing import Any
from uuid import UUID

from flask import Blueprint, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from engine.access import Role
from engine.desk import bulk
from engine.errors import FieldProblem, InvalidInputError
from engine.ids import new_id
from engine.operate import retries
from engine.outbox import queries as deliveries
from engine.people import queries as people
from engine.process import causes, pictures
from engine.process import incidents as repair
from web import context
from web.i18n import explain, locale
from web.i18n import translate as _
from web.operate import words
from web.operate.listing import process_names
from web.operate.paging import key_from, key_of
from web.security import policy
from web.transactions import transactional

blueprint = Blueprint("operate_incidents", __name__, template_folder="templates", url_prefix="/operate")

PAGE_SIZE = 50
SHOWN = 500


@blueprint.get("/incidents")
@policy(Role.ADMIN)
def incidents() -> ResponseReturnValue:
    """List what failed and waits for a person, by cause."""
    groups = causes.groups(context.session())
    return render_template(
        "operate/incidents.html",
        groups=groups,
        total=sum(group.count for group in groups),
        names=_element_names({(group.process_key, group.element_id) for group in groups}),
        processes=process_names(),
        run_id=new_id(),
    )


@blueprint.get("/incidents/<cause_id>")
@policy(Role.ADMIN)
def cause(cause_id: str) -> ResponseReturnValue:
    """Show one cause with its incidents."""
    return _page(cause_id)


@blueprint.post("/incidents/<cause_id>/note")
@policy(Role.ADMIN)
def note(cause_id: str) -> ResponseReturnValue:
    """Write down what is known of a cause, and who sees to it."""
    try:
        return _note(cause_id)
    except InvalidInputError as error:
        return _page(cause_id, errors=error.errors), 422


note.is_transactional = True  # type: ignore[attr-defined]  # _note is; the page after a mistake only reads


@transactional
def _note(cause_id: str) -> ResponseReturnValue:
    session, actor, now = context.session(), context.actor(), context.now()
    group = causes.group(session, cause_id)
    text, wanted = request.form.get("note", "").strip(), request.form.get("assignee", "")
    if text.replace("\r\n", "\n") != group.note.replace("\r\n", "\n"):
        causes.annotate(session, actor, cause_id, text, now=now)
    if wanted != str(group.assignee_id or ""):
        found = next((each for each in _admins() if str(each.id) == wanted), None)
        if wanted and found is None:
            problem = FieldProblem("Choose a person.", code="person_unknown")
            raise InvalidInputError(errors={"assignee": [problem]})
        causes.assign(session, actor, cause_id, (found.id, found.name) if found else None, now=now)
    flash(_("Saved."), "success")
    return redirect(url_for("operate_incidents.cause", cause_id=cause_id))


@blueprint.post("/incidents/<cause_id>/<uuid:incident_id>/retry")
@policy(Role.ADMIN)
@transactional
def retry_one(cause_id: str, incident_id: UUID) -> ResponseReturnValue:
    """Try one incident again."""
    session = context.session()
    problem = repair.retry(session, context.actor(), incident_id, now=context.now())
    flash(*((explain(problem), "danger") if problem else (_("It was tried again."), "success")))
    left = causes.group(session, cause_id).count
    return redirect(
        url_for("operate_incidents.cause", cause_id=cause_id) if left else url_for("operate_incidents.incidents")
    )


@blueprint.post("/incidents/retry")
@policy(Role.ADMIN)
@transactional
def retry_many() -> ResponseReturnValue:
    """Try all incidents of a cause again, or all there are."""
    chosen = request.form.get("cause") or None
    run = retries.start(
        context.session(), context.actor(), run_id_of_form(), retries.INCIDENTS, chosen, now=context.now()
    )
    return redirect(url_for("operate_incidents.run", run_id=run.id))


@blueprint.get("/runs/<uuid:run_id>")
@policy(Role.ADMIN)
def run(run_id: UUID) -> ResponseReturnValue:
    """Show how far a run is and what came of each that is not simply done."""
    session = context.session()
    found = bulk.find(session, context.actor(), run_id)
    if request.accept_mimetypes.best == "application/json":
        names = ("total", "ok", "failed", "skipped", "waiting")
        return jsonify({name: getattr(found, name) for name in names})
    items = bulk.items(session, run_id, outcomes=[bulk.FAILED, bulk.SKIPPED], limit=SHOWN)
    ids = [item.task_id for item in items]
    incidents_of = causes.by_ids(session, ids)
    jobs = deliveries.by_ids(session, ids)
    return render_template(
        "operate/run.html",
        run=found,
        rows=[(item, _what(item.task_id, incidents_of, jobs), explain(item.reason)) for item in items if item.reason],
        later=retries.outcome(session, found),
        of_incidents=found.act == retries.RETRY[retries.INCIDENTS],
    )


def run_id_of_form() -> UUID:
    """Return the id of a run that its page has minted.

    Raises:
        InvalidInputError: there is none.
    """
    try:
        return UUID(request.form.get("run_id", ""))
    except ValueError:
        raise InvalidInputError("This page is too old. Load it again.", code="run_id") from None


def _what(item_id: UUID, incidents_of: dict[UUID, Any], jobs: dict[UUID, Any]) -> tuple[str, str]:
    """Return the name and the address of what an item of a run is about."""
    if found := incidents_of.get(item_id):
        return found.about(locale()), url_for("operate.instance", instance_id=found.instance_id)
    if job := jobs.get(item_id):
        return words.topic_label(job.topic), url_for("operate_jobs.job", delivery_id=item_id)
    return str(item_id), ""


def _page(cause_id: str, *, errors: dict[str, list[FieldProblem]] | None = None) -> str:
    session = context.session()
    group = causes.group(session, cause_id)
    rows = causes.open_of(session, cause_id, after=key_from(request.args.get("after", "")), limit=PAGE_SIZE + 1)
    more, rows = len(rows) > PAGE_SIZE, rows[:PAGE_SIZE]
    typed = {"note": group.note, "assignee": str(group.assignee_id or "")}
    if errors is not None:
        typed = {name: request.form.get(name, "") for name in typed}
    return render_template(
        "operate/cause.html",
        group=group,
        rows=rows,
        name=_element_names({(group.process_key, group.element_id)}).get((group.process_key, group.element_id), ""),
        processes=process_names(),
        admins=[(str(each.id), each.name) for each in _admins()],
        typed=typed,
        errors={path: explain(problems[0]) for path, problems in (errors or {}).items()},
        next_key=key_of(rows[-1].created_at, rows[-1].id) if more else None,
        run_id=new_id(),
    )


def _admins() -> list[people.Person]:
    return [each for each in people.people(context.session(), role=Role.ADMIN) if each.is_active]


def _element_names(wanted: set[tuple[str, str]]) -> dict[tuple[str, str], str]:
    """Return the names of elements as of the newest version of their process; what is gone has its id."""
    found: dict[tuple[str, str], str] = {}
    for process_key in {key for key, _element in wanted}:
        names = pictures.names_of_process(context.session(), process_key, locale())
        for key, element_id in wanted:
            if key == process_key:
                found[key, element_id] = names.get(element_id) or element_id or _("Timer")
    return found
