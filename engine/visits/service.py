"""Plan, assign, cancel and reschedule visits; each starts or moves the visit's process."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from engine.access import Actor, Role, group_principal, user_principal
from engine.calendar.company import company_calendar
from engine.customers import queries as customers
from engine.customers.queries import CustomerRow
from engine.errors import ConflictError, FieldProblem, ForbiddenError, InvalidInputError, NotFoundError
from engine.ids import new_id
from engine.people import queries as people
from engine.process import service as process
from engine.process.revision import revise_instances
from engine.visits import rules
from engine.visits.states import VisitState
from engine.visits.tables import (
    Visit,
    VisitContact,
    VisitPurpose,
    VisitReport,
)

PROCESS = "visit"
CHANNELS = ("face", "phone", "video")
MAX_LENGTH = timedelta(hours=12)
CANCELLABLE = (VisitState.PLANNED, VisitState.APPROVED, VisitState.CHECKED_IN, VisitState.DRAFT)


def business_key(visit_id: UUID) -> str:
    """Return the key by which messages find a visit's process."""
    return f"visit:{visit_id}"


def plan_visit(
    session: Session,
    actor: Actor,
    *,
    customer_id: UUID,
    purpose_key: str,
    planned_start: datetime,
    now: datetime,
    planned_end: datetime | None = None,
    rep_id: UUID | None = None,
    place_id: UUID | None = None,
    contact_ids: Sequence[UUID] = (),
    channel: str = "face",
    note: str = "",
    visit_id: UUID | None = None,
    follows_id: UUID | None = None,
    is_approved: bool = False,
) -> UUID:
    """Plan a visit and start its process: a rep for themself, a manager for a rep of the team.

    Args:
        planned_start: aware; the day is judged in the actor's time zone.
        planned_end: aware; one hour after the start if None.
        visit_id: minted by the client; planning it again returns it and changes nothing.
        is_approved: a person has decided that it takes place; nobody is asked again.

    Raises:
        NotFoundError: the customer is not the actor's.
        ForbiddenError: the rep is not the actor or of the actor's team.
        InvalidInputError: names each field.
        ConflictError: the id belongs to someone else's visit.
    """
    if visit_id is not None and (known := session.get(Visit, visit_id)) is not None:
        if actor.user_id not in {known.created_by, known.rep_id}:
            raise ConflictError("This id is in use.", code="id_in_use")
        return known.id
    rep = rep_id or actor.user_id
    assert rep is not None, "the system plans for a named rep"
    _require_may_plan(session, actor, rep)
    customer = customers.customer(session, actor, customer_id)
    end = planned_end or planned_start + timedelta(hours=1)
    place = _check_plan(
        session,
        customer_id,
        purpose_key,
        planned_start,
        end,
        place_id,
        contact_ids,
        channel,
        note,
        is_follow_up=follows_id is not None,
    )
    visit = Visit(
        id=visit_id or new_id(),
        customer_id=customer_id,
        place_id=place,
        rep_id=rep,
        created_by=actor.user_id,
        purpose_key=purpose_key,
        channel=channel,
        planned_start=planned_start,
        planned_end=end,
        local_date=rules.local_date(planned_start, actor.time_zone),
        note=note.strip(),
        state=VisitState.PLANNED,
        follows_id=follows_id,
        created_at=now,
    )
    session.add(visit)
    session.flush()  # contacts refer to it, and the process's first step reads it
    session.add_all(VisitContact(visit_id=visit.id, contact_id=contact_id) for contact_id in set(contact_ids))
    approval = (
        not is_approved
        and not actor.has(Role.MANAGER)
        and rules.needs_approval(created_by=actor.user_id, rep_id=rep, customer_owner_id=customer.owner_id)
    )
    start_process(session, actor, visit, customer, approval=approval, now=now)
    return visit.id


def cancel_visit(session: Session, actor: Actor, visit_id: UUID, *, reason: str, now: datetime) -> None:
    """Cancel a visit that is not over.

    Raises:
        NotFoundError: no such visit, or not the actor's.
        ConflictError: it is over, or the report is already in.
        InvalidInputError: no reason.
    """
    visit = load(session, actor, visit_id)
    if not reason.strip():
        raise InvalidInputError(errors={"reason": [FieldProblem("Enter a reason.", code="required")]})
    if visit.state not in CANCELLABLE or session.get(VisitReport, visit.id) is not None:
        raise ConflictError("This visit can no longer be cancelled.", code="visit_not_cancellable")
    _send(session, actor, visit, "visit_cancelled", {"reason": reason.strip()[:500]}, now=now)


def reschedule_visit(
    session: Session, actor: Actor, visit_id: UUID, *, planned_start: datetime, reason: str = "", now: datetime
) -> None:
    """Move a visit: within its day it is only moved, to another day it ends and a linked new one starts.

    Raises:
        NotFoundError: no such visit, or not the actor's.
        ConflictError: it is over or has begun.
        InvalidInputError: the time lies in the past.
    """
    visit = load(session, actor, visit_id)
    if visit.state not in {VisitState.PLANNED, VisitState.APPROVED}:
        raise ConflictError("This visit can no longer be moved.", code="visit_not_movable")
    if planned_start < now - timedelta(hours=1):
        raise InvalidInputError(errors={"planned_start": [FieldProblem("Choose a time to come.", code="past")]})
    if rules.local_date(planned_start, actor.time_zone) == visit.local_date:
        _move_within_day(session, actor, visit, planned_start, reason.strip()[:500], now=now)
        return
    payload = {"new_start": planned_start.isoformat(), "reason": reason.strip()[:500]}
    _send(session, actor, visit, "visit_rescheduled", payload, now=now)


def _move_within_day(
    session: Session, actor: Actor, visit: Visit, planned_start: datetime, reason: str, *, now: datetime
) -> None:
    """Move a visit and the times at which its process waits; those of the day itself stay."""
    if planned_start == visit.planned_start:
        return
    visit.planned_end = planned_start + (visit.planned_end - visit.planned_start)
    visit.planned_start = planned_start
    clock = rules.visit_clock(planned_start, calendar=company_calendar(session), time_zone=actor.time_zone, now=now)
    values = {
        "planned_start": planned_start.isoformat(),
        "check_in_remind_at": clock.check_in_remind_at.isoformat(),
    }
    note = {"reason": reason} if reason else {}
    revise_instances(session, actor, business_key(visit.id), values, act="visit_moved", note=note, now=now)


def load(session: Session, actor: Actor, visit_id: UUID) -> Visit:
    """Return a visit that the actor may act on: its rep, the rep's manager.

    Raises:
        NotFoundError: no such visit, or not the actor's.
    """
    visit = session.get(Visit, visit_id)
    if visit is None or not may_act(session, actor, visit):
        raise NotFoundError("There is no such visit for you.", code="visit_unknown")
    return visit


def may_act(session: Session, actor: Actor, visit: Visit) -> bool:
    """Tell whether the actor is the visit's rep, that rep's manager, or the system."""
    if actor.is_system or visit.rep_id in actor.acts_for:
        return True
    return actor.has(Role.MANAGER) and visit.rep_id in people.managed_ids(session, actor)


def managers_of(session: Session, rep_id: UUID) -> list[str]:
    """Return the principals of who manages a rep: the team's manager, else all managers."""
    manager_id = people.manager_of(session, rep_id)
    return [user_principal(manager_id)] if manager_id else [group_principal("managers")]


def add_purpose(session: Session, *, key: str, name: str, name_en: str, form_key: str, position: int = 0) -> None:
    """Add a purpose of visits, or change it."""
    session.merge(VisitPurpose(key=key, name=name, name_en=name_en, form_key=form_key, position=position))


def _require_may_plan(session: Session, actor: Actor, rep_id: UUID) -> None:
    if actor.is_system or (rep_id == actor.user_id and actor.has(Role.REP)):
        return
    if not (actor.has(Role.MANAGER) and rep_id in people.team_rep_ids(session, actor)):
        raise ForbiddenError("You plan visits for yourself or for your own team only.", code="not_your_team")


def _check_plan(
    session: Session,
    customer_id: UUID,
    purpose_key: str,
    start: datetime,
    end: datetime,
    place_id: UUID | None,
    contact_ids: Sequence[UUID],
    channel: str,
    note: str,
    *,
    is_follow_up: bool,
) -> UUID | None:
    errors: dict[str, list[FieldProblem]] = {}
    places = customers.places(session, customer_id)
    if place_id is not None and place_id not in {place.id for place in places}:
        errors["place_id"] = [FieldProblem("Choose a place of this customer.", code="place_unknown")]
    known = {contact.id for contact in customers.contacts(session, customer_id)}
    if not set(contact_ids) <= known:
        errors["contact_ids"] = [FieldProblem("Choose contacts of this customer.", code="contact_unknown")]
    purpose = session.get(VisitPurpose, purpose_key)
    if purpose is None or not (purpose.is_active or is_follow_up):
        errors["purpose_key"] = [FieldProblem("Choose a purpose.", code="purpose_unknown")]
    if channel not in CHANNELS:
        errors["channel"] = [FieldProblem("Choose one of: {choices}.", choices=", ".join(CHANNELS))]
    if not start < end <= start + MAX_LENGTH:
        errors["planned_end"] = [FieldProblem("Choose an end within twelve hours after the start.", code="end_invalid")]
    if len(note) > 1000:
        errors["note"] = [FieldProblem("Use at most {max} characters.", code="too_long", max=1000)]
    if errors:
        raise InvalidInputError(errors=errors)
    return place_id or (places[0].id if places else None)


def start_process(
    session: Session, actor: Actor, visit: Visit, customer: CustomerRow, *, approval: bool, now: datetime
) -> None:
    """Start the process of a visit that is stored; for ``plan_visit`` and for drafts.

    Raises:
        NotFoundError: the process is not deployed.
    """
    purpose = session.get_one(VisitPurpose, visit.purpose_key)
    clock = rules.visit_clock(
        visit.planned_start, calendar=company_calendar(session), time_zone=actor.time_zone, now=now
    )
    managers = managers_of(session, visit.rep_id)
    data = {
        "visit_id": str(visit.id),
        "customer": customer.name,
        "customer_en": customer.label("en"),
        "customer_id": str(visit.customer_id),
        "requester_id": str(visit.rep_id),
        "purpose": purpose.name,
        "purpose_en": purpose.name_en,
        "needs_approval": approval,
        "assigned": actor.user_id not in {None, visit.rep_id},
        "rep": [user_principal(visit.rep_id)],
        "manager": managers,
        "compliance": [group_principal("compliance")],
        "report_form": purpose.form_key,
        "planned_start": visit.planned_start.isoformat(),
        **{name: time.isoformat() for name, time in asdict(clock).items()},
    }
    process.start_instance(
        session,
        actor,
        PROCESS,
        business_key=business_key(visit.id),
        title=customer.name,
        title_en=customer.label("en"),
        data=data,
        lanes={"Rep": [user_principal(visit.rep_id)], "Manager": managers},
        now=now,
    )


def _send(
    session: Session, actor: Actor, visit: Visit, message: str, payload: dict[str, str], *, now: datetime
) -> None:
    taken = process.send_to_business_key(session, actor, business_key(visit.id), message, payload, now=now)
    if not taken:
        raise ConflictError("This visit has moved on; please look again.", code="visit_moved_on")
