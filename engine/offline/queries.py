"""What screens show of conflict cases and of what came from phones."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from engine.access import Actor, Role
from engine.errors import NotFoundError
from engine.offline import cases
from engine.offline.tables import ConflictCase, OfflineAction
from engine.people import queries as people
from engine.process import queries as process


@dataclass(frozen=True)
class ActionRow:
    """One action of a case: what a person entered, when, and why it was not applied."""

    id: UUID
    kind: str
    visit_id: UUID | None
    body: dict[str, Any]
    event_at: datetime
    received_at: datetime
    state: str
    answer: dict[str, Any]


@dataclass(frozen=True)
class CaseDetail:
    """A conflict case with its actions, in the order in which they were done."""

    id: UUID
    visit_id: UUID | None
    user_id: UUID
    state: str
    code: str
    opened_at: datetime
    note: str | None
    new_visit_id: UUID | None
    actions: tuple[ActionRow, ...]


def case_detail(session: Session, actor: Actor, case_id: UUID) -> CaseDetail:
    """Return a case that the actor may see: who entered it, who must decide, that person's manager, an admin.

    Raises:
        NotFoundError: no such case, or not the actor's.
    """
    case = session.get(ConflictCase, case_id)
    if case is None or not _may_see(session, actor, case):
        raise NotFoundError("There is no such case for you.", code="case_unknown")
    fields = {name: getattr(case, name) for name in CaseDetail.__dataclass_fields__ if name != "actions"}
    rows = tuple(
        ActionRow(**{name: getattr(each, name) for name in ActionRow.__dataclass_fields__})
        for each in cases.actions_of(session, case_id)
    )
    return CaseDetail(**fields, actions=rows)


def _may_see(session: Session, actor: Actor, case: ConflictCase) -> bool:
    if actor.is_system or case.user_id == actor.user_id or actor.has(Role.ADMIN):
        return True
    if actor.has(Role.MANAGER) and case.user_id in people.team_rep_ids(session, actor):
        return True
    return process.has_open_task(session, actor, cases.business_key(case.id))


def states_of(session: Session, actor: Actor, ids: list[UUID]) -> dict[UUID, str]:
    """Return what became of the actor's own actions."""
    rows = session.execute(
        select(OfflineAction.id, OfflineAction.state).where(
            OfflineAction.id.in_(ids), OfflineAction.user_id == actor.user_id
        )
    )
    return {row.id: str(row.state) for row in rows}


def last_received(session: Session, actor: Actor) -> datetime | None:
    """Return when the actor's phone last sent something."""
    return session.scalar(select(func.max(OfflineAction.received_at)).where(OfflineAction.user_id == actor.user_id))
