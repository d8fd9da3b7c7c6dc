"""The variables of a running instance: look, and change one with a reason, as one step of the instance."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from engine.access import Actor
from engine.audit import service as audit
from engine.bpmn import step as bpmn
from engine.errors import ConflictError, FieldProblem, InvalidInputError, NotFoundError
from engine.process import bundles
from engine.process.jobs import MAX_REASON
from engine.process.revision import revise_instance
from engine.process.service import LIVE, lock_instance
from engine.process.tables import ProcessInstance
from engine.process.typed_values import value_of

TYPES = ("text", "number", "boolean", "date", "datetime", "json")
_OF_DECLARED = {
    "text": "text", "number": "number", "money": "number", "boolean": "boolean", "date": "date",
    "datetime": "datetime", "duration": "text",
}  # fmt: skip
MAX_TEXT = 20_000


@dataclass(frozen=True)
class Variable:
    """A variable: its value, and as which of ``TYPES`` people read and edit it."""

    name: str
    value: Any
    type: str
    is_declared: bool


def variables_of(session: Session, instance_id: UUID) -> tuple[Variable, ...]:
    """Return the variables of an instance as if all its branches met now, by name; of one that is over the last."""
    instance = session.get(ProcessInstance, instance_id)
    if instance is None or not instance.state_bytes:
        return ()
    model = bundles.by_digest(session, instance.definition_id, instance.digest).model
    values = bpmn.variables(model, instance.state_bytes)
    return tuple(Variable(name, values[name], *_type(name, values[name], model.variables)) for name in sorted(values))


def edit(
    session: Session,
    actor: Actor,
    instance_id: UUID,
    name: str,
    type_: str,
    text: str,
    *,
    reason: str,
    version: int,
    now: datetime,
) -> None:
    """Give a variable of a running instance another value; what waits because of it is computed anew.

    Args:
        type_: one of ``TYPES``: what the text means.
        version: of the instance, as the editor saw it.

    Raises:
        NotFoundError: no such instance or variable.
        ConflictError: the instance has moved on since, or has ended.
        InvalidInputError: the text is no such value, or there is no reason.
        FieldflowError: an expression that waits has no value any more.
    """
    errors: dict[str, list[FieldProblem]] = {}
    reason = reason.strip()
    if not reason or len(reason) > MAX_REASON:
        problem = FieldProblem("Enter a reason of at most {max} characters.", code="reason_invalid", max=MAX_REASON)
        errors["reason"] = [problem]
    value: Any = None
    try:
        value = parsed(type_, text, time_zone=actor.time_zone)
    except InvalidInputError as error:
        errors |= error.errors
    if errors:
        raise InvalidInputError(errors=errors)
    instance = lock_instance(session, instance_id)
    known = {each.name: each.value for each in variables_of(session, instance_id)}
    if name not in known:
        raise NotFoundError("There is no such variable.", code="variable_unknown")
    if instance.state not in LIVE:
        raise ConflictError("This process has already ended.", code="instance_ended")
    if instance.version != version:
        raise ConflictError("This has moved on meanwhile. Look at it again.", code="instance_moved")
    detail = {"act": "variable_edited", "note": {"name": name}, "reason": reason}
    revise_instance(session, actor, instance, {name: value}, detail=detail, now=now)
    audit.record(
        session,
        actor,
        "variable.edited",
        subject=("instance", str(instance_id)),
        name=instance.title,
        reason=reason,
        before={name: known[name]},
        after={name: value},
        now=now,
    )


def parsed(type_: str, text: str, *, time_zone: str) -> Any:
    """Return the value that a text means.

    Raises:
        InvalidInputError: it means none of that type; ``errors`` names ``value``.
    """
    if len(text) > MAX_TEXT:
        _refuse(FieldProblem("Use at most {max} characters.", code="too_long", max=MAX_TEXT))
    if type_ not in TYPES:
        _refuse(FieldProblem("Choose a type.", code="type_unknown"))
    try:
        return value_of(text, type_, time_zone=time_zone)
    except ValueError:
        _refuse(_PROBLEMS[type_])


def written(variable: Variable, time_zone: str) -> str:
    """Return a variable's value as the text that is edited."""
    value = variable.value
    if variable.type == "boolean":
        return "true" if value else "false"
    if variable.type == "datetime":
        return datetime.fromisoformat(str(value)).astimezone(ZoneInfo(time_zone)).strftime("%Y-%m-%dT%H:%M:%S")
    if variable.type == "json":
        return json.dumps(value, ensure_ascii=False, indent=2)
    return "" if value is None else str(value)


def type_of(name: str, value: Any, declared: Mapping[str, str]) -> str:
    """Return as which of ``TYPES`` people read and edit a value; of no value what is declared, else a text."""
    if value is None:
        return _OF_DECLARED.get(declared.get(name, ""), "text")
    return _type(name, value, declared)[0]


def _type(name: str, value: Any, declared: Mapping[str, str]) -> tuple[str, bool]:
    wanted = _OF_DECLARED.get(declared.get(name, ""))
    if wanted is not None and _fits(wanted, value):
        return wanted, True
    if isinstance(value, bool):
        return "boolean", name in declared
    if isinstance(value, int | float):
        return "number", name in declared
    return ("text" if isinstance(value, str) else "json"), name in declared


def _fits(type_: str, value: Any) -> bool:
    try:
        match type_:
            case "boolean":
                return isinstance(value, bool)
            case "number":
                return isinstance(value, int | float) and not isinstance(value, bool)
            case "date":
                date.fromisoformat(value)
            case "datetime":
                return datetime.fromisoformat(value).tzinfo is not None
    except (ValueError, TypeError):
        return False
    return isinstance(value, str)


_PROBLEMS = {
    "text": FieldProblem("This is no text.", code="value_invalid"),
    "number": FieldProblem("Give a number.", code="number_invalid"),
    "boolean": FieldProblem("Choose yes or no.", code="boolean_invalid"),
    "date": FieldProblem("Give a day, like 2026-11-25.", code="day_invalid"),
    "datetime": FieldProblem("Give a day and a time.", code="time_invalid"),
    "json": FieldProblem("This is no JSON.", code="json_invalid"),
}


def _refuse(problem: FieldProblem) -> Any:
    raise InvalidInputError(errors={"value": [problem]})
