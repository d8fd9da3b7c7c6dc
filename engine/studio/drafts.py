"""Drafts: all files of a process, saved on the server one by one, with optimistic locking for each."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NoReturn
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from engine.access import Actor
from engine.audit import service as audit
from engine.bpmn.model import Source
from engine.errors import ConflictError, InvalidInputError, NotFoundError
from engine.ids import new_id
from engine.process import bundles
from engine.process.definitions import definition, definition_files, definitions
from engine.studio.changes import Change
from engine.studio.compare import compare_file
from engine.studio.tables import StudioDraft, StudioFile, StudioImport, StudioRecording, StudioReview

NAME = re.compile(r"\w[\w.-]{0,90}\.(?:bpmn|dmn|json)|(?:scenarios|decision_tests)/\w[\w-]{0,79}\.json", re.ASCII)
MAX_BYTES = 2_000_000
MAX_FILES = 200
MAX_TITLE = 200
TOGETHER = timedelta(minutes=10)
"""Saves of one person within this time replace each other: an editor saves every few seconds."""
KEPT_FOR = timedelta(days=90)
OPEN, PUBLISHED, DISCARDED = "open", "published", "discarded"


@dataclass(frozen=True)
class DraftRow:
    """A draft as pages show it."""

    id: UUID
    process_key: str
    base_definition_id: UUID | None
    base_version: int
    title: str
    state: str
    revision: int
    created_at: datetime
    created_by: UUID | None
    created_by_name: str
    changed_at: datetime
    changed_by_name: str
    published_version: int | None

    @property
    def is_open(self) -> bool:
        """Whether it may still be changed."""
        return self.state == OPEN


@dataclass(frozen=True)
class FileRow:
    """A file of a draft as it is now."""

    name: str
    revision: int
    content: bytes
    saved_at: datetime
    saved_by_name: str


class OvertakenError(ConflictError):
    """Somebody saved the file after the editor read it; nothing was overwritten.

    Args:
        file: as it is now; None: it was taken out.
        changes: what they changed meanwhile.
    """

    code = "draft_overtaken"

    def __init__(self, who: str, file: FileRow | None, changes: Sequence[Change]) -> None:
        super().__init__("{who} has changed this file meanwhile. What you have here is not lost.", who=who)
        self.who, self.file, self.changes = who, file, tuple(changes)


def create(
    session: Session,
    actor: Actor,
    definition_id: UUID,
    *,
    title: str,
    now: datetime,
    changed: Mapping[str, bytes] | None = None,
) -> UUID:
    """Begin a draft with the files of a version.

    Args:
        changed: files that differ from the version's already.

    Raises:
        NotFoundError: no such version.
        InvalidInputError: a file has no name that a bundle may hold, or is too large.
    """
    row = definition(session, definition_id)
    files = {**definition_files(session, definition_id), **(changed or {})}
    return create_from(
        session,
        actor,
        row.key,
        files,
        base=(row.id, row.version),
        title=title or f"{row.name} v{row.version + 1}",
        now=now,
    )


def create_from(
    session: Session,
    actor: Actor,
    process_key: str,
    files: Mapping[str, bytes],
    *,
    base: tuple[UUID, int] | None,
    title: str,
    now: datetime,
) -> UUID:
    """Begin a draft with any files; ``base`` is id and version of what it would follow, None for a new process.

    Raises:
        InvalidInputError: a file has no name that a bundle may hold, or is too large.
    """
    for name, content in files.items():
        _require_fit(name, content)
    draft = StudioDraft(
        id=new_id(),
        process_key=process_key[:100],
        base_definition_id=base[0] if base else None,
        base_version=base[1] if base else 0,
        title=title.strip()[:MAX_TITLE] or process_key,
        state=OPEN,
        revision=1,
        created_at=now,
        created_by=actor.user_id,
        created_by_name=actor.name,
        changed_at=now,
        changed_by_name=actor.name,
    )
    session.add(draft)
    session.flush()  # the files refer to it
    session.add_all(_file(draft, actor, name, content, now=now) for name, content in sorted(files.items()))
    _audit(session, actor, draft, "draft.created", now=now, after={"files": len(files), "base": draft.base_version})
    return draft.id


def draft(session: Session, draft_id: UUID) -> DraftRow:
    """Return one draft.

    Raises:
        NotFoundError: no such draft.
    """
    found = session.get(StudioDraft, draft_id)
    if found is None:
        raise NotFoundError("There is no such draft.", code="draft_unknown")
    return _row(found)


def open_drafts(session: Session, process_key: str = "") -> tuple[DraftRow, ...]:
    """Return the drafts that may still be changed, the last changed first."""
    query = select(StudioDraft).where(StudioDraft.state == OPEN).order_by(StudioDraft.changed_at.desc(), StudioDraft.id)
    if process_key:
        query = query.where(StudioDraft.process_key == process_key)
    return tuple(_row(row) for row in session.scalars(query))


def files(session: Session, draft_id: UUID) -> dict[str, FileRow]:
    """Return the files of a draft as they are now, by name."""
    newest = (
        select(StudioFile.name, func.max(StudioFile.revision).label("revision"))
        .where(StudioFile.draft_id == draft_id)
        .group_by(StudioFile.name)
        .subquery()
    )
    query = (
        select(StudioFile)
        .join(newest, (StudioFile.name == newest.c.name) & (StudioFile.revision == newest.c.revision))
        .where(StudioFile.draft_id == draft_id, StudioFile.content.is_not(None))
        .order_by(StudioFile.name)
    )
    return {row.name: _file_row(row) for row in session.scalars(query)}


def contents(session: Session, draft_id: UUID) -> dict[str, bytes]:
    """Return the contents of a draft's files, by name."""
    return {name: row.content for name, row in files(session, draft_id).items()}


def sources(session: Session, draft_id: UUID) -> list[Source]:
    """Return the files of a draft as the gate takes them."""
    return bundles.sources_from(contents(session, draft_id))


def save_file(
    session: Session, actor: Actor, draft_id: UUID, name: str, content: bytes | None, *, revision: int, now: datetime
) -> int:
    """Save a file of a draft, or take it out.

    Args:
        content: None takes it out.
        revision: of the file as the editor read it; 0 for a new one.

    Returns:
        its new revision.

    Raises:
        NotFoundError: no such draft.
        ConflictError: the draft is over.
        OvertakenError: somebody saved the file after that revision; nothing was changed.
        InvalidInputError: no name that a bundle may hold, or too large.
    """
    found = lock(session, draft_id)
    if content is not None:
        _require_fit(name, content)
    last = _last(session, draft_id, name)
    if (last.content if last else None) == content:
        return last.revision if last else 0
    if (last.revision if last else 0) != revision and not (last and last.content is None and revision == 0):
        _refuse_overtaken(session, draft_id, name, last, revision)
    found.revision += 1
    found.changed_at, found.changed_by_name = now, actor.name
    own = last and last.saved_by == actor.user_id and now - last.saved_at < TOGETHER and last.revision > 1
    if last and own:
        session.delete(last)
    session.add(_file(found, actor, name, content, now=now))
    if not own:
        # One event for what a person does in one go: an editor saves by itself.
        _audit(session, actor, found, "draft.saved", now=now, after={"file": name, "revision": found.revision})
    return found.revision


def rename(session: Session, actor: Actor, draft_id: UUID, title: str, *, now: datetime) -> None:
    """Give a draft another title.

    Raises:
        NotFoundError: no such draft.
        ConflictError: the draft is over.
        InvalidInputError: the title is empty.
    """
    found = lock(session, draft_id)
    if not title.strip():
        raise InvalidInputError("A draft needs a title.", code="title_missing")
    before, found.title = found.title, title.strip()[:MAX_TITLE]
    _audit(session, actor, found, "draft.renamed", now=now, before={"title": before}, after={"title": found.title})


def discard(session: Session, actor: Actor, draft_id: UUID, *, reason: str, now: datetime) -> None:
    """Put a draft away; it can be looked at for ninety days.

    Raises:
        NotFoundError: no such draft.
        ConflictError: the draft is over.
    """
    found = lock(session, draft_id)
    found.state, found.changed_at, found.changed_by_name = DISCARDED, now, actor.name
    _audit(session, actor, found, "draft.discarded", now=now, reason=reason)


def lock(session: Session, draft_id: UUID) -> StudioDraft:
    """Load a draft for a change.

    Raises:
        NotFoundError: no such draft.
        ConflictError: the draft is over.
    """
    found = session.scalar(
        select(StudioDraft)
        .where(StudioDraft.id == draft_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise NotFoundError("There is no such draft.", code="draft_unknown")
    if found.state != OPEN:
        raise ConflictError("This draft is over: it was published or put away.", code="draft_over")
    return found


def newest_version(session: Session, process_key: str) -> int:
    """Return the newest version of a process, 0 if it has none."""
    rows = definitions(session, key=process_key)
    return rows[0].version if rows else 0


def forget_old(session: Session, now: datetime) -> int:
    """Delete drafts that were published or put away long ago; versions are kept in any case. Returns how many."""
    old = list(
        session.scalars(
            select(StudioDraft.id).where(StudioDraft.state != OPEN, StudioDraft.changed_at < now - KEPT_FOR)
        )
    )
    for table in (StudioFile, StudioReview, StudioRecording):
        session.execute(delete(table).where(table.draft_id.in_(old)))
    session.execute(delete(StudioDraft).where(StudioDraft.id.in_(old)))
    session.execute(delete(StudioImport).where(StudioImport.uploaded_at < now - timedelta(days=1)))
    return len(old)


def _require_fit(name: str, content: bytes) -> None:
    if not NAME.fullmatch(name):
        raise InvalidInputError(
            "“{name}” is no name for a file of a bundle: .bpmn, .dmn, a form's .json, scenarios/….json or "
            "decision_tests/….json.",
            code="file_name",
            name=name[:120],
        )
    if len(content) > MAX_BYTES:
        raise InvalidInputError("{name} is larger than 2 MB.", code="too_large", name=name)


def _refuse_overtaken(session: Session, draft_id: UUID, name: str, last: StudioFile | None, revision: int) -> NoReturn:
    if last is None:
        raise ConflictError("This file is no longer in the draft.", code="draft_file_gone")
    known = session.scalar(
        select(StudioFile)
        .where(StudioFile.draft_id == draft_id, StudioFile.name == name, StudioFile.revision <= revision)
        .order_by(StudioFile.revision.desc())
        .limit(1)
    )
    changes = compare_file(name, known.content if known else None, last.content)
    raise OvertakenError(last.saved_by_name, _file_row(last) if last.content is not None else None, changes)


def _last(session: Session, draft_id: UUID, name: str) -> StudioFile | None:
    return session.scalar(
        select(StudioFile)
        .where(StudioFile.draft_id == draft_id, StudioFile.name == name)
        .order_by(StudioFile.revision.desc())
        .limit(1)
    )


def _file(found: StudioDraft, actor: Actor, name: str, content: bytes | None, *, now: datetime) -> StudioFile:
    return StudioFile(
        draft_id=found.id,
        name=name,
        revision=found.revision,
        content=content,
        saved_at=now,
        saved_by=actor.user_id,
        saved_by_name=actor.name,
    )


def _file_row(row: StudioFile) -> FileRow:
    return FileRow(row.name, row.revision, row.content or b"", row.saved_at, row.saved_by_name)


def _row(found: StudioDraft) -> DraftRow:
    return DraftRow(**{name: getattr(found, name) for name in DraftRow.__dataclass_fields__})


def _audit(session: Session, actor: Actor, found: StudioDraft, action: str, *, now: datetime, **values: Any) -> None:
    audit.record(session, actor, action, subject=("draft", str(found.id)), name=found.title, now=now, **values)
