"""What two diagrams differ in: elements, sequence flows, lanes and settings; where shapes stand does not count."""

from collections.abc import Iterator, Mapping
from typing import Any

from engine.bpmn import documents, elements, naming
from engine.bpmn.documents import Node
from engine.bpmn.elements import Element, Flow
from engine.bpmn.labels import Label
from engine.studio.changes import Change, Part, Reference, between


def compare_processes(file: str, before: bytes | None, after: bytes | None) -> list[Change]:
    """Return what differs; a file that is missing has no elements.

    Raises:
        DocumentError: one of them is no BPMN file.
    """
    return between(file, _parts(before), _parts(after))


def _parts(content: bytes | None) -> dict[str, Part]:
    if content is None:
        return {}
    root = documents.parse(content)
    found: dict[str, Part] = {}
    lanes = elements.lane_names(root)
    for process in documents.descendants(root, "process"):
        settings = documents.properties(process)
        label = elements.label_of(process, settings)
        found[process.get("id") or ""] = Part(
            process.get("id") or "", label, "process", "process", {"name": process.get("name"), **settings}
        )
        for lane in documents.descendants(process, "lane"):
            own = documents.properties(lane)
            label = elements.label_of(lane, own)
            properties = {"name": lane.get("name"), **own}
            found[lane.get("id") or ""] = Part(lane.get("id") or "", label, "lane", "lane", properties)
        nodes = {node.get("id"): node for node in process.iter() if isinstance(node.tag, str)}
        read = list(elements.read(process))
        labels = {element.id: element.name for element in read if element.id}
        for element in read:
            node = nodes[element.id]
            found[element.id] = Part(
                element.id, element.name, "element", element.kind, dict(_properties(element, node, labels, lanes))
            )
            for flow in element.flows:
                found[flow.id] = _flow(flow, labels, nodes.get(flow.id))
    return found


def _properties(
    element: Element, node: Node, labels: Mapping[str, Label], lanes: Mapping[str, Label]
) -> Iterator[tuple[str, Any]]:
    yield "name", node.get("name")
    yield "type", element.kind
    if element.lane:
        yield "lane", Reference(element.lane, lanes.get(element.lane, Label(element.lane)))
    yield from element.properties.items()
    yield "script", element.script
    yield "event", "" if element.event.kind == "none" else element.event.kind
    yield "message", element.message
    yield "timer", element.event.expression
    yield "called", element.called
    if element.attached_to:
        held = labels.get(element.attached_to, Label(element.attached_to))
        yield "attached_to", Reference(element.attached_to, held)
        yield "interrupting", "yes" if element.interrupting else "no"
    for key, value in element.loop.items():
        yield f"loop.{key}", value


def _flow(flow: Flow, labels: Mapping[str, Label], node: Node) -> Part:
    drawn = node.get("name") if node is not None else None
    source, target = (labels.get(end, Label(end or "?")) for end in (flow.source, flow.target))
    way = naming.flow_label(flow, labels, Label(drawn or ""))
    properties = {
        "name": drawn,
        "source": Reference(flow.source or "", source),
        "target": Reference(flow.target or "", target),
        "condition": flow.condition,
        "default_flow": "yes" if flow.default else "",
    }
    return Part(flow.id, way, "flow", "sequenceFlow", properties, told=frozenset({"name", "source", "target"}))
