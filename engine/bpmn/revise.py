"""Change variables of a running instance, and what waits because of them: due times and fields of open tasks, timers.

The variables change everywhere at once, also in what a split or a loop will compare with later: a branch must not seem
to have changed what was changed from outside. What an expression gave is asked again only where it names a variable
that changed: a duration counted from when a task was opened keeps its end.
"""

import re
from collections.abc import Mapping, Set
from typing import Any

from SpiffWorkflow.bpmn.specs.event_definitions.timer import TimerEventDefinition

from engine.bpmn import instants, specs
from engine.bpmn.elements import Element
from engine.bpmn.mends import Token
from engine.bpmn.run import Run
from engine.bpmn.values import checked

_NAME = re.compile(r"[^\W\d]\w*")


def revise(run: Run, values: Mapping[str, Any]) -> list[Token]:
    """Set variables, and return the open user tasks whose due time or fields were asked again.

    Raises:
        ValuesError: the values may not become variables.
        FieldflowError: an expression has no value any more.
    """
    values = checked(values)
    _set_everywhere(run, values)
    revised = []
    for token in run.tree.live():
        if "open" in token.internal_data:
            if _ask_task_again(run, token, values.keys()):
                revised.append(token)
            _rearm_beside(run, token, values.keys())
        elif "due_at" in token.internal_data and "incident" not in token.internal_data:
            text = _timer_text(token.task_spec)
            if _mentions(text, values.keys()):
                token.internal_data["due_at"] = _due(run, text, token.data)
    return revised


def _set_everywhere(run: Run, values: Mapping[str, Any]) -> None:
    changed: dict[int, dict[str, Any]] = {}

    def with_values(data: dict[str, Any]) -> dict[str, Any]:
        # Tokens that share their variables go on sharing them: the stored state holds what differs only.
        if id(data) not in changed:
            changed[id(data)] = {**data, **values}
        return changed[id(data)]

    tokens = [token for tree in run.tree.trees() for token in tree.tasks.values()]
    before = [token.data for token in tokens]  # keeps each alive, so that no id is used twice
    for token, data in zip(tokens, before, strict=True):
        token.data = with_values(data)
        internal = token.internal_data
        if "arrived" in internal:
            internal["arrived"] = [[index, {**turn, **values}] for index, turn in internal["arrived"]]
        for name in values:
            internal.get("ended", {}).pop(name, None)


def _ask_task_again(run: Run, token: Token, changed: Set[str]) -> bool:
    element: Element = token.task_spec.element
    opened = token.internal_data["open"]
    due = element.properties.get("due") or ""
    fields = {
        name.removeprefix("field."): text
        for name, text in element.properties.items()
        if name.startswith("field.") and _mentions(text, changed)
    }
    if not (fields or _mentions(due, changed)):
        return False
    found = run.host.evaluate_all(list(fields.values()), token.data) if fields else []
    renewed = {**opened, "fields": checked({**opened["fields"], **dict(zip(fields, found, strict=True))})}
    if _mentions(due, changed):
        value = run.host.evaluate(due, token.data)
        renewed["due"] = None if value is None else instants.instant(value, now=run.host.now).isoformat()
    token.internal_data["open"] = renewed
    return True


def _rearm_beside(run: Run, token: Token, changed: Set[str]) -> None:
    """Let timers beside an open task that have fired and not interrupted it wait again, if their time is to come."""
    parent = token.parent
    if not token.task_spec.events:
        return
    waiting = {other.task_spec.name for other in parent.children if other.live}
    for name in token.task_spec.events - waiting:
        spec = token.workflow.spec.task_specs[name]
        text = _timer_text(spec)
        if not isinstance(spec, specs.BoundaryEvent) or spec.cancel_activity or not _mentions(text, changed):
            continue
        due_at = _due(run, text, token.data)
        if instants.instant(due_at, now=run.host.now) > run.host.now:
            again = parent._add_child(spec)
            spec._update(again)
            again.internal_data["due_at"] = due_at


def _timer_text(spec: Any) -> str:
    if not isinstance(getattr(spec, "event_definition", None), TimerEventDefinition):
        return ""
    text = spec.element.event.expression or ""
    return "" if instants.is_literal(text) else text


def _due(run: Run, text: str, data: Mapping[str, Any]) -> str:
    return instants.instant(run.host.evaluate(text, data), now=run.host.now).isoformat()


def _mentions(text: str, names: Set[str]) -> bool:
    return not names.isdisjoint(_NAME.findall(text))
