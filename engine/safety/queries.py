"""What screens show of adverse events: to who reported them, and to the safety desk."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.access import Actor, Role
from engine.errors import NotFoundError
from engine.safety.tables import AdverseEvent


@dataclass(frozen=True)
class CaseRow:
    """A case."""

    id: UUID
    number: str
    visit_id: UUID
    customer_id: UUID
    reporter_id: UUID
    found_by: str
    state: str
    serious: bool | None
    submit_by: datetime | None
    record: dict[str, Any]
    raised_at: datetime
    closed_at: datetime | None

    @property
    def known(self) -> dict[str, Any]:
        """What is known of the event: the newest stage that says it."""
        return {**self.record.get("draft", {}), **self.record.get("report", {}), **self.record.get("intake", {})}


def case(session: Session, actor: Actor, case_id: UUID) -> CaseRow:
    """Return a case that the actor may see.

    Raises:
        NotFoundError: no such case, or not for the actor.
    """
    found = session.get(AdverseEvent, case_id)
    if found is None or not (found.reporter_id == actor.user_id or actor.has(Role.COMPLIANCE)):
        raise NotFoundError("There is no such case.", code="case_unknown")
    return _row(found)


def cases(
    session: Session, actor: Actor, *, open_only: bool = False, after: UUID | None = None, limit: int = 50
) -> tuple[CaseRow, ...]:
    """Return the cases that the actor may see, the newest first, by keyset on the id."""
    query = select(AdverseEvent).order_by(AdverseEvent.id.desc()).limit(limit)
    if not actor.has(Role.COMPLIANCE):
        query = query.where(AdverseEvent.reporter_id == actor.user_id)
    if open_only:
        query = query.where(AdverseEvent.closed_at.is_(None))
    if after is not None:
        query = query.where(AdverseEvent.id < after)
    return tuple(_row(found) for found in session.scalars(query))


def of_visits(session: Session, actor: Actor, visit_ids: Collection[UUID]) -> tuple[CaseRow, ...]:
    """Return the cases of visits that the actor may see."""
    query = select(AdverseEvent).where(AdverseEvent.visit_id.in_(visit_ids))
    if not actor.has(Role.COMPLIANCE):
        query = query.where(AdverseEvent.reporter_id == actor.user_id)
    return tuple(_row(found) for found in session.scalars(query))


def _row(found: AdverseEvent) -> CaseRow:
    return CaseRow(**{name: getattr(found, name) for name in CaseRow.__dataclass_fields__})
