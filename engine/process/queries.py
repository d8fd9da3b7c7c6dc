"""What screens and clients read of tasks, instances, definitions and incidents."""

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Select, exists, select
from sqlalchemy.orm import Session

from engine.access import Actor
from engine.errors import NotFoundError
from engine.process.inbox import COUNT_CAP, TASK_COLUMNS, inbox, inbox_count
from engine.process.instances import instance_query, instance_rows
from engine.process.permissions import may_do
from engine.process.rows import HistoryRow, InboxPage, InstanceRow, TaskDetail, TaskRow
from engine.process.states import TASK_ACT, Handoff, TaskState
from engine.process.tables import (
    HistoryEvent,
    InboxEntry,
    Incident,
    ProcessInstance,
    TaskDraft,
    UserTask,
)

__all__ = [
    "COUNT_CAP",
    "HistoryRow",
    "InboxPage",
    "InstanceRow",
    "TaskDetail",
    "TaskRow",
    "acts_of_task",
    "has_open_task",
    "history",
    "history_of",
    "inbox",
    "inbox_count",
    "incidents_by_id",
    "instance",
    "instances",
    "instances_by_ids",
    "instances_of",
    "my_open_tasks_of",
    "my_tasks_by_id",
    "open_incidents",
    "open_tasks_of",
    "task",
    "task_detail",
    "tasks_of",
    "tasks_of_instance",
]

_HISTORY_COLUMNS = [getattr(HistoryEvent, name) for name in HistoryRow.__dataclass_fields__]


def task_detail(session: Session, actor: Actor, task_id: UUID, *, visible: bool = False) -> TaskDetail:
    """Return a task that the actor may do, or did.

    Args:
        visible: the caller has found that the actor may see the object that the task is about.

    Raises:
        NotFoundError: no such task, or not this actor's.
    """
    task = session.get(UserTask, task_id)
    mine = task is not None and (may_do(task, actor) or task.completed_by == actor.user_id is not None)
    if task is None or not (mine or visible):
        raise NotFoundError("There is no such task for you.", code="task_unknown")
    instance = session.get_one(ProcessInstance, task.instance_id)
    is_away = task.handoff is not None and Handoff(task.handoff).is_away
    draft = session.get(TaskDraft, (task_id, actor.user_id)) if actor.user_id else None
    free = (task.assignee_id is None or task.assignee_id in actor.acts_for) and not is_away
    return TaskDetail(
        task=_task_row(task),
        digest=instance.digest,
        definition_id=instance.definition_id,
        draft=draft.values if draft else None,
        draft_saved_at=draft.saved_at if draft else None,
        values=_submitted(session, task) if task.state == TaskState.COMPLETED else None,
        may_complete=task.state == TaskState.OPEN and may_do(task, actor) and free,
        is_shared=len(task.candidates) > 1 or any(each.startswith("group:") for each in task.candidates),
        completed_by=task.completed_by,
        may_see_acts=may_do(task, actor),
    )


def _submitted(session: Session, task: UserTask) -> dict[str, Any] | None:
    detail = session.scalar(
        select(HistoryEvent.detail).where(
            HistoryEvent.instance_id == task.instance_id,
            HistoryEvent.task_id == task.id,
            HistoryEvent.kind == "completed",
        )
    )
    return detail.get("values") if detail else None


def task(session: Session, task_id: UUID) -> TaskRow:
    """Return a task in any state. The caller checks who may do what with it.

    Raises:
        NotFoundError: no such task.
    """
    row = session.execute(select(*TASK_COLUMNS).where(UserTask.id == task_id)).first()
    if row is None:
        raise NotFoundError("There is no such task for you.", code="task_unknown")
    return _task_row(row)


def my_tasks_by_id(session: Session, actor: Actor, task_ids: Collection[UUID]) -> dict[UUID, TaskRow]:
    """Return those of some tasks that the actor may do, by id, the oldest first."""
    if not task_ids:
        return {}
    query = select(*TASK_COLUMNS).where(UserTask.id.in_(task_ids)).order_by(UserTask.id)
    rows = (_task_row(row) for row in session.execute(query))
    return {row.id: row for row in rows if may_do(row, actor)}


def tasks_of(
    session: Session, business_key: str, *, states: Sequence[TaskState] | None = (TaskState.OPEN,)
) -> tuple[TaskRow, ...]:
    """Return the tasks about an object, the oldest first; None: in any state. The caller has checked who may see it."""
    query = select(*TASK_COLUMNS).where(UserTask.business_key == business_key)
    if states is not None:
        query = query.where(UserTask.state.in_(states))
    rows = session.execute(query.order_by(UserTask.created_at, UserTask.id))
    return tuple(_task_row(row) for row in rows)


def has_open_task(session: Session, actor: Actor, business_key: str) -> bool:
    """Tell whether a task about an object waits for the actor."""
    offered = (
        select(InboxEntry.task_id)
        .join(UserTask, UserTask.id == InboxEntry.task_id)
        .where(UserTask.business_key == business_key, InboxEntry.principal.in_(actor.principals))
    )
    return bool(session.scalar(select(exists(offered))))


def tasks_of_instance(session: Session, instance_id: UUID) -> tuple[TaskRow, ...]:
    """Return every task of an instance, the oldest first."""
    rows = session.execute(
        select(*TASK_COLUMNS).where(UserTask.instance_id == instance_id).order_by(UserTask.created_at, UserTask.id)
    )
    return tuple(_task_row(row) for row in rows)


def open_tasks_of(session: Session, business_keys: Sequence[str]) -> dict[str, list[TaskRow]]:
    """Return the open tasks about several objects, by business key."""
    found: dict[str, list[TaskRow]] = {key: [] for key in business_keys}
    rows = session.execute(
        select(*TASK_COLUMNS)
        .where(UserTask.business_key.in_(business_keys), UserTask.state == TaskState.OPEN)
        .order_by(UserTask.created_at, UserTask.id)
    )
    for row in rows:
        found[row.business_key].append(_task_row(row))
    return found


def my_open_tasks_of(session: Session, actor: Actor, business_keys: Sequence[str]) -> dict[str, list[TaskRow]]:
    """Return the open tasks about several objects that wait for the actor, by business key, the oldest first."""
    found: dict[str, list[TaskRow]] = {key: [] for key in business_keys}
    mine = select(InboxEntry.task_id).where(InboxEntry.principal.in_(actor.principals))
    rows = session.execute(
        select(*TASK_COLUMNS)
        .where(UserTask.business_key.in_(business_keys), UserTask.state == TaskState.OPEN, UserTask.id.in_(mine))
        .order_by(UserTask.created_at, UserTask.id)
    )
    for row in rows:
        found[row.business_key].append(_task_row(row))
    return found


def history_of(session: Session, business_key: str) -> tuple[HistoryRow, ...]:
    """Return the steps of all instances about an object, in order. The caller has checked who may see the object."""
    return _history_rows(
        session,
        select(*_HISTORY_COLUMNS)
        .join(ProcessInstance, ProcessInstance.id == HistoryEvent.instance_id)
        .where(ProcessInstance.business_key == business_key),
    )


def history(session: Session, instance_id: UUID) -> tuple[HistoryRow, ...]:
    """Return the steps of an instance in order."""
    return _history_rows(session, select(*_HISTORY_COLUMNS).where(HistoryEvent.instance_id == instance_id))


def _history_rows(session: Session, query: Select[Any]) -> tuple[HistoryRow, ...]:
    return tuple(HistoryRow(**row._mapping) for row in session.execute(query.order_by(HistoryEvent.id)))


def acts_of_task(session: Session, found: TaskRow) -> tuple[HistoryRow, ...]:
    """Return what people did about who has a task, its priority and its dates, in order."""
    mine = (HistoryEvent.instance_id == found.instance_id) & (HistoryEvent.task_id == found.id)
    return _history_rows(session, select(*_HISTORY_COLUMNS).where(mine, HistoryEvent.kind == TASK_ACT))


def instances_of(session: Session, business_key: str) -> tuple[InstanceRow, ...]:
    """Return the instances about an object, the newest first."""
    return instance_rows(session, _newest_first().where(ProcessInstance.business_key == business_key))


def instances_by_ids(session: Session, ids: Collection[UUID]) -> tuple[InstanceRow, ...]:
    """Return instances by id, the newest first; unknown ids are left out."""
    return instance_rows(session, _newest_first().where(ProcessInstance.id.in_(ids))) if ids else ()


def instances(
    session: Session, *, process_key: str = "", state: str = "", after: UUID | None = None, limit: int = 50
) -> tuple[InstanceRow, ...]:
    """Return instances, the newest first, by keyset on the id (which sorts by time)."""
    query = _newest_first()
    if process_key:
        query = query.where(ProcessInstance.process_key == process_key)
    if state:
        query = query.where(ProcessInstance.state == state)
    if after is not None:
        query = query.where(ProcessInstance.id < after)
    return instance_rows(session, query.limit(limit))


def instance(session: Session, instance_id: UUID) -> InstanceRow:
    """Return one instance.

    Raises:
        NotFoundError: no such instance.
    """
    rows = instance_rows(session, instance_query().where(ProcessInstance.id == instance_id))
    if not rows:
        raise NotFoundError("There is no such process instance.", code="instance_unknown")
    return rows[0]


def _newest_first() -> Select[Any]:
    return instance_query().order_by(ProcessInstance.id.desc())


def open_incidents(session: Session, *, instance_id: UUID | None = None, limit: int = 200) -> tuple[Incident, ...]:
    """Return incidents that wait for a person, the oldest first."""
    query = select(Incident).where(Incident.resolved_at.is_(None)).order_by(Incident.created_at).limit(limit)
    if instance_id is not None:
        query = query.where(Incident.instance_id == instance_id)
    return tuple(session.scalars(query))


def incidents_by_id(session: Session, ids: Collection[UUID]) -> tuple[Incident, ...]:
    """Return incidents, open or not."""
    return tuple(session.scalars(select(Incident).where(Incident.id.in_(ids)).order_by(Incident.id)))


def _task_row(source: Any) -> TaskRow:
    return TaskRow(**{name: getattr(source, name) for name in TaskRow.__dataclass_fields__})
