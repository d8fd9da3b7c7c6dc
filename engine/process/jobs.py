"""What operators do with deliveries and timers: do it now, at another time, again, or never; each with its trace.

Nothing is left without an end: a process that waits for a delivery which is dropped gets an error in its place, which
its model catches or which becomes an incident.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from engine.access import Actor
from engine.audit import service as audit
from engine.bpmn import step as bpmn
from engine.errors import ConflictError, FieldProblem, InvalidInputError
from engine.outbox import queries as outbox_queries
from engine.outbox import service as outbox
from engine.process import bundles, incidents
from engine.process.host import StepHost
from engine.process.instances import instance_query, instance_rows
from engine.process.rows import InstanceRow
from engine.process.service import LIVE, host_for, lock_instance, settle_delivery
from engine.process.steps import write_step
from engine.process.tables import HistoryEvent, Incident, ProcessInstance

MAX_REASON = 500
FARTHEST = timedelta(days=3660)
DROPPED = "delivery_dropped"


@dataclass(frozen=True)
class Timer:
    """A timer of an instance that waits; ``beside`` an activity, which goes on without it."""

    instance_id: UUID
    element_id: str
    token: str
    due_at: datetime
    beside: bool
    version: int


def run_now(
    session: Session, actor: Actor, delivery_id: UUID, *, now: datetime, delay: timedelta = incidents.NO_DELAY
) -> None:
    """Let a delivery be done now: one that waits for its time, or that was given up.

    Args:
        delay: how long one that was given up waits for its turn among others.

    Raises:
        NotFoundError: no such delivery.
        ConflictError: it is over, or a worker has it just now.
    """
    row = outbox_queries.delivery(session, delivery_id)
    if row.state != "failed":
        before = outbox.move(session, delivery_id, now, now=now)
        times = {"at": before.isoformat()}, {"at": now.isoformat()}
        _record(session, actor, "delivery.run_now", row, before=times[0], after=times[1], now=now)
        return
    incident_id = session.scalar(
        select(Incident.id).where(Incident.delivery_id == delivery_id, Incident.resolved_at.is_(None))
    )
    if incident_id is not None:
        incidents.retry(session, actor, incident_id, now=now, delay=delay)
    else:
        outbox.renew(session, delivery_id, now=now, delay=delay)
    state = {"state": "failed", "error": row.last_error}, {"state": "pending"}
    _record(session, actor, "delivery.retried", row, before=state[0], after=state[1], now=now)


def reschedule(session: Session, actor: Actor, delivery_id: UUID, at: datetime, reason: str, *, now: datetime) -> None:
    """Let a delivery that waits be done at another time.

    Raises:
        NotFoundError: no such delivery.
        ConflictError: it is over, or a worker has it just now.
        InvalidInputError: the time is past or too far, or there is no reason.
    """
    reason = _checked(reason, at, now)
    row = outbox_queries.delivery(session, delivery_id)
    before = outbox.move(session, delivery_id, at, now=now)
    times = {"at": before.isoformat()}, {"at": at.isoformat()}
    _record(session, actor, "delivery.rescheduled", row, reason=reason, before=times[0], after=times[1], now=now)


def drop(session: Session, actor: Actor, delivery_id: UUID, reason: str, *, now: datetime) -> None:
    """Let a delivery never be done; what waits for it gets an error instead.

    Raises:
        NotFoundError: no such delivery.
        ConflictError: it is over, or a worker has it just now.
        InvalidInputError: there is no reason.
    """
    reason = _checked(reason)
    row = outbox_queries.delivery(session, delivery_id)
    dropped = outbox.drop(session, delivery_id, reason, now=now)
    incidents.resolve_dropped(session, actor, delivery_id, now=now)
    state = {"state": dropped.state, "error": row.last_error}, {"state": "dropped"}
    _record(session, actor, "delivery.dropped", row, reason=reason, before=state[0], after=state[1], now=now)
    if dropped.instance_id is None:
        return
    session.add(
        HistoryEvent(
            instance_id=dropped.instance_id,
            at=now,
            kind="dropped",
            actor_id=actor.user_id,
            actor_name=actor.name,
            element_id=dropped.element_id,
            detail={"reason": reason},
        )
    )
    if dropped.token:
        error = bpmn.BpmnError(DROPPED, "Dropped by an administrator: {reason}", reason=reason)
        settle_delivery(session, dropped.instance_id, dropped.token, error, element_id=dropped.element_id, now=now)


def timers_of(session: Session, instance_id: UUID) -> tuple[Timer, ...]:
    """Return the timers of an instance that wait, the earliest first."""
    instance = session.get(ProcessInstance, instance_id)
    if instance is None or instance.state not in LIVE or not instance.state_bytes:
        return ()
    model = bundles.by_digest(session, instance.definition_id, instance.digest).model
    found = bpmn.timers(model, instance.state_bytes)
    return tuple(
        Timer(instance_id, each.element_id, each.token, each.due_at, each.beside, instance.version) for each in found
    )


def next_timers(
    session: Session, *, after: tuple[datetime, UUID] | None = None, limit: int = 50
) -> tuple[InstanceRow, ...]:
    """Return the instances with a timer that waits, the one that is due first at the top."""
    instance = ProcessInstance
    query = instance_query().where(instance.next_due_at.is_not(None))
    if after is not None:
        query = query.where(tuple_(instance.next_due_at, instance.id) > after)
    return instance_rows(session, query.order_by(instance.next_due_at, instance.id).limit(limit))


def move_timer(
    session: Session, actor: Actor, instance_id: UUID, token: str, at: datetime, reason: str, *, now: datetime
) -> None:
    """Let a timer fire at another time; ``at`` may be now.

    Raises:
        NotFoundError: no such instance.
        ConflictError: the timer does not wait any more.
        InvalidInputError: the time is past or too far, or there is no reason.
    """
    reason = _checked(reason, at, now)
    instance, timer = _locked_timer(session, instance_id, token)
    bundle = bundles.by_digest(session, instance.definition_id, instance.digest)
    host = host_for(session, actor, instance, bundle, now=now)
    step = bpmn.move_timer(bundle.model, instance.state_bytes, token, at, host)
    _write_timer(session, actor, instance, timer, step, host, act="timer_moved", reason=reason, at=at, now=now)


def drop_timer(session: Session, actor: Actor, instance_id: UUID, token: str, reason: str, *, now: datetime) -> None:
    """Let a timer beside an activity never fire.

    Raises:
        NotFoundError: no such instance.
        ConflictError: the timer does not wait any more, or the process waits for it alone.
        InvalidInputError: there is no reason.
    """
    reason = _checked(reason)
    instance, timer = _locked_timer(session, instance_id, token)
    if not timer.beside:
        raise ConflictError("The process waits for this timer alone. Let it fire instead.", code="timer_alone")
    bundle = bundles.by_digest(session, instance.definition_id, instance.digest)
    host = host_for(session, actor, instance, bundle, now=now)
    step = bpmn.drop_timer(bundle.model, instance.state_bytes, token, host)
    _write_timer(session, actor, instance, timer, step, host, act="timer_dropped", reason=reason, at=None, now=now)


def _locked_timer(session: Session, instance_id: UUID, token: str) -> tuple[ProcessInstance, Timer]:
    instance = lock_instance(session, instance_id)
    found = next((each for each in timers_of(session, instance_id) if each.token == token), None)
    if found is None:
        raise ConflictError("This timer does not wait any more.", code="timer_gone")
    return instance, found


def _write_timer(
    session: Session, actor: Actor, instance: ProcessInstance, timer: Timer, step: bpmn.Step, host: StepHost, *,
    act: str, reason: str, at: datetime | None, now: datetime,
) -> None:  # fmt: skip
    write_step(
        session, instance, step, host, actor=actor, kind="revised", element_id=timer.element_id,
        detail={"act": act, "reason": reason},
    )  # fmt: skip
    audit.record(
        session,
        actor,
        f"timer.{act.removeprefix('timer_')}",
        subject=("instance", str(instance.id)),
        name=instance.title,
        reason=reason,
        before={"element": timer.element_id, "due_at": timer.due_at.isoformat()},
        after={"element": timer.element_id, "due_at": at.isoformat() if at else None},
        now=now,
    )


def _record(
    session: Session, actor: Actor, action: str, row: outbox_queries.DeliveryRow, *,
    before: Mapping[str, str | None], after: Mapping[str, str | None], now: datetime, reason: str = "",
) -> None:  # fmt: skip
    subject = ("instance", str(row.instance_id)) if row.instance_id else ("delivery", str(row.id))
    names = {"topic": row.topic, "element": row.element_id}
    audit.record(
        session, actor, action, subject=subject, name=row.topic, reason=reason,
        before={**names, **before}, after={**names, **after}, now=now,
    )  # fmt: skip


def _checked(reason: str, at: datetime | None = None, now: datetime | None = None) -> str:
    reason = reason.strip()
    errors: dict[str, list[FieldProblem]] = {}
    if not reason or len(reason) > MAX_REASON:
        problem = FieldProblem("Enter a reason of at most {max} characters.", code="reason_invalid", max=MAX_REASON)
        errors["reason"] = [problem]
    if at is not None and now is not None and not now <= at <= now + FARTHEST:
        errors["at"] = [FieldProblem("Choose a time that is to come.", code="time_invalid")]
    if errors:
        raise InvalidInputError(errors=errors)
    return reason
