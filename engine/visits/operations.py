"""What the visit's process may do to a visit: one function for each topic ``visit.*``."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from engine.access import group_principal, user_principal
from engine.bpmn.step import BpmnError
from engine.customers import queries as customers
from engine.evidence import service as evidence
from engine.people import queries as people
from engine.process.topics import StepContext
from engine.visits import rules, service
from engine.visits.tables import Visit, VisitReport, VisitState

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
    """Return what the grade table needs: method, accuracy_m, age_s, distance_m, radius_m, place_known, mock, qr."""
    visit = _visit(context)
    place = customers.places_by_id(context.session, [visit.place_id]).get(visit.place_id) if visit.place_id else None
    position = (place.latitude, place.longitude) if place and place.latitude and place.longitude else None
    evidence_id = parameters.get("evidence_id")
    return evidence.check_facts(
        context.session,
        visit.rep_id,
        method=str(parameters.get("method") or "manual"),
        evidence_id=UUID(str(evidence_id)) if evidence_id else None,
        place=position,
        radius_m=place.radius_m if place else 200,
    )


def check_in(context: StepContext, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
    """Record the arrival with its grade."""
    visit = _visit(context)
    if visit.checked_in_at is not None:
        return {}
    visit.state = VisitState.CHECKED_IN
    visit.checked_in_at = context.now
    visit.grade = parameters.get("grade")
    _record(context, visit, "in", parameters)
    return {}


def explain(context: StepContext, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
    """Keep the rep's explanation of a check-in."""
    _record(context, _visit(context), "explanation", parameters)
    return {}


def check_out(context: StepContext, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
    """Record the departure."""
    visit = _visit(context)
    visit.state = VisitState.CHECKED_OUT
    visit.checked_out_at = context.now
    _record(context, visit, "out", parameters)
    return {}


def report(context: StepContext, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
    """Store the report: the values that the report's form left in the process.

    Returns:
        outcome, adverse_event, promise_count, follow_up_count, review_sampled for the gateways that follow.

    Raises:
        BpmnError: the process passed no values.
    """
    visit = _visit(context)
    values = parameters.get("values")
    if not isinstance(values, dict):
        raise BpmnError("report_missing", "The report has no values.")
    stored = context.session.get(VisitReport, visit.id)
    if stored is None:
        stored = VisitReport(visit_id=visit.id, form_key="", values={}, reported_at=context.now)
        context.session.add(stored)
    stored.form_key = str(parameters.get("form") or "")
    stored.summary = str(values.get("summary") or "")[:4000]
    stored.values = values
    stored.reported_by = context.actor.user_id or visit.rep_id
    stored.reported_at = context.now
    visit.outcome = values.get("outcome") or visit.outcome or "met"
    if visit.state == VisitState.CHECKED_IN:
        visit.state = VisitState.REPORTED
    follow_ups = [step for step in values.get("next_steps") or [] if step.get("kind") == "visit"]
    return {
        "outcome": visit.outcome,
        "adverse_event": bool(values.get("adverse_event")),
        "promise_count": len(values.get("promises") or []),
        "follow_up_count": len(follow_ups),
        "review_sampled": rules.is_sampled(visit.id),
    }


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
    """Mark the visit as made."""
    visit = _visit(context)
    if visit.state not in OVER:
        _end(visit, VisitState.COMPLETED, context.now)
    return {}


def cancel(context: StepContext, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
    """End the visit as cancelled."""
    visit = _visit(context)
    _end(visit, VisitState.CANCELLED, context.now, reason=str(parameters.get("reason") or ""))
    return {}


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
    start = _instant(parameters.get("new_start"), visit.planned_start, context.now)
    _end(visit, VisitState.RESCHEDULED, context.now, reason=str(parameters.get("reason") or ""))
    context.session.flush()  # the new visit's process reads what is stored
    planner = people_actor(context, visit.rep_id)
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
    visit = _visit(context)
    stored = context.session.get(VisitReport, visit.id)
    reference = customers.external_id(context.session, visit.customer_id, "crm")
    customer = customers.by_id(context.session, [visit.customer_id])[visit.customer_id]
    started, ended = visit.checked_in_at or visit.planned_start, visit.checked_out_at or context.now
    return {
        "visit_id": str(visit.id),
        "customer_ref": reference or customer.code,
        "rep": people.person(context.session, visit.rep_id).login,
        "started_at": started.isoformat(),
        "ended_at": ended.isoformat(),
        "outcome": visit.outcome or "",
        "summary": stored.summary[:1000] if stored else "",
    }


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


def _record(context: StepContext, visit: Visit, kind: str, parameters: Mapping[str, Any]) -> None:
    evidence_id = parameters.get("evidence_id")
    facts = parameters.get("facts")
    evidence.record_event(
        context.session,
        visit.rep_id,
        visit.id,
        kind=kind,
        method=str((facts or {}).get("method") or parameters.get("method") or "manual"),
        at=context.now,
        facts=facts if isinstance(facts, dict) else {},
        grade=parameters.get("grade"),
        evidence_id=UUID(str(evidence_id)) if evidence_id else None,
        explanation=str(parameters["explanation"])[:1000] if parameters.get("explanation") else None,
    )


def _end(visit: Visit, state: VisitState, now: datetime, *, reason: str = "") -> None:
    visit.state = state
    visit.ended_at = now
    visit.reason = reason.strip()[:500] or None


def _instant(value: Any, fallback: datetime, now: datetime) -> datetime:
    # The form gives a date, the message an instant.
    text = str(value or "")
    if len(text) == 10:
        return fallback.replace(year=int(text[:4]), month=int(text[5:7]), day=int(text[8:10]))
    if not text:
        return max(fallback, now) + timedelta(days=1)
    return datetime.fromisoformat(text)
