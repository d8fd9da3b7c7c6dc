"""One act on many tasks: choose its values, see how it goes, see what came of each."""

from typing import Any
from uuid import UUID

from flask import Blueprint, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from engine.access import Actor
from engine.desk import acts, bulk
from engine.desk import service as desk
from engine.errors import FieldProblem, InvalidInputError
from engine.ids import new_id
from engine.process import filters, inbox, queries, user_tasks
from engine.process.conditions import standpoint
from engine.process.filters import Filter
from engine.process.rows import TaskRow
from forms import render
from web import context
from web.i18n import explain, locale, translate
from web.i18n import translate as _
from web.inbox import task_form
from web.inbox.acts import moment_in
from web.inbox.words import act_label
from web.security import policy
from web.transactions import transactional

blueprint = Blueprint("bulk", __name__, template_folder="templates", url_prefix="/tasks/bulk")

AT_ONCE = {"claim", "release"}
"""Acts that need no values: pressing the button does them."""
SHOWN = 500
PREFIX = task_form.BESIDE


@blueprint.post("")
@policy()
@transactional
def begin() -> ResponseReturnValue:
    """Begin an act on the chosen tasks, or ask for its values first."""
    act = request.form.get(f"{PREFIX}act", "")
    if act not in AT_ONCE and f"{PREFIX}ready" not in request.form:
        return _choose(act)
    session, actor = context.session(), context.actor()
    show = _shown()
    run = bulk.start(session, actor, _run_id(), act, _values(act), task_ids=_ids(), show=show, now=context.now())
    return redirect(url_for("bulk.result", run_id=run.id))


@blueprint.get("/<uuid:run_id>")
@policy()
def result(run_id: UUID) -> ResponseReturnValue:
    """Show how far a run is and, of each task that is not simply done, why."""
    session, actor = context.session(), context.actor()
    run = bulk.find(session, actor, run_id)
    if request.accept_mimetypes.best == "application/json":
        return jsonify(_counts(run))
    rows = [*_items(session, run, bulk.FAILED), *_items(session, run, bulk.SKIPPED)]
    tasks = queries.my_tasks_by_id(session, actor, [row.task_id for row in rows])
    return render_template(
        "inbox/bulk_result.html",
        run=run,
        label=act_label(run.act),
        rows=[(row, tasks.get(row.task_id), explain(row.reason) if row.reason else "") for row in rows],
    )


def _counts(run: bulk.Run) -> dict[str, Any]:
    names = ("total", "ok", "failed", "skipped", "waiting")
    return {**{name: getattr(run, name) for name in names}, "is_finished": run.finished_at is not None}


def _items(session: Session, run: bulk.Run, outcome: str) -> tuple[bulk.Item, ...]:
    return bulk.items(session, run.id, outcomes=[outcome], limit=SHOWN)


def _choose(act: str) -> ResponseReturnValue:
    if act not in acts.ACTS:
        raise InvalidInputError(errors={"act": [FieldProblem("There is no such act.", code="act_unknown")]})
    session, actor, show = context.session(), context.actor(), _shown()
    ids = _ids()
    if show is not None:
        view = standpoint(actor, context.now())
        ids = list(inbox.matching_ids(session, actor, show, view, limit=bulk.MAX_TASKS))
    tasks = list(queries.my_tasks_by_id(session, actor, ids).values())
    form, problem = _form(session, actor, tasks) if act == "complete" else (None, "")
    return render_template(
        "inbox/bulk_choose.html",
        act=act,
        label=act_label(act),
        count=len(ids),
        ids=[] if show is not None else ids,
        show=show,
        run_id=new_id(),
        people=_people(session, actor, tasks) if act == "assign" else (),
        form=form,
        problem=problem,
        task=tasks[0] if tasks else None,
    )


def _people(session: Session, actor: Actor, tasks: list[TaskRow]) -> list[Any]:
    # Whoever may get some of the tasks is offered; those that they may not have fail, each with the reason.
    lanes = {tuple(task.candidates): task for task in tasks}
    found = {person.id: person for task in lanes.values() for person in desk.recipients(session, actor, task)}
    return sorted(found.values(), key=lambda person: person.name)


def _form(session: Session, actor: Actor, tasks: list[TaskRow]) -> tuple[Any, str]:
    kinds = {(task.process_key, task.form_key) for task in tasks}
    if len(kinds) != 1:
        return None, _("These tasks are at different steps. Choose tasks of one step to complete them together.")
    detail = queries.task_detail(session, actor, tasks[0].id)
    definition = task_form.definition_of(session, detail)
    if definition is None:
        return None, ""
    if not acts.is_simple(definition):
        return None, _("This step asks for something of each task alone: complete them one by one.")
    choices = user_tasks.form_choices(session, actor, definition, business_key=tasks[0].business_key)
    known = {"today": context.local_now().date().isoformat(), "timezone": actor.time_zone}
    return render.view(definition, {}, locale=locale(), choices=choices, context=known, translate=translate), ""


def _values(act: str) -> dict[str, Any]:
    given = request.form.to_dict()
    if act in {"due", "follow_up"}:
        return {f"{act}_at": moment_in(given, f"{act}_at")}
    if act == "complete":
        first = _uuid(given.get(f"{PREFIX}first", "")) or UUID(int=0)
        detail = queries.task_detail(context.session(), context.actor(), first)
        definition = task_form.definition_of(context.session(), detail)
        values = task_form.posted(definition, store=True).values if definition else {}
        return {"form": detail.task.form_key, "values": values}
    return {**given, "internal": "internal" in given}


def _ids() -> list[UUID]:
    return [found for text in request.form.getlist(f"{PREFIX}task_id") if (found := _uuid(text))]


def _run_id() -> UUID:
    found = _uuid(request.form.get(f"{PREFIX}run_id", ""))
    if found is None:
        raise InvalidInputError(
            errors={"run_id": [FieldProblem("This page is too old. Load it again.", code="run_id")]}
        )
    return found


def _shown() -> Filter | None:
    return filters.parse(request.form.get(f"{PREFIX}filter", "")) if request.form.get(f"{PREFIX}all") == "1" else None


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
