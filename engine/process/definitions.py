"""What screens and clients read of process definitions."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.errors import NotFoundError
from engine.process.tables import DefinitionSource, ProcessDefinition


@dataclass(frozen=True)
class DefinitionRow:
    """A version of a process as lists show it."""

    id: UUID
    key: str
    version: int
    digest: str
    name: str
    name_en: str | None
    note: str
    deployed_at: datetime
    deployed_by: UUID | None


def definitions(session: Session, *, key: str = "") -> tuple[DefinitionRow, ...]:
    """Return all versions of all processes (or of one), by key, the newest version first."""
    query = select(ProcessDefinition).order_by(ProcessDefinition.key, ProcessDefinition.version.desc())
    if key:
        query = query.where(ProcessDefinition.key == key)
    return tuple(_definition_row(row) for row in session.scalars(query))


def definition(session: Session, definition_id: UUID) -> DefinitionRow:
    """Return one version of a process.

    Raises:
        NotFoundError: no such version.
    """
    found = session.get(ProcessDefinition, definition_id)
    if found is None:
        raise NotFoundError("There is no such process definition.", code="definition_unknown")
    return _definition_row(found)


def definition_files(session: Session, definition_id: UUID) -> dict[str, bytes]:
    """Return the files of a version, by name."""
    rows = session.execute(
        select(DefinitionSource.name, DefinitionSource.content).where(DefinitionSource.definition_id == definition_id)
    )
    return {row.name: row.content for row in rows}


def _definition_row(row: ProcessDefinition) -> DefinitionRow:
    return DefinitionRow(**{name: getattr(row, name) for name in DefinitionRow.__dataclass_fields__})
