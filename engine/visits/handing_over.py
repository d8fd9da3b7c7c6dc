"""Handing over: a manager gives a visit that has not begun to another rep of their teams."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.access import Actor, Role, user_principal
from engine.customers import queries as customers
from engine.errors import ConflictError, FieldProblem, ForbiddenError, InvalidInputError, NotFoundError
from engine.ids import new_id
from engine.outbox import service as outbox
from engine.people import queries as people
from engine.process import assignment
from engine.process import queries as process
from engine.process.assignment import Recipient
from engine.process.revision import revise_instances
from engine.visits import service
from engine.visits.queries import LIVE
from engine.visits.states import VisitState
from engine.visits.tables import Visit

NOT_BEGUN = (VisitState.DRAFT, VisitState.PLANNED, VisitState.APPROVED)
ACT = "visit_handed_over"
NOT_YOUR_TEAM = FieldProblem("Choose a rep of your own team.", code="not_your_team")
SAME_REP = FieldProblem("This rep has the visit already.", code="same_rep")


def hand_over(session: Session, actor: Actor, visit_id: UUID, rep_id: UUID, *, now: datetime) -> None:
    """Give a visit to another rep: the plan, the open tasks and what comes of it; both are told.

    A visit that has begun stays with the rep who was there; its steps can be given away one by one (``give_step``).

    Raises:
        NotFoundError: no such visit, or not one that the actor manages.
        ForbiddenError: the actor is no manager.
        InvalidInputError: the rep is not of the actor's teams, or has the visit already.
        ConflictError: the visit has begun or is over, or somebody else was faster.
    """
    visit = service.load(session, actor, visit_id)
    if not (actor.is_system or actor.has(Role.MANAGER)):
        raise ForbiddenError("Only a manager hands a visit over.", code="not_a_manager")
    if not actor.is_system and rep_id not in people.team_rep_ids(session, actor):
        raise InvalidInputError(errors={"rep_id": [NOT_YOUR_TEAM]})
    if rep_id == visit.rep_id:
        raise InvalidInputError(errors={"rep_id": [SAME_REP]})
    giver = visit.rep_id
    _require_not_begun(visit)
    managers = service.managers_of(session, rep_id)
    names = people.names(session, [giver, rep_id])
    revise_instances(
        session,
        actor,
        service.business_key(visit_id),
        {"rep": [user_principal(rep_id)], "manager": managers, "requester_id": str(rep_id)},
        act=ACT,
        lanes={"Rep": [user_principal(rep_id)], "Manager": managers},
        note={"from": names.get(giver, ""), "to": names.get(rep_id, "")},
        now=now,
    )
    # The instance is locked now; the visit itself may have changed while we waited for it.
    session.refresh(visit)
    _require_not_begun(visit)
    if visit.rep_id != giver:
        raise ConflictError("This visit has moved on; please look again.", code="visit_moved_on")
    visit.rep_id = rep_id
    _tell(session, actor, visit, giver, names, now=now)


def give_step(session: Session, actor: Actor, task_id: UUID, user_id: UUID, *, now: datetime) -> bool:
    """Give an open step of a rep to another rep of the actor's teams.

    Returns:
        whether the whole visit was handed over: so it is with a step of the rep before the visit has begun.

    Raises:
        NotFoundError: no such task, or not of the actor's teams.
        InvalidInputError: the rep is not of the actor's teams.
        ConflictError: the step is over.
    """
    reps = people.team_rep_ids(session, actor)
    if user_id not in reps:
        raise InvalidInputError("Choose a rep of your own team.", code="not_your_team")
    task = process.task(session, task_id)
    visit = _visit_of(session, actor, task)
    if visit is not None and task.is_open and visit.state in NOT_BEGUN and visit.rep_id != user_id:
        hand_over(session, actor, visit.id, user_id, now=now)
        return True
    managed = frozenset(user_principal(each) for each in people.managed_ids(session, actor))
    to = Recipient(user_id, people.names(session, [user_id])[user_id])
    assignment.assign(session, actor, task_id, to, answers_for=managed, now=now)
    return False


def follow_team(session: Session, actor: Actor, rep_id: UUID, *, now: datetime) -> int:
    """Let the visits of a rep who changed teams go to the new manager, where a manager is needed.

    Returns:
        how many visits that is: those that are not over.
    """
    session.flush()  # the rep's team is read below
    managers = service.managers_of(session, rep_id)
    ids = session.scalars(select(Visit.id).where(Visit.rep_id == rep_id, Visit.state.in_(LIVE)).order_by(Visit.id))
    count = 0
    for visit_id in ids.all():
        key = service.business_key(visit_id)
        values = {"manager": managers}
        count += revise_instances(
            session, actor, key, values, act="visit_manager_changed", lanes={"Manager": managers}, now=now
        )
    return count


def _visit_of(session: Session, actor: Actor, task: process.TaskRow) -> Visit | None:
    kind, _separator, text = task.business_key.partition(":")
    if kind != "visit" or task.lane != "Rep":
        return None
    try:
        return service.load(session, actor, UUID(text))
    except NotFoundError:
        return None


def _require_not_begun(visit: Visit) -> None:
    if visit.state not in NOT_BEGUN:
        raise ConflictError("This visit has begun and stays with its rep.", code="visit_begun")


def _tell(session: Session, actor: Actor, visit: Visit, giver: UUID, names: dict[UUID, str], *, now: datetime) -> None:
    customer = customers.by_id(session, [visit.customer_id])[visit.customer_id]
    title = {"title": customer.name, "title_en": customer.label("en")}
    act_id = new_id()
    # The one who gives it away may not open it any more: their notice leads nowhere.
    notices = (
        (visit.rep_id, "visit_received", names.get(giver, ""), service.business_key(visit.id)),
        (giver, "visit_given_away", names.get(visit.rep_id, ""), ""),
    )
    for person, template, who, key in notices:
        if person == actor.user_id:
            continue
        payload = {"to": [user_principal(person)], "template": template, "values": {**title, "who": who}}
        outbox.emit(
            session,
            "notify.send",
            {**payload, "business_key": key},
            key=f"hand-over:{act_id}:{template}",
            now=now,
            lane=outbox.USER_LANE,
        )
