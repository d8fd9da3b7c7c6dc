"""Whose inbox an open task stands in."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import delete, insert
from sqlalchemy.orm import Session

from engine.process.tables import NO_DUE_DATE, InboxEntry, UserTask


def inbox_rows(task: UserTask, principals: Iterable[str]) -> list[dict[str, Any]]:
    """Return the entries of a task in the inboxes of these principals."""
    due_at = task.due_at or NO_DUE_DATE
    return [
        {"principal": principal, "due_at": due_at, "task_id": task.id, "is_optional": task.is_optional}
        for principal in principals
    ]


def fill_inbox(session: Session, task: UserTask, principals: Iterable[str]) -> None:
    """Put a task into the inboxes of these principals and of nobody else."""
    session.execute(delete(InboxEntry).where(InboxEntry.task_id == task.id))
    rows = inbox_rows(task, principals)
    if rows:
        session.execute(insert(InboxEntry), rows)
