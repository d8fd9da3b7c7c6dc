"""Conflict cases: what a phone sent and the server could not apply, until a person decides (P11)."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.access import Actor, group_principal, user_principal
from engine.bpmn.step import BpmnError
from engine.calendar import company as calendar
from engine.comments import service as comments
from engine.customers import queries as customers
from engine.errors import FieldflowError, NotFoundError
from engine.ids import new_id
from engine.offline import handlers
from engine.offline.rules import ActionKind, ActionState, CaseState
from engine.offline.tables import ConflictCase, OfflineAction
from engine.people import queries as people
from engine.people import service as people_service
from engine.process import queries as process
from engine.process import service as process_service
from engine.process import user_tasks
from engine.process.topics import StepContext
from engine.visits import queries as visit_queries
from engine.visits import service as visits

PROCESS = "reconcile"
DECIDE_WITHIN_DAYS = 2
"""Business days until the owner of the visit is reminded, and the manager told."""

AT_ONCE = frozenset({"check_in", "check_out"})
"""Steps that are facts of the past: applied as they were even where a person wants to change the report."""


def business_key(case_id: UUID) -> str:
    """Return the key by which the process of a case is found."""
    return f"case:{case_id}"


def add_to_case(session: Session, actor: Actor, action: OfflineAction, *, now: datetime) -> None:
    """Put an action that could not be applied into the open case of its visit; open one if there is none."""
    case = session.scalar(
        select(ConflictCase).where(
            ConflictCase.visit_id == action.visit_id,
            ConflictCase.user_id == action.user_id,
            ConflictCase.state == CaseState.OPEN,
        )
    )
    if case is None or action.visit_id is None:
        case = ConflictCase(
            id=new_id(),
            visit_id=action.visit_id,
            user_id=action.user_id,
            state=CaseState.OPEN,
            code=str(action.answer.get("code", ""))[:60],
            opened_at=now,
        )
        session.add(case)
        session.flush()  # the action refers to it
        _start(session, actor, case, now=now)
    action.case_id = case.id


def _start(session: Session, actor: Actor, case: ConflictCase, *, now: datetime) -> None:
    owner, customer_name = case.user_id, ""
    visit = _visit_of(session, case)
    if visit is not None:
        owner = visit.rep_id
        customer_name = customers.by_id(session, [visit.customer_id])[visit.customer_id].name
    manager_id = people.manager_of(session, owner)
    manager = user_principal(manager_id) if manager_id else group_principal("managers")
    concerned = {user_principal(owner), user_principal(case.user_id), manager}
    process_service.start_instance(
        session,
        actor,
        PROCESS,
        business_key=business_key(case.id),
        title=customer_name or actor.name,
        data={
            "case_id": str(case.id),
            "title": customer_name or actor.name,
            "who": actor.name,
            "concerned": sorted(concerned),
            "manager": [manager],
            "decide_by": calendar.business_days_later(session, now, DECIDE_WITHIN_DAYS).isoformat(),
        },
        lanes={"Owner": [user_principal(owner)]},
        now=now,
    )


def _visit_of(session: Session, case: ConflictCase) -> visit_queries.VisitRow | None:
    if case.visit_id is None:
        return None
    return visit_queries.by_id(session, [case.visit_id]).get(case.visit_id)


def actions_of(session: Session, case_id: UUID) -> Sequence[OfflineAction]:
    """Return the actions of a case in the order in which they were done."""
    query = select(OfflineAction).where(OfflineAction.case_id == case_id)
    return session.scalars(query.order_by(OfflineAction.event_at, OfflineAction.sequence)).all()


def apply(context: StepContext, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
    """Apply what a case holds, as it was entered or, for ``how`` = "change", with its forms as drafts to be changed.

    A visit that is over stays as it is: a new one that follows it takes what was done. What fits nowhere stays in the
    case, which shows it for good.

    Args:
        context: of the step.
        parameters: how: "apply" or "change"; note.

    Returns:
        left: how many actions could not be applied.
    """
    session, case = context.session, _case(context)
    wants_change = parameters.get("how") == "change"
    actions = [each for each in actions_of(session, case.id) if each.state == ActionState.CONFLICT]
    rep = people_service.actor_for(session, case.user_id)
    target = _target(context, case, rep, actions)
    left = sum(not _applied(context, rep, action, target, wants_change=wants_change) for action in actions)
    _decide(context, case, CaseState.CHANGED if wants_change else CaseState.APPLIED, parameters)
    return {"left": left}


def set_aside(context: StepContext, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
    """Leave a case unapplied, with a reason; what was entered stays on record."""
    for action in actions_of(context.session, _case(context).id):
        if action.state == ActionState.CONFLICT:
            action.state = ActionState.SET_ASIDE
    _decide(context, _case(context), CaseState.SET_ASIDE, parameters)
    return {"left": 0}


def _target(context: StepContext, case: ConflictCase, rep: Actor, actions: Sequence[OfflineAction]) -> UUID | None:
    """Return the visit to apply to: the case's own while it lives, else a new one that follows it."""
    visit = _visit_of(context.session, case)
    steps = [each for each in actions if each.kind == ActionKind.COMPLETE_TASK]
    if visit is None or not visit.is_over or not steps:
        return case.visit_id
    start = steps[0].event_at
    case.new_visit_id = visits.plan_visit(
        context.session,
        rep,
        customer_id=visit.customer_id,
        purpose_key=visit.purpose_key,
        planned_start=start,
        planned_end=start + (visit.planned_end - visit.planned_start),
        place_id=visit.place_id,
        channel=visit.channel,
        note=visit.note,
        follows_id=visit.id,
        is_approved=True,
        now=start,
    )
    return case.new_visit_id


def _applied(
    context: StepContext, rep: Actor, action: OfflineAction, target: UUID | None, *, wants_change: bool
) -> bool:
    session = context.session
    try:
        with session.begin_nested():
            is_form = action.kind == ActionKind.COMPLETE_TASK and action.body.get("element_id") not in AT_ONCE
            if wants_change and is_form and target is not None:
                _draft(session, rep, action, target, now=context.now)
            else:
                handlers.apply(session, rep, action, visit_id=target, now=context.now)
    except FieldflowError as error:
        # Nobody will try again: it stands in the case, and the phone need not ask any more.
        action.state = ActionState.SET_ASIDE
        action.answer = {"template": error.template, "params": {}, "code": error.code}
        return False
    action.state = ActionState.APPLIED
    return True


def _draft(session: Session, rep: Actor, action: OfflineAction, target: UUID, *, now: datetime) -> None:
    key = visits.business_key(target)
    for task in process.my_open_tasks_of(session, rep, [key])[key]:
        if task.element_id == action.body.get("element_id"):
            user_tasks.save_draft(session, rep, task.id, handlers.values_of(session, task, action.body), now=now)
            return
    raise NotFoundError("There is no such task for you.", code="task_unknown")


def _decide(context: StepContext, case: ConflictCase, state: CaseState, parameters: Mapping[str, Any]) -> None:
    case.state = state
    case.decided_at = context.now
    case.decided_by = context.actor.user_id
    case.note = str(parameters.get("note") or "").strip()[:1000] or None
    if case.note and case.visit_id is not None and context.actor.user_id is not None:
        comments.write_comment(
            context.session, context.actor, visits.business_key(case.visit_id), case.note, now=context.now
        )


def _case(context: StepContext) -> ConflictCase:
    case = context.session.get(ConflictCase, UUID(context.business_key.removeprefix("case:")))
    if case is None:
        raise BpmnError("case_unknown", "The conflict case of this process does not exist.")
    return case
