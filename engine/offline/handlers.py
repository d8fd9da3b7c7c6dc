"""Apply one action: each handler does through the services what the person did on the phone."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from engine.access import Actor
from engine.comments import service as comments
from engine.errors import ConflictError, InvalidInputError
from engine.offline.rules import ActionKind
from engine.offline.tables import OfflineAction
from engine.process import bundles, user_tasks
from engine.process import queries as process
from engine.process import service as process_service
from engine.process.queries import TaskRow
from engine.process.states import TaskState
from engine.support import service as support
from engine.visits import queries as visit_queries
from engine.visits import service as visits
from engine.visits.states import VisitState
from forms.html import from_html

ARRIVAL, AFTERWARDS = "check_in", "what_happened"
"""User tasks of the shipped visit: a late arrival is accepted where the process already asks what happened."""

LATE_ARRIVAL = "visit_arrived_late"


@dataclass(frozen=True)
class Work:
    """What an action asks for; ``visit_id`` is another visit's where a person decided so."""

    id: UUID
    kind: ActionKind
    visit_id: UUID | None
    body: Mapping[str, Any]
    event_at: datetime


Handler = Callable[[Session, Actor, Work, datetime], None]


def apply(
    session: Session, actor: Actor, action: OfflineAction, *, visit_id: UUID | None = None, now: datetime
) -> None:
    """Do what the action says.

    Args:
        visit_id: of the visit to do it to, if it is not the action's own.

    Raises:
        FieldflowError: it does not fit what happened in the meantime, or its values are refused.
    """
    work = Work(action.id, ActionKind(action.kind), visit_id or action.visit_id, action.body, action.event_at)
    _HANDLERS[work.kind](session, actor, work, now)


def _complete_task(session: Session, actor: Actor, action: Work, now: datetime) -> None:
    visit_id = _visit_id(action)
    visits.load(session, actor, visit_id)
    key = visits.business_key(visit_id)
    tasks = process.tasks_of(session, key, states=None)
    task = _task_at(tasks, str(action.body.get("element_id")), _number(action.body.get("occurrence")) or 1)
    values = values_of(session, task, action.body) if task is not None else {}
    if task is not None and task.state == TaskState.WITHDRAWN and task.element_id == ARRIVAL:
        late = any(other.is_open and other.element_id == AFTERWARDS for other in tasks)
        if late and _arrive_late(session, actor, action, key, values, now):
            return
    if task is None:
        raise ConflictError("The process has not come to this step.", code="step_not_open")
    if task.state == TaskState.COMPLETED and _was_the_same(session, actor, task, values):
        return
    user_tasks.complete_user_task(
        session, actor, task.id, values, submission_id=action.id, now=now, happened_at=action.event_at
    )


def values_of(session: Session, task: TaskRow, body: Mapping[str, Any]) -> dict[str, Any]:
    """Return what was entered: ``values``, or ``fields`` as a browser posts them (name to list of texts)."""
    fields = body.get("fields")
    if isinstance(fields, Mapping):
        bundle = bundles.of_instance(session, task.instance_id)
        form = bundle.forms.get(task.form_key or "") if bundle else None
        return from_html(form, fields) if form is not None else {}
    return dict(body.get("values") or {})


def _task_at(tasks: tuple[TaskRow, ...], element_id: str, occurrence: int) -> TaskRow | None:
    # A phone cannot know the ids of tasks to come: it counts how often the process came to the element.
    found = [task for task in tasks if task.element_id == element_id]
    return found[occurrence - 1] if 0 < occurrence <= len(found) else None


def _arrive_late(
    session: Session, actor: Actor, action: Work, key: str, values: Mapping[str, Any], now: datetime
) -> bool:
    payload = {"check_in": dict(values)}
    return process_service.send_to_business_key(
        session, actor, key, LATE_ARRIVAL, payload, now=now, happened_at=action.event_at
    )


def _was_the_same(session: Session, actor: Actor, task: TaskRow, values: Mapping[str, Any]) -> bool:
    detail = process.task_detail(session, actor, task.id, visible=True)
    return detail.completed_by == actor.user_id and detail.values == values


def _plan_visit(session: Session, actor: Actor, action: Work, _now: datetime) -> None:
    body = action.body
    visits.plan_visit(
        session,
        actor,
        customer_id=_id(body, "customer_id"),
        purpose_key=str(body.get("purpose_key") or ""),
        planned_start=_instant(body, "planned_start"),
        planned_end=_instant(body, "planned_end") if body.get("planned_end") else None,
        contact_ids=[UUID(str(each)) for each in body.get("contact_ids") or ()],
        channel=str(body.get("channel") or "face"),
        note=str(body.get("note") or ""),
        visit_id=_visit_id(action),
        # Its times are counted from when it was planned: a reminder for a time that is past reminds of nothing.
        now=action.event_at,
    )


def _cancel_visit(session: Session, actor: Actor, action: Work, now: datetime) -> None:
    visit_id = _visit_id(action)
    if visit_queries.visit_detail(session, actor, visit_id).visit.state == VisitState.CANCELLED:
        return
    visits.cancel_visit(session, actor, visit_id, reason=str(action.body.get("reason") or ""), now=now)


def _reschedule_visit(session: Session, actor: Actor, action: Work, now: datetime) -> None:
    start = _instant(action.body, "planned_start")
    if visit_queries.visit_detail(session, actor, _visit_id(action)).visit.planned_start == start:
        return
    reason = str(action.body.get("reason") or "")
    visits.reschedule_visit(session, actor, _visit_id(action), planned_start=start, reason=reason, now=now)


def _raise_request(session: Session, actor: Actor, action: Work, now: datetime) -> None:
    body = action.body
    lines = [support.Line(str(row.get("item") or ""), _number(row.get("quantity"))) for row in body.get("lines") or ()]
    support.raise_request(
        session,
        actor,
        type_=str(body.get("type") or ""),
        subject=str(body.get("subject") or ""),
        description=str(body.get("description") or ""),
        priority=str(body.get("priority") or "P3"),
        customer_id=_id(body, "customer_id"),
        lines=lines,
        visit_id=action.visit_id,
        request_id=_id(body, "request_id"),
        now=now,
    )


def _comment(session: Session, actor: Actor, action: Work, now: datetime) -> None:
    visit_id = _visit_id(action)
    visit_queries.visit_detail(session, actor, visit_id)
    comments.write_comment(session, actor, visits.business_key(visit_id), str(action.body.get("text") or ""), now=now)


def _visit_id(action: Work) -> UUID:
    if action.visit_id is None:
        raise InvalidInputError("This action names no visit.", code="visit_missing")
    return action.visit_id


def _id(body: Mapping[str, Any], name: str) -> UUID:
    try:
        return UUID(str(body.get(name)))
    except ValueError as error:
        raise InvalidInputError("This is not an id: {name}.", code="id_invalid", name=name) from error


def _instant(body: Mapping[str, Any], name: str) -> datetime:
    try:
        found = datetime.fromisoformat(str(body.get(name)))
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise InvalidInputError("This is not a time with a zone: {name}.", code="time_invalid", name=name)
    return found


def _number(value: Any) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) else 0


_HANDLERS: dict[ActionKind, Handler] = {
    ActionKind.COMPLETE_TASK: _complete_task,
    ActionKind.PLAN_VISIT: _plan_visit,
    ActionKind.CANCEL_VISIT: _cancel_visit,
    ActionKind.RESCHEDULE_VISIT: _reschedule_visit,
    ActionKind.RAISE_REQUEST: _raise_request,
    ActionKind.COMMENT: _comment,
}
