"""Reviews of drafts: ask a colleague, comment, agree or wish for a change. Nobody must; everybody can see."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.access import Actor, Role, user_principal
from engine.audit import service as audit
from engine.errors import ForbiddenError, InvalidInputError, NotFoundError
from engine.ids import new_id
from engine.outbox import service as outbox
from engine.people import queries as people
from engine.studio import drafts
from engine.studio.tables import StudioDraft, StudioFile, StudioReview

Kind = Literal["asked", "comment", "approved", "change_wanted"]
KINDS: tuple[Kind, ...] = ("asked", "comment", "approved", "change_wanted")
MAX_TEXT = 2000


@dataclass(frozen=True)
class ReviewRow:
    """What somebody said about a draft; ``is_stale``: the draft was changed afterwards."""

    kind: str
    revision: int
    text: str
    author_id: UUID | None
    author_name: str
    asked_id: UUID | None
    asked_name: str | None
    at: datetime
    is_stale: bool


def review(
    session: Session,
    actor: Actor,
    draft_id: UUID,
    kind: str,
    *,
    text: str = "",
    asked_id: UUID | None = None,
    now: datetime,
) -> None:
    """Say something about a draft at its present revision.

    Args:
        asked_id: the administrator who is asked.

    Raises:
        NotFoundError: no such draft, or the person asked is no administrator.
        ConflictError: the draft is over.
        ForbiddenError: an author agrees to what they wrote.
        InvalidInputError: nothing is said, or nobody is asked.
    """
    found = drafts.lock(session, draft_id)
    if kind not in KINDS:
        raise InvalidInputError("Choose what you say about the draft.", code="review_kind")
    if kind in {"comment", "change_wanted"} and not text.strip():
        raise InvalidInputError("Write what you think.", code="text_missing")
    if kind == "approved" and actor.user_id in authors(session, draft_id):
        raise ForbiddenError("Only somebody who did not write the draft may agree to it.", code="own_draft")
    asked = None
    if kind == "asked":
        admins = {person.id: person for person in people.people(session, role=Role.ADMIN)}
        asked = admins.get(asked_id) if asked_id else None
        if asked is None:
            raise NotFoundError("There is no such administrator.", code="reviewer_unknown")
    session.add(
        StudioReview(
            draft_id=draft_id,
            kind=kind,
            revision=found.revision,
            text=text.strip()[:MAX_TEXT],
            author_id=actor.user_id,
            author_name=actor.name,
            asked_id=asked.id if asked else None,
            asked_name=asked.name if asked else None,
            at=now,
        )
    )
    audit.record(
        session,
        actor,
        f"draft.{kind}",
        subject=("draft", str(draft_id)),
        name=found.title,
        reason=text,
        after={"revision": found.revision, **({"asked": asked.name} if asked else {})},
        now=now,
    )
    told = {asked.id} if asked else _waiting_for(session, found)
    _tell(session, actor, found, kind, told - {actor.user_id}, now=now)


def _waiting_for(session: Session, draft: StudioDraft) -> set[UUID | None]:
    """Return who wants to know what is said about a draft: who began it, and who asked for reviews of it."""
    asking = select(StudioReview.author_id).where(StudioReview.draft_id == draft.id, StudioReview.kind == "asked")
    return {draft.created_by, *session.scalars(asking)} - {None}


def _tell(
    session: Session, actor: Actor, draft: StudioDraft, kind: str, told: Collection[UUID | None], *, now: datetime
) -> None:
    if not told:
        return
    payload = {
        "to": [user_principal(user_id) for user_id in sorted(each for each in told if each)],
        "template": f"review_{kind}",
        "values": {"title": draft.title, "who": actor.name},
        "business_key": f"draft:{draft.id}",
    }
    key = f"review:{draft.id}:{new_id()}"
    outbox.emit(session, "notify.send", payload, key=key, now=now, lane=outbox.USER_LANE)


def authors(session: Session, draft_id: UUID) -> frozenset[UUID]:
    """Return who began a draft or saved something in it."""
    saved = select(StudioFile.saved_by).where(StudioFile.draft_id == draft_id).distinct()
    began = select(StudioDraft.created_by).where(StudioDraft.id == draft_id)
    return frozenset(each for each in (*session.scalars(saved), *session.scalars(began)) if each)


def unanswered(session: Session, draft_id: UUID) -> tuple[str, ...]:
    """Return the names of those who were asked to review a draft, and have said nothing about it since."""
    query = select(StudioReview).where(StudioReview.draft_id == draft_id).order_by(StudioReview.at, StudioReview.id)
    waiting: dict[UUID, str] = {}
    for row in session.scalars(query):
        if row.author_id is not None:
            waiting.pop(row.author_id, None)
        if row.asked_id is not None:
            waiting[row.asked_id] = row.asked_name or ""
    return tuple(waiting.values())


def asked_of(session: Session, actor: Actor) -> frozenset[UUID]:
    """Return the drafts that an administrator was asked to review, and has said nothing about since."""
    rows = session.scalars(
        select(StudioReview)
        .where((StudioReview.asked_id == actor.user_id) | (StudioReview.author_id == actor.user_id))
        .order_by(StudioReview.at, StudioReview.id)
    )
    waiting: dict[UUID, bool] = {}
    for row in rows:
        waiting[row.draft_id] = row.asked_id == actor.user_id
    return frozenset(draft_id for draft_id, is_asked in waiting.items() if is_asked)


def reviews(session: Session, draft_id: UUID) -> tuple[ReviewRow, ...]:
    """Return what was said about a draft, the oldest first."""
    revision = drafts.draft(session, draft_id).revision
    query = select(StudioReview).where(StudioReview.draft_id == draft_id).order_by(StudioReview.at, StudioReview.id)
    names = [name for name in ReviewRow.__dataclass_fields__ if name != "is_stale"]
    return tuple(
        ReviewRow(**{name: getattr(row, name) for name in names}, is_stale=row.revision < revision)
        for row in session.scalars(query)
    )
