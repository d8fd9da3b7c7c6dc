"""Incidents: elements and deliveries that failed and wait for a person, who may have them tried again."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from engine.access import Actor
from engine.audit import service as audit
from engine.bpmn import step as bpmn
from engine.errors import ConflictError, FieldProblem, NotFoundError
from engine.outbox import service as outbox
from engine.process import bundles
from engine.process.causes import add_incident
from engine.process.service import LIVE, host_for, lock_instance
from engine.process.states import InstanceState
from engine.process.steps import write_step
from engine.process.tables import Incident, ProcessInstance

NO_DELAY = timedelta()
FAILED_AGAIN = "It failed again: {message}"


def note_failed_delivery(
    session: Session,
    instance_id: UUID,
    *,
    element_id: str,
    token: str | None,
    delivery_id: UUID,
    code: str,
    message: str,
    problem: FieldProblem | None = None,
    now: datetime,
) -> None:
    """Record that a delivery was given up; the instance shows an incident, and goes on where it can."""
    instance = lock_instance(session, instance_id)
    add_incident(
        session,
        instance,
        element_id=element_id,
        token=token,
        delivery_id=delivery_id,
        code=code,
        message=message,
        problem=problem,
        now=now,
    )
    if instance.state == InstanceState.RUNNING:
        instance.state = InstanceState.INCIDENT


def retry(
    session: Session, actor: Actor, incident_id: UUID, *, now: datetime, delay: timedelta = NO_DELAY
) -> FieldProblem | None:
    """Try the failed element or delivery again.

    Args:
        delay: how long a delivery waits for its turn; an element runs at once.

    Returns:
        why the element failed again, if it did; a delivery is done after the commit.

    Raises:
        NotFoundError: no such incident.
        ConflictError: it is resolved, or its instance has ended.
    """
    instance_id = session.scalar(select(Incident.instance_id).where(Incident.id == incident_id))
    if instance_id is None:
        raise NotFoundError("There is no such incident.", code="incident_unknown")
    instance = lock_instance(session, instance_id)
    incident = session.get_one(Incident, incident_id, populate_existing=True)
    if incident.resolved_at is not None:
        raise ConflictError("This incident is already resolved.", code="incident_resolved")
    incident.resolved_at = now
    incident.resolved_by = actor.user_id
    incident.resolution = "retried"
    audit.record(
        session,
        actor,
        "incident.retried",
        subject=("instance", str(instance_id)),
        name=instance.title,
        before={"incident": incident.code, "element": incident.element_id, "message": incident.message},
        now=now,
    )
    session.flush()  # the count below must not see it
    _clear_state(session, instance)
    if incident.delivery_id is not None:
        outbox.renew(session, incident.delivery_id, now=now, delay=delay)
        return None
    if instance.state not in LIVE:
        raise ConflictError("This process has already ended.", code="instance_ended")
    if incident.token is None:
        instance.next_due_at = now
        return None
    bundle = bundles.by_digest(session, instance.definition_id, instance.digest)
    host = host_for(session, actor, instance, bundle, now=now)
    # A delivery that was given up keeps its row; the element asks for one of the same key.
    outbox.make_room(session, f"{instance_id}:{incident.token}")
    step = bpmn.retry(bundle.model, instance.state_bytes, incident.token, host)
    write_step(session, instance, step, host, actor=actor, kind="retried", element_id=incident.element_id)
    again = next((found for found in step.incidents if found.token == incident.token), None)
    return FieldProblem(FAILED_AGAIN, code=again.code, message=again.problem or again.message) if again else None


def resolve_dropped(session: Session, actor: Actor, delivery_id: UUID, *, now: datetime) -> None:
    """Close the incidents of a delivery that a person dropped."""
    found = session.scalars(
        select(Incident).where(Incident.delivery_id == delivery_id, Incident.resolved_at.is_(None))
    ).all()
    for incident in found:
        incident.resolved_at, incident.resolved_by, incident.resolution = now, actor.user_id, "dropped"
    session.flush()  # the count below must not see them
    for instance_id in {incident.instance_id for incident in found}:
        _clear_state(session, lock_instance(session, instance_id))


def resolve_for_delivery(session: Session, delivery_id: UUID, *, now: datetime) -> None:
    """Close the incident of a delivery that was done after all."""
    session.execute(
        update(Incident)
        .where(Incident.delivery_id == delivery_id, Incident.resolved_at.is_(None))
        .values(resolved_at=now, resolution="delivered")
    )


def park_timer(session: Session, instance_id: UUID, *, now: datetime) -> None:
    """Take an instance whose timer cannot fire out of the sweep; its incident, when retried, puts it back."""
    instance = lock_instance(session, instance_id)
    instance.next_due_at = None
    if instance.state == InstanceState.RUNNING:
        instance.state = InstanceState.INCIDENT
    problem = FieldProblem("A timer of this process could not fire.", code="timer_failed")
    add_incident(session, instance, element_id="", code=problem.code, message=str(problem), problem=problem, now=now)


def _clear_state(session: Session, instance: ProcessInstance) -> None:
    left = session.scalar(
        select(func.count())
        .select_from(Incident)
        .where(Incident.instance_id == instance.id, Incident.resolved_at.is_(None))
    )
    if not left and instance.state == InstanceState.INCIDENT:
        instance.state = InstanceState.RUNNING
