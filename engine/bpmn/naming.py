"""What people call what they draw: its name, or else its kind and what stands beside it; its id only at the last."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from engine.bpmn.labels import KINDS, Label

if TYPE_CHECKING:
    from engine.bpmn.elements import Element, Flow


def named(elements: Sequence["Element"]) -> Iterator["Element"]:
    """Yield the elements of a process, those without a name (an empty one) with what they can be told by.

    That is the element before a gateway, task or event, or else the one behind it; of a boundary event its activity.
    What still is called as another is gets its id in addition.
    """
    called = {element.id: element.name for element in elements if element.name.default}
    if len(called) == len(elements):
        yield from elements
        return
    incoming: dict[str, list[str]] = {}
    for element in elements:
        for flow in element.flows:
            incoming.setdefault(flow.target, []).append(element.id)
    described = {
        element.id: _described(element, called, incoming.get(element.id, []))
        for element in elements
        if element.id not in called
    }
    times = Counter(label.default for label in (*called.values(), *described.values()))
    for element in elements:
        label = described.get(element.id)
        if label is not None and times[label.default] > 1:
            label = Label(f"{label.default} {element.id}", f"{label.text('en')} {element.id}")
        yield element if label is None else replace(element, name=label, has_name=False)


def flow_label(flow: "Flow", called: Mapping[str, Label], drawn: Label | None = None) -> Label:
    """Return what a sequence flow is called: its own name, if it has one, and where it leads from and to.

    Args:
        called: the names of elements by id.
        drawn: its name; None or empty: it has none.
    """
    # A draft may hold flows that lead nowhere yet.
    source, target = (called.get(end, Label(end or "?")) for end in (flow.source, flow.target))
    way = Label(f"{source.default} → {target.default}", f"{source.text('en')} → {target.text('en')}")
    if drawn is None or not drawn.default:
        return way
    return Label(f"{drawn.default} {way.default}", f"{drawn.text('en')} {way.text('en')}")


def kind_label(kind: str) -> Label:
    """Return what a kind is called; what has no word here keeps its own."""
    return KINDS.get(kind, Label(kind))


def _described(element: "Element", called: Mapping[str, Label], before: Sequence[str]) -> Label:
    kind = kind_label(element.kind)
    for neighbours, zh, en in _neighbours(element, before):
        found = next((called[each] for each in neighbours if each in called), None)
        if found is not None:
            return Label(f"{kind.default}（{found.default} {zh}）", f"{kind.text('en')} ({en} {found.text('en')})")
    return kind


def _neighbours(element: "Element", before: Sequence[str]) -> Iterator[tuple[Sequence[str], str, str]]:
    if element.attached_to:
        yield [element.attached_to], "上", "on"
    ways = [(before, "之后", "after"), ([flow.target for flow in element.flows], "之前", "before")]
    # Several ways meet in front of what follows; where one splits, what it comes from tells more.
    yield from reversed(ways) if len(before) > 1 else ways
