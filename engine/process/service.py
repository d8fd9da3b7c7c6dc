"""Run instances: start, message, timer, settle, cancel; each function is one step in the caller's transaction."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from engine.access import SYSTEM, Actor
from engine.audit import service as audit
from engine.bpmn import step as bpmn
from engine.errors import ConflictError, NotFoundError
from engine.ids import new_id
from engine.process import bundles
from engine.process.bundles import Bundle
from engine.process.host import StepHost
from engine.process.states import InstanceState
from engine.process.steps import write_step
from engine.process.tables import ProcessInstance

LIVE = (InstanceState.RUNNING, InstanceState.INCIDENT)
LOCKED = "locked_instances"
"""Key of ``session.info``: the instances that a batch has locked for the steps of its transaction."""


def start_instance(
    session: Session,
    actor: Actor,
    process_key: str,
    *,
    business_key: str,
    title: str,
    data: Mapping[str, Any],
    lanes: Mapping[str, Sequence[str]],
    now: datetime,
    title_en: str | None = None,
    instance_id: UUID | None = None,
) -> UUID:
    """Start the newest version of a process and run it to where it waits.

    Args:
        business_key: ``<kind>:<id>`` of the object that the process is about; messages are routed by it.
        title_en: the title as English pages show it, if it is another.
        data: the first variables; JSON values.
        lanes: lane → principals that its tasks are offered to.
        instance_id: minted by the caller, where it wants to know the id first.

    Raises:
        NotFoundError: the process is not deployed.
    """
    definition_id, bundle = bundles.latest(session, process_key)
    instance = ProcessInstance(
        id=instance_id or new_id(),
        definition_id=definition_id,
        digest=bundle.digest,
        process_key=process_key,
        business_key=business_key,
        title=title[:300],
        title_en=title_en[:300] if title_en else None,
        state=InstanceState.RUNNING,
        lanes={lane: list(principals) for lane, principals in lanes.items()},
        awaiting=[],
        state_bytes=b"",
        started_at=now,
    )
    host = host_for(session, actor, instance, bundle, now=now)
    step = bpmn.start(bundle.model, dict(data), host)
    write_step(session, instance, step, host, actor=actor, kind="started", detail={"data": dict(data)})
    return instance.id


def send_message(
    session: Session,
    actor: Actor,
    instance_id: UUID,
    name: str,
    payload: Mapping[str, Any],
    *,
    now: datetime,
    happened_at: datetime | None = None,
) -> None:
    """Give a message to the instance that waits for it.

    Args:
        happened_at: when its sender did it, where that was earlier.

    Raises:
        NotFoundError: no such instance.
        ConflictError: the instance has ended, or does not wait for this message.
    """
    instance = lock_instance(session, instance_id)
    if instance.state not in LIVE or name not in instance.awaiting:
        raise ConflictError(
            "This has moved on and no longer takes that message.", code="message_not_awaited", name=name
        )
    bundle = bundles.by_digest(session, instance.definition_id, instance.digest)
    host = host_for(session, actor, instance, bundle, now=now, happened_at=happened_at)
    step = bpmn.send_message(bundle.model, instance.state_bytes, name, payload, host)
    detail = {"message": name, "payload": dict(payload), **happened(happened_at)}
    write_step(session, instance, step, host, actor=actor, kind="message", detail=detail)


def send_to_business_key(
    session: Session,
    actor: Actor,
    business_key: str,
    name: str,
    payload: Mapping[str, Any],
    *,
    now: datetime,
    happened_at: datetime | None = None,
) -> bool:
    """Give a message to the live instance about an object, if it waits for it.

    Args:
        happened_at: when its sender did it, where that was earlier.

    Returns:
        True if it was taken; False if the instance lives and may take it later.

    Raises:
        NotFoundError: no live instance about that object.
    """
    rows = session.execute(
        select(ProcessInstance.id, ProcessInstance.awaiting).where(
            ProcessInstance.business_key == business_key, ProcessInstance.state.in_(LIVE)
        )
    ).all()
    if not rows:
        raise NotFoundError("Nothing waits for {name} at {to}.", code="no_receiver", name=name, to=business_key)
    for row in rows:
        if name in row.awaiting:
            send_message(session, actor, row.id, name, payload, now=now, happened_at=happened_at)
            return True
    return False


@dataclass(frozen=True)
class FreeInstances:
    """The live instances about some objects: by business key those locked here with what they wait for; busy keys."""

    locked: Mapping[str, Mapping[UUID, frozenset[str]]]
    busy: frozenset[str]


def lock_free_instances(session: Session, business_keys: Collection[str]) -> FreeInstances:
    """Lock the live instances about these objects that nobody holds, without waiting for any.

    A step for each is then a matter of this transaction alone. An object of which one instance is held is busy.
    """
    wanted = (ProcessInstance.business_key.in_(business_keys), ProcessInstance.state.in_(LIVE))
    free = _lock_free(session, *wanted)
    every = session.execute(select(ProcessInstance.id, ProcessInstance.business_key).where(*wanted)).all()
    held = {row.id for row in free}
    locked: dict[str, dict[UUID, frozenset[str]]] = {}
    for row in free:
        locked.setdefault(row.business_key, {})[row.id] = frozenset(row.awaiting)
    return FreeInstances(locked, frozenset(row.business_key for row in every if row.id not in held))


def lock_due_instances(session: Session, instance_ids: Collection[UUID]) -> Sequence[UUID]:
    """Lock those of these instances that nobody holds, without waiting for any; returns them in the order of ids."""
    return [row.id for row in _lock_free(session, ProcessInstance.id.in_(instance_ids))]


def _lock_free(session: Session, *wanted: ColumnElement[bool]) -> Sequence[ProcessInstance]:
    rows = session.scalars(
        select(ProcessInstance)
        .where(*wanted)
        .order_by(ProcessInstance.id)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    ).all()
    session.info.setdefault(LOCKED, set()).update(row.id for row in rows)
    return rows


def happened(at: datetime | None) -> dict[str, str]:
    """Return what the history keeps of an event that reached us later than it happened."""
    return {"happened_at": at.isoformat()} if at is not None else {}


def advance_instance(session: Session, instance_id: UUID, *, now: datetime) -> bool:
    """Fire the timers of an instance that are due; True if there were any."""
    instance = lock_instance(session, instance_id)
    if instance.state not in LIVE or instance.next_due_at is None or instance.next_due_at > now:
        return False
    bundle = bundles.by_digest(session, instance.definition_id, instance.digest)
    host = host_for(session, SYSTEM, instance, bundle, now=now)
    step = bpmn.advance(bundle.model, instance.state_bytes, host)
    write_step(session, instance, step, host, actor=SYSTEM, kind="timer")
    return True


def due_instances(session: Session, *, now: datetime, limit: int = 50) -> Sequence[UUID]:
    """Return the instances with a timer that is due, the longest overdue first."""
    return session.scalars(
        select(ProcessInstance.id)
        .where(ProcessInstance.next_due_at <= now)
        .order_by(ProcessInstance.next_due_at)
        .limit(limit)
    ).all()


def next_due_at(session: Session) -> datetime | None:
    """Return when the next timer of any instance is due."""
    return session.scalar(
        select(ProcessInstance.next_due_at)
        .where(ProcessInstance.next_due_at.is_not(None))
        .order_by(ProcessInstance.next_due_at)
        .limit(1)
    )


def settle_delivery(
    session: Session,
    instance_id: UUID,
    token: str,
    result: "Mapping[str, Any] | bpmn.BpmnError",
    *,
    element_id: str | None,
    now: datetime,
) -> None:
    """Give the result of a delivery to the service task that waits for it; too late is no error."""
    instance = lock_instance(session, instance_id)
    if instance.state not in LIVE:
        return
    bundle = bundles.by_digest(session, instance.definition_id, instance.digest)
    host = host_for(session, SYSTEM, instance, bundle, now=now)
    try:
        step = bpmn.settle(bundle.model, instance.state_bytes, token, result, host)
    except bpmn.NotWaitingError:
        return
    write_step(session, instance, step, host, actor=SYSTEM, kind="settled", element_id=element_id)


def cancel_instance(session: Session, actor: Actor, instance_id: UUID, *, reason: str, now: datetime) -> None:
    """End an instance at once and withdraw its tasks: an administrator's act, beside the process.

    Raises:
        NotFoundError: no such instance.
        ConflictError: it has ended.
    """
    instance = lock_instance(session, instance_id)
    if instance.state not in LIVE:
        raise ConflictError("This process has already ended.", code="instance_ended")
    bundle = bundles.by_digest(session, instance.definition_id, instance.digest)
    host = host_for(session, actor, instance, bundle, now=now)
    before = str(instance.state)
    step = bpmn.cancel(bundle.model, instance.state_bytes, host)
    write_step(session, instance, step, host, actor=actor, kind="cancelled", detail={"reason": reason})
    audit.record(
        session,
        actor,
        "instance.cancelled",
        subject=("instance", str(instance_id)),
        name=instance.title,
        reason=reason,
        before={"state": before},
        after={"state": str(instance.state)},
        now=now,
    )


def lock_instance(session: Session, instance_id: UUID) -> ProcessInstance:
    """Load an instance for a step; nobody else can step it until the transaction ends.

    Raises:
        NotFoundError: no such instance.
    """
    if instance_id in session.info.get(LOCKED, ()):
        return session.get_one(ProcessInstance, instance_id)  # this transaction's already, and as it left it
    instance = session.scalar(
        select(ProcessInstance)
        .where(ProcessInstance.id == instance_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if instance is None:
        raise NotFoundError("There is no such process instance.", code="instance_unknown")
    return instance


def host_for(
    session: Session,
    actor: Actor,
    instance: ProcessInstance,
    bundle: Bundle,
    *,
    now: datetime,
    happened_at: datetime | None = None,
) -> StepHost:
    """Return the host of one step of ``instance``."""
    return StepHost(
        session,
        actor,
        bundle,
        instance_id=instance.id,
        business_key=instance.business_key,
        lanes=instance.lanes,
        now=now,
        happened_at=happened_at,
    )
