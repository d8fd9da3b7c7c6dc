"""Where a token of an instance may be put, and the variables that may be set: for the page of its repair."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from engine.bpmn import step as bpmn
from engine.bpmn.labels import Label
from engine.errors import FieldProblem, InvalidInputError, NotFoundError
from engine.process import bundles
from engine.process.bundles import Bundle
from engine.process.service import LIVE
from engine.process.tables import ProcessInstance
from engine.process.typed_values import read

NOT_ASKED = frozenset({"boundaryEvent"})
"""Kinds that no token is put on: they wait beside their activity."""


@dataclass(frozen=True)
class Place:
    """An element; ``scope`` is the process or sub-process that holds it; a token may be put on it or not."""

    id: str
    name: Label
    kind: str
    scope: str
    takes_token: bool


def places(session: Session, instance_id: UUID) -> tuple[Place, ...]:
    """Return the elements of an instance's version, in the order of the diagram."""
    _instance, bundle = instance_and_bundle(session, instance_id)
    return tuple(
        Place(each.id, each.name, each.kind, each.parent, each.kind not in NOT_ASKED)
        for each in bundle.model.elements.values()
    )


def variables(session: Session, instance_id: UUID) -> tuple[tuple[str, str, Any], ...]:
    """Return name, declared type (or none) and value of an instance's variables, by name."""
    instance, bundle = instance_and_bundle(session, instance_id)
    held = bpmn.variables(bundle.model, instance.state_bytes) if instance.state in LIVE else {}
    declared = {name: kind for name, kind in bundle.model.variables.items() if "." not in name}
    return tuple((name, declared.get(name, ""), held.get(name)) for name in sorted(held.keys() | declared.keys()))


def variable_types(session: Session, instance_id: UUID) -> dict[str, str]:
    """Return the declared types of an instance's variables; those of their parts have dotted names."""
    _instance, bundle = instance_and_bundle(session, instance_id)
    return dict(bundle.model.variables)


def typed(session: Session, instance_id: UUID, name: str, text: str, *, time_zone: str) -> Any:
    """Return the value that a text stands for, of the type that a variable was declared with.

    Args:
        time_zone: of a date and time that names none.

    Raises:
        NotFoundError: no such instance.
        InvalidInputError: no such variable, or the text is no value of its type.
    """
    known = {each: (kind, value) for each, kind, value in variables(session, instance_id)}
    if name not in known:
        problem = FieldProblem("There is no such variable.", code="variable_unknown")
        raise InvalidInputError(errors={"value": [problem]})
    return read(text, *known[name], time_zone=time_zone)


def instance_and_bundle(session: Session, instance_id: UUID) -> tuple[ProcessInstance, Bundle]:
    """Return an instance and the bundle that it runs on.

    Raises:
        NotFoundError: no such instance.
    """
    instance = session.get(ProcessInstance, instance_id)
    if instance is None:
        raise NotFoundError("There is no such process instance.", code="instance_unknown")
    return instance, bundles.by_digest(session, instance.definition_id, instance.digest)
