"""Deliver BPMN messages from one instance (or a deadline) to another."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from engine.access import SYSTEM
from engine.errors import NotFoundError
from engine.process import service
from engine.process.topics import DeliveryContext


def deliver_message(session: Session, context: DeliveryContext, payload: Mapping[str, Any]) -> bool:
    """Give a message to its receiver; False while the receiver lives and does not wait for it.

    A message whose receiver has ended is done: there is nobody left to tell.
    """
    to = str(payload.get("to") or "")
    if not to:
        return True
    try:
        return service.send_to_business_key(
            session, SYSTEM, to, str(payload["name"]), payload.get("payload") or {}, now=context.now
        )
    except NotFoundError:
        return True
