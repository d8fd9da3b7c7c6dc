"""The inbox, and the page of one task with its form."""

from dataclasses import replace
from hashlib import sha256
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from engine.errors import ConflictError, InvalidInputError
from engine.ids import new_id
from engine.process import queries as process
from engine.process import user_tasks
from engine.process.queries import TaskDetail
from web import context
from web.i18n import explain
from web.i18n import translate as _
from web.inbox import line, listing, open_visit, standing, subject, task_form
from web.security import policy
from web.transactions import transactional

blueprint = Blueprint("inbox", __name__, template_folder="templates")


@blueprint.get("/tasks")
@policy()
def inbox() -> ResponseReturnValue:
    """Show what waits for the actor, the most urgent first."""
    session, actor = context.session(), context.actor()
    shown = listing.load(session, actor, *listing.ask(session, actor))
    rows, digest = _list(shown)
    page = render_template(
        "inbox/inbox.html",
        shown=shown,
        rows=rows,
        tag=f'"/{digest}"',
        run_id=new_id(),
        address_of=listing.address_of,
        **listing.bar(shown),
    )
    return page, 422 if shown.asked.problems else 200


def _list(shown: listing.Listing) -> tuple[Markup, str]:
    text = render_template("inbox/list.html", shown=shown, address_of=listing.address_of)
    return Markup(text), sha256(text.encode()).hexdigest()[:16]  # noqa: S704 (rendered by us, with escaping)


@blueprint.get("/tasks/list")
@policy()
def changes() -> ResponseReturnValue:
    """Return the list alone, or 304 while nothing of it has changed: pages ask every two seconds.

    The tag is the stamp of the database and what the list shows: the same stamp costs one short statement; another
    stamp with the same list is no change either.
    """
    session, actor = context.session(), context.actor()
    stamp, known = listing.stamp(session), request.headers.get("If-None-Match", "").strip('"')
    if known.partition("/")[0] == stamp:
        return Response(status=304)
    shown = listing.load(session, actor, *listing.ask(session, actor))
    text, digest = _list(shown)
    if known.partition("/")[2] == digest:
        return Response(status=304, headers={"ETag": f'"{stamp}/{digest}"'})
    return Response(text, headers={"ETag": f'"{stamp}/{digest}"'}, content_type="text/html; charset=utf-8")


@blueprint.get("/tasks/values")
@policy()
def values() -> ResponseReturnValue:
    """Return values that a field has among the actor's tasks, each with its label."""
    return jsonify(
        listing.suggested(context.session(), context.actor(), request.args.get("field", ""), request.args.get("q", ""))
    )


@blueprint.get("/tasks/<uuid:task_id>")
@policy()
def task(task_id: UUID) -> ResponseReturnValue:
    """Show a task: its form, what it is about, and where the process stands."""
    detail = process.task_detail(context.session(), context.actor(), task_id)
    if detail.may_complete and (page := subject.own_page(detail.task)):
        return redirect(page)
    values = detail.values if detail.values is not None else detail.draft or {}
    return _page(detail, values)


@blueprint.post("/tasks/<uuid:task_id>")
@policy()
def submit(task_id: UUID) -> ResponseReturnValue:
    """Submit the form; on a mistake the page comes back with what was typed and a sentence for each field."""
    try:
        return _submit(task_id)
    except (InvalidInputError, ConflictError) as error:
        detail = process.task_detail(context.session(), context.actor(), task_id)
        definition = task_form.definition_of(context.session(), detail)
        typed = task_form.posted(definition, store=False).values if definition else {}
        errors = error.errors if isinstance(error, InvalidInputError) else {}
        status = 422 if isinstance(error, InvalidInputError) else 409
        return _page(detail, typed, errors=errors, problem=explain(error) if not errors else ""), status


@transactional
def _submit(task_id: UUID) -> ResponseReturnValue:
    session, actor = context.session(), context.actor()
    detail = process.task_detail(session, actor, task_id)
    definition = task_form.definition_of(session, detail)
    posted = task_form.posted(definition, store=True) if definition else task_form.Posted({}, False)
    if posted.is_row_action:
        user_tasks.save_draft(session, actor, task_id, posted.values, now=context.now())
        return redirect(url_for("inbox.task", task_id=task_id))
    done = user_tasks.complete_user_task(
        session, actor, task_id, posted.values, submission_id=_submission_id(), now=context.now()
    )
    flash(subject.what_next(session, actor, detail.task, done, now=context.now()), "success")
    back = _uuid(request.args.get("back", ""))
    following = url_for("inbox.task", task_id=back) if back else subject.next_address(session, actor, done)
    if request.accept_mimetypes.best == "application/json":
        # A phone's script, which must see whether the server was reached before it leaves the page.
        return jsonify(next=following)
    return redirect(following)


submit.is_transactional = True  # type: ignore[attr-defined]  # _submit is; the page after a mistake only reads


@blueprint.put("/tasks/<uuid:task_id>/draft")
@policy()
@transactional
def draft(task_id: UUID) -> ResponseReturnValue:
    """Keep what was typed so far."""
    values = request.get_json(silent=True)
    if not isinstance(values, dict):
        raise InvalidInputError("This is not a draft.", code="draft_invalid")
    saved_at = user_tasks.save_draft(
        context.session(), context.actor(), task_id, values.get("values", values), now=context.now()
    )
    return jsonify(saved_at=saved_at.isoformat())


def _page(
    detail: TaskDetail, values: dict[str, Any], *, errors: dict[str, Any] | None = None, problem: str = ""
) -> str:
    session, actor = context.session(), context.actor()
    definition = task_form.definition_of(session, detail)
    about = subject.about(session, actor, detail.task)
    tasks = process.tasks_of_instance(session, detail.task.instance_id)
    form = (
        task_form.view(session, actor, detail, definition, values, errors=errors, around=about.form_context)
        if definition
        else None
    )
    asks_position = task_form.asks_position(definition) and detail.may_complete
    locate = asks_position and task_form.may_locate()
    stands = standing.of(actor, detail)
    if form is not None and stands.is_borrowed:
        form = replace(form, submit=_("Give back to {name}", name=detail.task.owner_name or ""))
    return render_template(
        "inbox/task.html",
        position_is_off=asks_position and not locate and not task_form.is_off(),
        in_the_way=open_visit.in_the_way(session, actor, detail.task) if detail.may_complete else None,
        detail=detail,
        form=form,
        about=about,
        line=line.line_of(session, actor, tasks, now_id=detail.task.id),
        addresses=task_form.addresses(detail, locate=locate),
        helps=task_form.helps(session, detail, definition, about),
        submission_id=request.form.get("submission_id") or str(new_id()),
        problem=problem,
        standing=stands,
        acts=standing.acts(session, detail.task, tasks),
    )


def _submission_id() -> UUID | None:
    return _uuid(request.form.get("submission_id", ""))


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
