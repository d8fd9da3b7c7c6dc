"""What an actor's user tasks usually lead to, with the forms: what a phone needs while it has no network."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from engine.access import Actor
from engine.bpmn import step as bpmn
from engine.bpmn.model import Element
from engine.bpmn.outlook import usual_next
from engine.feel.expressions import FeelError, Scope, evaluate
from engine.process import bundles, queries
from engine.process.bundles import Bundle
from engine.process.queries import TaskRow
from engine.process.tables import ProcessInstance
from forms.model import FormDefinition


@dataclass(frozen=True)
class Ahead:
    """A user task that waits now or usually comes later, as somebody without a network needs it.

    Args:
        occurrence: how often the process will have come to the element, from 1.
        after: ids of the user tasks that lead to it, of which one must be done; empty for one that waits now.
    """

    element: Element
    form: FormDefinition
    occurrence: int
    after: tuple[str, ...]


def steps_ahead(
    session: Session, actor: Actor, business_keys: Sequence[str], *, now: datetime
) -> dict[str, list[Ahead]]:
    """Return, by business key, the actor's open user tasks and those of the same lane that usually follow.

    Tasks without a form are left out: what is not filled in needs no phone.
    """
    found: dict[str, list[Ahead]] = {key: [] for key in business_keys}
    for key, rows in queries.my_open_tasks_of(session, actor, business_keys).items():
        if not rows:
            continue
        instance = session.get_one(ProcessInstance, rows[0].instance_id)
        bundle = bundles.by_digest(session, instance.definition_id, instance.digest)
        done = queries.tasks_of_instance(session, instance.id)
        scope = Scope(bpmn.variables(bundle.model, instance.state_bytes), bundle.model.variables, now, actor.time_zone)
        found[key] = list(_ahead(bundle, rows, done, scope))
    return found


def steps_from_start(
    session: Session, actor: Actor, process_key: str, variables: Mapping[str, Any], *, lane: str, now: datetime
) -> list[Ahead]:
    """Return the user tasks of a lane that a new instance of the newest version usually comes to.

    Args:
        variables: those that choose the forms.
    """
    _definition_id, bundle = bundles.latest(session, process_key)
    elements = bundle.model.elements
    scope = Scope(variables, bundle.model.variables, now, actor.time_zone)
    start = next(each for each in elements.values() if each.kind == "startEvent" and each.parent == process_key)
    first = [element.id for element in usual_next(elements, start.id)]
    steps: dict[str, tuple[str, ...]] = {**dict.fromkeys(first, ()), **_followers(elements, first)}
    found = [(elements[element_id], after) for element_id, after in steps.items()]
    return [
        Ahead(element, form, 1, after)
        for element, after in found
        if element.lane == lane and (form := bundle.forms.get(_form_key(element, scope))) is not None
    ]


def _ahead(bundle: Bundle, rows: Sequence[TaskRow], every: Sequence[TaskRow], scope: Scope) -> Iterator[Ahead]:
    elements = bundle.model.elements
    counts = Counter(task.element_id for task in every)
    for row in rows:
        form = bundle.forms.get(row.form_key or "")
        if form is not None:
            yield Ahead(elements[row.element_id], form, counts[row.element_id], ())
    for element_id, after in _followers(elements, [row.element_id for row in rows]).items():
        element = elements[element_id]
        form = bundle.forms.get(_form_key(element, scope))
        if form is not None and element.lane == rows[0].lane:
            yield Ahead(element, form, counts[element_id] + 1, after)


def _followers(elements: Mapping[str, Element], open_ids: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Return what comes after the open tasks, and after those again, each with the tasks that lead to it."""
    found: dict[str, tuple[str, ...]] = {}
    waiting = list(open_ids)
    while waiting:
        done = waiting.pop(0)
        for element in usual_next(elements, done):
            if element.id in open_ids:
                continue
            if element.id not in found:
                waiting.append(element.id)
            found[element.id] = (*found.get(element.id, ()), done)
    return found


def _form_key(element: Element, scope: Scope) -> str:
    text = element.properties.get("form", "")
    if not text.startswith("="):
        return text
    try:
        return str(evaluate(text[1:], scope))
    except FeelError:
        return ""
