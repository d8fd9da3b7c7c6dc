"""What the process of an adverse event may do: the topics ``safety.*``."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from engine.process.topics import StepContext
from engine.safety import rules, service
from engine.safety.rules import CaseState


def record(context: StepContext, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
    """Keep what a stage entered.

    Args:
        context: of the step.
        parameters: stage: report, intake, assessment, submission or follow_up; values: its form's.

    Returns:
        follow_up_by: until when the next follow-up is due, ISO 8601.
    """
    case = service.load(context.session, context.business_key)
    stage, values = str(parameters.get("stage") or ""), parameters.get("values")
    entered = dict(values) if isinstance(values, dict) else {}
    if stage == "follow_up":
        entered = {"entries": [*case.record.get(stage, {}).get("entries", []), entered]}
    case.record = {**case.record, stage: {**entered, "by": context.actor.name, "at": context.event_at.isoformat()}}
    case.state = rules.STATE_AFTER.get(stage, CaseState(case.state))
    if stage == "intake" and entered.get("valid") == "no":
        case.state = CaseState.NO_EVENT
    return {"follow_up_by": (context.now + rules.FOLLOW_UP_WITHIN).isoformat()}


def classify(context: StepContext, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
    """Keep how serious the event is; the days to submit it count from when it was first known.

    Returns:
        submit_by: ISO 8601.
    """
    case = service.load(context.session, context.business_key)
    days = parameters.get("submit_within_days")
    case.serious = bool(parameters.get("serious"))
    case.submit_by = case.raised_at + timedelta(days=float(days) if isinstance(days, int | float) else 15)
    return {"submit_by": case.submit_by.isoformat()}


def close(context: StepContext, _parameters: Mapping[str, Any]) -> Mapping[str, Any]:
    """Close the case; what was no event stays marked so."""
    case = service.load(context.session, context.business_key)
    if case.state != CaseState.NO_EVENT:
        case.state = CaseState.CLOSED
    case.closed_at, case.closed_by = context.now, context.actor.user_id
    return {}
