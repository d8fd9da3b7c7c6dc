"""Repairs of one instance: edits that are planned first, and applied in one step like any other.

A plan is what would happen, tried in a savepoint that is rolled back: nothing of it is guessed. It was made for one
version of the instance, and is applied to that one only.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from engine.access import Actor
from engine.audit import service as audit
from engine.bpmn import step as bpmn
from engine.bpmn.step import RepairError, Standing
from engine.errors import ConflictError, FieldProblem, InvalidInputError
from engine.outbox import service as outbox
from engine.process import bundles, snapshots
from engine.process.bundles import Bundle
from engine.process.repair_edits import RepairEdit
from engine.process.repair_places import instance_and_bundle
from engine.process.repair_plan import Plan, tokens_of, tried
from engine.process.revision import renew_tasks
from engine.process.service import lock_instance
from engine.process.states import InstanceState
from engine.process.steps import write_step
from engine.process.tables import HistoryEvent, Incident, ProcessInstance
from engine.store.database import AFTER_COMMIT

MAX_REASON = 1000
MAX_AUDITED = 200
"""Characters of a variable's value that the audit keeps."""


def standing(session: Session, instance_id: UUID) -> tuple[int, tuple[Standing, ...]]:
    """Return the version of an instance, and its tokens with what may be done to each; none once it has ended.

    Raises:
        NotFoundError: no such instance.
    """
    instance, bundle = instance_and_bundle(session, instance_id)
    return instance.version, tokens_of(bundle, instance)


def plan(session: Session, actor: Actor, instance_id: UUID, edits: Sequence[RepairEdit], *, now: datetime) -> Plan:
    """Try a repair, and say what it would do; nothing of it is kept.

    Raises:
        NotFoundError: no such instance.
        RetryableError: the trial met trouble that may pass.
    """
    instance = lock_instance(session, instance_id)
    bundle = bundles.by_digest(session, instance.definition_id, instance.digest)
    rings = len(session.info.setdefault(AFTER_COMMIT, []))
    savepoint = session.begin_nested()
    try:
        found, _step, _host = tried(session, actor, instance, bundle, edits, now=now)
    finally:
        savepoint.rollback()
        del session.info[AFTER_COMMIT][rings:]
    return found


def apply(
    session: Session,
    actor: Actor,
    instance_id: UUID,
    edits: Sequence[RepairEdit],
    *,
    version: int,
    reason: str,
    is_approved: bool,
    now: datetime,
    proposed_by: str = "",
) -> UUID:
    """Do a repair as it was planned, and return the id of the snapshot by which it is undone.

    Args:
        version: of the instance that the plan was made for.
        is_approved: a second person has agreed; a risky repair needs it.
        proposed_by: name of the one who planned it, where the actor is the second person.

    Raises:
        NotFoundError: no such instance.
        ConflictError: the instance has changed since it was planned, or the repair is risky and nobody else agreed.
        InvalidInputError: there is no reason.
        RepairError: there is no edit, or one is impossible.
    """
    reason = checked_reason(reason)
    instance = lock_instance(session, instance_id)
    if instance.version != version:
        raise ConflictError(
            "The process has changed meanwhile. Look at it again before you repair it.", code="repair_outdated"
        )
    bundle = bundles.by_digest(session, instance.definition_id, instance.digest)
    before = snapshots.take(session, instance)
    found, step, host = tried(session, actor, instance, bundle, edits, now=now)
    if found.problems:
        raise RepairError(found.problems)
    if found.is_risky and not is_approved:
        raise ConflictError("This repair is risky: a second administrator must agree.", code="repair_needs_second")
    summary = _summary(found, edits)
    if step is None:
        _note(session, instance, actor, summary, reason, now=now)
    else:
        write_step(
            session, instance, step, host, actor=actor, kind="repaired",
            detail={"reason": reason, "edits": summary["edits"], "proposed_by": proposed_by},
        )  # fmt: skip
        renew_tasks(session, instance, {task.key: task for task in step.revised}, frozenset())
        _resolve_gone(session, instance, bundle, edits, before.incidents, actor, now=now)
    _work_on_deliveries(session, edits, actor, now=now)
    _clear_state(session, instance)
    snapshot_id = snapshots.keep(
        session, instance, before, act="repair", actor=actor, reason=reason, summary=summary, now=now
    )
    audit.record(
        session,
        actor,
        "instance.repaired",
        subject=("instance", str(instance_id)),
        name=instance.title,
        reason=reason,
        before={"tokens": summary["before"], **_values(found, 0)},
        after={"tokens": summary["after"], **_values(found, 1), "edits": summary["edits"],
               **({"proposed_by": proposed_by} if proposed_by else {})},
        now=now,
    )  # fmt: skip
    return snapshot_id


def undo(session: Session, actor: Actor, snapshot_id: UUID, *, reason: str, now: datetime) -> UUID:
    """Put an instance back to before a repair; returns its id.

    Raises:
        NotFoundError: no such repair.
        ConflictError: it was undone already, or the instance has gone on since.
        InvalidInputError: there is no reason.
    """
    reason = checked_reason(reason)
    found = snapshots.restore(session, actor, snapshot_id, now=now)
    instance = session.get_one(ProcessInstance, found.instance_id)
    audit.record(
        session,
        actor,
        "instance.repair_undone" if found.act == "repair" else "instance.migration_undone",
        subject=("instance", str(instance.id)),
        name=instance.title,
        reason=reason,
        before={"tokens": found.summary.get("after")},
        after={"tokens": found.summary.get("before")},
        now=now,
    )
    return instance.id


def checked_reason(reason: str) -> str:
    """Return a reason without space around it.

    Raises:
        InvalidInputError: it is empty or too long.
    """
    reason = reason.strip()
    if not reason or len(reason) > MAX_REASON:
        problem = FieldProblem("Enter a reason of at most {max} characters.", code="reason_invalid", max=MAX_REASON)
        raise InvalidInputError(errors={"reason": [problem]})
    return reason


def _summary(found: Plan, edits: Sequence[RepairEdit]) -> dict[str, Any]:
    elements = {token.token: token.element_id for token in found.before}
    return {
        "edits": [edit.as_json(elements) for edit in edits],
        "before": [[token.element_id, token.state] for token in found.before],
        "after": [[token.element_id, token.state] for token in found.after],
        "effects": list(found.effects),
        "risks": [[risk.code, risk.element_id] for risk in found.risks],
    }


def _values(found: Plan, index: int) -> dict[str, Any]:
    if not found.changed:
        return {}
    return {"variables": {name: _short(pair[index]) for name, pair in found.changed.items()}}


def _short(value: Any) -> Any:
    text = orjson.dumps(value).decode()
    return value if len(text) <= MAX_AUDITED else f"{text[:MAX_AUDITED]}…"


def _note(
    session: Session, instance: ProcessInstance, actor: Actor, summary: Mapping[str, Any], reason: str, *, now: datetime
) -> None:
    detail = {"reason": reason, "edits": summary["edits"], "trail": []}
    session.add(
        HistoryEvent(instance_id=instance.id, at=now, kind="repaired", actor_id=actor.user_id, actor_name=actor.name,
                     detail=detail)
    )  # fmt: skip


def _resolve_gone(
    session: Session,
    instance: ProcessInstance,
    bundle: Bundle,
    edits: Sequence[RepairEdit],
    known: Collection[UUID],
    actor: Actor,
    *,
    now: datetime,
) -> None:
    """Close the incidents of tokens that are gone, are not parked any more, or were tried again."""
    live: set[str] = {token.token for token in tokens_of(bundle, instance)}
    parked = {found.token for found in bpmn.incidents(bundle.model, instance.state_bytes)} if live else set()
    again = {edit.edit.token for edit in edits if edit.edit is not None and edit.edit.act == "retry"}
    over = []
    for row in session.execute(select(Incident.id, Incident.token, Incident.delivery_id).where(Incident.id.in_(known))):
        # A delivery that nobody waits for has no token, and is no matter of the tokens.
        is_of_delivery = row.delivery_id is not None
        stays = (is_of_delivery and row.token is None) or row.token in (live if is_of_delivery else parked)
        if row.token in again or not stays:
            over.append(row.id)
    values = {"resolved_at": now, "resolved_by": actor.user_id, "resolution": "repaired"}
    session.execute(update(Incident).where(Incident.id.in_(over), Incident.resolved_at.is_(None)).values(**values))


def _work_on_deliveries(session: Session, edits: Sequence[RepairEdit], actor: Actor, *, now: datetime) -> None:
    for edit in edits:
        if edit.edit is not None:
            continue
        incident = session.get_one(Incident, edit.incident)
        incident.resolved_at, incident.resolved_by = now, actor.user_id
        incident.resolution = "retried" if edit.act == "redeliver" else "given_up"
        if edit.act == "redeliver" and incident.delivery_id is not None:
            outbox.renew(session, incident.delivery_id, now=now)


def _clear_state(session: Session, instance: ProcessInstance) -> None:
    session.flush()  # the incidents that are left are counted in the database
    left = select(Incident.id).where(Incident.instance_id == instance.id, Incident.resolved_at.is_(None)).limit(1)
    if instance.state == InstanceState.INCIDENT and session.scalar(left) is None:
        instance.state = InstanceState.RUNNING
