"""Whom a comment concerns, beside those whom it mentions: each kind of object says it of its own."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from engine.access import Actor, user_principal
from engine.comments.service import CommentRow
from engine.outbox import service as outbox


@dataclass(frozen=True)
class Audience:
    """What an object is called in a notice, and who is told of a comment on it.

    Args:
        titles: the values ``title`` and, where it differs, ``title_en``.
        to: principals; who writes and who is mentioned is left out by ``tell``.
    """

    titles: Mapping[str, str]
    to: tuple[str, ...] = ()


Find = Callable[[Session, Actor, UUID, bool], Audience]
"""Takes the author, the object's id, and whether the comment is internal."""

_finders: dict[str, Find] = {}


def register(kind: str, find: Find) -> None:
    """Say who is told of comments on objects whose business key begins with ``<kind>:``."""
    _finders[kind] = find


def tell(
    session: Session, actor: Actor, found: CommentRow, *, mentions: Collection[UUID] = (), is_new: bool, now: datetime
) -> None:
    """Tell those whom a comment mentions, and of a new one those whom it concerns: nobody twice, never its author.

    Args:
        mentions: whom the new words mention; of a changed comment only those who were not mentioned before.
    """
    kind, _separator, key = found.business_key.partition(":")
    if kind not in _finders:
        return
    audience = _finders[kind](session, actor, UUID(key), found.is_internal)
    values = {"who": actor.name, **audience.titles}
    for user_id in mentions:
        to = [user_principal(user_id)]
        _emit(session, found, "mention", values, to, key=f"mention:{found.id}:{user_id}", now=now)
    # A group is known only when the notice is sent, so that its members are spared there.
    spared = [str(each) for each in (actor.user_id, *mentions) if each]
    others = [each for each in audience.to if each.removeprefix("user:") not in spared]
    if is_new and others:
        _emit(session, found, "comment", values, others, key=f"comment:{found.id}", spared=spared, now=now)


def _emit(
    session: Session,
    found: CommentRow,
    template: str,
    values: Mapping[str, str],
    to: Collection[str],
    *,
    key: str,
    spared: Collection[str] = (),
    now: datetime,
) -> None:
    payload: dict[str, Any] = {
        "to": list(to),
        "except": list(spared),
        "template": template,
        "values": dict(values),
        "business_key": found.business_key,
    }
    outbox.emit(session, "notify.send", payload, key=key, now=now, lane=outbox.USER_LANE)
