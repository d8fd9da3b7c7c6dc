"""What can be done to many tasks at once: the values that each act takes, and its way through a single task."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from engine.access import Actor
from engine.comments import audience
from engine.comments import service as comments
from engine.desk import service
from engine.errors import ConflictError, FieldProblem, InvalidInputError
from engine.process import assignment, user_tasks
from engine.process.assignment import Change
from engine.process.filters import PRIORITIES
from engine.process.permissions import lock_task
from forms.model import FormDefinition, level

Check = Callable[[Mapping[str, Any]], dict[str, Any]]


@dataclass(frozen=True)
class Turn:
    """One thing's turn in a run: an id for exactly this, and how many come before it."""

    key: UUID
    position: int


Do = Callable[[Session, Actor, UUID, Mapping[str, Any], Turn, datetime], bool | FieldProblem]

TASK = "task"
SINGLE = {"position", "signature", "photo", "list", "table", "scan"}
"""Types of fields that belong to one task: a form with one of them is not filled in for many."""


@dataclass(frozen=True)
class Act:
    """One act.

    Args:
        check: its values as a person gave them → as they are stored; raises ``InvalidInputError``.
        do: session, actor, id of the thing, values, its turn, and the time → whether it changed anything; a problem:
            it was tried and failed, and what it left behind stays.
        about: what it is done to; only tasks are everybody's to choose.
        over: codes of errors that say that nothing is left to do.
    """

    check: Check
    do: Do
    about: str = TASK
    over: frozenset[str] = frozenset({"task_completed", "task_withdrawn"})


def is_simple(form: FormDefinition) -> bool:
    """Tell whether a form can be filled in once for many tasks."""
    return not any(part.component.type in SINGLE for part in level(form.components))


def _claim(
    session: Session, actor: Actor, task_id: UUID, _values: Mapping[str, Any], _turn: Turn, now: datetime
) -> bool:
    return assignment.claim(session, actor, task_id, now=now)


def _release(
    session: Session, actor: Actor, task_id: UUID, _values: Mapping[str, Any], _turn: Turn, now: datetime
) -> bool:
    return assignment.release(session, actor, task_id, now=now)


def _assign(
    session: Session, actor: Actor, task_id: UUID, values: Mapping[str, Any], _turn: Turn, now: datetime
) -> bool:
    return service.assign(session, actor, task_id, UUID(values["user_id"]), now=now)


def _change(
    session: Session, actor: Actor, task_id: UUID, values: Mapping[str, Any], _turn: Turn, now: datetime
) -> bool:
    read: dict[str, Callable[[Any], Any]] = {
        "priority": int,
        "due_at": _instant_or_none,
        "follow_up_at": _instant_or_none,
    }
    wanted = {name: read[name](value) for name, value in values.items()}
    return service.change(session, actor, task_id, Change(frozenset(wanted), **wanted), now=now)


def _instant_or_none(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _complete(
    session: Session, actor: Actor, task_id: UUID, values: Mapping[str, Any], turn: Turn, now: datetime
) -> bool:
    _instance, task = lock_task(session, actor, task_id)
    if task.form_key != values["form"]:
        raise ConflictError("This step has another form.", code="other_form")
    done = user_tasks.complete_user_task(session, actor, task_id, values["values"], submission_id=turn.key, now=now)
    return not done.repeated


def _comment(
    session: Session, actor: Actor, task_id: UUID, values: Mapping[str, Any], _turn: Turn, now: datetime
) -> bool:
    managers = service.answers_for(session, actor)
    _instance, task = lock_task(session, actor, task_id, answers_for=managers)
    text, is_internal = values["text"], values["internal"]
    comment_id = comments.write_comment(session, actor, task.business_key, text, is_internal=is_internal, now=now)
    session.flush()  # the row below is read as it is stored
    audience.tell(session, actor, comments.comment(session, comment_id), is_new=True, now=now)
    return True


def _nothing(_values: Mapping[str, Any]) -> dict[str, Any]:
    return {}


def _person(values: Mapping[str, Any]) -> dict[str, Any]:
    try:
        return {"user_id": str(UUID(str(values.get("user_id") or "")))}
    except ValueError:
        raise InvalidInputError(errors={"user_id": [service.CHOOSE]}) from None


def _priority(values: Mapping[str, Any]) -> dict[str, Any]:
    if values.get("priority") not in PRIORITIES:
        problem = FieldProblem("Choose a priority from P1 to P4.", code="priority_invalid")
        raise InvalidInputError(errors={"priority": [problem]})
    return {"priority": PRIORITIES[values["priority"]]}


def _moment(name: str) -> Check:
    def check(values: Mapping[str, Any]) -> dict[str, Any]:
        moment = values.get(name)
        if moment is not None and not (isinstance(moment, datetime) and moment.tzinfo and 1900 < moment.year < 2200):
            raise InvalidInputError(errors={name: [FieldProblem("Choose a day.", code="day_invalid")]})
        return {name: moment.isoformat() if moment else None}

    return check


def _form(values: Mapping[str, Any]) -> dict[str, Any]:
    return {"form": values.get("form") or None, "values": dict(values.get("values") or {})}


def _text(values: Mapping[str, Any]) -> dict[str, Any]:
    text = str(values.get("text") or "").strip()
    if not text or len(text) > comments.MAX_LENGTH:
        problem = FieldProblem("Enter 1 to {max} characters.", code="text_length", max=comments.MAX_LENGTH)
        raise InvalidInputError(errors={"text": [problem]})
    return {"text": text, "internal": bool(values.get("internal"))}


ACTS: dict[str, Act] = {
    "claim": Act(_nothing, _claim),
    "release": Act(_nothing, _release),
    "assign": Act(_person, _assign),
    "priority": Act(_priority, _change),
    "due": Act(_moment("due_at"), _change),
    "follow_up": Act(_moment("follow_up_at"), _change),
    "complete": Act(_form, _complete),
    "comment": Act(_text, _comment),
}


def register(name: str, act: Act) -> None:
    """Add an act of another feature; a later one of the same name replaces it."""
    ACTS[name] = act
