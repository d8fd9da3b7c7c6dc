"""What people do with the forms of user tasks: complete and draft; who has a task: see ``assignment``."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import orjson
from sqlalchemy import bindparam, delete, select
from sqlalchemy.orm import Session

from engine.access import Actor
from engine.bpmn import step as bpmn
from engine.errors import FieldProblem, InvalidInputError, NotFoundError
from engine.process import bundles, topics
from engine.process.bundles import Bundle
from engine.process.permissions import lock_task, may_do, require_at_home, require_mine_or_free, require_open
from engine.process.service import happened, host_for
from engine.process.states import TaskState
from engine.process.steps import write_step
from engine.process.tables import (
    HistoryEvent,
    TaskDraft,
    UserTask,
)
from engine.store.base import Base
from forms import schema
from forms.context import context_names
from forms.model import Choice, Component, FormDefinition

DRAFT_LIMIT_BYTES = 256_000
_DRAFT = Base.metadata.tables[TaskDraft.__tablename__]
_FORGET_DRAFTS = delete(_DRAFT).where(_DRAFT.c.task_id == bindparam("done"))


@dataclass(frozen=True)
class Completion:
    """What became of a submission.

    Args:
        opened: tasks that the step opened and that this actor may do, the natural next ones first.
        repeated: the same submission had already been accepted; nothing was done again.
    """

    task_id: UUID
    instance_id: UUID
    business_key: str
    opened: tuple[UUID, ...]
    repeated: bool = False


def complete_user_task(
    session: Session,
    actor: Actor,
    task_id: UUID,
    values: Mapping[str, Any],
    *,
    submission_id: UUID | None,
    now: datetime,
    happened_at: datetime | None = None,
) -> Completion:
    """Validate and submit the form of a task, and run the process on.

    Args:
        values: as the form defines them, JSON types.
        submission_id: minted by the client; sending it again gives the same answer and does nothing.
        happened_at: when the person did it, where that was earlier: what the facts are judged by.

    Raises:
        NotFoundError: no such task, or not this actor's.
        ConflictError: completed by someone else, withdrawn, or claimed by someone else.
        InvalidInputError: names each field.
    """
    instance, task = lock_task(session, actor, task_id)
    if task.state == TaskState.COMPLETED and submission_id and task.submission_id == submission_id:
        opened_then = _opened_by(session, actor, task)
        return Completion(task.id, instance.id, instance.business_key, opened_then, repeated=True)
    require_open(task)
    require_at_home(task)
    require_mine_or_free(task, actor)
    bundle = bundles.by_digest(session, instance.definition_id, instance.digest)
    # "Not before today" means the day on which the person filled in the form.
    filled_at = happened_at or now
    clean = validate(session, actor, bundle, task.form_key, values, business_key=task.business_key, now=filled_at)
    form = bundle.forms.get(task.form_key) if task.form_key else None
    if form is not None:
        for check in topics.submission_checks(is_live=happened_at is None):
            check(session, actor, task.business_key, form, clean)
    host = host_for(session, actor, instance, bundle, now=now, happened_at=happened_at)
    nested = bundle.model.elements[task.element_id].properties.get("result")
    variables = {nested: clean} if nested else clean
    step = bpmn.complete(bundle.model, instance.state_bytes, task.token, variables, host)
    task.state = TaskState.COMPLETED
    task.ended_at = now
    task.completed_by = actor.user_id
    task.completed_by_name = actor.name
    task.submission_id = submission_id
    session.execute(_FORGET_DRAFTS, {"done": task.id})
    opened = write_step(
        session,
        instance,
        step,
        host,
        actor=actor,
        kind="completed",
        element_id=task.element_id,
        task=task,
        detail={"form": task.form_key, "values": clean, **happened(happened_at)},
    )
    mine = tuple(row.id for row in opened if not actor.principals.isdisjoint(row.candidates))
    return Completion(task.id, instance.id, instance.business_key, mine)


def _opened_by(session: Session, actor: Actor, task: UserTask) -> tuple[UUID, ...]:
    # The answer to a submission that is sent again: what the first one opened stands in its row of the history.
    detail = session.scalar(
        select(HistoryEvent.detail).where(
            HistoryEvent.instance_id == task.instance_id,
            HistoryEvent.task_id == task.id,
            HistoryEvent.kind == "completed",
        )
    )
    ids = [UUID(text) for text in (detail or {}).get("opened", ())]
    rows = session.scalars(select(UserTask).where(UserTask.id.in_(ids))) if ids else ()
    by_id = {row.id: row for row in rows}
    return tuple(key for key in ids if key in by_id and not actor.principals.isdisjoint(by_id[key].candidates))


def validate(
    session: Session,
    actor: Actor,
    bundle: Bundle,
    form_key: str | None,
    values: Mapping[str, Any],
    *,
    business_key: str,
    now: datetime,
) -> dict[str, Any]:
    """Return the clean values of a form; a task without a form takes none.

    Raises:
        InvalidInputError: names each field.
    """
    form = bundle.forms.get(form_key) if form_key else None
    if form is None:
        if values:
            problem = FieldProblem("This step takes no values.", code="unknown_field")
            raise InvalidInputError(errors={key: [problem] for key in values})
        return {}
    choices = form_choices(session, actor, form, business_key=business_key)
    around = form_context(session, actor, form, business_key=business_key, now=now)
    result = schema.validate(form, values, context=around, choices=choices)
    if not result.ok:
        raise InvalidInputError(
            errors={
                path: [FieldProblem(problem.template, code=problem.code, **problem.params) for problem in problems]
                for path, problems in result.errors.items()
            }
        )
    return result.values


def form_context(
    session: Session, actor: Actor, form: FormDefinition, *, business_key: str, now: datetime
) -> dict[str, Any]:
    """Return what a form knows: ``today`` (local date), ``timezone`` of the person, and what it reads of features."""
    today = now.astimezone(ZoneInfo(actor.time_zone)).date().isoformat()
    added = [context(session, actor, business_key, now) for context in topics.form_contexts(context_names(form))]
    return {
        **{name: value for each in added for name, value in each.items()},
        "today": today,
        "timezone": actor.time_zone,
    }


def form_choices(session: Session, actor: Actor, form: FormDefinition, *, business_key: str) -> dict[str, list[Choice]]:
    """Return the entries of each choice list that a form names."""
    found: dict[str, list[Choice]] = {}
    for name in source_names(form.components):
        source = topics.choice_source(name)
        found[name] = list(source(session, actor, business_key)) if source else []
    return found


def source_names(components: Sequence[Component]) -> set[str]:
    """Return the names of the choice lists that components name."""
    names = {component.source for component in components if component.source}
    return names.union(*(source_names(component.children) for component in components))


def save_draft(session: Session, actor: Actor, task_id: UUID, values: Mapping[str, Any], *, now: datetime) -> datetime:
    """Keep what the actor has typed so far; returns when it was kept.

    Raises:
        NotFoundError: no such open task, or not this actor's.
        ConflictError: the task is over.
        InvalidInputError: there is too much of it.
    """
    task = session.get(UserTask, task_id)
    if task is None or not may_do(task, actor):
        raise NotFoundError("There is no such task for you.", code="task_unknown")
    require_open(task)
    assert actor.user_id is not None, "the system drafts nothing"
    if len(orjson.dumps(dict(values))) > DRAFT_LIMIT_BYTES:
        raise InvalidInputError("This form holds too much. Shorten texts or remove rows.", code="too_large")
    draft = session.get(TaskDraft, (task_id, actor.user_id))
    if draft is None:
        session.add(TaskDraft(task_id=task_id, user_id=actor.user_id, values=dict(values), saved_at=now))
    else:
        draft.values, draft.saved_at = dict(values), now
    return now
