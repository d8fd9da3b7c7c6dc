"""Follow-up drafts: what a report proposed, and the rep plans or drops with one tap."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.orm import Session

from engine.access import Actor, Role
from engine.customers import queries as customers
from engine.errors import ConflictError, FieldProblem, InvalidInputError
from engine.visits import rules, service
from engine.visits.states import VisitState
from engine.visits.tables import Visit, VisitContact

GRACE = timedelta(hours=1)
"""A visit may be planned for a time that has just passed: the rep is already on the way."""


def plan_draft(session: Session, actor: Actor, visit_id: UUID, *, planned_start: datetime, now: datetime) -> None:
    """Turn a draft into a planned visit and start its process.

    Args:
        planned_start: aware; the visit keeps its length.

    Raises:
        NotFoundError: no such visit, or not the actor's.
        ConflictError: it is no draft any more.
        InvalidInputError: the time lies in the past.
    """
    visit = _draft(session, actor, visit_id)
    if planned_start < now - GRACE:
        raise InvalidInputError(errors={"planned_start": [FieldProblem("Choose a time to come.", code="past")]})
    visit.planned_end = planned_start + (visit.planned_end - visit.planned_start)
    visit.planned_start = planned_start
    visit.local_date = rules.local_date(planned_start, actor.time_zone)
    visit.state = VisitState.PLANNED
    customer = customers.by_id(session, [visit.customer_id])[visit.customer_id]
    approval = rules.needs_approval(
        created_by=actor.user_id, rep_id=visit.rep_id, customer_owner_id=customer.owner_id
    ) and not actor.has(Role.MANAGER)
    service.start_process(session, actor, visit, customer, approval=approval, now=now)


def discard_draft(session: Session, actor: Actor, visit_id: UUID) -> None:
    """Drop a draft: it was only a proposal, the report it came from keeps the next step.

    Raises:
        NotFoundError: no such visit, or not the actor's.
        ConflictError: it is no draft any more.
    """
    visit = _draft(session, actor, visit_id)
    session.execute(delete(VisitContact).where(VisitContact.visit_id == visit.id))
    session.delete(visit)


def _draft(session: Session, actor: Actor, visit_id: UUID) -> Visit:
    visit = service.load(session, actor, visit_id)
    if visit.state != VisitState.DRAFT:
        raise ConflictError("This draft was already planned.", code="not_a_draft")
    return visit
