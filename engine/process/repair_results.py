"""What an element gives once it is done, as far as it is known: the fields for the result of one that is skipped."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.access import Actor
from engine.bpmn.elements import Element
from engine.bpmn.labels import Label
from engine.feel.inputs import outputs_of
from engine.process import topics
from engine.process.bundles import Bundle
from engine.process.repair_places import instance_and_bundle
from engine.process.repair_plan import tokens_of
from engine.process.states import TaskState
from engine.process.tables import ProcessInstance, UserTask
from engine.process.topics import Parameter
from forms.components import blank_of
from forms.model import Component, FormDefinition, level
from forms.value_types import value_types

_TAKING = frozenset(
    {
        "userTask", "manualTask", "scriptTask", "serviceTask", "businessRuleTask", "receiveTask", "subProcess",
        "callActivity", "boundaryEvent", "intermediateCatchEvent",
    }
)  # fmt: skip
"""Kinds of elements whose result is kept when they are skipped; the others have none."""


@dataclass(frozen=True)
class ResultValue:
    """One value of a result.

    Args:
        type: as processes declare variables; ``any`` where it is not known.
        choices: what it may be, with its words; anything where there are none.
        blank: what it is where nobody enters it.
    """

    name: str
    type: str
    label: Label
    choices: tuple[tuple[str, Label], ...] = ()
    blank: Any = None


def results(session: Session, actor: Actor, instance_id: UUID) -> dict[str, tuple[ResultValue, ...]]:
    """Return by token what its element gives: of a user task its form, else what its topic or decision says.

    A token whose element takes a result but does not say which has none of them; one that takes none is missing.

    Raises:
        NotFoundError: no such instance.
    """
    instance, bundle = instance_and_bundle(session, instance_id)
    forms = _open_forms(session, instance, bundle)
    found = {}
    for token in tokens_of(bundle, instance):
        element = bundle.model.elements[token.element_id]
        # What is repeated keeps what its turns give; only a turn, which cannot be moved alone, takes a result.
        if element.kind not in _TAKING or (element.loop and "move" in token.acts):
            continue
        form = forms.get(token.token)
        of_form = tuple(_entered(session, actor, instance.business_key, form)) if form else ()
        found[token.token] = of_form or given_by(bundle, element)
    return found


def _open_forms(session: Session, instance: ProcessInstance, bundle: Bundle) -> Mapping[str, FormDefinition]:
    query = select(UserTask.token, UserTask.form_key).where(
        UserTask.instance_id == instance.id, UserTask.state == TaskState.OPEN
    )
    return {row.token: bundle.forms[row.form_key] for row in session.execute(query) if row.form_key in bundle.forms}


def _entered(session: Session, actor: Actor, business_key: str, form: FormDefinition) -> Iterator[ResultValue]:
    parts = {part.component.key: part.component for part in level(form.components)}
    for key, type_ in value_types(form).items():
        label = Label(parts[key].label.zh or key, parts[key].label.en or None)
        choices = _choices(session, actor, business_key, parts[key]) if type_ == "text" else ()
        is_sum = parts[key].props.get("format") == "money"
        yield ResultValue(key, "money" if is_sum else type_, label, choices, blank_of(parts[key]))


def _choices(session: Session, actor: Actor, business_key: str, component: Component) -> tuple[tuple[str, Label], ...]:
    source = topics.choice_source(component.source) if component.source else None
    found = source(session, actor, business_key) if source else component.options
    return tuple((each.value, Label(each.label.zh or each.value, each.label.en or None)) for each in found)


def given_by(bundle: Bundle, element: Element) -> tuple[ResultValue, ...]:
    """Return what the topic of a service task, or the decision of a business rule task, gives; none if it has none."""
    topic = topics.find(element.properties.get("topic", ""))
    if topic is not None:
        return tuple(_of_topic(each) for each in topic.gives)
    decision = element.properties.get("decision", "")
    if decision in bundle.decisions:
        said = outputs_of(bundle.decisions[decision], decision)
        # What a decision says alone has no name, and a result is made of named values.
        return tuple(ResultValue(each.name, each.type, Label(each.label or each.name)) for each in said if each.name)
    return ()


def _of_topic(given: Parameter) -> ResultValue:
    choices = tuple((name, Label(*words)) for name, words in given.choices.items())
    return ResultValue(given.name, given.type, Label(*given.label), choices)
