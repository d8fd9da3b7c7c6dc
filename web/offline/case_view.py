"""A conflict case with both sides: what was done without a network, and what happened to the visit meanwhile."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from flask import url_for
from sqlalchemy.orm import Session

from engine.access import Actor
from engine.comments import service as comments
from engine.customers import queries as customers
from engine.offline import queries as offline
from engine.offline.queries import ActionRow
from engine.offline.rules import ActionKind, ActionState, CaseState
from engine.people import queries as people
from engine.process import bundles, user_tasks
from engine.process import queries as process
from engine.process.queries import TaskRow
from engine.visits import queries as visits
from engine.visits.service import business_key
from forms import render
from forms.html import from_html
from forms.model import FormDefinition
from web.comments.entries import CommentEntry
from web.i18n import format_datetime, locale, translate
from web.i18n import translate as _
from web.visits.report_view import Line, lines
from web.visits.timeline import Entry, timeline


@dataclass(frozen=True)
class ActionView:
    """One thing that was done: what, when, and why it is not recorded."""

    title: str
    done_at: datetime
    received_at: datetime
    why: str
    is_recorded: bool
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class CaseView:
    """Both sides of a case; ``visit`` is None for one about no visit that is left."""

    who: str
    state: str
    note: str
    visit: visits.VisitRow | None
    customer_name: str
    visit_address: str
    new_visit_address: str
    actions: tuple[ActionView, ...]
    meanwhile: tuple[Entry | CommentEntry, ...]


def decision(state: str) -> str:
    """Return what was decided in a sentence, nothing while a case is open."""
    sentences = {
        CaseState.APPLIED: _("The work was recorded."),
        CaseState.CHANGED: _("The work is recorded after changes."),
        CaseState.SET_ASIDE: _("The work was set aside."),
    }
    return sentences.get(CaseState(state), "")


def gather(session: Session, actor: Actor, case_id: UUID) -> CaseView:
    """Return a case that the actor may see.

    Raises:
        NotFoundError: no such case, or not the actor's.
    """
    case = offline.case_detail(session, actor, case_id)
    visit = visits.by_id(session, [case.visit_id]).get(case.visit_id) if case.visit_id else None
    key = business_key(visit.id) if visit else ""
    tasks = process.tasks_of(session, key, states=None) if visit else ()
    history = process.history_of(session, key) if visit else ()
    first = min(action.event_at for action in case.actions)
    written = comments.comments_of(session, key, with_internal=False) if visit else ()
    entries = timeline(history, tasks, written)
    name = customers.by_id(session, [visit.customer_id])[visit.customer_id].label(locale()) if visit else ""
    return CaseView(
        who=people.names(session, [case.user_id]).get(case.user_id, ""),
        state=case.state,
        note=case.note or "",
        visit=visit,
        customer_name=name,
        visit_address=url_for("visits.visit", visit_id=visit.id) if visit else "",
        new_visit_address=url_for("visits.visit", visit_id=case.new_visit_id) if case.new_visit_id else "",
        actions=tuple(_action(session, actor, each, visit, tasks) for each in case.actions),
        meanwhile=tuple(entry for entry in entries if entry.at >= first),
    )


def _action(
    session: Session, actor: Actor, action: ActionRow, visit: visits.VisitRow | None, tasks: tuple[TaskRow, ...]
) -> ActionView:
    answer = action.answer
    why = translate(answer["template"], **_readable(answer.get("params") or {})) if answer.get("template") else ""
    element_id = str(action.body.get("element_id") or "")
    form = _form(session, element_id, visit, tasks)
    return ActionView(
        title=_title(session, action, element_id, tasks),
        done_at=action.event_at,
        received_at=action.received_at,
        why=why,
        is_recorded=action.state == ActionState.APPLIED,
        lines=tuple(_form_lines(session, actor, action, form)) if form else tuple(_plain_lines(action)),
    )


def _readable(params: dict[str, object]) -> dict[str, object]:
    def shown(value: object) -> object:
        try:
            return format_datetime(datetime.fromisoformat(value)) if isinstance(value, str) else value
        except ValueError:
            return value

    return {name: shown(value) for name, value in params.items()}


def _title(session: Session, action: ActionRow, element_id: str, tasks: tuple[TaskRow, ...]) -> str:
    names = {
        ActionKind.PLAN_VISIT: _("Plan a visit"),
        ActionKind.CANCEL_VISIT: _("Cancel the visit"),
        ActionKind.RESCHEDULE_VISIT: _("Move to another time"),
        ActionKind.RAISE_REQUEST: _("Ask for support"),
        ActionKind.COMMENT: _("Comment"),
    }
    bundle = bundles.of_instance(session, tasks[-1].instance_id) if tasks else None
    element = bundle.model.elements.get(element_id) if bundle else None
    return element.name.text(locale()) if element else names.get(ActionKind(action.kind), element_id)


def _form(
    session: Session, element_id: str, visit: visits.VisitRow | None, tasks: tuple[TaskRow, ...]
) -> FormDefinition | None:
    bundle = bundles.of_instance(session, tasks[-1].instance_id) if tasks else None
    element = bundle.model.elements.get(element_id) if bundle else None
    if bundle is None or element is None or visit is None:
        return None
    opened = next((task.form_key for task in tasks if task.element_id == element_id), None)
    named = element.properties.get("form", "")
    purpose = next((each for each in visits.purposes(session) if each.key == visit.purpose_key), None)
    return bundle.forms.get(opened or (purpose.form_key if named.startswith("=") and purpose else named))


def _form_lines(session: Session, actor: Actor, action: ActionRow, form: FormDefinition) -> tuple[Line, ...]:
    fields = action.body.get("fields")
    values = from_html(form, fields) if isinstance(fields, dict) else dict(action.body.get("values") or {})
    choices = user_tasks.form_choices(session, actor, form, business_key=business_key(action.visit_id or UUID(int=0)))
    return tuple(lines(render.view(form, values, locale=locale(), choices=choices, translate=translate).fields))


def _plain_lines(action: ActionRow) -> tuple[Line, ...]:
    labels = {
        "reason": _("Reason"), "subject": _("Subject"), "description": _("Text"), "text": _("Comment"),
        "planned_start": _("Planned"), "note": _("Note"),
    }  # fmt: skip
    shown = _readable({name: action.body[name] for name in labels if action.body.get(name)})
    return tuple(Line(labels[name], str(value)) for name, value in shown.items())
