"""Forget what people typed into forms, once the object that it was about may keep it no longer."""

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.process.tables import HistoryEvent, ProcessInstance


def forget_submissions(session: Session, business_keys: Collection[str]) -> None:
    """Take the submitted values out of the history of objects; who did which step when stays."""
    rows = session.scalars(
        select(HistoryEvent)
        .join(ProcessInstance, ProcessInstance.id == HistoryEvent.instance_id)
        .where(ProcessInstance.business_key.in_(business_keys))
    )
    for row in rows:
        if "values" in row.detail:
            row.detail = {**row.detail, "values": {}}
