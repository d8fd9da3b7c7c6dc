"""The rows that ``queries`` returns."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from engine.process.states import Handoff, TaskState


@dataclass(frozen=True)
class TaskRow:
    """A task as lists show it."""

    id: UUID
    instance_id: UUID
    process_key: str
    business_key: str
    element_id: str
    name: str
    name_en: str | None
    form_key: str | None
    lane: str | None
    subject: str
    subject_en: str | None
    state: str
    assignee_id: UUID | None
    due_at: datetime | None
    created_at: datetime
    ended_at: datetime | None
    completed_by_name: str | None
    text_1: str | None
    text_2: str | None
    text_3: str | None
    number_1: float | None
    date_1: datetime | None
    is_optional: bool
    priority: int
    follow_up_at: datetime | None
    candidates: list[str]
    assignee_name: str | None
    assigned_at: datetime | None
    owner_id: UUID | None
    owner_name: str | None
    handoff: str | None
    handoff_note: str | None

    @property
    def is_away(self) -> bool:
        """Whether its owner gave it to somebody who prepares or reviews it."""
        return self.handoff is not None and Handoff(self.handoff).is_away

    @property
    def is_open(self) -> bool:
        """Whether it waits for somebody."""
        return self.state == TaskState.OPEN

    @property
    def is_withdrawn(self) -> bool:
        """Whether the process has moved on without it."""
        return self.state == TaskState.WITHDRAWN

    def label(self, locale: str) -> str:
        """Return the task's name in the reader's language."""
        return (self.name_en or self.name) if locale == "en" else self.name

    def about(self, locale: str) -> str:
        """Return what the task is about, in the reader's language."""
        return (self.subject_en or self.subject) if locale == "en" else self.subject


@dataclass(frozen=True)
class InboxPage:
    """One page of an inbox and the key of the next one (None on the last)."""

    tasks: tuple[TaskRow, ...]
    next_key: str | None


@dataclass(frozen=True)
class TaskDetail:
    """A task with what its page needs besides."""

    task: TaskRow
    digest: str
    definition_id: UUID
    draft: dict[str, Any] | None
    draft_saved_at: datetime | None
    values: dict[str, Any] | None
    may_complete: bool
    is_shared: bool
    completed_by: UUID | None = None
    may_see_acts: bool = False


@dataclass(frozen=True)
class InstanceRow:
    """An instance as lists show it; ``standing`` says at which elements it stands, and since when."""

    id: UUID
    process_key: str
    definition_id: UUID
    definition_version: int
    name: str
    name_en: str | None
    business_key: str
    title: str
    title_en: str | None
    state: str
    started_at: datetime
    ended_at: datetime | None
    next_due_at: datetime | None
    changed_at: datetime
    standing: dict[str, str]
    version: int

    def about(self, locale: str) -> str:
        """Return what the instance is about, in the reader's language."""
        return (self.title_en or self.title if locale == "en" else self.title) or self.business_key


@dataclass(frozen=True)
class HistoryRow:
    """One step of an instance; ``detail`` as ``HistoryEvent`` says."""

    at: datetime
    kind: str
    actor_id: UUID | None
    actor_name: str
    element_id: str | None
    task_id: UUID | None
    detail: dict[str, Any]
