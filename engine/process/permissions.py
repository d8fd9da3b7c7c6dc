"""Who may do what with a user task: the one place that says so, for one task as for each of many.

=================== ============================================================== =======================
act                 who                                                            when
=================== ============================================================== =======================
complete, claim     whom it is offered or given to, or their substitute            open, free or theirs
release             the same                                                       open, theirs
assign, priority,   the same, whoever has it; and who manages one of them          open
due, follow-up
delegate, review    the assignee, or whom it is offered to if it is free           open, at home
give back           whom it was handed to                                          open, away
take back           its owner, or who manages them                                 open, away
=================== ============================================================== =======================

To everybody else the task does not exist.
"""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.access import Actor, user_principal
from engine.errors import ConflictError, NotFoundError
from engine.process.rows import TaskRow
from engine.process.states import Handoff, TaskState
from engine.process.tables import ProcessInstance, UserTask

NOBODY: frozenset[str] = frozenset()


def may_do(task: UserTask | TaskRow, actor: Actor) -> bool:
    """Tell whether the task is offered or given to the actor, or to somebody whom they stand in for."""
    holders = {task.assignee_id, task.owner_id} - {None}
    return not actor.acts_for.isdisjoint(holders) or not actor.principals.isdisjoint(task.candidates)


def may_manage(task: UserTask, actor: Actor, answers_for: frozenset[str]) -> bool:
    """Tell whether the actor may do the task, or answers for one who may.

    Args:
        answers_for: principals of the people whom the actor manages.
    """
    holders = [user_principal(each) for each in (task.assignee_id, task.owner_id) if each]
    return may_do(task, actor) or not answers_for.isdisjoint([*task.candidates, *holders])


def lock_task(
    session: Session, actor: Actor, task_id: UUID, *, answers_for: frozenset[str] = NOBODY
) -> tuple[ProcessInstance, UserTask]:
    """Load a task and its instance for a change; nobody else changes them until the transaction ends.

    Raises:
        NotFoundError: no such task, or not one that the actor may do, did or manages.
    """
    # Both rows are locked, the instance first: on PostgreSQL a row that is only joined would still be the old one
    # after the wait for the lock.
    row = session.execute(
        select(ProcessInstance, UserTask)
        .select_from(ProcessInstance)
        .join(UserTask, UserTask.instance_id == ProcessInstance.id)
        .where(UserTask.id == task_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).first()
    if row is None:
        raise NotFoundError("There is no such task for you.", code="task_unknown")
    instance, task = row
    if not (may_manage(task, actor, answers_for) or task.completed_by == actor.user_id is not None):
        raise NotFoundError("There is no such task for you.", code="task_unknown")
    return instance, task


def require_open(task: UserTask) -> None:
    """Refuse what is over.

    Raises:
        ConflictError: it was completed or withdrawn; says by whom and when.
    """
    if task.state == TaskState.COMPLETED:
        raise ConflictError(
            "{who} completed this step at {when}. Nothing of yours was submitted.",
            code="task_completed",
            who=task.completed_by_name,
            when=task.ended_at,
        )
    if task.state == TaskState.WITHDRAWN:
        raise ConflictError(
            "This step is no longer needed since {when}: the process has moved on.",
            code="task_withdrawn",
            when=task.ended_at,
        )


def require_mine_or_free(task: UserTask, actor: Actor) -> None:
    """Refuse what somebody else has.

    Raises:
        ConflictError: says who has it since when.
    """
    if task.assignee_id is not None and task.assignee_id not in actor.acts_for:
        if task.assigned_at is None:
            raise ConflictError("Someone else has taken this task.", code="task_claimed")
        raise ConflictError(
            "{who} took this task at {when}.", code="task_claimed", who=task.assignee_name, when=task.assigned_at
        )


def require_at_home(task: UserTask) -> None:
    """Refuse what its owner gave away and has not got back.

    Raises:
        ConflictError: says who has it and what for.
    """
    if task.handoff == Handoff.DELEGATED:
        raise ConflictError(
            "This task was delegated to {who} and returns to {owner} for completion.",
            code="task_delegated",
            who=task.assignee_name,
            owner=task.owner_name,
        )
    if task.handoff == Handoff.IN_REVIEW:
        raise ConflictError(
            "This task is with {who} for review and returns to {owner} for completion.",
            code="task_in_review",
            who=task.assignee_name,
            owner=task.owner_name,
        )
