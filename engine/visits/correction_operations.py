"""What the process of a correction may do: the topics ``correction.*``."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from engine.bpmn.step import BpmnError
from engine.process.topics import StepContext
from engine.visits import adverse, corrections
from engine.visits.states import CorrectionState
from engine.visits.tables import ReportCorrection


def apply(context: StepContext, _parameters: Mapping[str, Any]) -> Mapping[str, Any]:
    """Put the correction into the report."""
    row = _correction(context)
    if row.state == CorrectionState.PROPOSED:
        visit = corrections.apply_correction(context.session, context.actor, row, now=context.now)
        adverse.watch(context.session, context.actor, visit, now=context.now)
    return {}


def reject(context: StepContext, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
    """Leave the report as it is; the proposal stays to be seen."""
    row = _correction(context)
    row.state = CorrectionState.REJECTED
    row.decided_by, row.decided_at = context.actor.user_id, context.now
    row.decision_reason = str(parameters.get("reason") or "")[:500] or None
    return {}


def _correction(context: StepContext) -> ReportCorrection:
    row = context.session.get(ReportCorrection, UUID(context.business_key.removeprefix("correction:")))
    if row is None:
        raise BpmnError("correction_unknown", "The correction of this process does not exist.")
    return row
