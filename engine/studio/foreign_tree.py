"""Reading and changing the tree of a foreign diagram: names of elements, settings, shapes of what is added."""

from collections.abc import Callable
from dataclasses import dataclass

from lxml import etree

from engine.bpmn import documents
from engine.bpmn.documents import BPMN, SPIFF, Node
from engine.bpmn.labels import Label
from engine.bpmn.naming import kind_label
from engine.errors import FieldProblem

DI = "http://www.omg.org/spec/BPMN/20100524/DI"
DC = "http://www.omg.org/spec/DD/20100524/DC"
DD = "http://www.omg.org/spec/DD/20100524/DI"
GAP = 30.0


@dataclass(frozen=True)
class Step:
    """A change that may be made: ``act`` makes it."""

    key: str
    element_id: str
    problem: FieldProblem
    act: Callable[[], None]


def label(node: Node) -> Label:
    """Return what people call an element: its name; else of a flow where it leads, of others their kind with the id."""
    if documents.kind(node) != "sequenceFlow" or _named(node):
        return _alone(node)
    ends = [_by_id(node, node.get(end)) for end in ("sourceRef", "targetRef")]
    source, target = (Label("?") if each is None else _alone(each) for each in ends)
    return Label(f"{source.default} → {target.default}", f"{source.text('en')} → {target.text('en')}")


def _named(node: Node) -> str:
    return " ".join((node.get("name") or "").split())


def _alone(node: Node) -> Label:
    if name := _named(node):
        return Label(name)
    called = kind_label(documents.kind(node) or etree.QName(node).localname)
    return Label(*(f"{each} {node.get('id') or ''}".strip() for each in (called.default, called.text("en"))))


def _by_id(node: Node, wanted: str | None) -> Node | None:
    found = node.getroottree().getroot().xpath("//*[@id=$wanted]", wanted=wanted or "")
    return found[0] if found else None


def fresh_id(root: Node, stem: str) -> str:
    """Return an id that nothing in the file has."""
    used = set(root.xpath("//@id"))
    number = 1
    while f"{stem}_{number}" in used:
        number += 1
    return f"{stem}_{number}"


def set_property(node: Node, name: str, value: str) -> None:
    """Write a setting of an element; one that it has already stays."""
    if not value or name in documents.properties(node):
        return
    holder = node.find(f"{{{BPMN}}}extensionElements")
    if holder is None:
        holder = etree.Element(f"{{{BPMN}}}extensionElements")
        documentation = node.findall(f"{{{BPMN}}}documentation")
        node.insert(len(documentation), holder)
    block = holder.find(f"{{{SPIFF}}}properties")
    if block is None:
        block = etree.SubElement(holder, f"{{{SPIFF}}}properties", nsmap={"spiffworkflow": SPIFF})
    etree.SubElement(block, f"{{{SPIFF}}}property", {"name": name, "value": value})


def by_id(root: Node, element_id: str) -> Node | None:
    """Return the element with an id."""
    found = root.xpath("//*[@id=$id]", id=element_id)
    return found[0] if found else None


def outgoing(scope: Node, element_id: str) -> list[Node]:
    """Return the sequence flows that leave an element, in the order of the file."""
    return [flow for flow in documents.children(scope, "sequenceFlow") if flow.get("sourceRef") == element_id]


def incoming(scope: Node, element_id: str) -> list[Node]:
    """Return the sequence flows that lead to an element."""
    return [flow for flow in documents.children(scope, "sequenceFlow") if flow.get("targetRef") == element_id]


def add_node(root: Node, scope: Node, kind: str, element_id: str, *, beside: Node, right: bool) -> None:
    """Add a flow node to a scope, and its shape beside another's if that has one."""
    scope.append(etree.Element(f"{{{BPMN}}}{kind}", {"id": element_id}))
    lane = next((ref.getparent() for ref in root.iter(f"{{{BPMN}}}flowNodeRef") if ref.text == beside.get("id")), None)
    if lane is not None:
        etree.SubElement(lane, f"{{{BPMN}}}flowNodeRef").text = element_id
    bounds = bounds_of(root, beside.get("id"))
    plane = next(root.iter(f"{{{DI}}}BPMNPlane"), None)
    if bounds is None or plane is None:
        return
    x, y, width, height = bounds
    size = 50.0 if kind.endswith("Gateway") else 36.0
    left = x + width + GAP if right else x - GAP - size
    shape = etree.SubElement(plane, f"{{{DI}}}BPMNShape", {"id": f"{element_id}_di", "bpmnElement": element_id})
    etree.SubElement(
        shape,
        f"{{{DC}}}Bounds",
        {"x": f"{left:g}", "y": f"{y + height / 2 - size / 2:g}", "width": f"{size:g}", "height": f"{size:g}"},
    )


def add_flow(root: Node, scope: Node, source: str, target: str) -> str:
    """Add a sequence flow, and its line if both ends have shapes; returns its id."""
    flow_id = fresh_id(root, "flow")
    scope.append(etree.Element(f"{{{BPMN}}}sequenceFlow", {"id": flow_id, "sourceRef": source, "targetRef": target}))
    start, end = bounds_of(root, source), bounds_of(root, target)
    plane = next(root.iter(f"{{{DI}}}BPMNPlane"), None)
    if start and end and plane is not None:
        edge = etree.SubElement(plane, f"{{{DI}}}BPMNEdge", {"id": f"{flow_id}_di", "bpmnElement": flow_id})
        for x, y in ((start[0] + start[2], start[1] + start[3] / 2), (end[0], end[1] + end[3] / 2)):
            etree.SubElement(edge, f"{{{DD}}}waypoint", {"x": f"{x:g}", "y": f"{y:g}"})
    return flow_id


def move_source(root: Node, flow: Node, source: str) -> None:
    """Let a sequence flow begin at another element, in the drawing too."""
    flow.set("sourceRef", source)
    bounds = bounds_of(root, source)
    edge = next((each for each in root.iter(f"{{{DI}}}BPMNEdge") if each.get("bpmnElement") == flow.get("id")), None)
    first = edge.find(f"{{{DD}}}waypoint") if edge is not None else None
    if bounds and first is not None:
        first.set("x", f"{bounds[0] + bounds[2]:g}")
        first.set("y", f"{bounds[1] + bounds[3] / 2:g}")


def bounds_of(root: Node, element_id: str | None) -> tuple[float, float, float, float] | None:
    """Return x, y, width and height of an element's shape, None if it has none that can be read."""
    for shape in root.iter(f"{{{DI}}}BPMNShape"):
        if shape.get("bpmnElement") == element_id:
            found = shape.find(f"{{{DC}}}Bounds")
            try:
                x, y, width, height = (float(found.get(name)) for name in ("x", "y", "width", "height"))
            except (AttributeError, TypeError, ValueError):
                return None
            return x, y, width, height
    return None
