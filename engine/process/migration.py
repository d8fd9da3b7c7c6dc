"""Migrate running instances to another version of their process: what would become of one, and doing it.

An instance keeps its tokens, variables, due times to the byte, drafts, and whoever has its tasks; the rows of open
tasks follow the new version in name, form and lane. What cannot be carried over is refused, with every reason.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.access import Actor
from engine.audit import service as audit
from engine.bpmn import step as bpmn
from engine.bpmn.elements import Element
from engine.bpmn.migrate import automatic
from engine.bpmn.step import MigrationError, Step
from engine.errors import ConflictError, FieldProblem, InvalidInputError, NotFoundError
from engine.process import bundles, snapshots
from engine.process.bundles import Bundle
from engine.process.host import StepHost
from engine.process.inboxes import renew_in_inboxes
from engine.process.service import LIVE, host_for, lock_instance
from engine.process.states import TaskState
from engine.process.steps import write_step
from engine.process.tables import Incident, ProcessDefinition, ProcessInstance, TaskDraft, UserTask
from forms.model import FormDefinition


@dataclass(frozen=True)
class ElementRow:
    """An element of the old version, and what it becomes.

    Args:
        to: id of the element of the new version that it becomes by itself; None if it has to be chosen.
        choices: ids of the elements of the new version that it may become.
    """

    element: Element
    to: str | None
    choices: tuple[Element, ...]


@dataclass(frozen=True)
class _Versions:
    old: Bundle
    new: Bundle
    target: ProcessDefinition
    old_version: int


def elements(session: Session, old_id: UUID, new_id: UUID) -> tuple[ElementRow, ...]:
    """Return the elements of a version at which tokens can wait, with what they become in another one.

    Raises:
        NotFoundError: no such version.
        InvalidInputError: the versions are not of one process.
    """
    found = _versions(session, old_id, new_id)
    old, new = found.old.model, found.new.model
    becomes = automatic(old, new)
    by_kind: dict[tuple[str, str], list[Element]] = {}
    for element in new.elements.values():
        by_kind.setdefault((element.kind, element.event.kind), []).append(element)
    rows = []
    for element in old.elements.values():
        target = becomes(element.id)
        choices = by_kind.get((element.kind, element.event.kind), [])
        rows.append(ElementRow(element, target.id if target else None, tuple(choices)))
    return tuple(rows)


def check(
    session: Session, actor: Actor, instance_id: UUID, target_id: UUID, mapping: Mapping[str, str], *, now: datetime
) -> tuple[FieldProblem, ...]:
    """Return why an instance cannot be migrated; nothing if it can. Only reads.

    Raises:
        NotFoundError: no such instance or version.
    """
    instance = session.get(ProcessInstance, instance_id)
    if instance is None:
        raise NotFoundError("There is no such process instance.", code="instance_unknown")
    try:
        _require_other(instance, target_id)
        versions = _versions(session, instance.definition_id, target_id)
        _carried(session, actor, instance, versions, mapping, now=now)
    except MigrationError as error:
        return error.problems
    except (ConflictError, InvalidInputError) as error:
        return (FieldProblem.of(error),)
    return ()


def migrate(
    session: Session,
    actor: Actor,
    instance_id: UUID,
    target_id: UUID,
    mapping: Mapping[str, str],
    *,
    reason: str,
    now: datetime,
) -> UUID:
    """Migrate an instance, and return the id of the snapshot by which this is undone.

    Args:
        target_id: the version that it is to run on.
        mapping: ids of elements of its version to those of the target, where they differ.

    Raises:
        NotFoundError: no such instance or version.
        ConflictError: it has ended, or is on that version already.
        InvalidInputError: the versions are not of one process.
        MigrationError: it cannot be carried over.
    """
    instance = lock_instance(session, instance_id)
    _require_other(instance, target_id)
    versions = _versions(session, instance.definition_id, target_id)
    before = snapshots.take(session, instance)
    step, moved, host = _carried(session, actor, instance, versions, mapping, now=now)
    tokens = _tokens(versions.old, instance.state_bytes)
    instance.definition_id, instance.digest = versions.target.id, versions.new.digest
    summary = {
        "from": versions.old_version, "to": versions.target.version, "before": tokens,
        "after": _tokens(versions.new, step.state), "ended": list(moved.ended), "begun": list(moved.begun),
    }  # fmt: skip
    detail = {"from": versions.old_version, "to": versions.target.version, "reason": reason}
    write_step(session, instance, step, host, actor=actor, kind="migrated", detail=detail)
    _carry_rows(session, instance, versions.new, step, moved)
    snapshot_id = snapshots.keep(
        session, instance, before, act="migration", actor=actor, reason=reason, summary=summary, now=now
    )
    audit.record(
        session,
        actor,
        "instance.migrated",
        subject=("instance", str(instance_id)),
        name=instance.title,
        reason=reason,
        before={"version": versions.old_version},
        after={"version": versions.target.version},
        now=now,
    )
    return snapshot_id


def _require_other(instance: ProcessInstance, target_id: UUID) -> None:
    if instance.state not in LIVE:
        raise ConflictError("This process has already ended.", code="instance_ended")
    if instance.definition_id == target_id:
        raise ConflictError("It runs on that version already.", code="version_already")


def _versions(session: Session, old_id: UUID, new_id: UUID) -> _Versions:
    old, new = session.get(ProcessDefinition, old_id), session.get(ProcessDefinition, new_id)
    if old is None or new is None:
        raise NotFoundError("There is no such process definition.", code="definition_unknown")
    if old.key != new.key:
        raise InvalidInputError("These are versions of two processes.", code="other_process")
    return _Versions(
        bundles.by_digest(session, old.id, old.digest), bundles.by_digest(session, new.id, new.digest), new, old.version
    )


def _carried(
    session: Session,
    actor: Actor,
    instance: ProcessInstance,
    versions: _Versions,
    mapping: Mapping[str, str],
    *,
    now: datetime,
) -> tuple[Step, bpmn.Moved, StepHost]:
    host = host_for(session, actor, instance, versions.new, now=now)
    problems = _variables_changed(versions, instance.state_bytes)
    try:
        step, moved = bpmn.migrate(versions.old.model, versions.new.model, instance.state_bytes, mapping, host)
    except MigrationError as error:
        raise MigrationError([*error.problems, *problems]) from error
    problems += _tasks_changed(session, instance, versions, step)
    if problems:
        raise MigrationError(problems)
    return step, moved, host


def _variables_changed(versions: _Versions, state: bytes) -> list[FieldProblem]:
    old, new = versions.old.model.variables, versions.new.model.variables
    changed = {name for name in old.keys() & new.keys() if old[name] != new[name]}
    held = bpmn.variables(versions.old.model, state) if changed else {}
    return [
        FieldProblem("The variable {name} is {old} here and {new} in the new version.", code="variable_changed",
                     name=name, old=old[name], new=new[name])
        for name in sorted(changed) if held.get(name.partition(".")[0]) is not None
    ]  # fmt: skip


def _tasks_changed(session: Session, instance: ProcessInstance, versions: _Versions, step: Step) -> list[FieldProblem]:
    found = []
    now_open = {task.key: task for task in bpmn.open_tasks(versions.new.model, step.state)}
    for row in _open_rows(session, instance.id):
        task = now_open[row.token]
        params = {"element": row.element_id}
        if task.lane != row.lane and not instance.lanes.get(task.lane or ""):
            found.append(FieldProblem("Nobody is in the lane that {element} is in there.", code="lane_empty", **params))
        form = versions.new.forms.get(task.form) if task.form else None
        if task.form and form is None:
            found.append(FieldProblem("The new version lacks the form of {element}.", code="form_gone", **params))
        elif clashing := _draft_clashes(session, row, versions.old.forms.get(row.form_key or ""), form):
            found.append(
                FieldProblem("At {element} somebody has typed what the new form takes no more: {fields}.",
                             code="form_changed", fields=", ".join(clashing), **params)
            )  # fmt: skip
    return found


def _draft_clashes(
    session: Session, task: UserTask, old: FormDefinition | None, new: FormDefinition | None
) -> list[str]:
    """Return the keys of fields that hold a draft and are gone, or of another type, in the new form."""
    drafts = session.scalars(select(TaskDraft.values).where(TaskDraft.task_id == task.id)).all()
    typed = {name for draft in drafts for name, value in draft.items() if value not in (None, "", [], {})}
    was, now_is = _types(old), _types(new)
    return sorted(name for name in typed & was.keys() if now_is.get(name) != was[name])


def _types(form: FormDefinition | None) -> dict[str, str]:
    return {part.key: part.type for part in form.components if part.key} if form else {}


def _open_rows(session: Session, instance_id: UUID) -> list[UserTask]:
    query = select(UserTask).where(UserTask.instance_id == instance_id, UserTask.state == TaskState.OPEN)
    return list(session.scalars(query.order_by(UserTask.id)))


def _tokens(bundle: Bundle, state: bytes) -> list[list[Any]]:
    return [list(pair) for pair in bpmn.tokens(bundle.model, state)]


def _carry_rows(session: Session, instance: ProcessInstance, new: Bundle, step: Step, moved: bpmn.Moved) -> None:
    now_open = {task.key: task for task in bpmn.open_tasks(new.model, step.state)}
    for row in _open_rows(session, instance.id):
        task = now_open[row.token]
        values: dict[str, Any] = {
            "element_id": task.element_id,
            "name": task.name.default,
            "name_en": task.name.en,
            "form_key": task.form,
            "is_optional": task.optional,
        }
        if task.lane != row.lane:
            values |= {"lane": task.lane, "candidates": instance.lanes.get(task.lane or "", [])}
        changed = {name: value for name, value in values.items() if getattr(row, name) != value}
        for name, value in changed.items():
            setattr(row, name, value)
        if changed.keys() & {"element_id", "candidates", "is_optional"}:
            renew_in_inboxes(session, row)
    query = select(Incident).where(Incident.instance_id == instance.id, Incident.resolved_at.is_(None))
    for incident in session.scalars(query):
        incident.element_id = moved.elements.get(incident.token or "", incident.element_id)
