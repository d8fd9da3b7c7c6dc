"""Whose inbox an open task stands in, and what inboxes filter and sort it by."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, delete, insert
from sqlalchemy.orm import Session

from engine.access import group_principal, user_principal
from engine.process.tables import NO_DUE_DATE, InboxEntry, InboxTask, UserTask
from engine.store.base import Base

_MADE = {"task_id", "group_name", "search_text"}
_COPIED = [column.name for column in InboxTask.__table__.columns if column.name not in _MADE]
# Made once, of the tables and not of their classes: each step of each process runs these.
_INBOX, _INBOX_TASK = (Base.metadata.tables[each.__tablename__] for each in (InboxEntry, InboxTask))
_PUT, _PUT_FACTS = insert(_INBOX), insert(_INBOX_TASK)
_TAKE, _TAKE_FACTS = (
    delete(table).where(table.c.task_id.in_(bindparam("gone", expanding=True))) for table in (_INBOX, _INBOX_TASK)
)
_SEARCHED = ("subject", "subject_en", "text_1", "text_2", "text_3")


def put_in_inboxes(session: Session, tasks: Iterable[UserTask]) -> None:
    """Put open tasks into the inboxes of those who may do them: two statements, however many there are."""
    rows = [row for task in tasks for row in _entries(task)]
    if rows:
        session.execute(_PUT, rows)
    facts = [_facts(task) for task in tasks]
    if facts:
        session.execute(_PUT_FACTS, facts)


def take_from_inboxes(session: Session, task_ids: Iterable[UUID]) -> None:
    """Take tasks out of all inboxes."""
    ids = list(task_ids)
    session.execute(_TAKE, {"gone": ids})
    session.execute(_TAKE_FACTS, {"gone": ids})


def renew_in_inboxes(session: Session, task: UserTask) -> None:
    """Let the inboxes follow a change of a task: in who has it, or in what lists show of it."""
    take_from_inboxes(session, [task.id])
    put_in_inboxes(session, [task])


def holders(task: UserTask) -> list[str]:
    """Return the principals whose inboxes an open task stands in: the assignee's alone, if it has one.

    What its owner gave away stays in sight of the owner too.
    """
    if task.assignee_id is None:
        return list(dict.fromkeys(task.candidates))
    away = task.handoff is not None and task.owner_id not in {None, task.assignee_id}
    own = [user_principal(task.owner_id)] if away and task.owner_id else []
    return [user_principal(task.assignee_id), *own]


def _entries(task: UserTask) -> list[dict[str, Any]]:
    due_at = task.due_at or NO_DUE_DATE
    return [
        {"principal": principal, "due_at": due_at, "task_id": task.id, "is_optional": task.is_optional}
        for principal in holders(task)
    ]


def _facts(task: UserTask) -> dict[str, Any]:
    facts = {name: getattr(task, name) for name in _COPIED}
    return {**facts, "task_id": task.id, "group_name": group_of(task.candidates), "search_text": _search_text(task)}


def group_of(candidates: Iterable[str]) -> str | None:
    """Return the (first) group that a task is offered to, or None."""
    return next((each[6:100] for each in candidates if each == group_principal(each[6:])), None)


def _search_text(task: UserTask) -> str:
    return searched((getattr(task, name) or "" for name in _SEARCHED), task.business_key)


def searched(texts: Iterable[str], business_key: str) -> str:
    """Return the text that something is found by: its texts and the number of the object, case-folded, each once."""
    # Numbers by which people name objects end in the random end of the id: V-1A2B3C4D.
    kind, _colon, text = business_key.partition(":")
    number = f"{kind[:1]}-{text.replace('-', '')[-8:]}"
    return " ".join(dict.fromkeys(part for part in [*texts, number] if part)).casefold()
