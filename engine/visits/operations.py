"""What the visit's process may do to a visit: one function for each topic ``visit.*``."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from engine.access import group_principal, user_principal
from engine.bpmn.step import BpmnError
from engine.calendar import company as calendar
from engine.customers import queries as customers
from engine.customers import service as customer_service
from engine.evidence import pins
from engine.evidence import service as evidence
from engine.people import queries as people
from engine.process.topics import StepContext
from engine.visits import adverse, rules, service
from engine.visits.crm import record_of
from engine.visits.states import VisitState
from engine.visits.tables import Visit, VisitReport

OVER = (VisitState.COMPLETED, VisitState.CANCELLED, VisitState.MISSED, VisitState.RESCHEDULED)


def approve(context: StepContext, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
    """Let the visit go ahead, or end it as cancelled with the manager's reason."""
    visit = _visit(context)
    if parameters.get("approved", True):
        visit.state = VisitState.APPROVED
    else:
        _end(visit, VisitState.CANCELLED, context.now, reason=str(parameters.get("reason") or ""))
    return {}


def check_facts(context: StepContext, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return what the grade table needs.

    These are method, accuracy_m, age_s, distance_m, radius_m, place_known, mock, qr and impossible_speed.

    Args:
        context: of the step.
        parameters: method, evidence_id, qr_code, permission: what the form of the check-in holds.
    """
    return _facts(context, _visit(context), parameters)


def check_in(context: StepContext, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
    """Record the arrival with its grade.

    Args:
        context: of the step.
        parameters: facts, grade, evidence_id; at: the time that the rep states, where the visit is reported afterwards.
    """
    visit = _visit(context)
    if visit.checked_in_at is not None:
        return {}
    visit.state = VisitState.CHECKED_IN
    visit.checked_in_at = _stated(parameters, context.event_at)
    visit.grade = parameters.get("grade")
    _record(context, visit, "in", parameters)
    evidence_id = parameters.get("evidence_id")
    if visit.place_id and evidence_id and not (parameters.get("facts") or {}).get("place_known", True):
        pins.propose(context.session, visit.rep_id, visit.place_id, visit.id, UUID(str(evidence_id)), now=context.now)
    return {}


def explain(context: StepContext, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
    """Keep the rep's explanation of a check-in."""
    _record(context, _visit(context), "explanation", parameters)
    return {}


def check_out(context: StepContext, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
    """Record the departure.

    Args:
        context: of the step.
        parameters: method, evidence_id, qr_code, permission, note; afterwards: the visit is reported later, so
            ``at`` (else the planned length) says when it ended.
    """
    visit = _visit(context)
    at = _stated(parameters, context.event_at)
    if parameters.get("afterwards") and not parameters.get("at"):
        at = (visit.checked_in_at or context.now) + (visit.planned_end - visit.planned_start)
    visit.checked_out_at = at
    reported = context.session.get(VisitReport, visit.id) is not None
    visit.state = VisitState.REPORTED if reported else VisitState.CHECKED_OUT
    facts = _facts(context, visit, parameters)
    _record(context, visit, "out", {**parameters, "facts": facts, "explanation": parameters.get("note")})
    return {}


def report(context: StepContext, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
    """Store the report: the values that the report's form left in the process.

    Returns:
        outcome, adverse_event, promise_count, follow_up_count, review_sampled for the gateways that follow; promises:
        the rows; report: its form and outcome, in place of all the values, which stand in the database from here on.

    Raises:
        BpmnError: the process passed no values.
    """
    visit = _visit(context)
    values = parameters.get("values")
    if not isinstance(values, dict):
        raise BpmnError("report_missing", "The report has no values.")
    stored = context.session.get(VisitReport, visit.id)
    if stored is None:
        stored = VisitReport(visit_id=visit.id, form_key="", values={}, reported_at=context.event_at)
        context.session.add(stored)
    stored.form_key = str(parameters.get("form") or "")
    stored.summary = str(values.get("summary") or "")[:4000]
    stored.values = values
    stored.reported_by = context.actor.user_id or visit.rep_id
    stored.reported_at = context.event_at
    visit.outcome = values.get("outcome") or visit.outcome or "met"
    if visit.state == VisitState.CHECKED_OUT:
        visit.state = VisitState.REPORTED
    promises = values.get("promises") or []
    follow_ups = [step for step in values.get("next_steps") or [] if step.get("kind") == "visit"]
    return {
        "outcome": visit.outcome,
        "adverse_event": bool(adverse.sign_of(context.session, values, now=context.now)),
        "promises": promises,
        "promise_count": len(promises),
        "follow_up_count": len(follow_ups),
        "review_sampled": rules.is_sampled(visit.id),
        "report": {"form": stored.form_key, "outcome": visit.outcome},
    }


def raise_adverse_event(context: StepContext, _parameters: Mapping[str, Any]) -> Mapping[str, Any]:
    """Open the case of an adverse event, in this transaction: the rep has its draft at once."""
    adverse.watch(context.session, context.actor, _visit(context), now=context.now, happened_at=context.happened_at)
    return {}


def draft_follow_ups(context: StepContext, _parameters: Mapping[str, Any]) -> Mapping[str, Any]:
    """Make a draft visit for each next step of kind "visit"; the rep plans it with one tap."""
    visit = _visit(context)
    stored = context.session.get(VisitReport, visit.id)
    steps = (stored.values.get("next_steps") or []) if stored else []
    made = 0
    for number, step in enumerate(steps):
        due = step.get("due")
        if step.get("kind") != "visit" or not due:
            continue
        start = datetime.fromisoformat(f"{str(due)[:10]}T01:00:00+00:00") + timedelta(minutes=30 * number)
        context.session.add(
            Visit(
                customer_id=visit.customer_id,
                place_id=visit.place_id,
                rep_id=visit.rep_id,
                created_by=visit.rep_id,
                purpose_key=visit.purpose_key,
                channel=visit.channel,
                planned_start=start,
                planned_end=start + timedelta(hours=1),
                local_date=rules.local_date(start, context.actor.time_zone),
                note=str(step.get("text") or "")[:1000],
                state=VisitState.DRAFT,
                follows_id=visit.id,
                created_at=context.now,
            )
        )
        made += 1
    return {"follow_ups_made": made}


def complete(context: StepContext, _parameters: Mapping[str, Any]) -> Mapping[str, Any]:
    """Mark the visit as made.

    Returns:
        review_by: until when a manager may review it, ISO 8601.
    """
    visit = _visit(context)
    if visit.state not in OVER:
        _end(visit, VisitState.COMPLETED, context.now)
    return {"review_by": calendar.business_days_later(context.session, context.now, rules.REVIEW_DAYS).isoformat()}


def cancel(context: StepContext, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
    """End the visit as cancelled.

    Returns:
        tell: principals of the rep and the manager, without the one who cancelled it.
    """
    visit = _visit(context)
    _end(visit, VisitState.CANCELLED, context.now, reason=str(parameters.get("reason") or ""))
    concerned = [visit.rep_id, people.manager_of(context.session, visit.rep_id)]
    return {"tell": [user_principal(person) for person in concerned if person and person != context.actor.user_id]}


def miss(context: StepContext, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
    """End the visit as missed."""
    visit = _visit(context)
    _end(visit, VisitState.MISSED, context.now, reason=str(parameters.get("reason") or ""))
    return {}


def reschedule(context: StepContext, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
    """End the visit as rescheduled and plan the linked new one.

    Returns:
        new_visit_id.
    """
    visit = _visit(context)
    _end(visit, VisitState.RESCHEDULED, context.now, reason=str(parameters.get("reason") or ""))
    context.session.flush()  # the new visit's process reads what is stored
    planner = people_actor(context, visit.rep_id)
    start = _instant(parameters.get("new_start"), visit.planned_start, time_zone=planner.time_zone, now=context.now)
    new_id = service.plan_visit(
        context.session,
        planner,
        customer_id=visit.customer_id,
        purpose_key=visit.purpose_key,
        planned_start=start,
        planned_end=start + (visit.planned_end - visit.planned_start),
        rep_id=visit.rep_id,
        place_id=visit.place_id,
        channel=visit.channel,
        note=visit.note,
        follows_id=visit.id,
        now=context.now,
    )
    return {"new_visit_id": str(new_id)}


def review(context: StepContext, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
    """Store the manager's review."""
    stored = context.session.get(VisitReport, _visit(context).id)
    if stored is not None:
        stored.review = str(parameters.get("result") or "ok")[:20]
        stored.review_comment = str(parameters.get("comment") or "")[:1000]
        stored.reviewed_by = context.actor.user_id
    return {}


def crm_record(context: StepContext, _parameters: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the finished visit as ``crm.write_visit`` takes it: a lookup, no positions."""
    return record_of(context.session, _visit(context), now=context.now)


def people_of_visit(context: StepContext, _parameters: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return who is concerned, as principals for notices: a lookup.

    Returns:
        rep, manager: lists of principals; customer_id, requester_id for requests that the visit raises.
    """
    visit = _visit(context)
    manager_id = people.manager_of(context.session, visit.rep_id)
    return {
        "rep": [user_principal(visit.rep_id)],
        "manager": [user_principal(manager_id)] if manager_id else [],
        "compliance": [group_principal("compliance")],
        "customer_id": str(visit.customer_id),
        "requester_id": str(visit.rep_id),
    }


def customer_of(session: Session, key: str) -> UUID | None:
    """Return the customer of a visit by the visit's business key, or None."""
    if not key.startswith("visit:"):
        return None
    visit = session.get(Visit, UUID(key.removeprefix("visit:")))
    return visit.customer_id if visit else None


def people_actor(context: StepContext, rep_id: UUID) -> Any:
    """Return who plans on the process's behalf: the rep, or the actor who is not the system."""
    from engine.people import service as people_service

    if context.actor.is_system:
        return people_service.actor_for(context.session, rep_id)
    return context.actor


def _visit(context: StepContext) -> Visit:
    visit = context.session.get(Visit, UUID(context.business_key.removeprefix("visit:")))
    if visit is None:
        raise BpmnError("visit_unknown", "The visit of this process does not exist.")
    return visit


def _facts(context: StepContext, visit: Visit, parameters: Mapping[str, Any]) -> dict[str, Any]:
    place = customers.places_by_id(context.session, [visit.place_id]).get(visit.place_id) if visit.place_id else None
    position = None
    if place is not None and place.latitude is not None and place.longitude is not None:
        position = place.latitude, place.longitude
    evidence_id, method = parameters.get("evidence_id"), str(parameters.get("method") or "manual")
    code = str(parameters.get("qr_code") or "")
    return evidence.check_facts(
        context.session,
        visit.rep_id,
        method=method,
        evidence_id=UUID(str(evidence_id)) if evidence_id else None,
        place=position,
        radius_m=place.radius_m if place else 200,
        at=context.event_at,
        qr=method == "qr"
        and visit.place_id is not None
        and customer_service.is_code_of(context.session, visit.place_id, code),
        permission=parameters.get("permission"),
    )


def _record(context: StepContext, visit: Visit, kind: str, parameters: Mapping[str, Any]) -> None:
    evidence_id = parameters.get("evidence_id")
    given = parameters.get("facts")
    facts = dict(given) if isinstance(given, dict) else {}
    if parameters.get("at"):
        # The event's own time is when it was recorded; a time that somebody states is a fact about it.
        facts["stated_at"] = str(parameters["at"])
    if context.happened_at is not None:
        facts["received_at"] = context.now.isoformat()
    evidence.record_event(
        context.session,
        visit.rep_id,
        visit.id,
        kind=kind,
        method=str(facts.get("method") or parameters.get("method") or "manual"),
        at=context.event_at,
        facts=facts,
        grade=parameters.get("grade"),
        evidence_id=UUID(str(evidence_id)) if evidence_id else None,
        explanation=str(parameters["explanation"])[:1000] if parameters.get("explanation") else None,
    )


def _stated(parameters: Mapping[str, Any], now: datetime) -> datetime:
    """Return the time that the rep states, never one to come; now if none is stated."""
    at = parameters.get("at")
    return min(datetime.fromisoformat(str(at)), now) if at else now


def _end(visit: Visit, state: VisitState, now: datetime, *, reason: str = "") -> None:
    visit.state = state
    visit.ended_at = now
    visit.reason = reason.strip()[:500] or None


def _instant(value: Any, planned: datetime, *, time_zone: str, now: datetime) -> datetime:
    # The form gives a date, which means the planned time on that day where the rep is; the message gives an instant.
    text = str(value or "")
    if len(text) == 10:
        local = planned.astimezone(ZoneInfo(time_zone))
        return datetime.combine(date.fromisoformat(text), local.time(), local.tzinfo).astimezone(UTC)
    if not text:
        return max(planned, now) + timedelta(days=1)
    return datetime.fromisoformat(text)
