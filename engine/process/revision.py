"""Change what a running instance knows from outside of its model: times that move, people who take over.

A process waits with absolute times, so whoever moves what it is about must move those too. This is one step of the
instance like any other: locked, one history row, tasks and inboxes and timers at once.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.access import Actor
from engine.bpmn import step as bpmn
from engine.bpmn.step import OpenTask
from engine.process import bundles
from engine.process.assignment import set_free
from engine.process.facts import take_facts, write_text
from engine.process.inboxes import renew_in_inboxes
from engine.process.service import LIVE, host_for, lock_instance
from engine.process.states import TaskState
from engine.process.steps import business_fields, write_step
from engine.process.tables import ProcessInstance, UserTask


def revise_instances(
    session: Session,
    actor: Actor,
    business_key: str,
    values: Mapping[str, Any],
    *,
    act: str,
    now: datetime,
    lanes: Mapping[str, Sequence[str]] | None = None,
    note: Mapping[str, str] | None = None,
) -> int:
    """Set variables of the live instances about an object, and what waits because of them.

    Args:
        values: variables; due times and fields of open tasks and timers that name them are computed anew.
        act: what this is in the words of the feature, for the history.
        lanes: lanes whose tasks are offered to others from now on; what somebody had taken there is free again.
        note: what a timeline says of it besides.

    Returns:
        how many instances there were.

    Raises:
        FieldflowError: an expression has no value any more; nothing has changed.
    """
    ids = session.scalars(
        select(ProcessInstance.id)
        .where(ProcessInstance.business_key == business_key, ProcessInstance.state.in_(LIVE))
        .order_by(ProcessInstance.id)
    ).all()
    for instance_id in ids:
        instance = lock_instance(session, instance_id)
        if instance.state not in LIVE:
            continue
        detail = {"act": act, "note": dict(note or {})}
        revise_instance(session, actor, instance, values, detail=detail, lanes=lanes or {}, now=now)
    return len(ids)


def revise_instance(
    session: Session,
    actor: Actor,
    instance: ProcessInstance,
    values: Mapping[str, Any],
    *,
    detail: Mapping[str, Any],
    now: datetime,
    lanes: Mapping[str, Sequence[str]] = MappingProxyType({}),
) -> None:
    """Set variables of one live instance, which the caller has locked, and what waits because of them.

    Args:
        detail: of the history's row, which gets the values besides.

    Raises:
        FieldflowError: an expression has no value any more; nothing has changed.
    """
    bundle = bundles.by_digest(session, instance.definition_id, instance.digest)
    host = host_for(session, actor, instance, bundle, now=now)
    host.lanes |= {lane: list(principals) for lane, principals in lanes.items()}
    step = bpmn.revise(bundle.model, instance.state_bytes, values, host)
    told = {**detail, "values": dict(values)}
    write_step(session, instance, step, host, actor=actor, kind="revised", detail=told)
    renew_tasks(session, instance, {task.key: task for task in step.revised}, frozenset(lanes))


def move_due(session: Session, business_key: str, *, old: datetime, new: datetime) -> int:
    """Move the open tasks about an object that are due at ``old``: the clock that they follow has moved.

    No step of the instance: nothing of the process itself waits for this time.

    Returns:
        how many tasks there were.
    """
    query = select(UserTask).where(
        UserTask.business_key == business_key, UserTask.state == TaskState.OPEN, UserTask.due_at == old
    )
    tasks = session.scalars(query.order_by(UserTask.id)).all()
    for task in tasks:
        task.due_at = new
        renew_in_inboxes(session, task)
    return len(tasks)


def renew_tasks(
    session: Session, instance: ProcessInstance, revised: Mapping[str, OpenTask], lanes: frozenset[str]
) -> None:
    """Let the rows of open tasks follow what was asked again of them.

    Args:
        lanes: lanes that are offered to others from now on.
    """
    query = select(UserTask).where(UserTask.instance_id == instance.id, UserTask.state == TaskState.OPEN)
    tasks = session.scalars(query.order_by(UserTask.id).execution_options(populate_existing=True)).all()
    for task in tasks:
        found = revised.get(task.token)
        if found is not None:
            task.due_at = datetime.fromisoformat(found.due) if found.due else None
            for name, value in business_fields(instance, found.fields).items():
                if name != "priority" or name in found.fields:
                    setattr(task, name, value)
        if task.lane in lanes:
            task.candidates = instance.lanes[task.lane or ""]
            set_free(task)
        if found is not None or task.lane in lanes:
            renew_in_inboxes(session, task)
    if take_facts(instance, tasks):
        write_text(session, instance, is_new=False)
