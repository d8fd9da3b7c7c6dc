"""What the history tells of elements: which finished when, and how long each had taken."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.process.tables import HistoryEvent, ProcessInstance, UserTask


@dataclass(frozen=True)
class Finished:
    """One event: elements that finished in it, each with the seconds that it had taken, where that is known."""

    event_id: int
    definition_id: UUID
    at: datetime
    elements: tuple[tuple[str, int | None], ...]


def finished_after(session: Session, event_id: int, *, before: datetime, limit: int) -> list[Finished]:
    """Return what finished in the events after one, in their order, up to a time.

    Args:
        before: events of this time and later are left: an earlier one may not be committed yet.
    """
    query = (
        select(
            HistoryEvent.id, HistoryEvent.at, HistoryEvent.detail, ProcessInstance.definition_id,
            UserTask.element_id, UserTask.created_at, UserTask.ended_at,
        )
        .join(ProcessInstance, ProcessInstance.id == HistoryEvent.instance_id)
        .outerjoin(UserTask, UserTask.id == HistoryEvent.task_id)
        .where(HistoryEvent.id > event_id)
        .order_by(HistoryEvent.id)
        .limit(limit)
    )  # fmt: skip
    found = []
    for row in session.execute(query):
        if row.at >= before:
            break
        is_done = row.ended_at is not None and row.created_at is not None
        took = {row.element_id: round((row.ended_at - row.created_at).total_seconds())} if is_done else {}
        trail = row.detail.get("trail", ())
        elements = tuple((entry["id"], took.get(entry["id"], entry.get("stood_s"))) for entry in trail)
        found.append(Finished(row.id, row.definition_id, row.at, elements))
    return found
