"""Publish a draft as the next version of its process, or an older version again."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from engine.access import Actor
from engine.audit import service as audit
from engine.bpmn.model import Source
from engine.errors import ConflictError, InvalidInputError
from engine.process import bundles, deployment
from engine.process.definitions import definition, definitions
from engine.studio import drafts, reviews
from engine.studio.tables import StudioSetting

OVERTAKEN = "Version {version} was published while you were editing. Look at what it changed, then go on."


def publish(
    session: Session,
    actor: Actor,
    draft_id: UUID,
    sources: Sequence[Source],
    *,
    revision: int,
    failing: Sequence[str],
    note: str,
    now: datetime,
    without_review: bool = False,
) -> tuple[UUID, int]:
    """Store the checked files of a draft as the next version, all together.

    Args:
        sources: the files as they were checked, at ``revision`` of the draft.
        failing: names of scenario tests that do not pass; ``[""]`` stands for "there is none".
        without_review: the publisher knows that somebody who was asked for a review has not answered.

    Returns:
        id and version.

    Raises:
        NotFoundError: no such draft.
        ConflictError: somebody changed the draft, or published in between, or tests fail that must pass, or a review
            is open and the publisher does not say that they know.
        InvalidInputError: the process has another id now.
    """
    found = drafts.lock(session, draft_id)
    if found.revision != revision:
        raise ConflictError("Somebody has changed this draft meanwhile. Check it again.", code="draft_changed")
    newest = drafts.newest_version(session, found.process_key)
    if newest != found.base_version:
        raise ConflictError(OVERTAKEN, code="published_in_between", version=newest)
    if failing and requires_green(session, found.process_key):
        raise ConflictError(
            "Scenario tests of this process must pass before it is published.", code="scenarios_not_green"
        )
    waiting = reviews.unanswered(session, draft_id)
    if waiting and not without_review:
        raise ConflictError(
            "{names} was asked for a review and has not answered. Confirm on the draft's page to publish without it.",
            code="review_open",
            names=", ".join(waiting),
        )
    if bundles.build(sources).model.key != found.process_key:
        raise InvalidInputError(
            "The id of the process must stay {key}: running instances and figures know it by this name.",
            code="process_key_changed",
            key=found.process_key,
        )
    try:
        published = deployment.store(session, actor, sources, note=note, now=now)
    except IntegrityError as error:
        raise ConflictError(OVERTAKEN, code="published_in_between", version=newest + 1) from error
    found.state, found.published_version = drafts.PUBLISHED, published[1]
    found.changed_at, found.changed_by_name = now, actor.name
    audit.record(
        session,
        actor,
        "definition.published",
        subject=("definition", found.process_key),
        name=found.title,
        reason=note,
        before={"version": newest},
        after={"version": published[1], **({"without_review_of": list(waiting)} if waiting else {})},
        now=now,
    )
    return published


def follow_newest(session: Session, actor: Actor, draft_id: UUID, *, now: datetime) -> int:
    """Let a draft follow the newest version, after its author looked at what differs; returns that version.

    The files of the draft stay as they are: what the other version changed is in it only if somebody puts it there.

    Raises:
        NotFoundError: no such draft.
        ConflictError: the draft is over.
    """
    found = drafts.lock(session, draft_id)
    before = found.base_version
    rows = definitions(session, key=found.process_key)
    if rows:
        found.base_definition_id, found.base_version = rows[0].id, rows[0].version
    audit.record(
        session,
        actor,
        "draft.rebased",
        subject=("draft", str(draft_id)),
        name=found.title,
        before={"version": before},
        after={"version": found.base_version},
        now=now,
    )
    return found.base_version


def roll_back(
    session: Session, actor: Actor, definition_id: UUID, sources: Sequence[Source], *, reason: str, now: datetime
) -> tuple[UUID, int]:
    """Publish the files of an older version as the next one; its note says so.

    Raises:
        NotFoundError: no such version.
        ConflictError: it is the newest version already.
        InvalidInputError: no reason is given.
    """
    row = definition(session, definition_id)
    newest = drafts.newest_version(session, row.key)
    if row.version == newest:
        raise ConflictError("This is the newest version already.", code="newest_already")
    if not reason.strip():
        raise InvalidInputError("Say why: it stands beside the version.", code="reason_missing")
    note = f"{ROLLED_BACK}{row.version}: {reason.strip()}"
    published = deployment.store(session, actor, sources, note=note, now=now)
    audit.record(
        session,
        actor,
        "definition.rolled_back",
        subject=("definition", row.key),
        name=row.name,
        reason=reason,
        before={"version": newest},
        after={"version": published[1], "files_of": row.version},
        now=now,
    )
    return published


ROLLED_BACK = "rollback:"
"""Begins the note of a version that has the files of an older one, whose number follows; pages write it out."""


def requires_green(session: Session, process_key: str) -> bool:
    """Tell whether versions of a process are published only when its scenario tests pass."""
    found = session.get(StudioSetting, process_key)
    return found is not None and found.requires_green


def requiring_green(session: Session) -> frozenset[str]:
    """Return the processes whose versions are published only when their scenario tests pass."""
    query = select(StudioSetting.process_key).where(StudioSetting.requires_green.is_(True))
    return frozenset(session.scalars(query))


def require_green(session: Session, actor: Actor, process_key: str, *, is_required: bool, now: datetime) -> None:
    """Say whether versions of a process are published only when its scenario tests pass."""
    before = requires_green(session, process_key)
    found = session.get(StudioSetting, process_key)
    if found is None:
        session.add(StudioSetting(process_key=process_key, requires_green=is_required))
    else:
        found.requires_green = is_required
    audit.record(
        session,
        actor,
        "definition.gate_changed",
        subject=("definition", process_key),
        name=process_key,
        before={"requires_green": before},
        after={"requires_green": is_required},
        now=now,
    )
