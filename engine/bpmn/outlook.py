"""What is likely to come: the user tasks that others lead to, as the conditions stand now, or on the model's usual way.

An exclusive gateway takes the flow whose condition holds already, else its default: the model's usual way. A condition
that nobody can answer yet does not hold. Joins and the ends of sub-processes wait for other branches, so they are
passed only where nothing comes before them. Boundary events are what is not usual, and are left out.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from engine.bpmn import codec
from engine.bpmn.effects import Host
from engine.bpmn.elements import HUMAN_TASKS, Element, Flow
from engine.bpmn.model import ProcessModel
from engine.errors import FieldflowError

CHOOSING = frozenset({"exclusiveGateway", "inclusiveGateway"})
JOINING = frozenset({"parallelGateway", "inclusiveGateway"})

Holds = Callable[[str, Mapping[str, Any]], bool]
"""Answers a condition with the variables of where it stands."""


def likely_next(model: ProcessModel, state: bytes, host: Host, *, limit: int = 3) -> tuple[Element, ...]:
    """Return the user tasks that are likely to open next, in the order in which they are met."""
    opened = [token for token in codec.load(state, model).live() if "open" in token.internal_data]
    walk = _Walk(model.elements, host.condition, frozenset(token.task_spec.element.id for token in opened))
    for token in opened:
        if token.task_spec.element.properties.get("optional") != "true":
            walk.leave(token.task_spec.element, token.data)
    return tuple(walk.results())[:limit]


def usual_next(elements: Mapping[str, Element], element_id: str) -> tuple[Element, ...]:
    """Return the user tasks that follow an element if nothing unusual happens, in the order of the diagram.

    No condition is answered: a phone without a network can only rely on the model's usual way.
    """
    walk = _Walk(elements, lambda _condition, _data: False, frozenset({element_id}))
    walk.leave(elements[element_id], {})
    order = {name: number for number, name in enumerate(elements)}
    return tuple(sorted(walk.results(), key=lambda element: order[element.id]))


class _Walk:
    def __init__(self, elements: Mapping[str, Element], holds: Holds, opened: frozenset[str]) -> None:
        self.elements, self.holds, self.opened = elements, holds, opened
        self.found: dict[str, Element] = {}
        self.seen: set[str] = set()
        self.later: list[tuple[Element, Mapping[str, Any]]] = []
        targets = [flow.target for element in self.elements.values() for flow in element.flows]
        self.joins = {target for target in targets if targets.count(target) > 1}

    def results(self) -> Iterator[Element]:
        while not self.found and self.later:
            waiting, self.later = self.later, []
            for element, data in waiting:
                self.leave(element, data)
        yield from self.found.values()

    def leave(self, element: Element, data: Mapping[str, Any]) -> None:
        for flow in self._chosen(element, data):
            self._reach(self.elements[flow.target], data)

    def _reach(self, element: Element, data: Mapping[str, Any]) -> None:
        if element.id in self.seen:
            return
        self.seen.add(element.id)
        if element.kind in HUMAN_TASKS:
            if element.id not in self.opened:
                self.found[element.id] = element
        elif element.kind == "endEvent":
            self._end(element, data)
        elif element.kind == "subProcess":
            for inner in self.elements.values():
                if inner.parent == element.id and inner.kind == "startEvent":
                    self._reach(inner, data)
        elif element.kind in JOINING and element.id in self.joins:
            self.later.append((element, data))
        else:
            self.leave(element, data)

    def _end(self, element: Element, data: Mapping[str, Any]) -> None:
        scope = self.elements.get(element.parent)
        if scope is None or element.event.kind == "error":
            return
        if element.event.kind == "terminate":
            self.leave(scope, data)
        else:
            self.later.append((scope, data))

    def _chosen(self, element: Element, data: Mapping[str, Any]) -> list[Flow]:
        if element.kind not in CHOOSING or len(element.flows) < 2:
            return list(element.flows)
        usual = [flow for flow in element.flows if flow.default]
        holding = [flow for flow in element.flows if not flow.default and self._holds(flow, data)]
        if element.kind == "exclusiveGateway":
            holding = holding[:1]
        return holding or usual or list(element.flows)

    def _holds(self, flow: Flow, data: Mapping[str, Any]) -> bool:
        try:
            return flow.condition is None or self.holds(flow.condition, data)
        except FieldflowError:
            return False
