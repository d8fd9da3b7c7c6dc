"""Instances as they were before a repair or a migration, and the way back to there.

Only what the act changed is put back: whom a task was given to meanwhile, and drafts, stay. What left the process (a
delivery, a message, a fact that an operation wrote) is not taken back.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from engine.access import Actor
from engine.bpmn import step as bpmn
from engine.errors import ConflictError, NotFoundError
from engine.ids import new_id
from engine.process import bundles
from engine.process.filters import SLOTS
from engine.process.inboxes import put_in_inboxes, renew_in_inboxes, take_from_inboxes
from engine.process.service import lock_instance
from engine.process.states import InstanceState, TaskState
from engine.process.tables import HistoryEvent, Incident, InstanceSnapshot, ProcessInstance, UserTask

_TASK = ("state", "ended_at", "element_id", "name", "name_en", "lane", "form_key", "candidates", "due_at", "subject",
         "subject_en", "priority", "is_optional", *SLOTS)  # fmt: skip
_TIMES = ("ended_at", "due_at", "date_1", "next_due_at")


@dataclass(frozen=True)
class Before:
    """What ``take`` remembers until the act is done."""

    definition_id: UUID
    digest: str
    state_bytes: bytes
    fields: dict[str, Any]
    tasks: Mapping[UUID, dict[str, Any]]
    incidents: frozenset[UUID]


@dataclass(frozen=True)
class SnapshotRow:
    """A repair or a migration as pages show it."""

    id: UUID
    instance_id: UUID
    act: str
    at: datetime
    actor_name: str
    reason: str
    summary: Mapping[str, Any]
    undone_at: datetime | None
    undone_by_name: str | None
    is_undoable: bool


def take(session: Session, instance: ProcessInstance) -> Before:
    """Remember an instance that is locked."""
    fields = {
        "state": str(instance.state),
        "lanes": instance.lanes,
        "awaiting": instance.awaiting,
        "standing": instance.standing,
        "next_due_at": _plain(instance.next_due_at),
        "ended_at": _plain(instance.ended_at),
    }
    tasks = {task.id: _columns(task) for task in _open_tasks(session, instance.id)}
    open_incidents = frozenset(session.scalars(_open_incidents(instance.id)))
    return Before(instance.definition_id, instance.digest, instance.state_bytes, fields, tasks, open_incidents)


def keep(
    session: Session,
    instance: ProcessInstance,
    before: Before,
    *,
    act: str,
    actor: Actor,
    reason: str,
    summary: Mapping[str, Any],
    now: datetime,
) -> UUID:
    """Store what was remembered, once the act is done, with what it changed.

    Args:
        summary: what the act was; plain JSON.
    """
    session.flush()  # the version that the act leaves is known only then
    query = select(UserTask).where(UserTask.id.in_(before.tasks)).execution_options(populate_existing=True)
    tasks: dict[str, Any] = {}
    for task in session.scalars(query):
        was, now_is = before.tasks[task.id], _columns(task)
        changed = {name: value for name, value in was.items() if now_is[name] != value}
        if changed:
            tasks[str(task.id)] = changed
    for task in _open_tasks(session, instance.id):
        if task.id not in before.tasks:
            tasks[str(task.id)] = {"state": str(TaskState.WITHDRAWN)}
    open_now = frozenset(session.scalars(_open_incidents(instance.id)))
    snapshot = InstanceSnapshot(
        id=new_id(),
        instance_id=instance.id,
        act=act,
        at=now,
        actor_id=actor.user_id,
        actor_name=actor.name,
        reason=reason,
        after_version=instance.version,
        definition_id=before.definition_id,
        digest=before.digest,
        state_bytes=before.state_bytes,
        before=before.fields,
        tasks=tasks,
        incidents={
            "resolved": [str(key) for key in sorted(before.incidents - open_now)],
            "opened": [str(key) for key in sorted(open_now - before.incidents)],
        },
        summary=dict(summary),
    )
    session.add(snapshot)
    return snapshot.id


def restore(session: Session, actor: Actor, snapshot_id: UUID, *, now: datetime) -> InstanceSnapshot:
    """Put an instance back to where it was before a repair or a migration.

    Raises:
        NotFoundError: no such snapshot.
        ConflictError: it was undone already, or the instance has gone on since.
    """
    found = session.get(InstanceSnapshot, snapshot_id)
    if found is None:
        raise NotFoundError("There is no such repair or migration.", code="snapshot_unknown")
    instance = lock_instance(session, found.instance_id)
    session.refresh(found)
    if found.undone_at is not None:
        raise ConflictError("This was undone already.", code="undone_already")
    if instance.version != found.after_version:
        raise ConflictError("The process has gone on since: it can no longer be undone.", code="ran_since")
    bundle = bundles.by_digest(session, found.definition_id, found.digest)
    instance.state_bytes = bpmn.with_later_keys(bundle.model, found.state_bytes, instance.state_bytes)
    instance.definition_id, instance.digest = found.definition_id, found.digest
    instance.state = InstanceState(found.before["state"])
    instance.lanes, instance.awaiting = found.before["lanes"], found.before["awaiting"]
    instance.standing, instance.changed_at = found.before["standing"], now
    instance.next_due_at, instance.ended_at = _time(found.before["next_due_at"]), _time(found.before["ended_at"])
    _restore_tasks(session, found, now=now)
    _restore_incidents(session, found, actor, now=now)
    found.undone_at, found.undone_by_name = now, actor.name
    detail = {"act": found.act, "trail": []}
    session.add(
        HistoryEvent(instance_id=instance.id, at=now, kind="undone", actor_id=actor.user_id, actor_name=actor.name,
                     detail=detail)
    )  # fmt: skip
    return found


def _restore_tasks(session: Session, found: InstanceSnapshot, *, now: datetime) -> None:
    ids = [UUID(text) for text in found.tasks]
    for task in session.scalars(select(UserTask).where(UserTask.id.in_(ids)).order_by(UserTask.id)):
        was_open = task.state == TaskState.OPEN
        for name, value in found.tasks[str(task.id)].items():
            setattr(task, name, _time(value) if name in _TIMES else value)
        if task.state == TaskState.OPEN:
            task.ended_at = None
            if was_open:
                renew_in_inboxes(session, task)
            else:
                put_in_inboxes(session, [task])
        elif was_open:
            task.ended_at = now
            take_from_inboxes(session, [task.id])


def _restore_incidents(session: Session, found: InstanceSnapshot, actor: Actor, *, now: datetime) -> None:
    resolved = [UUID(text) for text in found.incidents["resolved"]]
    opened = [UUID(text) for text in found.incidents["opened"]]
    again = {"resolved_at": None, "resolved_by": None, "resolution": None}
    # What was handed to a connector again is on its way.
    session.execute(update(Incident).where(Incident.id.in_(resolved), Incident.resolution != "retried").values(**again))
    over = {"resolved_at": now, "resolved_by": actor.user_id, "resolution": "undone"}
    session.execute(update(Incident).where(Incident.id.in_(opened), Incident.resolved_at.is_(None)).values(**over))


def snapshots(session: Session, instance_id: UUID, *, limit: int = 20) -> tuple[SnapshotRow, ...]:
    """Return the repairs and migrations of an instance, the newest first."""
    query = (
        select(InstanceSnapshot)
        .where(InstanceSnapshot.instance_id == instance_id)
        .order_by(InstanceSnapshot.at.desc(), InstanceSnapshot.id.desc())
        .limit(limit)
    )
    instance = session.get(ProcessInstance, instance_id)
    return tuple(
        SnapshotRow(row.id, row.instance_id, row.act, row.at, row.actor_name, row.reason, row.summary, row.undone_at,
                    row.undone_by_name,
                    instance is not None and row.undone_at is None and row.after_version == instance.version)
        for row in session.scalars(query)
    )  # fmt: skip


def oldest(session: Session) -> datetime | None:
    """Return when the oldest snapshot was taken."""
    return session.scalar(select(func.min(InstanceSnapshot.at)))


def count_unused(session: Session, before: datetime, held: Sequence[Any]) -> int:
    """Return how many snapshots were taken before a time and stand in none of the columns ``held``."""
    return session.scalar(select(func.count()).where(*_unused(before, held))) or 0


def forget_unused(session: Session, before: datetime, held: Sequence[Any], *, limit: int) -> int:
    """Delete a batch of such snapshots, the oldest first; returns how many."""
    query = select(InstanceSnapshot.id).where(*_unused(before, held)).order_by(InstanceSnapshot.at).limit(limit)
    ids = list(session.scalars(query))
    session.execute(delete(InstanceSnapshot).where(InstanceSnapshot.id.in_(ids)))
    return len(ids)


def _unused(before: datetime, held: Sequence[Any]) -> list[Any]:
    refers = [~select(column).where(column == InstanceSnapshot.id).exists() for column in held]
    return [InstanceSnapshot.at < before, *refers]


def _open_tasks(session: Session, instance_id: UUID) -> list[UserTask]:
    query = select(UserTask).where(UserTask.instance_id == instance_id, UserTask.state == TaskState.OPEN)
    return list(session.scalars(query.order_by(UserTask.id).execution_options(populate_existing=True)))


def _open_incidents(instance_id: UUID) -> Any:
    return select(Incident.id).where(Incident.instance_id == instance_id, Incident.resolved_at.is_(None))


def _columns(task: UserTask) -> dict[str, Any]:
    return {name: _plain(getattr(task, name)) for name in _TASK}


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value


def _time(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
