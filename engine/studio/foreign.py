"""The import assistant: what a diagram of another tool needs to run here, change by change, for an admin to accept.

Each rule looks at the tree and proposes mendings; ``mend`` applies those that were accepted. A mending's key names
the rule and the element, so that proposing twice gives the same keys. What no rule can mend is left to the gate, which
names the element and the reason.
"""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass

from lxml import etree

from engine.bpmn import documents
from engine.bpmn.documents import Node
from engine.errors import FieldProblem
from engine.studio import foreign_gateways, foreign_ids, foreign_layout, foreign_vendors
from engine.studio.foreign_tree import Step

MAX_MENDINGS = 500


@dataclass(frozen=True)
class Mending:
    """One change that the assistant would make."""

    key: str
    element_id: str
    problem: FieldProblem


Rule = Callable[[Node], Iterator[Step]]
RULES: tuple[Rule, ...] = (
    foreign_ids.missing_ids,
    foreign_ids.reserved_ids,
    foreign_ids.executable,
    foreign_vendors.attributes,
    foreign_vendors.extensions,
    foreign_vendors.expressions,
    foreign_gateways.missing_starts,
    foreign_gateways.missing_ends,
    foreign_gateways.implicit_splits,
    foreign_gateways.default_flows,
    foreign_vendors.leftovers,
    foreign_layout.missing_drawing,
)


def propose(content: bytes) -> tuple[Mending, ...]:
    """Return every change that would help a diagram to run here, in the order in which they would be made.

    Raises:
        DocumentError: it is no BPMN file.
    """
    root = documents.parse(content)
    found = []
    for step in _steps(root, accepted=None):
        found.append(Mending(step.key, step.element_id, step.problem))
        if len(found) == MAX_MENDINGS:
            break
    return tuple(found)


def mend(content: bytes, accepted: Collection[str]) -> bytes:
    """Return the file with the accepted changes.

    Raises:
        DocumentError: it is no BPMN file.
    """
    root = documents.parse(content)
    for _step in _steps(root, accepted=frozenset(accepted)):
        pass
    # What is new is written on lines of its own, as the rest is.
    etree.indent(root)
    written: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8")
    return written


def _steps(root: Node, *, accepted: frozenset[str] | None) -> Iterator[Step]:
    for rule in RULES:
        # A rule is done looking before the tree changes under it.
        for step in list(rule(root)):
            if accepted is None or step.key in accepted:
                step.act()
                yield step
