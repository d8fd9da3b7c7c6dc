"""Bundles that come from elsewhere: held until an admin has seen what would change and what it conflicts with."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from engine.access import Actor
from engine.audit import service as audit
from engine.bpmn import documents
from engine.bpmn.check import Finding
from engine.bpmn.documents import DocumentError
from engine.bpmn.labels import Label
from engine.errors import FieldProblem, InvalidInputError, NotFoundError
from engine.process import bundles
from engine.process.definitions import definition_files, definitions
from engine.studio import archives, drafts, foreign, foreign_decisions, running
from engine.studio.changes import Change
from engine.studio.compare import compare
from engine.studio.foreign import Mending
from engine.studio.tables import StudioImport


@dataclass(frozen=True)
class Plan:
    """What accepting an upload would do.

    Args:
        conflicts: with what is here: newer versions, forms that are another, open drafts.
        mendings: by file, what the assistant would change in the diagrams.
        findings: what the gate says when all of it is accepted.
        changes: against the newest version here; empty for a new process.
        texts_only: by file, what keeps a decision file from opening in the editor.
    """

    id: UUID
    name: str
    process_key: str
    files: tuple[str, ...]
    newest_version: int
    conflicts: tuple[FieldProblem, ...]
    mendings: Mapping[str, tuple[Mending, ...]]
    findings: tuple[Finding, ...]
    changes: tuple[Change, ...]
    texts_only: Mapping[str, tuple[FieldProblem, ...]]


def hold(session: Session, actor: Actor, name: str, content: bytes, *, now: datetime) -> UUID:
    """Keep an upload until it is accepted.

    Raises:
        InvalidInputError: it cannot be read; the sentence says why.
    """
    name = name.replace("\x00", "")
    archive = archives.read(name, content)
    for file, body in archive.files.items():
        if file.endswith(".bpmn"):
            _require_readable(file, body)
    assert actor.user_id is not None, "the system uploads nothing"
    row = StudioImport(
        user_id=actor.user_id,
        name=name[:200],
        content=archives.write(archive.files, archive.manifest),
        uploaded_at=now,
    )
    session.add(row)
    session.flush()  # its id is the answer
    audit.record(
        session, actor, "bundle.uploaded", subject=("import", str(row.id)), name=row.name, now=now,
        after={"files": sorted(archive.files)},
    )  # fmt: skip
    return row.id


def _require_readable(name: str, content: bytes) -> None:
    try:
        root = documents.parse(content)
    except DocumentError as error:
        if error.code == "not_xml":
            raise InvalidInputError(
                "{name} cannot be imported: it is no well-formed XML, from line {line} on.",
                code=error.code,
                name=name,
                line=error.line or 1,
            ) from error
        raise InvalidInputError(
            "{name} cannot be imported: it is no BPMN 2.0 file of at most 2 MB without DOCTYPE.",
            code=error.code,
            name=name,
        ) from error
    if not any(True for _ in documents.descendants(root, "process")):
        raise InvalidInputError("{name} holds no process: it may be a choreography or a conversation.", name=name)


def plan(session: Session, actor: Actor, import_id: UUID) -> Plan:
    """Return what accepting one's own upload would do.

    Raises:
        NotFoundError: no such upload, or somebody else's.
    """
    row = _own(session, actor, import_id)
    archive = archives.read(row.name, row.content)
    mendings = {name: _proposed(name, content) for name, content in archive.files.items()}
    mended = {
        name: _mended(name, content, {mending.key for mending in mendings[name]})
        for name, content in archive.files.items()
    }
    key = process_key(mended)
    versions = definitions(session, key=key)
    here = definition_files(session, versions[0].id) if versions else {}
    return Plan(
        row.id,
        row.name,
        key,
        tuple(sorted(archive.files)),
        versions[0].version if versions else 0,
        tuple(_conflicts(session, key, mended, archive.manifest)),
        {name: found for name, found in mendings.items() if found},
        tuple(running.check(mended)),
        tuple(compare(here, mended)) if versions else (),
        {
            name: found
            for name, content in archive.files.items()
            if name.endswith(".dmn") and (found := foreign_decisions.obstacles(content))
        },
    )


def accept(session: Session, actor: Actor, import_id: UUID, accepted: Collection[str], *, now: datetime) -> UUID:
    """Make a draft of one's own upload, with those changes of the assistant that were accepted.

    Args:
        accepted: ``<file>|<key>`` of each change.

    Raises:
        NotFoundError: no such upload, or somebody else's.
        InvalidInputError: a file has no name that a bundle may hold.
    """
    row = _own(session, actor, import_id)
    archive = archives.read(row.name, row.content)
    files = {
        name: _mended(name, content, {each.partition("|")[2] for each in accepted if each.startswith(f"{name}|")})
        for name, content in archive.files.items()
    }
    key = process_key(files)
    versions = definitions(session, key=key)
    base = (versions[0].id, versions[0].version) if versions else None
    draft_id = drafts.create_from(session, actor, key, files, base=base, title=row.name, now=now)
    session.delete(row)
    return draft_id


def process_key(files: Mapping[str, bytes]) -> str:
    """Return the id of the process that a bundle is about: the first that may run."""
    found = ""
    for name in sorted(files):
        if not name.endswith(".bpmn"):
            continue
        for process in documents.descendants(documents.parse(files[name]), "process"):
            if process.get("isExecutable") != "false":
                return str(process.get("id") or name.removesuffix(".bpmn"))
            found = found or str(process.get("id") or "")
    return found or "process"


def _proposed(name: str, content: bytes) -> tuple[Mending, ...]:
    if name.endswith(".dmn"):
        return foreign_decisions.propose(content)
    return foreign.propose(content) if name.endswith(".bpmn") else ()


def _mended(name: str, content: bytes, keys: Collection[str]) -> bytes:
    if name.endswith(".dmn") and foreign_decisions.KEY in keys:
        return foreign_decisions.mend(content)
    return foreign.mend(content, keys) if name.endswith(".bpmn") and keys else content


def _conflicts(
    session: Session, key: str, files: Mapping[str, bytes], manifest: Mapping[str, Any]
) -> list[FieldProblem]:
    found = []
    versions = definitions(session, key=key)
    theirs = manifest.get("version")
    if versions and isinstance(theirs, int) and versions[0].version > theirs:
        found.append(
            FieldProblem(
                "It was exported from version {theirs}; version {here} is here already.",
                code="newer_here",
                theirs=theirs,
                here=versions[0].version,
            )
        )
    elif versions:
        found.append(
            FieldProblem(
                "The process “{name}” is here already, in version {here}; this would follow it.",
                code="key_here",
                name=Label(versions[0].name, versions[0].name_en),
                here=versions[0].version,
            )
        )
    found += [
        FieldProblem(
            "{who} has an open draft of this process: “{title}”.",
            code="draft_open",
            who=row.created_by_name,
            title=row.title,
        )
        for row in drafts.open_drafts(session, key)
    ]
    return found + _other_forms(session, key, files)


def _other_forms(session: Session, key: str, files: Mapping[str, bytes]) -> list[FieldProblem]:
    """Name forms that another process has under the same key, with other contents: people would meet both."""
    found = []
    seen: set[str] = set()
    for row in definitions(session):
        if row.key in seen:
            continue
        seen.add(row.key)
        if row.key == key:
            continue
        theirs = definition_files(session, row.id)
        for name in sorted(files.keys() & theirs.keys()):
            if bundles.is_form(name) and files[name] != theirs[name]:
                found.append(
                    FieldProblem(
                        "The form {form} differs from the one of “{name}”.",
                        code="form_differs",
                        form=name.removesuffix(".json"),
                        name=Label(row.name, row.name_en),
                    )
                )
    return found


def _own(session: Session, actor: Actor, import_id: UUID) -> StudioImport:
    row = session.get(StudioImport, import_id)
    if row is None or row.user_id != actor.user_id:
        raise NotFoundError("There is no such upload.", code="import_unknown")
    return row
