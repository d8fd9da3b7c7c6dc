"""Which instances an act on many is about."""

from collections import Counter
from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.bpmn import step as bpmn
from engine.process import bundles
from engine.process.service import LIVE
from engine.process.tables import ProcessDefinition, ProcessInstance

COUNTED = 1_000


def live_on(
    session: Session, definition_id: UUID, *, only: Sequence[UUID] | None = None, limit: int
) -> tuple[UUID, ...]:
    """Return the instances that run on a version, in the order of their ids, in which they are locked.

    Args:
        only: of these.
    """
    query = select(ProcessInstance.id).where(
        ProcessInstance.definition_id == definition_id, ProcessInstance.state.in_(LIVE)
    )
    if only is not None:
        query = query.where(ProcessInstance.id.in_(only))
    return tuple(session.scalars(query.order_by(ProcessInstance.id).limit(limit)))


def standing_by_element(session: Session, definition_id: UUID) -> Counter[str]:
    """Return how many tokens stand at each element of a version, in the newest ``COUNTED`` instances at most."""
    definition = session.get_one(ProcessDefinition, definition_id)
    model = bundles.by_digest(session, definition_id, definition.digest).model
    query = select(ProcessInstance.state_bytes).where(
        ProcessInstance.definition_id == definition_id, ProcessInstance.state.in_(LIVE)
    )
    found: Counter[str] = Counter()
    for state in session.scalars(query.order_by(ProcessInstance.id.desc()).limit(COUNTED)):
        found.update(element_id for element_id, _state in bpmn.tokens(model, state))
    return found
