"""Which instances an act on many is about."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.process.service import LIVE
from engine.process.tables import ProcessInstance


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
