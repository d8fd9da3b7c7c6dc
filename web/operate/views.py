"""One instance: its picture, what it did and knows, what waits, what failed, how it is ended."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from engine.access import Actor, Role
from engine.comments import service as comments
from engine.errors import FieldProblem, InvalidInputError, NotFoundError
from engine.outbox import queries as deliveries
from engine.process import causes, jobs, pictures, variables
from engine.process import incidents as repair
from engine.process import queries as process
from engine.process import service as instances_service
from engine.process.rows import InstanceRow
from engine.support import queries as support
from engine.visits import queries as visits
from web import context
from web.i18n import explain, locale
from web.i18n import translate as _
from web.inbox.subject import address_of
from web.labels import Label
from web.operate import history, words
from web.security import policy
from web.transactions import transactional

blueprint = Blueprint("operate", __name__, template_folder="templates", url_prefix="/operate")

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


@blueprint.app_template_global()
def may_operate() -> bool:
    """Tell whether the reader may open the pages of running work."""
    return context.actor().has(Role.ADMIN)


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
    counts = {element_id: {"text": str(count)} for element_id, count in found.counts.items() if count > 1}
    return jsonify(xml=found.xml, tokens=found.tokens, done=found.done, numbers=counts)


@blueprint.post("/instances/<uuid:instance_id>/incidents/<uuid:incident_id>/retry")
@policy(Role.ADMIN)
@transactional
def retry(instance_id: UUID, incident_id: UUID) -> ResponseReturnValue:
    """Try what failed again."""
    session = context.session()
    if incident_id not in {each.id for each in process.open_incidents(session, instance_id=instance_id)}:
        raise NotFoundError("There is no such incident.", code="incident_unknown")
    problem = repair.retry(session, context.actor(), incident_id, now=context.now())
    flash(*((explain(problem), "danger") if problem else (_("It was tried again."), "success")))
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


@dataclass(frozen=True)
class Message:
    """A message that an instance sent or took, or that waits until it takes it."""

    at: Any
    text: str
    to: str
    state: Label
    address: str


def _page(instance_id: UUID, *, errors: dict[str, list[FieldProblem]] | None = None) -> str:
    session = context.session()
    row = process.instance(session, instance_id)
    tasks = process.tasks_of_instance(session, instance_id)
    names = pictures.element_names(session, instance_id, locale())
    events = process.history(session, instance_id)
    found = pictures.picture(session, instance_id)
    written = comments.comments_of(session, row.business_key, with_internal=True)
    sent = deliveries.sent_by(session, instance_id)
    incidents = causes.of_instance(session, instance_id)
    return render_template(
        "operate/instance.html",
        row=row,
        tasks=tasks,
        names=names,
        lanes=pictures.lane_names(session, instance_id, locale()),
        entries=history.entries(events, tasks, names, written, with_trail=True)[::-1],
        incidents=[each for each in incidents if each.resolved_at is None],
        resolved=[each for each in incidents if each.resolved_at is not None],
        standing=[(names.get(element_id, element_id), state) for element_id, state in _telling(found.tokens)],
        variables=_variables(instance_id),
        find_variable=request.args.get("variable", "").strip()[:100],
        timers=jobs.timers_of(session, instance_id),
        jobs=deliveries.of_instance(session, instance_id),
        messages=_messages(events, sent),
        related=_related(row, sent),
        done_count=len(found.done),
        address=address_of(row.business_key),
        is_live=row.state in LIVE,
        errors={path: explain(problems[0]) for path, problems in (errors or {}).items()},
        typed=request.form.get("reason", ""),
        now=context.now(),
    )


def _variables(instance_id: UUID) -> list[tuple[variables.Variable, str]]:
    wanted = request.args.get("variable", "").strip()[:100].casefold()
    found = [(each, words.value_text(each.value)) for each in variables.variables_of(context.session(), instance_id)]
    return [(each, text) for each, text in found if wanted in each.name.casefold() or wanted in text.casefold()]


def _telling(tokens: Sequence[tuple[str, str]]) -> Sequence[tuple[str, str]]:
    # Beside a step that waits for a person, every boundary event around it waits too: that is no news.
    return [token for token in tokens if token[1] in {"open", "incident"}] or tokens


def _messages(events: Sequence[Any], sent: Sequence[deliveries.DeliveryRow]) -> list[Message]:
    taken = [
        Message(event.at, str(event.detail.get("message", "")), "", Label(_("taken"), "success", "check"), "")
        for event in events
        if event.kind == "message"
    ]
    gone = []
    for row in sent:
        to = str(row.payload.get("to") or "")
        state = words.job_label(row.standing(context.now()))
        gone.append(Message(row.created_at, str(row.payload.get("name", "")), to, state, address_of(to)))
    return sorted([*taken, *gone], key=lambda each: each.at, reverse=True)


def _related(row: InstanceRow, sent: Sequence[deliveries.DeliveryRow]) -> list[tuple[str, InstanceRow]]:
    """Return other instances about the same object, those that this one sent messages to, and those that sent some."""
    session = context.session()
    keys = dict.fromkeys(str(each.payload.get("to") or "") for each in sent)
    found = [(_("Same object"), each) for each in process.instances_of(session, row.business_key)]
    for key in keys:
        if key and key != row.business_key:
            found += [(_("Got a message"), each) for each in process.instances_of(session, key)]
    senders = deliveries.senders_to(session, row.business_key)
    found += [(_("Sent a message"), each) for each in process.instances_by_ids(session, senders)]
    whys: dict[UUID, tuple[list[str], InstanceRow]] = {}
    for why, each in found:
        if each.id != row.id:
            whys.setdefault(each.id, ([], each))[0].append(why)
    return [(" · ".join(dict.fromkeys(reasons)), each) for reasons, each in whys.values()]


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
