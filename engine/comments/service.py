"""Write, change and read comments; callers have checked that the actor may see the object."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.access import Actor
from engine.comments import rules
from engine.comments.rules import Named
from engine.comments.tables import Comment
from engine.errors import ConflictError, FieldProblem, InvalidInputError, NotFoundError
from engine.ids import new_id
from engine.people import queries as people
from engine.people.service import actor_for

MAX_LENGTH = 4000

Sees = Callable[[Actor], bool]
"""Whether a person may see the comment."""


def write_comment(
    session: Session,
    actor: Actor,
    business_key: str,
    text: str,
    *,
    is_internal: bool = False,
    mentions: Collection[UUID] = (),
    files: Collection[str] = (),
    now: datetime,
) -> UUID:
    """Add a comment.

    Args:
        mentions: from ``mentions_in``.
        files: digests of attachments that the caller has noted as used by ``comment:<id>``; see ``attachment_key``.

    Raises:
        InvalidInputError: empty or too long.
    """
    assert actor.user_id is not None, "the system writes no comments"
    comment = Comment(
        id=new_id(),
        business_key=business_key,
        author_id=actor.user_id,
        author_name=actor.name,
        text=_checked(text),
        is_internal=is_internal,
        written_at=now,
        mentions=[str(each) for each in mentions],
        files=list(files),
    )
    session.add(comment)
    return comment.id


def edit_comment(
    session: Session, actor: Actor, comment_id: UUID, text: str, *, mentions: Collection[UUID] = (), now: datetime
) -> tuple[UUID, ...]:
    """Change the words of an own comment; returns whom only the new words mention.

    Raises:
        NotFoundError: no such comment of the actor's.
        ConflictError: it is deleted, or older than 15 minutes.
        InvalidInputError: empty or too long.
    """
    comment = _own(session, actor, comment_id)
    if not rules.may_change(comment.author_id, actor.user_id, comment.written_at, now=now):
        raise ConflictError("A comment can be changed for 15 minutes. Write another one.", code="comment_old")
    comment.text, comment.edited_at = _checked(text), now
    new = tuple(each for each in mentions if str(each) not in comment.mentions)
    comment.mentions = [*comment.mentions, *(str(each) for each in new)]
    return new


def delete_comment(session: Session, actor: Actor, comment_id: UUID, *, now: datetime) -> None:
    """Take an own comment back: its words and files go, its place stays.

    Raises:
        NotFoundError: no such comment of the actor's.
        ConflictError: it is deleted already.
    """
    comment = _own(session, actor, comment_id)
    comment.text, comment.files, comment.deleted_at = "", [], now


@dataclass(frozen=True)
class CommentRow:
    """A comment as timelines show it."""

    id: UUID
    business_key: str
    author_id: UUID
    author_name: str
    text: str
    is_internal: bool
    written_at: datetime
    mentions: tuple[UUID, ...]
    files: tuple[str, ...]
    edited_at: datetime | None
    deleted_at: datetime | None


def comments_of(session: Session, business_key: str, *, with_internal: bool) -> tuple[CommentRow, ...]:
    """Return the comments on an object, the oldest first."""
    query = select(Comment).where(Comment.business_key == business_key).order_by(Comment.written_at, Comment.id)
    if not with_internal:
        query = query.where(Comment.is_internal.is_(False))
    return tuple(_row(row) for row in session.scalars(query))


def comment(session: Session, comment_id: UUID) -> CommentRow:
    """Return one comment; whether the reader may see its object is the caller's to check.

    Raises:
        NotFoundError: no such comment.
    """
    found = session.get(Comment, comment_id)
    if found is None:
        raise NotFoundError("There is no such comment.", code="comment_unknown")
    return _row(found)


def attachment_key(comment_id: UUID) -> str:
    """Return the business key under which a comment's files are noted: who may see the comment may see them."""
    return f"comment:{comment_id}"


def mentions_in(session: Session, actor: Actor, text: str, *, sees: Sees) -> tuple[UUID, ...]:
    """Return whom a text mentions, without its author.

    Raises:
        InvalidInputError: it mentions somebody who may not see the comment.
    """
    if "@" not in text:
        return ()
    named = [Named(each.id, each.name, each.login) for each in people.people(session) if each.is_active]
    found: dict[UUID, None] = {}
    for meant in rules.mentioned(text, named):
        seeing = [each for each in meant if sees(actor_for(session, each.id))]
        if not seeing:
            problem = FieldProblem(
                "{name} may not see this, and cannot be mentioned here.", code="mention_blind", name=meant[0].name
            )
            raise InvalidInputError(errors={"text": [problem]})
        found.update(dict.fromkeys(each.id for each in seeing if each.id != actor.user_id))
    return tuple(found)


def suggestions(session: Session, actor: Actor, words: str, *, sees: Sees, limit: int = 6) -> tuple[Named, ...]:
    """Return people who may be mentioned and whose name or login holds ``words``."""
    words = words.casefold()
    found: list[Named] = []
    for each in people.people(session):
        fits = words in each.name.casefold() or words in each.login.casefold()
        if fits and each.is_active and each.id != actor.user_id and sees(actor_for(session, each.id)):
            found.append(Named(each.id, each.name, each.login))
        if len(found) == limit:
            break
    return tuple(found)


def _checked(text: str) -> str:
    text = text.strip()
    if not text:
        raise InvalidInputError(errors={"text": [FieldProblem("Enter a comment.", code="required")]})
    if len(text) > MAX_LENGTH:
        problem = FieldProblem("Use at most {max} characters.", code="too_long", max=MAX_LENGTH)
        raise InvalidInputError(errors={"text": [problem]})
    return text


def _own(session: Session, actor: Actor, comment_id: UUID) -> Comment:
    found = session.get(Comment, comment_id)
    if found is None or found.author_id != actor.user_id:
        raise NotFoundError("There is no such comment.", code="comment_unknown")
    if found.deleted_at is not None:
        raise ConflictError("This comment is deleted.", code="comment_deleted")
    return found


def _row(row: Comment) -> CommentRow:
    values = {name: getattr(row, name) for name in CommentRow.__dataclass_fields__}
    return CommentRow(**values | {"mentions": tuple(map(UUID, row.mentions)), "files": tuple(row.files)})
