"""Finished instances with all that their history says, for running them again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from engine.errors import NotFoundError
from engine.process.states import InstanceState
from engine.process.tables import HistoryEvent, ProcessDefinition, ProcessInstance


@dataclass(frozen=True)
class RecordedEvent:
    """One step of an instance; ``detail`` as ``HistoryEvent`` says."""

    at: datetime
    kind: str
    element_id: str | None
    detail: dict[str, Any]


@dataclass(frozen=True)
class RecordedInstance:
    """A finished instance."""

    id: UUID
    definition_id: UUID
    digest: str
    version: int
    business_key: str
    title: str
    title_en: str | None
    started_at: datetime
    events: tuple[RecordedEvent, ...]


def count_completed(session: Session, process_key: str, *, since: datetime | None = None) -> int:
    """Return how many instances of a process came to their end, at all or since some time."""
    return session.scalar(select(func.count()).where(*_completed(process_key, since))) or 0


def _completed(process_key: str, since: datetime | None) -> list[ColumnElement[bool]]:
    found = [ProcessInstance.process_key == process_key, ProcessInstance.state == InstanceState.COMPLETED]
    return [*found, ProcessInstance.ended_at >= since] if since else found


def completed_instances(
    session: Session, process_key: str, *, limit: int, offset: int = 0, since: datetime | None = None
) -> Sequence[RecordedInstance]:
    """Return instances that came to their end, the newest first, each with its history, the oldest first."""
    rows = session.execute(
        select(ProcessInstance, ProcessDefinition.version)
        .join(ProcessDefinition, ProcessDefinition.id == ProcessInstance.definition_id)
        .where(*_completed(process_key, since))
        .order_by(ProcessInstance.id.desc())
        .limit(limit)
        .offset(offset)
    ).all()
    events: dict[UUID, list[RecordedEvent]] = {row.ProcessInstance.id: [] for row in rows}
    history = (
        select(HistoryEvent)
        .where(HistoryEvent.instance_id.in_(list(events)))
        .order_by(HistoryEvent.instance_id, HistoryEvent.id)
    )
    for event in session.scalars(history):
        events[event.instance_id].append(RecordedEvent(event.at, event.kind, event.element_id, event.detail))
    return [_recorded(row.ProcessInstance, row.version, events[row.ProcessInstance.id]) for row in rows]


def completed_instance(session: Session, instance_id: UUID) -> RecordedInstance:
    """Return one instance that came to its end, with its history.

    Raises:
        NotFoundError: there is none.
    """
    row = session.execute(
        select(ProcessInstance, ProcessDefinition.version)
        .join(ProcessDefinition, ProcessDefinition.id == ProcessInstance.definition_id)
        .where(ProcessInstance.id == instance_id, ProcessInstance.state == InstanceState.COMPLETED)
    ).first()
    if row is None:
        raise NotFoundError("There is no such finished case.", code="case_unknown")
    history = select(HistoryEvent).where(HistoryEvent.instance_id == instance_id).order_by(HistoryEvent.id)
    events = [RecordedEvent(each.at, each.kind, each.element_id, each.detail) for each in session.scalars(history)]
    return _recorded(row.ProcessInstance, row.version, events)


def _recorded(instance: ProcessInstance, version: int, events: Sequence[RecordedEvent]) -> RecordedInstance:
    return RecordedInstance(
        id=instance.id,
        definition_id=instance.definition_id,
        digest=instance.digest,
        version=version,
        business_key=instance.business_key,
        title=instance.title,
        title_en=instance.title_en,
        started_at=instance.started_at,
        events=tuple(events),
    )
