"""Who has a task: claim, release, assign, delegate and return, review, get the next one; and its dates and priority.

Each act is one row of the history, and each returns whether it changed anything: what is asked for twice is done once.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, text, update
from sqlalchemy.orm import Session

from engine.access import Actor
from engine.errors import ConflictError, FieldProblem, InvalidInputError
from engine.process import inbox
from engine.process.conditions import Standpoint
from engine.process.filters import EVERYTHING, Filter
from engine.process.inbox import BY_DUE, Order
from engine.process.inboxes import renew_in_inboxes
from engine.process.permissions import NOBODY, lock_task, require_at_home, require_mine_or_free, require_open
from engine.process.states import TASK_ACT, Handoff, TaskState
from engine.process.tables import HistoryEvent, InboxTask, ProcessInstance, TaskDraft, UserTask

MAX_NOTE = 1000


@dataclass(frozen=True)
class Recipient:
    """Whom a task is given to."""

    user_id: UUID
    name: str


def claim(session: Session, actor: Actor, task_id: UUID, *, now: datetime) -> bool:
    """Take an open task: the others see who has it, and it leaves their inboxes.

    Raises:
        NotFoundError: no such task, or not this actor's.
        ConflictError: someone else has it, or it is over.
    """
    instance, task = lock_task(session, actor, task_id)
    require_open(task)
    require_mine_or_free(task, actor)
    if task.assignee_id == actor.user_id:
        return False
    _give_to(task, _myself(actor), now=now)
    return _record(session, instance, task, actor, "claimed", now=now)


def release(session: Session, actor: Actor, task_id: UUID, *, now: datetime) -> bool:
    """Give a claimed task back to all who may do it.

    Raises:
        NotFoundError: no such task, or not this actor's.
        ConflictError: someone else has it, or it is over.
    """
    instance, task = lock_task(session, actor, task_id)
    require_open(task)
    require_mine_or_free(task, actor)
    require_at_home(task)
    if task.assignee_id is None:
        return False
    set_free(task)
    return _record(session, instance, task, actor, "released", now=now)


def assign(
    session: Session,
    actor: Actor,
    task_id: UUID,
    to: Recipient,
    *,
    now: datetime,
    answers_for: frozenset[str] = NOBODY,
) -> bool:
    """Give an open task to a person: the act of one who may do it, or who answers for one who may.

    Args:
        answers_for: principals of the people whom the actor manages.

    Raises:
        NotFoundError: no such task, or not this actor's.
        ConflictError: it is over.
    """
    instance, task = lock_task(session, actor, task_id, answers_for=answers_for)
    require_open(task)
    if task.assignee_id == to.user_id and task.handoff is None:
        return False
    _give_to(task, to, now=now)
    return _record(session, instance, task, actor, "assigned", now=now, to=to.name)


def hand_out(
    session: Session, actor: Actor, task_id: UUID, to: Recipient, purpose: Handoff, *, note: str, now: datetime
) -> bool:
    """Let another person prepare or review a task; it returns to the actor, who completes it.

    What the actor has typed goes with it.

    Args:
        purpose: ``DELEGATED`` or ``IN_REVIEW``.

    Raises:
        NotFoundError: no such task, or not this actor's.
        ConflictError: someone else has it, it is away already, or it is over.
        InvalidInputError: it is the actor's own, or the note is too long.
    """
    instance, task = lock_task(session, actor, task_id)
    require_open(task)
    require_mine_or_free(task, actor)
    require_at_home(task)
    if to.user_id == actor.user_id:
        problem = FieldProblem("Choose somebody else: you have this task.", code="own_task")
        raise InvalidInputError(errors={"user_id": [problem]})
    owner = _myself(actor)
    _give_to(task, to, now=now)
    task.owner_id, task.owner_name = owner.user_id, owner.name
    task.handoff, task.handoff_note = purpose, _checked(note)
    _copy_draft(session, task.id, owner.user_id, to.user_id, now=now)
    act = "delegated" if purpose is Handoff.DELEGATED else "review_requested"
    return _record(session, instance, task, actor, act, now=now, to=to.name, note=note.strip())


def give_back(
    session: Session,
    actor: Actor,
    task_id: UUID,
    *,
    outcome: Handoff,
    note: str,
    now: datetime,
    answers_for: frozenset[str] = NOBODY,
) -> bool:
    """Return a task to its owner: prepared, approved, or with changes asked for. Its owner may take it back.

    Args:
        outcome: ``RETURNED``, ``APPROVED`` or ``CHANGES``.

    Raises:
        NotFoundError: no such task, or not this actor's.
        ConflictError: it is not away any more, or it is over.
        InvalidInputError: changes are asked for without saying which, or the note is too long.
    """
    instance, task = lock_task(session, actor, task_id, answers_for=answers_for)
    require_open(task)
    if task.handoff is None or not Handoff(task.handoff).is_away or task.owner_id is None:
        raise ConflictError("This task is back with its owner already.", code="task_not_away")
    if outcome is Handoff.CHANGES and not note.strip():
        raise InvalidInputError(errors={"note": [FieldProblem("Say what is to be changed.", code="required")]})
    had, taken_back = task.assignee_id, task.assignee_id not in actor.acts_for
    if task.handoff == Handoff.DELEGATED or taken_back:
        outcome = Handoff.RETURNED
    if task.handoff == Handoff.DELEGATED and had is not None:
        _copy_draft(session, task.id, had, task.owner_id, now=now)
    owner = Recipient(task.owner_id, task.owner_name or "")
    _give_to(task, owner, now=now)
    task.owner_id, task.owner_name = owner.user_id, owner.name
    task.handoff, task.handoff_note = outcome, _checked(note)
    acts = {Handoff.APPROVED: "approved", Handoff.CHANGES: "changes_requested"}
    act = "taken_back" if taken_back else acts.get(outcome, "returned")
    return _record(session, instance, task, actor, act, now=now, to=owner.name, note=note.strip())


@dataclass(frozen=True)
class Change:
    """A new priority or date of a task; what stands in ``fields`` changes, also to None."""

    fields: frozenset[str]
    priority: int = 0
    due_at: datetime | None = None
    follow_up_at: datetime | None = None


def change(
    session: Session,
    actor: Actor,
    task_id: UUID,
    wanted: Change,
    *,
    now: datetime,
    answers_for: frozenset[str] = NOBODY,
) -> bool:
    """Change priority, due time or follow-up of an open task.

    Raises:
        NotFoundError: no such task, or not this actor's.
        ConflictError: it is over.
    """
    instance, task = lock_task(session, actor, task_id, answers_for=answers_for)
    require_open(task)
    new = {name: getattr(wanted, name) for name in sorted(wanted.fields)}
    new = {name: value for name, value in new.items() if getattr(task, name) != value}
    if not new:
        return False
    for name, value in new.items():
        setattr(task, name, value)
    shown = {name: value.isoformat() if isinstance(value, datetime) else value for name, value in new.items()}
    return _record(session, instance, task, actor, "changed", now=now, values=shown)


def take_next(
    session: Session, actor: Actor, *, view: Standpoint, show: Filter = EVERYTHING, order: Order = BY_DUE
) -> UUID | None:
    """Take the first free task of the actor's inbox, in the order that they see; None if there is none.

    One statement finds and takes it. On PostgreSQL it passes over what others are just taking or completing, so that
    nobody waits and no task is given twice; on SQLite the write transaction is the actor's alone.
    """
    found = (
        select(UserTask.id)
        .join(ProcessInstance, ProcessInstance.id == UserTask.instance_id)
        .join(InboxTask, InboxTask.task_id == UserTask.id)
        .where(inbox.visible(actor, main_only=True), inbox.matching(session, show, view))
        .where(UserTask.state == TaskState.OPEN, UserTask.assignee_id.is_(None), InboxTask.assignee_id.is_(None))
        .order_by(*inbox.ordering(session, order))
        .limit(1)
        .correlate(None)
        .with_for_update(of=UserTask, skip_locked=True)
        # The history refers to the instance. Whoever completes a task of it holds it, and would wait for us as we for
        # them; those who take other tasks of it do not disturb each other.
        .suffix_with(text("FOR KEY SHARE OF process_instance SKIP LOCKED"), dialect="postgresql")
    )
    task = session.scalar(
        update(UserTask)
        .where(UserTask.id == found.scalar_subquery())
        .values(assignee_id=actor.user_id, assignee_name=actor.name, assigned_at=view.now)
        .returning(UserTask)
        .execution_options(synchronize_session=False, populate_existing=True)
    )
    if task is None:
        return None
    _note(session, task, actor, "claimed", now=view.now)
    renew_in_inboxes(session, task)
    return task.id


def set_free(task: UserTask) -> None:
    """Let nobody have a task."""
    task.assignee_id = task.assignee_name = task.assigned_at = None
    task.owner_id = task.owner_name = task.handoff = task.handoff_note = None


def _give_to(task: UserTask, to: Recipient, *, now: datetime) -> None:
    set_free(task)
    task.assignee_id, task.assignee_name, task.assigned_at = to.user_id, to.name, now


def _myself(actor: Actor) -> Recipient:
    assert actor.user_id is not None, "the system has no tasks"
    return Recipient(actor.user_id, actor.name)


def _checked(note: str) -> str | None:
    if len(note.strip()) > MAX_NOTE:
        problem = FieldProblem("Use at most {max} characters.", code="too_long", max=MAX_NOTE)
        raise InvalidInputError(errors={"note": [problem]})
    return note.strip() or None


def _copy_draft(session: Session, task_id: UUID, from_id: UUID, to_id: UUID, *, now: datetime) -> None:
    draft = session.get(TaskDraft, (task_id, from_id))
    if draft is not None:
        session.merge(TaskDraft(task_id=task_id, user_id=to_id, values=dict(draft.values), saved_at=now))


def _record(
    session: Session, instance: ProcessInstance, task: UserTask, actor: Actor, act: str, *, now: datetime, **more: Any
) -> bool:
    assert instance.id == task.instance_id, "the lock is on the task's own instance"
    session.flush()  # the inboxes below are written from what the task is now, and refer to it
    renew_in_inboxes(session, task)
    _note(session, task, actor, act, now=now, **more)
    return True


def _note(session: Session, task: UserTask, actor: Actor, act: str, *, now: datetime, **more: Any) -> None:
    session.add(
        HistoryEvent(
            instance_id=task.instance_id,
            at=now,
            kind=TASK_ACT,
            actor_id=actor.user_id,
            actor_name=actor.name,
            element_id=task.element_id,
            task_id=task.id,
            detail={"act": act, **{name: value for name, value in more.items() if value}},
        )
    )
