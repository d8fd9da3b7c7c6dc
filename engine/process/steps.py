"""Write what came out of one step of an instance: tasks, inbox rows, one history row, messages, the new state."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.orm import Session

from engine.access import Actor
from engine.bpmn.step import OpenTask, Step, Trail
from engine.ids import new_id
from engine.outbox import service as outbox
from engine.process.causes import add_incident
from engine.process.facts import follow, take_facts, write_text
from engine.process.filters import PRIORITIES, SLOTS
from engine.process.host import StepHost
from engine.process.inboxes import put_in_inboxes, take_from_inboxes
from engine.process.states import InstanceState, TaskState
from engine.process.tables import (
    NORMAL,
    HistoryEvent,
    ProcessInstance,
    UserTask,
)

MESSAGE_TOPIC = "message.deliver"
MESSAGE_KEPT_FOR = timedelta(days=30)


def write_step(
    session: Session,
    instance: ProcessInstance,
    step: Step,
    host: StepHost,
    *,
    actor: Actor,
    kind: str,
    element_id: str | None = None,
    task: UserTask | None = None,
    detail: dict[str, Any] | None = None,
) -> list[UserTask]:
    """Store a step and return the tasks that it opened.

    Args:
        kind: of the history row: ``started``, ``completed``, ``message``, ``timer``, ``settled``, ``retried``,
            ``revised``, ``repaired``, ``migrated``, ``cancelled``.
        task: the user task that was completed; its inbox entries go with those of withdrawn tasks.
    """
    now = host.now
    is_new = kind == "started"
    stood = follow(instance, step, now=now)
    instance.lanes = host.lanes
    instance.state_bytes = step.state
    instance.awaiting = list(step.awaiting)
    instance.next_due_at = step.next_due_at
    instance.state = _state_of(instance, step)
    if step.status != "running":
        instance.ended_at = now
    opened = [_new_task(instance, open_task, now=now) for open_task in step.opened]
    is_found_otherwise = take_facts(instance, opened)
    session.add(instance)
    session.flush()  # a new instance must stand before the rows that refer to it
    _close_tasks(session, instance, step.closed, task, now=now)
    if is_new or is_found_otherwise:
        write_text(session, instance, is_new=is_new)
    session.add(
        HistoryEvent(
            instance_id=instance.id,
            at=now,
            kind=kind,
            actor_id=actor.user_id,
            actor_name=actor.name,
            element_id=element_id,
            task_id=task.id if task else None,
            detail={
                **(detail or {}),
                "trail": [_trail_row(entry, stood) for entry in step.trail],
                **({"opened": [str(row.id) for row in opened]} if task and opened else {}),
            },
        )
    )
    session.add_all(opened)
    session.flush()  # the inbox rows below are written in one statement and refer to these tasks
    put_in_inboxes(session, opened)
    _note_incidents(session, instance, step, now=now)
    _send_messages(session, instance, step, now=now)
    return opened


def _state_of(instance: ProcessInstance, step: Step) -> InstanceState:
    if step.status == "completed":
        return InstanceState.COMPLETED
    if step.status == "cancelled":
        return InstanceState.CANCELLED
    if step.incidents:
        return InstanceState.INCIDENT
    return instance.state or InstanceState.RUNNING


def _trail_row(entry: Trail, stood: Mapping[str, float]) -> dict[str, Any]:
    row: dict[str, Any] = {"id": entry.element_id, "kind": entry.kind}
    if stood.get(entry.element_id):
        row["stood_s"] = round(stood[entry.element_id])
    if entry.result not in (None, {}, [], ()):
        row["result"] = entry.result
    return row


def _new_task(instance: ProcessInstance, opened: OpenTask, *, now: datetime) -> UserTask:
    return UserTask(
        id=new_id(),
        instance_id=instance.id,
        token=opened.key,
        element_id=opened.element_id,
        process_key=instance.process_key,
        business_key=instance.business_key,
        name=opened.name.default,
        name_en=opened.name.en,
        lane=opened.lane,
        form_key=opened.form,
        state=TaskState.OPEN,
        candidates=instance.lanes.get(opened.lane or "", []),
        due_at=datetime.fromisoformat(opened.due) if opened.due else None,
        created_at=now,
        is_optional=opened.optional,
        **business_fields(instance, opened.fields or {}),
    )


def business_fields(instance: ProcessInstance, fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return the columns of a task that its process fills: subject, priority and slots."""
    slots = {name: fields[name] for name in fields.keys() & set(SLOTS) if fields[name] is not None}
    if isinstance(slots.get("date_1"), str):
        slots["date_1"] = datetime.fromisoformat(slots["date_1"])
    subject = str(fields.get("subject") or instance.title)[:300]
    priority = PRIORITIES.get(str(fields.get("priority")), NORMAL)
    return {"subject": subject, "subject_en": _english_subject(instance, fields), "priority": priority, **slots}


def _english_subject(instance: ProcessInstance, fields: Mapping[str, Any]) -> str | None:
    found = fields.get("subject_en") or (None if fields.get("subject") else instance.title_en)
    return str(found)[:300] if found else None


def _close_tasks(
    session: Session, instance: ProcessInstance, tokens: Iterable[str], completed: UserTask | None, *, now: datetime
) -> None:
    withdrawn: list[UUID] = []
    tokens = list(tokens)
    if tokens:
        withdrawn = list(
            session.scalars(
                update(UserTask)
                .where(
                    UserTask.instance_id == instance.id, UserTask.token.in_(tokens), UserTask.state == TaskState.OPEN
                )
                .values(state=TaskState.WITHDRAWN, ended_at=now)
                .returning(UserTask.id)
            )
        )
    gone = withdrawn + ([completed.id] if completed else [])
    if gone:
        take_from_inboxes(session, gone)


def _note_incidents(session: Session, instance: ProcessInstance, step: Step, *, now: datetime) -> None:
    for found in step.incidents:
        add_incident(
            session,
            instance,
            element_id=found.element_id,
            token=found.token,
            code=found.code,
            message=found.message,
            problem=found.problem,
            now=now,
        )


def _send_messages(session: Session, instance: ProcessInstance, step: Step, *, now: datetime) -> None:
    for number, thrown in enumerate(step.messages):
        outbox.emit(
            session,
            MESSAGE_TOPIC,
            {"name": thrown.name, "to": thrown.to, "payload": thrown.payload, "from": instance.business_key},
            key=f"{instance.id}:{instance.version}:{thrown.element_id}:{number}",
            now=now,
            lane=outbox.USER_LANE,
            origin_id=instance.id,
            receiver=str(thrown.to) if thrown.to else None,
            element_id=thrown.element_id,
            expires_at=now + MESSAGE_KEPT_FOR,
        )
