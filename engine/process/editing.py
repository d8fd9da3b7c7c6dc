"""Edit the diagram of a version: what it may name, check it with the version's other files, publish it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import orjson
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from engine.access import Actor
from engine.audit import service as audit
from engine.bpmn import documents
from engine.bpmn.check import Finding
from engine.bpmn.model import Source
from engine.errors import ConflictError, InvalidInputError
from engine.process import bundles, deployment
from engine.process.definitions import definition, definition_files
from engine.process.pictures import diagram_name
from engine.process.tables import ProcessDefinition
from forms import definition as form_definitions
from forms.model import FormDefinition

OVERTAKEN = "Version {version} was published while you were editing. Open it, and make your changes again."


@dataclass(frozen=True)
class Names:
    """What elements of a version may name: forms by key with their titles, decisions."""

    forms: dict[str, tuple[str, str]]
    decisions: tuple[str, ...]


def names(session: Session, definition_id: UUID) -> Names:
    """Return the forms (of the version, then those that ship) and the decisions that a diagram may name.

    Raises:
        NotFoundError: no such version.
    """
    row = definition(session, definition_id)
    bundle = bundles.by_digest(session, definition_id, row.digest)
    found = {**_factory_forms(), **bundle.forms}
    return Names({key: (form.title.zh, form.title.en) for key, form in sorted(found.items())}, tuple(bundle.decisions))


def with_diagram(session: Session, definition_id: UUID, xml: str) -> list[Source]:
    """Return the files of a version with another diagram, and the shipped forms that the diagram names besides.

    Raises:
        NotFoundError: no such version.
    """
    row = definition(session, definition_id)
    files = definition_files(session, definition_id)
    files[diagram_name(files, row.key)] = xml.encode("utf-8")
    shipped = _factory_forms()
    for key in _forms_named(files[diagram_name(files, row.key)]):
        name = f"{key}.json"
        if key in shipped and name not in files:
            files[name] = orjson.dumps(shipped[key].document)
    return [Source(name, content) for name, content in sorted(files.items())]


def check(sources: Sequence[Source]) -> list[Finding]:
    """Return what the gate finds, errors first."""
    found = deployment.check_bundle(sources)
    return sorted(found, key=lambda finding: finding.severity != "error")


def publish(
    session: Session,
    actor: Actor,
    definition_id: UUID,
    sources: Sequence[Source],
    *,
    base_version: int,
    note: str,
    now: datetime,
) -> tuple[UUID, int]:
    """Store checked files as the next version of a process.

    Args:
        base_version: the newest version when the editor was opened.

    Raises:
        NotFoundError: no such version.
        ConflictError: someone has published in between.
        InvalidInputError: the diagram is another process's.
    """
    row = definition(session, definition_id)
    newest = session.scalar(
        select(ProcessDefinition.version)
        .where(ProcessDefinition.key == row.key)
        .order_by(ProcessDefinition.version.desc())
        .limit(1)
    )
    if newest != base_version:
        raise ConflictError(OVERTAKEN, code="published_in_between", version=newest or 0)
    if bundles.build(sources).model.key != row.key:
        raise InvalidInputError(
            "The id of the process must stay {key}: running instances and figures know it by this name.",
            code="process_key_changed",
            key=row.key,
        )
    try:
        published = deployment.store(session, actor, sources, note=note, now=now)
    except IntegrityError as error:
        raise ConflictError(OVERTAKEN, code="published_in_between", version=base_version + 1) from error
    audit.record(
        session,
        actor,
        "definition.published",
        subject=("definition", row.key),
        name=row.name,
        reason=note,
        before={"version": base_version},
        after={"version": published[1]},
        now=now,
    )
    return published


def _factory_forms() -> dict[str, FormDefinition]:
    found = {}
    for path in sorted(bundles.FORMS.glob("*.json")):
        form = form_definitions.parse(orjson.loads(path.read_bytes()))
        found[form.key] = form
    return found


def _forms_named(content: bytes) -> set[str]:
    try:
        root = documents.parse(content)
    except documents.DocumentError:
        return set()  # the check says what is wrong with it
    tasks = documents.descendants(root, "userTask", "manualTask")
    return {form for task in tasks if (form := documents.properties(task).get("form"))}
