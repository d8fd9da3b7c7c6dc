"""Running processes: the list, one instance with its picture, incidents and their repair."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from engine.access import Actor, Role
from engine.errors import FieldProblem, InvalidInputError, NotFoundError
from engine.process import incidents as repair
from engine.process import pictures
from engine.process import queries as process
from engine.process import service as instances_service
from engine.support import queries as support
from engine.visits import queries as visits
from web import context
from web.i18n import explain, locale
from web.i18n import translate as _
from web.inbox.subject import address_of
from web.labels import Label
from web.operate import history
from web.security import policy
from web.transactions import transactional

blueprint = Blueprint("operate", __name__, template_folder="templates")

PAGE_SIZE = 50
STATES = ("running", "incident", "completed", "cancelled")
LIVE = ("running", "incident")
MAX_REASON = 500


@blueprint.app_template_global()
def instance_state_label(state: str) -> Label:
    """Return the label of an instance's state."""
    labels = {
        "running": Label(_("Running"), "info", "activity"),
        "incident": Label(_("Needs repair"), "danger", "alert"),
        "completed": Label(_("Ended"), "success", "check"),
        "cancelled": Label(_("Ended by hand"), "", "x"),
    }
    return labels.get(state, Label(state))


@blueprint.get("/instances")
@policy(Role.ADMIN)
def instances() -> ResponseReturnValue:
    """List instances, the newest first."""
    session = context.session()
    show = {name: request.args.get(name, "")[:100] for name in ("process", "state")}
    rows = process.instances(
        session, process_key=show["process"], state=show["state"], after=_uuid("after"), limit=PAGE_SIZE + 1
    )
    more, rows = len(rows) > PAGE_SIZE, rows[:PAGE_SIZE]
    return render_template(
        "operate/instances.html",
        rows=rows,
        show=show,
        states=STATES,
        processes=_process_names(),
        counts=pictures.counts_by_state(session, show["process"]),
        next_key=rows[-1].id if more else None,
    )


@blueprint.get("/instances/<uuid:instance_id>")
@policy(Role.ADMIN)
def instance(instance_id: UUID) -> ResponseReturnValue:
    """Show one instance: where it stands, what it did, what failed."""
    return _page(instance_id)


@blueprint.get("/instances/<uuid:instance_id>/picture")
@policy()
def picture(instance_id: UUID) -> ResponseReturnValue:
    """Return the diagram with where the instance stands, for whoever may see what it is about."""
    session, actor = context.session(), context.actor()
    row = process.instance(session, instance_id)
    if not (actor.has(Role.ADMIN) or pictures.may_see(session, actor, instance_id) or _sees_object(actor, row)):
        raise NotFoundError("There is no such process instance.", code="instance_unknown")
    found = pictures.picture(session, instance_id)
    return jsonify(xml=found.xml, tokens=found.tokens, done=found.done)


@blueprint.post("/instances/<uuid:instance_id>/incidents/<uuid:incident_id>/retry")
@policy(Role.ADMIN)
@transactional
def retry(instance_id: UUID, incident_id: UUID) -> ResponseReturnValue:
    """Try what failed again."""
    session = context.session()
    if incident_id not in {each.id for each in process.open_incidents(session, instance_id=instance_id)}:
        raise NotFoundError("There is no such incident.", code="incident_unknown")
    repair.retry(session, context.actor(), incident_id, now=context.now())
    flash(_("It was tried again."), "success")
    return redirect(url_for("operate.instance", instance_id=instance_id))


@blueprint.post("/instances/<uuid:instance_id>/cancel")
@policy(Role.ADMIN)
def cancel(instance_id: UUID) -> ResponseReturnValue:
    """End the instance at once, with a reason."""
    try:
        return _cancel(instance_id)
    except InvalidInputError as error:
        return _page(instance_id, errors=error.errors), 422


cancel.is_transactional = True  # type: ignore[attr-defined]  # _cancel is; the page after a mistake only reads


@transactional
def _cancel(instance_id: UUID) -> ResponseReturnValue:
    reason = request.form.get("reason", "").strip()
    if not reason or len(reason) > MAX_REASON:
        problem = FieldProblem("Enter a reason of at most {max} characters.", code="reason_invalid", max=MAX_REASON)
        raise InvalidInputError(errors={"reason": [problem]})
    instances_service.cancel_instance(context.session(), context.actor(), instance_id, reason=reason, now=context.now())
    flash(_("The instance has ended; its tasks are withdrawn."), "success")
    return redirect(url_for("operate.instance", instance_id=instance_id))


@blueprint.get("/incidents")
@policy(Role.ADMIN)
def incidents() -> ResponseReturnValue:
    """List what failed and waits for a person, grouped by what went wrong."""
    session = context.session()
    groups: dict[str, list[Any]] = {}
    for incident in process.open_incidents(session):
        groups.setdefault(incident.code, []).append(incident)
    ids = {incident.instance_id for group in groups.values() for incident in group}
    return render_template(
        "operate/incidents.html",
        groups=sorted(groups.items(), key=lambda group: -len(group[1])),
        titles=pictures.titles(session, ids, locale()),
    )


def _page(instance_id: UUID, *, errors: dict[str, list[FieldProblem]] | None = None) -> str:
    session = context.session()
    row = process.instance(session, instance_id)
    tasks = process.tasks_of_instance(session, instance_id)
    names = pictures.element_names(session, instance_id, locale())
    events = process.history(session, instance_id)
    found = pictures.picture(session, instance_id)
    return render_template(
        "operate/instance.html",
        row=row,
        tasks=tasks,
        names=names,
        entries=history.entries(events, tasks, names)[::-1],
        incidents=process.open_incidents(session, instance_id=instance_id),
        standing=[(names.get(element_id, element_id), state) for element_id, state in _telling(found.tokens)],
        variables=_variables(events),
        done_count=len(found.done),
        address=address_of(row.business_key),
        is_live=row.state in LIVE,
        errors={path: explain(problems[0]) for path, problems in (errors or {}).items()},
        typed=request.form.get("reason", ""),
    )


def _telling(tokens: Sequence[tuple[str, str]]) -> Sequence[tuple[str, str]]:
    # Beside a step that waits for a person, every boundary event around it waits too: that is no news.
    return [token for token in tokens if token[1] in {"open", "incident"}] or tokens


def _variables(events: Sequence[Any]) -> list[tuple[str, str]]:
    """Return what the process was started with and what people submitted, later values over earlier ones."""
    found: dict[str, Any] = {}
    for event in events:
        found.update(event.detail.get("data") or {})
        found.update(event.detail.get("values") or {})
    return [(name, str(value)) for name, value in sorted(found.items()) if value not in (None, "", [], {})]


def _sees_object(actor: Actor, row: process.InstanceRow) -> bool:
    kind, _separator, text = row.business_key.partition(":")
    try:
        if kind == "visit":
            visits.visit_detail(context.session(), actor, UUID(text))
        elif kind == "request":
            support.request_detail(context.session(), actor, UUID(text))
        else:
            return False
    except (NotFoundError, ValueError):
        return False
    return True


def _process_names() -> dict[str, str]:
    names = pictures.process_names(context.session())
    return {key: pair[1] if locale() == "en" else pair[0] for key, pair in names.items()}


def _uuid(name: str) -> UUID | None:
    try:
        return UUID(request.args.get(name, ""))
    except ValueError:
        return None
