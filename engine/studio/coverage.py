"""What the scenario tests of a bundle touch together: elements and sequence flows, for the picture and in percent."""

from collections.abc import Iterable
from dataclasses import dataclass

from engine.bpmn.labels import Label
from engine.process.bundles import Bundle
from engine.studio.scenarios import Outcome


@dataclass(frozen=True)
class Coverage:
    """What all scenarios of a bundle touch.

    Args:
        missed: names of elements that none touches, in document order.
    """

    nodes: frozenset[str]
    flows: frozenset[str]
    total: int
    missed: tuple[tuple[str, Label], ...]

    @property
    def percent(self) -> int:
        """How much of the elements and sequence flows is touched, rounded down."""
        return 100 * (len(self.nodes) + len(self.flows)) // self.total if self.total else 0


def coverage(bundle: Bundle, outcomes: Iterable[Outcome]) -> Coverage:
    """Return what the scenarios touch together."""
    elements = bundle.model.elements
    all_flows = {flow.id for element in elements.values() for flow in element.flows}
    nodes: set[str] = set()
    flows: set[str] = set()
    for outcome in outcomes:
        nodes |= outcome.nodes & elements.keys()
        flows |= outcome.flows & all_flows
    missed = tuple((key, element.name) for key, element in elements.items() if key not in nodes)
    return Coverage(frozenset(nodes), frozenset(flows), len(elements) + len(all_flows), missed)
