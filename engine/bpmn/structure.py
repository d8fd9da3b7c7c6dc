"""Rules about the diagram itself: references, elements that do not run here, flows."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from engine.bpmn import documents, elements
from engine.bpmn.documents import Node, kind
from engine.bpmn.findings import Finding, finding

MAX_NODES = 400
"""SpiffWorkflow's parser recurses along the flows; it gives up at 488 elements in a row."""

RESERVED_IDS = frozenset({"Start", "End", "Root"})
UNSUPPORTED = {
    "transaction": ("a transaction", "事务子流程"),
    "adHocSubProcess": ("an ad hoc sub-process", "即席子流程"),
    "complexGateway": ("a complex gateway", "复杂网关"),
    "choreography": ("a choreography", "编排图"),
    "choreographyTask": ("a choreography", "编排图"),
    "ioSpecification": ("an input/output specification", "输入输出规范"),
    "dataStore": ("a data store", "数据存储"),
    "loopDataInputRef": ("a data reference of a loop (use loop.collection)", "循环的数据引用（请用 loop.collection）"),
    "loopDataOutputRef": ("a data reference of a loop (use loop.result)", "循环的数据引用（请用 loop.result）"),
}
IGNORED = {
    "dataInputAssociation": ("a data association", "数据关联"),
    "dataOutputAssociation": ("a data association", "数据关联"),
}
EVENT_NAMES = {
    "signalEventDefinition": ("a signal", "信号"),
    "conditionalEventDefinition": ("a conditional event", "条件事件"),
    "compensateEventDefinition": ("compensation", "补偿"),
    "linkEventDefinition": ("a link event", "链接事件"),
    "escalationEventDefinition": ("an escalation", "升级事件"),
    "cancelEventDefinition": ("a cancel event", "取消事件"),
    "timerEventDefinition": ("a timer", "定时器"),
    "errorEventDefinition": ("an error", "错误"),
    "terminateEventDefinition": ("a terminate event", "终止事件"),
    "messageEventDefinition": ("a message", "消息"),
}
ALLOWED_EVENTS = {
    "startEvent": {"messageEventDefinition"},
    "endEvent": {"messageEventDefinition", "errorEventDefinition", "terminateEventDefinition"},
    "intermediateCatchEvent": {"messageEventDefinition", "timerEventDefinition"},
    "intermediateThrowEvent": {"messageEventDefinition"},
    "boundaryEvent": {"messageEventDefinition", "timerEventDefinition", "errorEventDefinition"},
}
NEED_A_TRIGGER = frozenset({"intermediateCatchEvent", "boundaryEvent"})
REFERENCES = {
    "sourceRef": elements.FLOW_NODES,
    "targetRef": elements.FLOW_NODES,
    "attachedToRef": elements.ACTIVITIES,
    "messageRef": {"message"},
    "errorRef": {"error"},
    "dataObjectRef": {"dataObject"},
    "dataStoreRef": {"dataStore"},
    "processRef": {"process"},
    "default": {"sequenceFlow"},
}


@dataclass(frozen=True)
class Diagram:
    """A file with its elements by id and its scopes (processes and sub-processes)."""

    root: Node
    by_id: dict[str, Node]
    scopes: list[Node]

    def flows(self, scope: Node) -> list[Node]:
        """Return the sequence flows of a scope whose both ends are there."""
        found = documents.children(scope, "sequenceFlow")
        return [f for f in found if f.get("sourceRef") in self.by_id and f.get("targetRef") in self.by_id]

    def outgoing(self, node: Node) -> list[Node]:
        """Return the flows that leave a node."""
        return [flow for flow in self.flows(node.getparent()) if flow.get("sourceRef") == node.get("id")]


def read(root: Node) -> Diagram:
    """Return the diagram of a file; of two elements with one id the first."""
    by_id: dict[str, Node] = {}
    for node in root.iter(f"{{{documents.BPMN}}}*"):
        if node.get("id"):
            by_id.setdefault(node.get("id"), node)
    return Diagram(root, by_id, list(documents.descendants(root, "process", *elements.SUBPROCESSES)))


def ids(diagram: Diagram) -> Iterator[Finding]:
    """Find elements without an id of their own, and reserved ids."""
    for node in documents.descendants(diagram.root, "process", "sequenceFlow", "message", *elements.FLOW_NODES):
        element_id = node.get("id")
        if not element_id:
            yield finding("no_id", node, kind=kind(node))
        elif diagram.by_id[element_id] is not node:
            yield finding("id_twice", node)
        elif element_id in RESERVED_IDS or element_id.endswith((".EndJoin", ".BoundaryEventSplit")):
            yield finding("reserved_id", node)


def references(diagram: Diagram) -> Iterator[Finding]:
    """Find references to what is not there; in a sub-process one of them hangs SpiffWorkflow's parser."""
    for node in diagram.root.iter(f"{{{documents.BPMN}}}*"):
        for attribute, kinds in REFERENCES.items():
            reference = node.get(attribute)
            # The ends of associations and message flows may be anything, and say nothing about the run.
            if reference is None or (attribute in {"sourceRef", "targetRef"} and kind(node) != "sequenceFlow"):
                continue
            target = diagram.by_id.get(reference)
            if target is None or kind(target) not in kinds:
                owner = node if node.get("id") and kind(node) in elements.FLOW_NODES else _owner(node)
                yield finding("dangling", owner, reference=reference, attribute=attribute)


def _owner(node: Node) -> Node:
    """Return the nearest element that people see on the diagram."""
    shown = elements.FLOW_NODES | {"sequenceFlow", "process", "message", "error", "dataObjectReference", "participant"}
    while kind(node) not in shown and node.getparent() is not None:
        node = node.getparent()
    return node


def processes(diagram: Diagram) -> Iterator[Finding]:
    """Find files without a process, and processes that are too large."""
    found = [node for node in diagram.scopes if kind(node) == "process"]
    if not any(node.get("isExecutable", "true") == "true" for node in found):
        yield finding("no_process")
    for node in found:
        count = sum(1 for _ in documents.descendants(node, *elements.FLOW_NODES))
        if count > MAX_NODES:
            yield finding("too_many_nodes", node, count=count, limit=MAX_NODES)


def supported(diagram: Diagram) -> Iterator[Finding]:
    """Find elements that would not run, or not as drawn."""
    for node in documents.descendants(diagram.root, *UNSUPPORTED):
        what, what_zh = UNSUPPORTED[kind(node)]
        yield finding("unsupported", _owner(node), what=what, what_zh=what_zh)
    for node in documents.descendants(diagram.root, *IGNORED):
        what, what_zh = IGNORED[kind(node)]
        yield finding("ignored", _owner(node), severity="warning", what=what, what_zh=what_zh)
    for node in documents.descendants(diagram.root, "subProcess"):
        if node.get("triggeredByEvent") == "true":
            advice = "an event sub-process (use a boundary event on an embedded sub-process)"
            yield finding("unsupported", node, what=advice, what_zh="事件子流程（请在内嵌子流程上使用边界事件）")
    for node in documents.descendants(diagram.root, *ALLOWED_EVENTS):
        yield from _event(node)


def _event(node: Node) -> Iterator[Finding]:
    definitions = [child for child in documents.children(node) if kind(child).endswith("EventDefinition")]
    if len(definitions) > 1:
        yield finding("unsupported", node, what="an event with several triggers", what_zh="多重事件")
        return
    for definition in definitions:
        name = kind(definition)
        if name not in ALLOWED_EVENTS[kind(node)]:
            what, what_zh = EVENT_NAMES.get(name, (name, name))
            yield finding("unsupported", node, what=f"{what} on a {kind(node)}", what_zh=f"{kind(node)} 上的{what_zh}")
    if not definitions and kind(node) in NEED_A_TRIGGER:
        yield finding("unsupported", node, what=f"a {kind(node)} without a trigger", what_zh="没有触发条件的事件")
    on_error = any(kind(definition) == "errorEventDefinition" for definition in definitions)
    if on_error and node.get("cancelActivity") == "false":
        yield finding("error_boundary", node)


def starts_and_ends(diagram: Diagram) -> Iterator[Finding]:
    """Find scopes that do not begin or end as they must."""
    for scope in diagram.scopes:
        starts = documents.children(scope, "startEvent")
        if not starts:
            yield finding("no_start", scope)
        if not documents.children(scope, "endEvent"):
            yield finding("no_end", scope)
        by_message = [node for node in starts if documents.children(node, "messageEventDefinition")]
        inner = kind(scope) != "process"
        if len(by_message) > 1 or len(starts) - len(by_message) > 1 or (inner and len(starts) > 1):
            yield finding("starts_twice", scope)
        if inner:
            yield from (finding("start_kind", node) for node in by_message)


def flows(diagram: Diagram) -> Iterator[Finding]:
    """Find flows that leave their scope, nodes with too many or no flows, and what can never be reached."""
    for scope in diagram.scopes:
        nodes = documents.children(scope, *elements.FLOW_NODES)
        links = diagram.flows(scope)
        for flow in links:
            if any(diagram.by_id[flow.get(end)].getparent() is not scope for end in ("sourceRef", "targetRef")):
                yield finding("crosses_scope", flow)
        sources = [flow.get("sourceRef") for flow in links]
        targets = {flow.get("targetRef") for flow in links}
        for node in nodes:
            yield from _ends_of(node, sources.count(node.get("id")), node.get("id") in targets)
        reached = _reached(nodes, links)
        yield from (finding("unreachable", node) for node in nodes if node.get("id") not in reached)


def _ends_of(node: Node, leaving: int, entered: bool) -> Iterator[Finding]:
    name = kind(node)
    if name in {"startEvent", "boundaryEvent"} and entered:
        yield finding("no_incoming", node)
    if name == "endEvent" and leaving:
        yield finding("end_goes_on", node)
    elif name not in elements.GATEWAYS and leaving > 1:
        yield finding("several_flows", node)
    elif name == "boundaryEvent" and not leaving:
        yield finding("boundary_no_way", node)
    elif name != "endEvent" and not leaving:
        yield finding("no_way_out", node, severity="warning")


def _reached(nodes: list[Node], links: list[Node]) -> set[str]:
    following: dict[str, list[str]] = {}
    for flow in links:
        following.setdefault(flow.get("sourceRef"), []).append(flow.get("targetRef"))
    for node in nodes:
        if kind(node) == "boundaryEvent":
            following.setdefault(node.get("attachedToRef"), []).append(node.get("id"))
    todo = [node.get("id") for node in nodes if kind(node) == "startEvent"]
    reached: set[str] = set()
    while todo:
        element_id = todo.pop()
        if element_id not in reached:
            reached.add(element_id)
            todo += following.get(element_id, [])
    return reached


def gateways(diagram: Diagram) -> Iterator[Finding]:
    """Find choices that are not decided, and conditions that nobody asks."""
    for scope in diagram.scopes:
        for flow in diagram.flows(scope):
            asked = kind(diagram.by_id[flow.get("sourceRef")]) in {"exclusiveGateway", "inclusiveGateway"}
            if not asked and documents.text_of(flow, "conditionExpression"):
                yield finding("condition_ignored", flow)
        for node in documents.children(scope, "exclusiveGateway", "inclusiveGateway"):
            yield from _choice(node, diagram.outgoing(node))
        for node in documents.children(scope, "eventBasedGateway"):
            behind = [diagram.by_id[flow.get("targetRef")] for flow in diagram.outgoing(node)]
            if len(behind) < 2 or any(kind(b) not in {"intermediateCatchEvent", "receiveTask"} for b in behind):
                yield finding("gateway_events", node)


def _choice(node: Node, leaving: list[Node]) -> Iterator[Finding]:
    if len(leaving) < 2:
        return
    default = node.get("default")
    for flow in leaving:
        if flow.get("id") != default and not documents.text_of(flow, "conditionExpression"):
            yield finding("no_condition", flow)
    if not default:
        yield finding("no_default", node, severity="warning")


def boundaries(diagram: Diagram) -> Iterator[Finding]:
    """Find boundary events that sit on nothing, or lead straight back to their activity."""
    for node in documents.descendants(diagram.root, "boundaryEvent"):
        activity = diagram.by_id.get(node.get("attachedToRef") or "")
        if (
            activity is None
            or activity.getparent() is not node.getparent()
            or kind(activity) not in elements.ACTIVITIES
        ):
            yield finding("boundary_target", node)
        elif any(flow.get("targetRef") == activity.get("id") for flow in diagram.outgoing(node)):
            yield finding("boundary_loops", node)


RULES: tuple[Callable[[Diagram], Iterator[Finding]], ...] = (
    supported,
    starts_and_ends,
    flows,
    gateways,
    boundaries,
)
