"""Comments as timelines show them, and the timeline's filter."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from flask import request

from engine.comments import rules
from engine.comments.service import CommentRow
from web import context
from web.i18n import translate as _

SHOWN = ("all", "comments", "steps")
IS_COMMENT = "is-comment"


@dataclass(frozen=True)
class CommentEntry:
    """A comment as ``parts.timeline`` draws it."""

    at: datetime
    who: str
    text: str
    label: str
    mark: str
    comment_id: UUID
    files: tuple[str, ...]
    is_edited: bool
    is_deleted: bool
    may_edit: bool
    may_delete: bool


def comment_entries(rows: Iterable[CommentRow]) -> list[CommentEntry]:
    """Return the entries of comments."""
    actor_id, now = context.actor().user_id, context.now()
    return [
        CommentEntry(
            at=row.written_at,
            who=row.author_name,
            text=_("This comment was deleted.") if row.deleted_at else row.text,
            label=_("Internal") if row.is_internal else _("Comment"),
            mark=IS_COMMENT,
            comment_id=row.id,
            files=tuple(row.files),
            is_edited=row.edited_at is not None and row.deleted_at is None,
            is_deleted=row.deleted_at is not None,
            may_edit=row.deleted_at is None and rules.may_change(row.author_id, actor_id, row.written_at, now=now),
            may_delete=row.deleted_at is None and row.author_id == actor_id,
        )
        for row in rows
    ]


Shown = TypeVar("Shown")


def shown() -> str:
    """Return what the reader wants to see of a timeline: all, comments or steps."""
    wanted = request.args.get("show", "")
    return wanted if wanted in SHOWN else SHOWN[0]


def filtered(entries: Iterable[Shown]) -> list[Shown]:
    """Return the entries that the reader wants to see."""
    wanted = shown()
    return [entry for entry in entries if wanted == "all" or isinstance(entry, CommentEntry) == (wanted == "comments")]
