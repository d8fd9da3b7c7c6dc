"""Forget what people typed into forms, once the object that it was about may keep it no longer."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from engine.audit import service as audit
from engine.outbox import service as outbox
from engine.process.states import InstanceState
from engine.process.tables import HistoryEvent, InstanceSnapshot, ProcessInstance

KEPT = ("form", "opened", "message", "reason", "act", "to")
KEPT_OF_TRAIL = ("id", "kind", "stood_s")
OVER = (InstanceState.COMPLETED, InstanceState.CANCELLED)


def forget_submissions(session: Session, business_keys: Collection[str]) -> None:
    """Take values out of the history, the deliveries and the ended instances of objects.

    Which elements ran, and who completed which step when, stays.
    """
    ids = list(session.scalars(select(ProcessInstance.id).where(ProcessInstance.business_key.in_(business_keys))))
    for row in session.scalars(select(HistoryEvent).where(HistoryEvent.instance_id.in_(ids))):
        row.detail = _bare(row.detail)
    outbox.forget_payloads(session, ids)
    audit.forget_contents(session, "instance", [str(instance_id) for instance_id in ids])
    ended = update(ProcessInstance).where(ProcessInstance.id.in_(ids), ProcessInstance.state.in_(OVER))
    session.execute(ended.values(state_bytes=b""))
    # A copy of the variables from before a repair, too.
    kept = update(InstanceSnapshot).where(InstanceSnapshot.instance_id.in_(ids))
    session.execute(kept.values(state_bytes=b"", before={}, tasks={}, summary={}, after_version=-1))


def _bare(detail: dict[str, Any]) -> dict[str, Any]:
    trail = [{name: entry[name] for name in KEPT_OF_TRAIL if name in entry} for entry in detail.get("trail", ())]
    return {**{name: detail[name] for name in KEPT if name in detail}, "values": {}, "trail": trail}
