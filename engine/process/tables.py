"""What the process layer stores."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, LargeBinary, SmallInteger, String, Text, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column

from engine.ids import new_id
from engine.process.states import Handoff, InstanceState, TaskState
from engine.store.base import Base, BigId, JsonText, UtcDateTime

NO_DUE_DATE = datetime.fromisoformat("9999-01-01T00:00:00+00:00")
"""Sorts after every due date; ``inbox.due_at`` is never null, so that one keyset serves all rows."""


NORMAL = 3
"""The priority of a task whose process says none; 1 is the most urgent, 4 the least."""


class ProcessDefinition(Base):
    """One immutable version of a process with its decisions and forms."""

    __tablename__ = "process_definition"
    __table_args__ = (UniqueConstraint("key", "version"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    key: Mapped[str] = mapped_column(String(100))
    version: Mapped[int]
    digest: Mapped[str] = mapped_column(String(64), index=True)
    name: Mapped[str] = mapped_column(String(200))
    name_en: Mapped[str | None] = mapped_column(String(200))
    note: Mapped[str] = mapped_column(String(500), default="")
    deployed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    deployed_by: Mapped[UUID | None]


class DefinitionSource(Base):
    """One file of a bundle: the process (``.bpmn``), a decision (``.dmn``) or a form (``.json``)."""

    __tablename__ = "definition_source"

    definition_id: Mapped[UUID] = mapped_column(ForeignKey(ProcessDefinition.id), primary_key=True)
    name: Mapped[str] = mapped_column(String(120), primary_key=True)
    content: Mapped[bytes] = mapped_column(LargeBinary)


class ProcessInstance(Base):
    """One run of a definition.

    ``lanes`` maps a lane to the principals that its tasks are offered to. ``state_bytes`` belongs to
    ``engine.bpmn`` alone. ``next_due_at`` is the earliest timer that waits. ``standing`` says where tokens stand, and
    since when. ``facts`` are the business fields that its tasks have had, the newest of each.
    """

    __tablename__ = "process_instance"
    __table_args__ = (
        Index("ix_process_instance_due", "next_due_at"),
        Index("ix_process_instance_business_key", "business_key", "process_key"),
        Index("ix_process_instance_listed", "process_key", "state", "id"),
        Index("ix_process_instance_state", "state", "started_at", "id"),
        Index("ix_process_instance_started", "started_at", "id"),
        Index("ix_process_instance_changed", "changed_at", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    definition_id: Mapped[UUID] = mapped_column(ForeignKey(ProcessDefinition.id), index=True)
    digest: Mapped[str] = mapped_column(String(64))
    process_key: Mapped[str] = mapped_column(String(100))
    business_key: Mapped[str] = mapped_column(String(120))
    title: Mapped[str] = mapped_column(String(300), default="")
    title_en: Mapped[str | None] = mapped_column(String(300))
    state: Mapped[InstanceState] = mapped_column(String(20))
    version: Mapped[int] = mapped_column(default=1)
    lanes: Mapped[dict[str, list[str]]] = mapped_column(JsonText)
    awaiting: Mapped[list[str]] = mapped_column(JsonText, default=list)
    state_bytes: Mapped[bytes] = mapped_column(LargeBinary)
    next_due_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime, server_default=text("'1970-01-01 00:00:00'"))
    standing: Mapped[dict[str, str]] = mapped_column(JsonText, default=dict, server_default=text("'{}'"))
    facts: Mapped[dict[str, Any]] = mapped_column(JsonText, default=dict, server_default=text("'{}'"))

    __mapper_args__ = {"version_id_col": version}


class InstanceText(Base):
    """What instances are found by: one narrow row each, so that a search reads no state.

    ``search_text`` holds title, number, key and the texts of the business fields, case-folded.
    """

    __tablename__ = "instance_text"

    instance_id: Mapped[UUID] = mapped_column(ForeignKey(ProcessInstance.id, ondelete="CASCADE"), primary_key=True)
    subject: Mapped[str] = mapped_column(String(300), default="")
    priority: Mapped[int | None] = mapped_column(SmallInteger)
    text_1: Mapped[str | None] = mapped_column(String(200))
    text_2: Mapped[str | None] = mapped_column(String(200))
    text_3: Mapped[str | None] = mapped_column(String(200))
    number_1: Mapped[float | None]
    date_1: Mapped[datetime | None] = mapped_column(UtcDateTime)
    search_text: Mapped[str] = mapped_column(Text)


class UserTask(Base):
    """A step that waits for a person, or that a person did.

    ``subject`` and the typed slots (``text_1`` …) are the business fields that lists show and filter by; a
    process declares which of its data fill them. ``subject_en`` is the subject as English pages show it, where the
    two differ. ``handoff`` says what the assignee has it for, while it is the ``owner_id``'s: see ``states.Handoff``.
    """

    __tablename__ = "user_task"
    __table_args__ = (
        Index("ix_user_task_instance", "instance_id", "state"),
        Index("ix_user_task_business_key", "business_key"),
        Index("ix_user_task_finished", "completed_by", "ended_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    instance_id: Mapped[UUID] = mapped_column(ForeignKey(ProcessInstance.id))
    token: Mapped[str] = mapped_column(String(80))
    element_id: Mapped[str] = mapped_column(String(120))
    process_key: Mapped[str] = mapped_column(String(100))
    business_key: Mapped[str] = mapped_column(String(120))
    name: Mapped[str] = mapped_column(String(200))
    name_en: Mapped[str | None] = mapped_column(String(200))
    lane: Mapped[str | None] = mapped_column(String(100))
    form_key: Mapped[str | None] = mapped_column(String(100))
    state: Mapped[TaskState] = mapped_column(String(20), default=TaskState.OPEN)
    candidates: Mapped[list[str]] = mapped_column(JsonText)
    assignee_id: Mapped[UUID | None]
    due_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    completed_by: Mapped[UUID | None]
    completed_by_name: Mapped[str | None] = mapped_column(String(200))
    submission_id: Mapped[UUID | None]
    subject: Mapped[str] = mapped_column(String(300), default="")
    subject_en: Mapped[str | None] = mapped_column(String(300))
    text_1: Mapped[str | None] = mapped_column(String(200))
    text_2: Mapped[str | None] = mapped_column(String(200))
    text_3: Mapped[str | None] = mapped_column(String(200))
    number_1: Mapped[float | None]
    date_1: Mapped[datetime | None] = mapped_column(UtcDateTime)
    is_optional: Mapped[bool] = mapped_column(default=False, server_default=false())
    priority: Mapped[int] = mapped_column(SmallInteger, default=NORMAL, server_default=text(str(NORMAL)))
    follow_up_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    assignee_name: Mapped[str | None] = mapped_column(String(200))
    assigned_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    owner_id: Mapped[UUID | None]
    owner_name: Mapped[str | None] = mapped_column(String(200))
    handoff: Mapped[Handoff | None] = mapped_column(String(20))
    handoff_note: Mapped[str | None] = mapped_column(String(1000))


class BusinessField(Base):
    """What a slot of a process's tasks means, as its newest version declares it.

    ``choices`` are triples of value, Chinese and English, for a slot that holds one of a few words.
    """

    __tablename__ = "business_field"

    process_key: Mapped[str] = mapped_column(String(100), primary_key=True)
    slot: Mapped[str] = mapped_column(String(20), primary_key=True)
    label: Mapped[str] = mapped_column(String(100))
    label_en: Mapped[str] = mapped_column(String(100))
    choices: Mapped[list[list[str]]] = mapped_column(JsonText, default=list)


class InboxEntry(Base):
    """An open task in the inbox of one principal; kept by the process layer, read by keyset.

    An optional task does not ask for attention: pages show it beside the other tasks of its object.
    """

    __tablename__ = "inbox"

    principal: Mapped[str] = mapped_column(String(120), primary_key=True)
    due_at: Mapped[datetime] = mapped_column(UtcDateTime, primary_key=True)
    task_id: Mapped[UUID] = mapped_column(ForeignKey(UserTask.id), primary_key=True, index=True)
    is_optional: Mapped[bool] = mapped_column(default=False, server_default=false())


class InboxTask(Base):
    """What inboxes filter, sort and count an open task by: one narrow row, gone when the task is over.

    With 100 thousand open tasks among a million that are over, eight counts over all of them take 97 ms here; over
    ``user_task`` itself, whose open rows lie scattered among the others, 430 ms (PostgreSQL 18, two cores, a partial
    index on the open ones). For a person with 5 thousand of them the two differ little: 16 and 20 ms.

    ``search_text`` holds the texts and the number of the object, case-folded, for the one search box. ``group_name`` is
    the group that the task is offered to, if it is one.
    """

    __tablename__ = "inbox_task"

    task_id: Mapped[UUID] = mapped_column(ForeignKey(UserTask.id), primary_key=True)
    process_key: Mapped[str] = mapped_column(String(100))
    element_id: Mapped[str] = mapped_column(String(120))
    assignee_id: Mapped[UUID | None]
    group_name: Mapped[str | None] = mapped_column(String(100))
    priority: Mapped[int] = mapped_column(SmallInteger)
    due_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    follow_up_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    subject: Mapped[str] = mapped_column(String(300))
    text_1: Mapped[str | None] = mapped_column(String(200))
    text_2: Mapped[str | None] = mapped_column(String(200))
    text_3: Mapped[str | None] = mapped_column(String(200))
    number_1: Mapped[float | None]
    date_1: Mapped[datetime | None] = mapped_column(UtcDateTime)
    search_text: Mapped[str] = mapped_column(Text)


class TaskDraft(Base):
    """What a person typed into a form and has not submitted."""

    __tablename__ = "task_draft"

    task_id: Mapped[UUID] = mapped_column(ForeignKey(UserTask.id), primary_key=True)
    user_id: Mapped[UUID] = mapped_column(primary_key=True)
    values: Mapped[dict[str, Any]] = mapped_column(JsonText)
    saved_at: Mapped[datetime] = mapped_column(UtcDateTime)


class HistoryEvent(Base):
    """One step of an instance: who did what, and the elements that ran because of it.

    ``detail`` holds ``trail`` (elements in order, with results), ``values`` (what was submitted) and what else the
    kind needs. Never changed, never deleted before its retention ends.
    """

    __tablename__ = "history_event"
    __table_args__ = (Index("ix_history_event_instance", "instance_id", "id"), Index("ix_history_event_at", "at"))

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)
    instance_id: Mapped[UUID] = mapped_column(ForeignKey(ProcessInstance.id))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    kind: Mapped[str] = mapped_column(String(40))
    actor_id: Mapped[UUID | None]
    actor_name: Mapped[str] = mapped_column(String(200), default="")
    element_id: Mapped[str | None] = mapped_column(String(120))
    task_id: Mapped[UUID | None]
    detail: Mapped[dict[str, Any]] = mapped_column(JsonText)


class InstanceSnapshot(Base):
    """An instance as it was before a repair or a migration, so that this can be undone while nothing has run since.

    ``before`` holds the fields of the instance, ``tasks`` what changed of its tasks, by id; ``after_version`` is the
    version that the act left. ``summary`` says what the act was.
    """

    __tablename__ = "instance_snapshot"
    __table_args__ = (
        Index("ix_instance_snapshot_instance", "instance_id", "at"),
        Index("ix_instance_snapshot_at", "at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    instance_id: Mapped[UUID] = mapped_column(ForeignKey(ProcessInstance.id))
    act: Mapped[str] = mapped_column(String(20))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    actor_id: Mapped[UUID | None]
    actor_name: Mapped[str] = mapped_column(String(200))
    reason: Mapped[str] = mapped_column(String(1000))
    after_version: Mapped[int]
    definition_id: Mapped[UUID]
    digest: Mapped[str] = mapped_column(String(64))
    state_bytes: Mapped[bytes] = mapped_column(LargeBinary)
    before: Mapped[dict[str, Any]] = mapped_column(JsonText)
    tasks: Mapped[dict[str, Any]] = mapped_column(JsonText)
    incidents: Mapped[dict[str, list[str]]] = mapped_column(JsonText)
    summary: Mapped[dict[str, Any]] = mapped_column(JsonText)
    undone_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    undone_by_name: Mapped[str | None] = mapped_column(String(200))


class IncidentCause(Base):
    """What went wrong, once for all incidents of it: who sees to it, and what is known.

    ``message`` and ``sentence`` (see ``Incident``) are without what differs from one time to the next.
    """

    __tablename__ = "incident_cause"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    process_key: Mapped[str] = mapped_column(String(100))
    element_id: Mapped[str] = mapped_column(String(120))
    code: Mapped[str] = mapped_column(String(60))
    message: Mapped[str] = mapped_column(String(300))
    sentence: Mapped[dict[str, Any] | None] = mapped_column(JsonText)
    assignee_id: Mapped[UUID | None]
    assignee_name: Mapped[str | None] = mapped_column(String(200))
    note: Mapped[str] = mapped_column(Text, default="", server_default="")
    noted_by: Mapped[str | None] = mapped_column(String(200))
    noted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Incident(Base):
    """An element that failed and waits for a person.

    ``sentence`` is the message to be translated, as ``process.sentences`` writes it; None where it is not ours to say.
    """

    __tablename__ = "incident"
    __table_args__ = (
        Index("ix_incident_open", "resolved_at", "created_at"),
        Index("ix_incident_cause", "cause", "resolved_at", "created_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    instance_id: Mapped[UUID] = mapped_column(ForeignKey(ProcessInstance.id), index=True)
    element_id: Mapped[str] = mapped_column(String(120))
    token: Mapped[str | None] = mapped_column(String(80))
    delivery_id: Mapped[UUID | None]
    code: Mapped[str] = mapped_column(String(60))
    message: Mapped[str] = mapped_column(String(1000))
    sentence: Mapped[dict[str, Any] | None] = mapped_column(JsonText)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    resolved_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    resolved_by: Mapped[UUID | None]
    resolution: Mapped[str | None] = mapped_column(String(40))
    cause: Mapped[str | None] = mapped_column(String(32))
