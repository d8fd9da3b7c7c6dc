"""A rule of the import assistant: draw what has no drawing at all, in columns from the start to the right."""

from collections.abc import Iterator
from functools import partial
from typing import TypeAlias

from lxml import etree

from engine.bpmn import documents, elements
from engine.bpmn.documents import Node
from engine.errors import FieldProblem
from engine.studio.foreign_tree import DC, DD, DI, Step, label

COLUMN, ROW, LEFT, TOP = 160.0, 120.0, 160.0, 100.0
TASK, GATEWAY, EVENT = (100.0, 80.0), (50.0, 50.0), (36.0, 36.0)


def missing_drawing(root: Node) -> Iterator[Step]:
    """Draw the processes of a file that has no shape at all; inner parts of sub-processes stay inside of them."""
    if any(True for _ in root.iter(f"{{{DI}}}BPMNShape")):
        return
    process = next((each for each in documents.descendants(root, "process") if documents.children(each)), None)
    if process is not None:
        problem = FieldProblem(
            "“{name}” has no drawing; one is made, from left to right.", code="drawn", name=label(process)
        )
        yield Step(f"drawn:{process.get('id')}", process.get("id") or "", problem, partial(_draw, root, process))


def _draw(root: Node, process: Node) -> None:
    for old in list(root.iter(f"{{{DI}}}BPMNDiagram")):
        old.getparent().remove(old)
    diagram = etree.SubElement(
        root, f"{{{DI}}}BPMNDiagram", {"id": "diagram"}, nsmap={"bpmndi": DI, "dc": DC, "di": DD}
    )
    plane = etree.SubElement(diagram, f"{{{DI}}}BPMNPlane", {"id": "plane", "bpmnElement": process.get("id") or ""})
    boxes = _boxes(process)
    for element_id, (x, y, width, height) in boxes.items():
        shape = etree.SubElement(plane, f"{{{DI}}}BPMNShape", {"id": f"{element_id}_di", "bpmnElement": element_id})
        size = {"x": f"{x:g}", "y": f"{y:g}", "width": f"{width:g}", "height": f"{height:g}"}
        etree.SubElement(shape, f"{{{DC}}}Bounds", size)
    for flow in documents.children(process, "sequenceFlow"):
        start, end = boxes.get(flow.get("sourceRef")), boxes.get(flow.get("targetRef"))
        if start and end:
            edge = etree.SubElement(
                plane, f"{{{DI}}}BPMNEdge", {"id": f"{flow.get('id')}_di", "bpmnElement": flow.get("id") or ""}
            )
            for x, y in _way(start, end):
                etree.SubElement(edge, f"{{{DD}}}waypoint", {"x": f"{x:g}", "y": f"{y:g}"})


Box: TypeAlias = tuple[float, float, float, float]


def _way(start: Box, end: Box) -> list[tuple[float, float]]:
    out = (start[0] + start[2], start[1] + start[3] / 2)
    into = (end[0], end[1] + end[3] / 2)
    if into[0] > out[0]:
        middle = (out[0] + into[0]) / 2
        return [out, into] if out[1] == into[1] else [out, (middle, out[1]), (middle, into[1]), into]
    # Back to the left: below both.
    low = max(start[1] + start[3], end[1] + end[3]) + 30
    under = (start[0] + start[2] / 2, start[1] + start[3])
    below = (end[0] + end[2] / 2, end[1] + end[3])
    return [under, (under[0], low), (below[0], low), below]


def _boxes(process: Node) -> dict[str, Box]:
    nodes = [node for node in documents.children(process, *elements.FLOW_NODES) if node.get("id")]
    columns = _columns(nodes, process)
    rows: dict[int, int] = {}
    found: dict[str, Box] = {}
    for node in nodes:
        if documents.kind(node) == "boundaryEvent":
            continue
        column = columns[node.get("id")]
        width, height = _size(node)
        row = rows.get(column, 0)
        rows[column] = row + 1
        x, y = LEFT + column * COLUMN, TOP + row * ROW
        found[node.get("id")] = (x + (TASK[0] - width) / 2, y + (TASK[1] - height) / 2, width, height)
    for node in nodes:
        host = found.get(node.get("attachedToRef") or "")
        if documents.kind(node) == "boundaryEvent" and host:
            found[node.get("id")] = (host[0] + host[2] - 30, host[1] + host[3] - EVENT[1] / 2, *EVENT)
    return found


def _size(node: Node) -> tuple[float, float]:
    kind = documents.kind(node)
    return EVENT if kind in elements.EVENTS else GATEWAY if kind in elements.GATEWAYS else TASK


def _columns(nodes: list[Node], process: Node) -> dict[str, int]:
    """Return how far each node is from one that nothing leads to: the shortest way, so that loops end."""
    following: dict[str, list[str]] = {}
    for flow in documents.children(process, "sequenceFlow"):
        following.setdefault(flow.get("sourceRef"), []).append(flow.get("targetRef"))
    for node in nodes:
        if node.get("attachedToRef"):
            following.setdefault(node.get("attachedToRef"), []).append(node.get("id"))
    entered = {target for targets in following.values() for target in targets}
    columns = {node.get("id"): 0 for node in nodes if node.get("id") not in entered}
    reached = list(columns)
    for current in reached:
        for target in following.get(current, ()):
            if target not in columns:
                columns[target] = columns[current] + 1
                reached.append(target)
    return {node.get("id"): columns.get(node.get("id"), 0) for node in nodes}
