"""What a repair would do: its edits run in the caller's transaction, who keeps what topics wrote, or takes it back."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.access import Actor
from engine.bpmn import step as bpmn
from engine.bpmn.step import Edit, Standing, Step
from engine.errors import FieldProblem
from engine.outbox import service as outbox
from engine.process import topics
from engine.process.bundles import Bundle
from engine.process.repair_edits import RepairEdit
from engine.process.risks import Map, Risk, has_effect_by, risks
from engine.process.sentences import to_json
from engine.process.service import LIVE, host_for
from engine.process.tables import HistoryEvent, Incident, ProcessInstance
from engine.process.topics import TopicKind

MAX_EDITS = 50


@dataclass(frozen=True)
class Plan:
    """What a repair would do.

    Args:
        version: of the instance, for which it holds.
        problems: pairs of an edit's number and why it is impossible; all else is empty then. A parameter ``element``
            is the id of an element.
        opened, withdrawn: ids of elements whose user tasks open or are withdrawn.
        timers: pairs of element id and instant that begin or stop to wait.
        effects: ids of elements that act outside of the process because of it.
        failed: pairs of element id and what it says: they would be incidents.
        changed: variable → its value before and after.
        status: of the instance afterwards, ``running``, ``completed`` or ``cancelled``.
    """

    version: int
    problems: tuple[tuple[int, FieldProblem], ...] = ()
    before: tuple[Standing, ...] = ()
    after: tuple[Standing, ...] = ()
    opened: tuple[str, ...] = ()
    withdrawn: tuple[str, ...] = ()
    timers_started: tuple[tuple[str, str], ...] = ()
    timers_stopped: tuple[tuple[str, str], ...] = ()
    effects: tuple[str, ...] = ()
    failed: tuple[tuple[str, str | FieldProblem], ...] = ()
    changed: Mapping[str, tuple[Any, Any]] | None = None
    risks: tuple[Risk, ...] = ()
    status: str = "running"

    @property
    def is_risky(self) -> bool:
        """Whether a second person must agree."""
        return bool(self.risks)

    def as_json(self) -> dict[str, Any]:
        """Return what pages show of a plan, to be kept; a token is its key, its element and how it stands."""
        return {
            "before": [[token.token, token.element_id, token.state] for token in self.before],
            "after": [[token.token, token.element_id, token.state] for token in self.after],
            "opened": list(self.opened),
            "withdrawn": list(self.withdrawn),
            "timers_started": [list(pair) for pair in self.timers_started],
            "timers_stopped": [list(pair) for pair in self.timers_stopped],
            "effects": list(self.effects),
            "failed": [
                [element, str(why), to_json(why) if isinstance(why, FieldProblem) else None]
                for element, why in self.failed
            ],
            "changed": {name: list(pair) for name, pair in (self.changed or {}).items()},
            "risks": [[risk.code, risk.element_id] for risk in self.risks],
            "status": self.status,
        }


def tokens_of(bundle: Bundle, instance: ProcessInstance) -> tuple[Standing, ...]:
    """Return the tokens of an instance with what may be done to each; none once it has ended."""
    if instance.state not in LIVE or not instance.state_bytes:
        return ()
    return bpmn.standing(bundle.model, instance.state_bytes)


def tried(
    session: Session,
    actor: Actor,
    instance: ProcessInstance,
    bundle: Bundle,
    edits: Sequence[RepairEdit],
    *,
    now: datetime,
) -> tuple[Plan, Step | None, Any]:
    """Run the edits; what topics write is in the session then, the instance's own rows are not."""
    host = host_for(session, actor, instance, bundle, now=now)
    before = tokens_of(bundle, instance)
    problems = _problems(session, instance, edits)
    own = [(number, edit.edit) for number, edit in enumerate(edits) if edit.edit is not None]
    step: Step | None = None
    for _number, edit in own:
        if edit.act == "retry":
            # A delivery that was given up keeps its row; the element asks for one of the same key.
            outbox.make_room(session, f"{instance.id}:{edit.token}")
    if own and not problems:
        try:
            step = bpmn.repair(bundle.model, instance.state_bytes, [edit for _number, edit in own], host)
        except bpmn.RepairError as error:
            problems = [(own[number][0], problem) for number, problem in error.problems]
        except bpmn.BudgetError as error:
            problems = [(own[-1][0], FieldProblem.of(error))]
    if problems:
        return Plan(instance.version, tuple(problems), before), None, host
    given_up = _elements_of(session, [edit.incident for edit in edits if edit.act == "give_up"])
    return _plan(session, instance, bundle, before, step, [edit for _n, edit in own], given_up), step, host


def _problems(
    session: Session, instance: ProcessInstance, edits: Sequence[RepairEdit]
) -> list[tuple[int, FieldProblem]]:
    if not 1 <= len(edits) <= MAX_EDITS:
        problem = FieldProblem("Choose 1 to {max} edits.", code="edits_number", max=MAX_EDITS)
        return [(0, problem)]
    failed = set(
        session.scalars(
            select(Incident.id).where(
                Incident.instance_id == instance.id, Incident.resolved_at.is_(None), Incident.delivery_id.is_not(None)
            )
        )
    )
    found = []
    for number, edit in enumerate(edits):
        if edit.edit is None:
            if edit.incident not in failed:
                found.append((number, FieldProblem("This incident is already resolved.", code="incident_resolved")))
        elif instance.state not in LIVE:
            found.append((number, FieldProblem("This process has already ended.", code="instance_ended")))
    return found


def _plan(
    session: Session,
    instance: ProcessInstance,
    bundle: Bundle,
    before: tuple[Standing, ...],
    step: Step | None,
    edits: Sequence[Edit],
    given_up: Collection[str],
) -> Plan:
    handed = tuple(Risk("gives_up", element_id) for element_id in sorted(given_up))
    if step is None:
        return Plan(instance.version, before=before, after=before, risks=handed, status=_status(instance))
    model = bundle.model
    after = bpmn.standing(model, step.state) if step.status == "running" else ()
    shape = Map(model.elements, has_effect_by(_is_lookup), _done(session, instance.id))
    keys = {token.token for token in before}
    ran = [entry.element_id for entry in step.trail if entry.result != {"skipped": True}]
    # A service task that waits for its delivery has sent it.
    ran += [token.element_id for token in after if token.token not in keys and token.state == "waiting"]
    was = {task.key: task.element_id for task in bpmn.open_tasks(model, instance.state_bytes)}
    timers = [{(t.token, t.element_id, t.due_at) for t in each if t.due_at} for each in (before, after)]
    old = bpmn.variables(model, instance.state_bytes)
    return Plan(
        instance.version,
        before=before,
        after=after,
        opened=tuple(task.element_id for task in step.opened),
        withdrawn=tuple(was[key] for key in step.closed if key in was),
        timers_started=tuple(sorted((element, str(due)) for _key, element, due in timers[1] - timers[0])),
        timers_stopped=tuple(sorted((element, str(due)) for _key, element, due in timers[0] - timers[1])),
        effects=tuple(dict.fromkeys(each for each in ran if shape.has_effect(model.elements[each]))),
        failed=tuple((found.element_id, found.problem or found.message) for found in step.incidents),
        changed={
            name: (old.get(name), step.data.get(name))
            for name in sorted(old.keys() | step.data.keys())
            if old.get(name) != step.data.get(name)
        },
        risks=(
            *handed,
            *risks(shape, edits, before, after, ends=step.status == "cancelled"),
        ),
        status=step.status,
    )


def _status(instance: ProcessInstance) -> str:
    return "running" if instance.state in LIVE else str(instance.state)


def _is_lookup(topic: str) -> bool:
    found = topics.find(topic)
    return found is not None and found.kind is TopicKind.LOOKUP


def _done(session: Session, instance_id: UUID) -> set[str]:
    details = session.scalars(select(HistoryEvent.detail).where(HistoryEvent.instance_id == instance_id))
    return {entry["id"] for detail in details for entry in detail.get("trail", ())}


def _elements_of(session: Session, incident_ids: Collection[UUID | None]) -> set[str]:
    return set(session.scalars(select(Incident.element_id).where(Incident.id.in_(incident_ids))))
