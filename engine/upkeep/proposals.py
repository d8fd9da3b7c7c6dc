"""Repairs as administrators prepare them (P10): applied at once, or by another administrator where risky.

Each is a process of its own, ``repair``: diagnosed by the one who prepared it, agreed to by another one if it is
risky, applied, and told. Who prepared a repair never agrees to it, whatever inbox its task stands in.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from engine.access import Actor, Role, user_principal
from engine.audit import service as audit
from engine.bpmn.step import BpmnError, RepairError
from engine.errors import ConflictError, FieldProblem, InvalidInputError, NotFoundError
from engine.ids import new_id
from engine.people import queries as people
from engine.process import queries as process
from engine.process import repair, user_tasks
from engine.process import service as process_service
from engine.process.repair_edits import RepairEdit, from_json
from engine.process.topics import StepContext
from engine.upkeep.tables import RepairProposal
from forms.model import FormDefinition

PROCESS = "repair"
DECIDE_WITHIN = timedelta(days=1)
PROPOSED, APPLIED, DECLINED, OUTDATED = "proposed", "applied", "declined", "outdated"


@dataclass(frozen=True)
class ProposalRow:
    """A proposal as pages show it; ``plan`` as ``process.repair_plan`` writes it."""

    id: UUID
    instance_id: UUID
    version: int
    edits: tuple[RepairEdit, ...]
    plan: Mapping[str, Any]
    reason: str
    state: str
    proposed_by: UUID
    proposed_by_name: str
    proposed_at: datetime
    decided_by_name: str | None
    decided_at: datetime | None
    note: str | None
    snapshot_id: UUID | None


def business_key(proposal_id: UUID) -> str:
    """Return the key by which the process of a proposal is found."""
    return f"repair:{proposal_id}"


def propose(
    session: Session,
    actor: Actor,
    instance_id: UUID,
    edits: Sequence[RepairEdit],
    *,
    version: int,
    reason: str,
    now: datetime,
) -> ProposalRow:
    """Have a repair done: at once, or after another administrator agrees if it is risky.

    Args:
        version: of the instance that the edits were planned for.

    Raises:
        NotFoundError: no such instance.
        ConflictError: it has changed since, or the repair is risky and there is nobody else who may agree.
        InvalidInputError: there is no reason, or an edit is impossible.
        RepairError: an edit is impossible.
    """
    reason = repair.checked_reason(reason)
    plan = repair.plan(session, actor, instance_id, edits, now=now)
    if plan.version != version:
        raise ConflictError(
            "The process has changed meanwhile. Look at it again before you repair it.", code="repair_outdated"
        )
    if plan.problems:
        raise RepairError(plan.problems)
    others = others_than(session, actor)
    if plan.is_risky and not others:
        raise ConflictError(
            "This repair is risky: a second administrator must agree, and there is none.", code="no_second"
        )
    assert actor.user_id is not None, "people repair"
    row = RepairProposal(
        id=new_id(),
        instance_id=instance_id,
        version=version,
        edits=[edit.as_json({token.token: token.element_id for token in plan.before}) for edit in edits],
        plan=plan.as_json(),
        reason=reason,
        state=PROPOSED,
        proposed_by=actor.user_id,
        proposed_by_name=actor.name,
        proposed_at=now,
    )
    session.add(row)
    session.flush()  # the process that is started finds it
    _start(session, actor, row, others, is_risky=plan.is_risky, now=now)
    if plan.is_risky:
        audit.record(
            session,
            actor,
            "instance.repair_proposed",
            subject=("instance", str(instance_id)),
            name=process.instance(session, instance_id).title,
            reason=reason,
            after={"edits": row.edits, "risks": row.plan["risks"]},
            now=now,
        )
    session.refresh(row)
    return _row(row)


def _start(
    session: Session, actor: Actor, row: RepairProposal, others: Sequence[str], *, is_risky: bool, now: datetime
) -> None:
    found = process.instance(session, row.instance_id)
    proposer = user_principal(row.proposed_by)
    started = process_service.start_instance(
        session,
        actor,
        PROCESS,
        business_key=business_key(row.id),
        title=found.about("zh"),
        title_en=found.about("en"),
        data={
            "title": found.about("zh"),
            "title_en": found.about("en"),
            "who": actor.name,
            "repair_key": business_key(row.id),
            "is_risky": is_risky,
            "proposer": [proposer],
            "others": list(others),
            "decide_by": (now + DECIDE_WITHIN).isoformat(),
        },
        lanes={"Admin": [proposer], "Second": list(others)},
        now=now,
    )
    [diagnose] = [task for task in process.tasks_of_instance(session, started) if task.is_open]
    user_tasks.complete_user_task(session, actor, diagnose.id, {"reason": row.reason}, submission_id=None, now=now)


def others_than(session: Session, actor: Actor) -> list[str]:
    """Return the principals of the other administrators."""
    admins = [person for person in people.people(session, role=Role.ADMIN) if person.is_active]
    return [user_principal(person.id) for person in admins if person.id != actor.user_id]


def apply(context: StepContext, _parameters: Mapping[str, Any]) -> Mapping[str, Any]:
    """Apply the repair that a process is about.

    Raises:
        BpmnError: ``repair_outdated``: the instance has changed since it was planned.
    """
    row, session = _of(context), context.session
    is_second = context.actor.user_id != row.proposed_by
    try:
        row.snapshot_id = repair.apply(
            session,
            context.actor,
            row.instance_id,
            from_json(row.edits),
            version=row.version,
            reason=row.reason,
            is_approved=is_second,
            now=context.now,
            proposed_by=row.proposed_by_name if is_second else "",
        )
    except (ConflictError, InvalidInputError) as error:
        raise BpmnError("repair_outdated", error.template, **error.params) from error
    row.state = APPLIED
    _decide(context, row)
    return {"outcome": row.state}


def decline(context: StepContext, _parameters: Mapping[str, Any]) -> Mapping[str, Any]:
    """Note that the second administrator does not agree."""
    row = _of(context)
    row.state = DECLINED
    _decide(context, row)
    _audit(context, row, "instance.repair_declined")
    return {"outcome": row.state}


def outdate(context: StepContext, _parameters: Mapping[str, Any]) -> Mapping[str, Any]:
    """Note that the repair no longer fits its instance."""
    row = _of(context)
    row.state = OUTDATED
    _decide(context, row)
    _audit(context, row, "instance.repair_outdated")
    return {"outcome": row.state}


def check(session: Session, actor: Actor, key: str, _form: FormDefinition, values: Mapping[str, Any]) -> None:
    """Refuse that who prepared a repair agrees to it, also in the place of somebody on leave, and who is no admin.

    Raises:
        InvalidInputError: it is the actor's own, or the task was given to somebody who is no administrator.
    """
    if not key.startswith("repair:") or "decision" not in values:
        return
    if not actor.has(Role.ADMIN):
        problem = FieldProblem("Only an administrator may agree to a repair.", code="admins_only")
        raise InvalidInputError(errors={"decision": [problem]})
    row = session.get(RepairProposal, UUID(key.removeprefix("repair:")))
    if row is not None and row.proposed_by == actor.user_id:
        problem = FieldProblem("You prepared this repair: another administrator must agree.", code="own_repair")
        raise InvalidInputError(errors={"decision": [problem]})


def _audit(context: StepContext, row: RepairProposal, action: str) -> None:
    audit.record(
        context.session,
        context.actor,
        action,
        subject=("instance", str(row.instance_id)),
        name=process.instance(context.session, row.instance_id).title,
        reason=row.note or row.reason,
        before={"edits": row.edits, "proposed_by": row.proposed_by_name},
        now=context.now,
    )


def _decide(context: StepContext, row: RepairProposal) -> None:
    decision = context.data.get("decision") or {}
    row.decided_by, row.decided_by_name = context.actor.user_id, context.actor.name
    row.decided_at, row.note = context.now, decision.get("note")


def _of(context: StepContext) -> RepairProposal:
    return _get(context.session, UUID(context.business_key.removeprefix("repair:")))


def _get(session: Session, proposal_id: UUID) -> RepairProposal:
    row = session.get(RepairProposal, proposal_id)
    if row is None:
        raise NotFoundError("There is no such repair.", code="repair_unknown")
    return row


def proposal(session: Session, proposal_id: UUID) -> ProposalRow:
    """Return one proposal.

    Raises:
        NotFoundError: no such proposal.
    """
    return _row(_get(session, proposal_id))


def waiting(session: Session) -> tuple[ProposalRow, ...]:
    """Return the repairs that wait for a second administrator, the longest first."""
    return _rows(session, select(RepairProposal).where(RepairProposal.state == PROPOSED).limit(200))


def of_instance(session: Session, instance_id: UUID) -> tuple[ProposalRow, ...]:
    """Return the repairs of an instance that wait for a second administrator."""
    query = select(RepairProposal).where(RepairProposal.instance_id == instance_id, RepairProposal.state == PROPOSED)
    return _rows(session, query)


def _rows(session: Session, query: Select[RepairProposal]) -> tuple[ProposalRow, ...]:
    return tuple(_row(row) for row in session.scalars(query.order_by(RepairProposal.proposed_at)))


def _row(row: RepairProposal) -> ProposalRow:
    return ProposalRow(
        row.id, row.instance_id, row.version, from_json(row.edits), row.plan,
        row.reason, row.state, row.proposed_by, row.proposed_by_name, row.proposed_at, row.decided_by_name,
        row.decided_at, row.note, row.snapshot_id,
    )  # fmt: skip
