"""What screens show of deliveries."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.outbox.tables import Delivery


@dataclass(frozen=True)
class DeliveryRow:
    """One delivery and how it stands; ``next_at`` None: it is done or given up."""

    id: UUID
    key: str
    topic: str
    payload: dict[str, Any]
    state: str
    attempts: int
    created_at: datetime
    next_at: datetime | None
    last_error: str | None


def by_keys(session: Session, keys: Collection[str]) -> dict[str, DeliveryRow]:
    """Return deliveries by their keys; unknown keys are left out."""
    rows = session.scalars(select(Delivery).where(Delivery.key.in_(keys))) if keys else ()
    return {
        row.key: DeliveryRow(
            row.id, row.key, row.topic, row.payload, str(row.state), row.attempts, row.created_at, row.available_at,
            row.last_error,
        )
        for row in rows
    }  # fmt: skip
