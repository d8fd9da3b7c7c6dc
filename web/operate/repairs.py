"""Repair one instance: collect edits, see what they would do, have them done; agree to what another prepared."""

from collections.abc import Sequence
from uuid import UUID

import orjson
from flask import Blueprint, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from engine.access import Role
from engine.errors import ConflictError, FieldProblem, InvalidInputError, NotFoundError
from engine.ids import new_id
from engine.process import pictures, repair, snapshots, user_tasks
from engine.process import queries as process
from engine.process.repair_edits import RepairEdit, edit, from_json
from engine.process.repair_places import places, typed, variable_types
from engine.process.repair_plan import Plan
from engine.upkeep import proposals
from web import context
from web.i18n import explain, locale
from web.i18n import translate as _
from web.operate import repair_view, results
from web.security import policy
from web.transactions import transactional

blueprint = Blueprint("repairs", __name__, template_folder="templates", url_prefix="/operate")

MAX_EDITS_BYTES = 200_000


@blueprint.get("/instances/<uuid:instance_id>/repair")
@policy(Role.ADMIN)
def page(instance_id: UUID) -> ResponseReturnValue:
    """Show where an instance stands and what may be done to it."""
    return _page(instance_id, ())


@blueprint.get("/instances/<uuid:instance_id>/repair/picture")
@policy(Role.ADMIN)
def picture(instance_id: UUID) -> ResponseReturnValue:
    """Return the diagram with where the instance stands, and with names in the reader's language."""
    found = pictures.picture(context.session(), instance_id)
    return jsonify(xml=found.xml, tokens=found.tokens, done=found.done)


@blueprint.post("/instances/<uuid:instance_id>/repair")
@policy(Role.ADMIN)
def work(instance_id: UUID) -> ResponseReturnValue:
    """Add or remove an edit and show what all of them would do; or have them done."""
    try:
        if request.form.get("do") == "apply":
            return _apply(instance_id)
        return _preview(instance_id, _edits())
    except InvalidInputError as error:
        errors = {path: explain(problems[0]) for path, problems in error.errors.items()} or {"edits": explain(error)}
        return _preview(instance_id, _sent(), errors=errors), 422
    except ConflictError as error:
        # What was chosen is tried anew on what the instance is now; the reason stays.
        return _preview(instance_id, _sent(), errors={"edits": explain(error)}), 409


work.is_transactional = True  # type: ignore[attr-defined]  # _apply and _preview are; the rest only reads the form


@transactional
def _apply(instance_id: UUID) -> ResponseReturnValue:
    done = proposals.propose(
        context.session(),
        context.actor(),
        instance_id,
        _sent(),
        version=request.form.get("version", 0, type=int),
        reason=request.form.get("reason", ""),
        now=context.now(),
    )
    if done.state == proposals.APPLIED:
        flash(_("The instance is repaired."), "success")
    else:
        flash(_("The repair waits for another administrator."), "info")
    return redirect(url_for("repairs.proposal", proposal_id=done.id))


@transactional
def _preview(instance_id: UUID, edits: Sequence[RepairEdit], *, errors: dict[str, str] | None = None) -> str:
    # A trial writes, and takes it back: hence the transaction.
    plan = repair.plan(context.session(), context.actor(), instance_id, edits, now=context.now()) if edits else None
    return _page(instance_id, edits, plan=plan, errors=errors)


def _sent() -> tuple[RepairEdit, ...]:
    text = request.form.get("edits", "[]")
    try:
        found = orjson.loads(text) if len(text) <= MAX_EDITS_BYTES else None
    except orjson.JSONDecodeError:
        found = None
    if not isinstance(found, list):
        raise InvalidInputError("There is no such edit.", code="edit_unknown")
    return from_json(found)


def _edits() -> tuple[RepairEdit, ...]:
    """Return the edits of the page with the one that a button adds or removes."""
    sent = _sent()
    if "remove" in request.form:
        index = request.form.get("remove", -1, type=int)
        return tuple(each for number, each in enumerate(sent) if number != index)
    command, _separator, key = request.form.get("add", "").partition(":")
    return (*sent, *_added(command, key))


def _added(command: str, key: str) -> tuple[RepairEdit, ...]:
    values, instance_id = request.form, UUID(str((request.view_args or {})["instance_id"]))
    match command:
        case "move":
            return (edit("move", token=key, to=_place(f"to-{key}")),)
        case "skip":
            return (edit("skip", token=key, values=results.read(instance_id, key)),)
        case "cancel":
            return (edit("cancel", token=key),)
        case "retry":
            return (edit("retry", token=key),)
        case "add":
            return (edit("add", to=_place("place")),)
        case "set":
            name = values.get("variable", "")
            given = typed(context.session(), instance_id, name,
                          values.get("value", ""), time_zone=context.actor().time_zone)  # fmt: skip
            return (edit("set", values={name: given}),)
        case "redeliver" | "give_up":
            return from_json([{"act": command, "incident": key}])
    return ()


def _place(field: str) -> str:
    found = request.form.get(field, "")
    if not found:
        raise InvalidInputError(errors={field: [FieldProblem("Choose a step first.", code="place_missing")]})
    return found


def _page(
    instance_id: UUID,
    edits: Sequence[RepairEdit],
    *,
    plan: Plan | None = None,
    errors: dict[str, str] | None = None,
) -> str:
    session = context.session()
    patient = repair_view.gather(session, instance_id)
    tokens = {token.key: token.element_id for token in patient.tokens}
    failures = {failure.incident_id: failure.name for failure in patient.failures}
    problems = plan.problems if plan else ()
    is_sound = plan is not None and not problems
    return render_template(
        "operate/repair.html",
        patient=patient,
        row=patient.row,
        edits=orjson.dumps([each.as_json() for each in edits]).decode(),
        lines=repair_view.lines(edits, patient.names, tokens, problems, failures),
        plan=repair_view.plan_view(plan.as_json(), patient.places, variable_types(session, instance_id))
        if plan and is_sound
        else None,
        is_risky=plan is not None and plan.is_risky,
        has_second=bool(proposals.others_than(session, context.actor())),
        waiting=proposals.of_instance(session, instance_id),
        past=snapshots.snapshots(session, instance_id, limit=5),
        results=results.fields(instance_id, errors or {}),
        errors=errors or {},
        typed=request.form.get("reason", ""),
        chosen=request.form,
    )


@blueprint.get("/repairs")
@policy(Role.ADMIN)
def waiting() -> ResponseReturnValue:
    """List the repairs that wait for a second administrator."""
    session = context.session()
    rows = proposals.waiting(session)
    titles = pictures.titles(session, [row.instance_id for row in rows], locale())
    return render_template("operate/repairs.html", rows=rows, titles=titles)


@blueprint.get("/repairs/<uuid:proposal_id>")
@policy(Role.ADMIN)
def proposal(proposal_id: UUID) -> ResponseReturnValue:
    """Show a repair: what it does or did, who prepared and who decided; the form to decide, or to undo."""
    return _proposal_page(proposal_id)


@blueprint.post("/repairs/<uuid:proposal_id>/decide")
@policy(Role.ADMIN)
def decide(proposal_id: UUID) -> ResponseReturnValue:
    """Agree to a repair that another administrator prepared, or decline it."""
    try:
        return _decide(proposal_id)
    except InvalidInputError as error:
        return _proposal_page(proposal_id, errors=error.errors), 422


decide.is_transactional = True  # type: ignore[attr-defined]  # _decide is; the page after a mistake only reads


@transactional
def _decide(proposal_id: UUID) -> ResponseReturnValue:
    session, actor = context.session(), context.actor()
    task = _task_of(proposal_id)
    if task is None:
        raise NotFoundError("There is no such task for you.", code="task_unknown")
    values = {"decision": request.form.get("decision", ""), "note": request.form.get("note", "")}
    user_tasks.complete_user_task(session, actor, task.id, values, submission_id=new_id(), now=context.now())
    sentences = {
        proposals.APPLIED: _("The instance is repaired."),
        proposals.DECLINED: _("The repair is declined."),
        proposals.OUTDATED: _("The process has changed meanwhile: nothing was repaired."),
    }
    flash(sentences[proposals.proposal(session, proposal_id).state], "success")
    return redirect(url_for("repairs.proposal", proposal_id=proposal_id))


@blueprint.post("/instances/<uuid:instance_id>/repairs/<uuid:snapshot_id>/undo")
@policy(Role.ADMIN)
@transactional
def undo(instance_id: UUID, snapshot_id: UUID) -> ResponseReturnValue:
    """Put an instance back to before a repair or a migration."""
    session = context.session()
    if snapshot_id not in {row.id for row in snapshots.snapshots(session, instance_id)}:
        raise NotFoundError("There is no such repair or migration.", code="snapshot_unknown")
    repair.undo(session, context.actor(), snapshot_id, reason=request.form.get("reason", ""), now=context.now())
    flash(_("It is as it was before."), "success")
    return redirect(url_for("repairs.page", instance_id=instance_id))


def _task_of(proposal_id: UUID) -> process.TaskRow | None:
    session, actor = context.session(), context.actor()
    key = proposals.business_key(proposal_id)
    mine = process.my_open_tasks_of(session, actor, [key])[key]
    return next(iter(mine), None)


def _proposal_page(proposal_id: UUID, *, errors: dict[str, list[FieldProblem]] | None = None) -> str:
    session = context.session()
    row = proposals.proposal(session, proposal_id)
    where = places(session, row.instance_id)
    names = repair_view.names_of(where)
    tokens = {key: element for key, element, _state in row.plan["before"]}
    failures = {
        found.id: names.get(found.element_id, found.element_id)
        for found in process.incidents_by_id(session, [e.incident for e in row.edits if e.incident])
    }
    kept = [each for each in snapshots.snapshots(session, row.instance_id) if each.id == row.snapshot_id]
    return render_template(
        "operate/repair_result.html",
        proposal=row,
        row=process.instance(session, row.instance_id),
        lines=repair_view.lines(row.edits, names, tokens, (), failures),
        plan=repair_view.plan_view(row.plan, where, variable_types(session, row.instance_id)),
        is_mine=row.proposed_by == context.actor().user_id,
        may_decide=_task_of(proposal_id) is not None,
        snapshot=kept[0] if kept else None,
        errors={path: explain(problems[0]) for path, problems in (errors or {}).items()},
        chosen=request.form,
    )
