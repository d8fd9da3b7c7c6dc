"""What screens and clients read of tasks, instances, definitions and incidents."""

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import Select, bindparam, exists, func, or_, select, tuple_, union
from sqlalchemy.orm import Session

from engine.access import Actor
from engine.errors import NotFoundError
from engine.process.rows import HistoryRow, InboxFilter, InboxPage, InstanceRow, TaskDetail, TaskRow
from engine.process.states import TaskState
from engine.process.tables import (
    HistoryEvent,
    InboxEntry,
    Incident,
    ProcessDefinition,
    ProcessInstance,
    TaskDraft,
    UserTask,
)
from engine.process.user_tasks import may_do
from engine.store.base import UtcDateTime

__all__ = [
    "COUNT_CAP",
    "HistoryRow",
    "InboxFilter",
    "InboxPage",
    "InstanceRow",
    "TaskDetail",
    "TaskRow",
    "has_open_task",
    "history",
    "history_of",
    "inbox",
    "inbox_count",
    "instance",
    "instances",
    "instances_of",
    "my_open_tasks_of",
    "open_incidents",
    "open_tasks_of",
    "task",
    "task_detail",
    "tasks_of",
    "tasks_of_instance",
]

COUNT_CAP = 1000


_HISTORY_COLUMNS = [getattr(HistoryEvent, name) for name in HistoryRow.__dataclass_fields__]
_SEARCHED = (UserTask.subject, UserTask.subject_en, UserTask.text_1)
_UNFILTERED = (InboxFilter(), InboxFilter(main_only=True))
_TASK_COLUMNS = [getattr(UserTask, name) for name in TaskRow.__dataclass_fields__]


def inbox(
    session: Session,
    actor: Actor,
    *,
    show: InboxFilter | None = None,
    after: tuple[datetime, UUID] | None = None,
    limit: int = 50,
) -> InboxPage:
    """Return the actor's open tasks, the most urgent first.

    One short index range for each principal, merged: the cost does not grow with the number of open tasks.
    """
    principals = sorted(actor.principals)
    if not principals:
        return InboxPage((), None)
    show = show or InboxFilter()
    values: dict[str, Any] = {f"principal_{number}": each for number, each in enumerate(principals)}
    if after is not None:
        values.update(after_due_at=after[0], after_task_id=after[1])
    build = _inbox_query if show in _UNFILTERED else _inbox_query.__wrapped__
    rows = session.execute(build(len(principals), show, actor.user_id, after is not None, limit + 1), values).all()
    more = len(rows) > limit
    rows = rows[:limit]
    next_key = (rows[-1].sort_due_at, rows[-1].id) if more else None
    return InboxPage(tuple(TaskRow(*tuple[Any, ...](row)[1:]) for row in rows), next_key)


@lru_cache(maxsize=256)
def _inbox_query(
    principals: int, show: InboxFilter, user_id: UUID | None, is_paged: bool, limit: int
) -> Select[Any, *tuple[Any, ...]]:
    # Putting this statement together costs more than running it: without filters it is kept.
    ranges = [_range_of(number, show, user_id, is_paged, limit).subquery() for number in range(principals)]
    keys = union(*(select(part.c.due_at, part.c.task_id) for part in ranges)).subquery()
    page = select(keys.c.due_at, keys.c.task_id).order_by(keys.c.due_at, keys.c.task_id).limit(limit).subquery()
    return (
        select(page.c.due_at.label("sort_due_at"), *_TASK_COLUMNS)
        .join(UserTask, UserTask.id == page.c.task_id)
        .order_by(page.c.due_at, page.c.task_id)
    )


def _range_of(
    number: int, show: InboxFilter, user_id: UUID | None, is_paged: bool, limit: int
) -> Select[datetime, UUID]:
    query = select(InboxEntry.due_at, InboxEntry.task_id).where(
        InboxEntry.principal == bindparam(f"principal_{number}")
    )
    if is_paged:
        key = bindparam("after_due_at", type_=UtcDateTime), bindparam("after_task_id", type_=InboxEntry.task_id.type)
        query = query.where(tuple_(InboxEntry.due_at, InboxEntry.task_id) > tuple_(*key))
    if show.main_only:
        query = query.where(InboxEntry.is_optional.is_(False))
    if show.due_before is not None:
        query = query.where(InboxEntry.due_at < show.due_before)
    if show.process_key or show.element_id or show.search or show.mine_only:
        query = query.join(UserTask, UserTask.id == InboxEntry.task_id)
    if show.process_key:
        query = query.where(UserTask.process_key == show.process_key)
    if show.element_id:
        query = query.where(UserTask.element_id == show.element_id)
    if show.mine_only:
        query = query.where(UserTask.assignee_id == user_id)
    if show.search:
        pattern = f"%{show.search.replace('%', '').replace('_', '')}%"
        query = query.where(or_(*(column.ilike(pattern) for column in _SEARCHED)))
    return query.order_by(InboxEntry.due_at, InboxEntry.task_id).limit(limit)


def inbox_count(session: Session, actor: Actor) -> int:
    """Return how many tasks wait for the actor, without optional ones, counting no further than ``COUNT_CAP``."""
    if not actor.principals:
        return 0
    mine = InboxEntry.principal.in_(actor.principals) & InboxEntry.is_optional.is_(False)
    capped = select(InboxEntry.task_id).where(mine).limit(COUNT_CAP).subquery()
    return session.scalar(select(func.count()).select_from(capped)) or 0


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
    draft = session.get(TaskDraft, (task_id, actor.user_id)) if actor.user_id else None
    free = task.assignee_id in {None, actor.user_id}
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
    )


def _submitted(session: Session, task: UserTask) -> dict[str, Any] | None:
    detail = session.scalar(
        select(HistoryEvent.detail).where(HistoryEvent.instance_id == task.instance_id, HistoryEvent.task_id == task.id)
    )
    return detail.get("values") if detail else None


def task(session: Session, task_id: UUID) -> TaskRow:
    """Return a task in any state. The caller checks who may do what with it.

    Raises:
        NotFoundError: no such task.
    """
    row = session.execute(select(*_TASK_COLUMNS).where(UserTask.id == task_id)).first()
    if row is None:
        raise NotFoundError("There is no such task for you.", code="task_unknown")
    return _task_row(row)


def tasks_of(
    session: Session, business_key: str, *, states: Sequence[TaskState] | None = (TaskState.OPEN,)
) -> tuple[TaskRow, ...]:
    """Return the tasks about an object, the oldest first; None: in any state. The caller has checked who may see it."""
    query = select(*_TASK_COLUMNS).where(UserTask.business_key == business_key)
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
        select(*_TASK_COLUMNS).where(UserTask.instance_id == instance_id).order_by(UserTask.created_at, UserTask.id)
    )
    return tuple(_task_row(row) for row in rows)


def open_tasks_of(session: Session, business_keys: Sequence[str]) -> dict[str, list[TaskRow]]:
    """Return the open tasks about several objects, by business key."""
    found: dict[str, list[TaskRow]] = {key: [] for key in business_keys}
    rows = session.execute(
        select(*_TASK_COLUMNS)
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
        select(*_TASK_COLUMNS)
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


def instances_of(session: Session, business_key: str) -> tuple[InstanceRow, ...]:
    """Return the instances about an object, the newest first."""
    return _instance_rows(session, _instances().where(ProcessInstance.business_key == business_key))


def instances(
    session: Session, *, process_key: str = "", state: str = "", after: UUID | None = None, limit: int = 50
) -> tuple[InstanceRow, ...]:
    """Return instances, the newest first, by keyset on the id (which sorts by time)."""
    query = _instances()
    if process_key:
        query = query.where(ProcessInstance.process_key == process_key)
    if state:
        query = query.where(ProcessInstance.state == state)
    if after is not None:
        query = query.where(ProcessInstance.id < after)
    return _instance_rows(session, query.limit(limit))


def instance(session: Session, instance_id: UUID) -> InstanceRow:
    """Return one instance.

    Raises:
        NotFoundError: no such instance.
    """
    rows = _instance_rows(session, _instances().where(ProcessInstance.id == instance_id))
    if not rows:
        raise NotFoundError("There is no such process instance.", code="instance_unknown")
    return rows[0]


def _instances() -> Select[Any]:
    names = [name for name in InstanceRow.__dataclass_fields__ if name not in {"definition_version", "name", "name_en"}]
    return (
        select(
            *[getattr(ProcessInstance, name) for name in names],
            ProcessDefinition.version.label("definition_version"),
            ProcessDefinition.name,
            ProcessDefinition.name_en,
        )
        .join(ProcessDefinition, ProcessDefinition.id == ProcessInstance.definition_id)
        .order_by(ProcessInstance.id.desc())
    )


def _instance_rows(session: Session, query: Select[Any]) -> tuple[InstanceRow, ...]:
    return tuple(InstanceRow(**row._mapping) for row in session.execute(query))


def open_incidents(session: Session, *, instance_id: UUID | None = None, limit: int = 200) -> tuple[Incident, ...]:
    """Return incidents that wait for a person, the oldest first."""
    query = select(Incident).where(Incident.resolved_at.is_(None)).order_by(Incident.created_at).limit(limit)
    if instance_id is not None:
        query = query.where(Incident.instance_id == instance_id)
    return tuple(session.scalars(query))


def _task_row(source: Any) -> TaskRow:
    return TaskRow(**{name: getattr(source, name) for name in TaskRow.__dataclass_fields__})
