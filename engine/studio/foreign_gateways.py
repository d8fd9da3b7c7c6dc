"""Rules of the import assistant about ways: starts and ends that are missing, implicit splits, default flows."""

from collections.abc import Iterator
from functools import partial

from engine.bpmn import documents, elements
from engine.bpmn.documents import Node
from engine.errors import FieldProblem
from engine.studio.foreign_tree import Step, add_flow, add_node, fresh_id, incoming, label, move_source, outgoing

SCOPES = ("process", "subProcess")


def _scopes(root: Node) -> Iterator[Node]:
    for scope in documents.descendants(root, *SCOPES):
        if scope.get("triggeredByEvent") != "true" and documents.children(scope, *elements.FLOW_NODES):
            yield scope


def missing_starts(root: Node) -> Iterator[Step]:
    """Draw a start event before what nothing leads to."""
    for scope in _scopes(root):
        if documents.children(scope, "startEvent"):
            continue
        first = [
            node
            for node in documents.children(scope, *elements.FLOW_NODES - {"boundaryEvent", "endEvent"})
            if node.get("id") and not incoming(scope, node.get("id")) and node.get("triggeredByEvent") != "true"
        ]
        for node in first[:1]:
            problem = FieldProblem(
                "“{name}” begins without a start event; it gets one.", code="no_start", name=label(node)
            )
            yield Step(f"start:{node.get('id')}", node.get("id"), problem, partial(_start, root, scope, node))


def _start(root: Node, scope: Node, node: Node) -> None:
    event = fresh_id(root, "started")
    add_node(root, scope, "startEvent", event, beside=node, right=False)
    add_flow(root, scope, event, node.get("id"))


def missing_ends(root: Node) -> Iterator[Step]:
    """Draw an end event behind what leads nowhere, where a scope has none at all."""
    for scope in _scopes(root):
        if documents.children(scope, "endEvent"):
            continue
        for node in documents.children(scope, *elements.FLOW_NODES - {"boundaryEvent"}):
            if node.get("id") and not outgoing(scope, node.get("id")) and node.get("triggeredByEvent") != "true":
                problem = FieldProblem(
                    "“{name}” ends without an end event; it gets one.", code="no_end", name=label(node)
                )
                yield Step(f"end:{node.get('id')}", node.get("id"), problem, partial(_end, root, scope, node))


def _end(root: Node, scope: Node, node: Node) -> None:
    event = fresh_id(root, "ended")
    add_node(root, scope, "endEvent", event, beside=node, right=True)
    add_flow(root, scope, node.get("id"), event)


def implicit_splits(root: Node) -> Iterator[Step]:
    """Draw the gateway that several flows out of a task or event stand for (BPMN 2.0.2, 10.3.1 and 13.2.1)."""
    for scope in _scopes(root):
        for node in documents.children(scope, *elements.FLOW_NODES - elements.GATEWAYS):
            leaving = outgoing(scope, node.get("id") or "")
            if len(leaving) < 2:
                continue
            is_choice = any(documents.text_of(flow, "conditionExpression") for flow in leaving) or node.get("default")
            problem = (
                FieldProblem(
                    "“{name}” splits by conditions of its flows; an inclusive gateway is drawn for it.",
                    code="implicit_choice",
                    name=label(node),
                )
                if is_choice
                else FieldProblem(
                    "“{name}” splits into {n} ways at once; a parallel gateway is drawn for it.",
                    code="implicit_split",
                    name=label(node),
                    n=len(leaving),
                )
            )
            kind = "inclusiveGateway" if is_choice else "parallelGateway"
            act = partial(_split, root, scope, node, leaving, kind)
            yield Step(f"split:{node.get('id')}", node.get("id") or "", problem, act)


def _split(root: Node, scope: Node, node: Node, leaving: list[Node], kind: str) -> None:
    gateway = fresh_id(root, "ways")
    add_node(root, scope, kind, gateway, beside=node, right=True)
    for flow in leaving:
        move_source(root, flow, gateway)
    if kind == "inclusiveGateway":
        drawn = scope[-1]
        bare = [flow for flow in leaving if not documents.text_of(flow, "conditionExpression")]
        default = node.attrib.pop("default", None) or (bare[0].get("id") if len(bare) == 1 else None)
        if default:
            drawn.set("default", default)
    # References to flows, which some tools write besides, say nothing of their own.
    for reference in documents.children(node, "outgoing"):
        node.remove(reference)
    add_flow(root, scope, node.get("id"), gateway)


def default_flows(root: Node) -> Iterator[Step]:
    """Make the one flow without a condition the default flow of its gateway."""
    for scope in _scopes(root):
        for gateway in documents.children(scope, "exclusiveGateway", "inclusiveGateway"):
            leaving = outgoing(scope, gateway.get("id") or "")
            bare = [flow for flow in leaving if not documents.text_of(flow, "conditionExpression")]
            if len(leaving) < 2 or gateway.get("default") or not bare or not bare[-1].get("id"):
                continue
            chosen = bare[-1]
            problem = FieldProblem(
                "The gateway “{name}” has no default flow; “{flow}” becomes it.",
                code="default_flow",
                name=label(gateway),
                flow=label(chosen),
            )
            act = partial(gateway.set, "default", chosen.get("id"))
            yield Step(f"default:{gateway.get('id')}", gateway.get("id") or "", problem, act)
