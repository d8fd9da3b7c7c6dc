"""Whose inbox an open task stands in."""

from sqlalchemy import delete, insert
from sqlalchemy.orm import Session

from engine.process.tables import NO_DUE_DATE, InboxEntry, UserTask


def fill_inbox(session: Session, task: UserTask, principals: list[str]) -> None:
    """Put a task into the inboxes of these principals and of nobody else."""
    session.execute(delete(InboxEntry).where(InboxEntry.task_id == task.id))
    due_at = task.due_at or NO_DUE_DATE
    rows = [{"principal": principal, "due_at": due_at, "task_id": task.id} for principal in principals]
    if rows:
        session.execute(insert(InboxEntry), rows)
