"""Write and read comments; callers have checked that the actor may see the object."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.access import Actor
from engine.comments.tables import Comment
from engine.errors import FieldProblem, InvalidInputError
from engine.ids import new_id

MAX_LENGTH = 4000


def write_comment(
    session: Session, actor: Actor, business_key: str, text: str, *, is_internal: bool = False, now: datetime
) -> UUID:
    """Add a comment.

    Raises:
        InvalidInputError: empty or too long.
    """
    text = text.strip()
    if not text:
        raise InvalidInputError(errors={"text": [FieldProblem("Enter a comment.", code="required")]})
    if len(text) > MAX_LENGTH:
        problem = FieldProblem("Use at most {max} characters.", code="too_long", max=MAX_LENGTH)
        raise InvalidInputError(errors={"text": [problem]})
    assert actor.user_id is not None, "the system writes no comments"
    comment = Comment(
        id=new_id(),
        business_key=business_key,
        author_id=actor.user_id,
        author_name=actor.name,
        text=text,
        is_internal=is_internal,
        written_at=now,
    )
    session.add(comment)
    return comment.id


@dataclass(frozen=True)
class CommentRow:
    """A comment as timelines show it."""

    id: UUID
    author_id: UUID
    author_name: str
    text: str
    is_internal: bool
    written_at: datetime


def comments_of(session: Session, business_key: str, *, with_internal: bool) -> tuple[CommentRow, ...]:
    """Return the comments on an object, the oldest first."""
    query = select(Comment).where(Comment.business_key == business_key).order_by(Comment.written_at, Comment.id)
    if not with_internal:
        query = query.where(Comment.is_internal.is_(False))
    names = CommentRow.__dataclass_fields__
    return tuple(CommentRow(**{name: getattr(row, name) for name in names}) for row in session.scalars(query))
