"""What a diagram says, apart from how it runs: elements with their settings, lanes, flows."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from engine.bpmn import documents, naming
from engine.bpmn.documents import Node
from engine.bpmn.labels import Label

EVENTS = frozenset({"startEvent", "endEvent", "intermediateCatchEvent", "intermediateThrowEvent", "boundaryEvent"})
HUMAN_TASKS = frozenset({"userTask", "manualTask"})
TASKS = HUMAN_TASKS | {"task", "serviceTask", "businessRuleTask", "scriptTask", "sendTask", "receiveTask"}
SUBPROCESSES = frozenset({"subProcess", "transaction", "adHocSubProcess"})
ACTIVITIES = TASKS | SUBPROCESSES | {"callActivity"}
GATEWAYS = frozenset({"exclusiveGateway", "parallelGateway", "inclusiveGateway", "eventBasedGateway", "complexGateway"})
FLOW_NODES = EVENTS | ACTIVITIES | GATEWAYS
TIMER_PARTS = ("timeDate", "timeDuration", "timeCycle")


@dataclass(frozen=True)
class Flow:
    """A sequence flow."""

    id: str
    source: str
    target: str
    condition: str | None = None
    default: bool = False


@dataclass(frozen=True)
class Event:
    """What an event catches or throws: ``message``, ``timer``, ``error``, ``terminate``, or ``none``.

    ``name`` is the message's name or the error's code; ``expression`` is the text of a timer.
    """

    kind: str = "none"
    name: str | None = None
    expression: str | None = None


@dataclass(frozen=True)
class Element:
    """A flow node of the diagram.

    Args:
        kind: its BPMN name, ``userTask``.
        name: as drawn, or what it can be told by; see ``naming``.
        has_name: it is drawn with a name.
        lane: key of its lane: the lane's property ``key``, else its name.
        parent: id of the process or embedded sub-process that holds it.
        attached_to: of a boundary event, the activity.
        interrupting: of a boundary event.
        called: of a call activity, the process that it calls.
        message: name of the message that a send or receive task or an event is about.
    """

    id: str
    kind: str
    name: Label
    lane: str | None = None
    parent: str = ""
    properties: Mapping[str, str] = field(default_factory=dict)
    event: Event = Event()
    attached_to: str | None = None
    interrupting: bool = True
    called: str | None = None
    script: str | None = None
    loop: Mapping[str, str] = field(default_factory=dict)
    flows: tuple[Flow, ...] = ()
    has_name: bool = True

    @property
    def message(self) -> str | None:
        """Name of the message that it catches or throws."""
        return self.event.name if self.event.kind == "message" else None


def label_of(node: Node, settings: Mapping[str, str]) -> Label:
    """Return the name of a process or lane, its id where it has none."""
    return Label(node.get("name") or node.get("id") or "", settings.get("name_en") or None)


def read(process: Node) -> Iterator[Element]:
    """Yield the flow nodes of a process and of its embedded sub-processes, each with a name; see ``naming``."""
    root = process.getroottree().getroot()
    lanes = _lanes(process)
    messages = {node.get("id"): node.get("name") or node.get("id") for node in documents.descendants(root, "message")}
    errors = {node.get("id"): node.get("errorCode") or None for node in documents.descendants(root, "error")}
    names = {"message": messages, "error": errors}
    yield from naming.named(list(_read_scope(process, None, lanes, names)))


def names(root: Node) -> dict[str, Label]:
    """Return what the processes, lanes, flow nodes and sequence flows of a file are called, by id."""
    found: dict[str, Label] = {}
    for process in documents.descendants(root, "process"):
        for node in (process, *documents.descendants(process, "lane")):
            found[node.get("id") or ""] = label_of(node, documents.properties(node))
        read_here = list(read(process))
        called = {element.id: element.name for element in read_here}
        drawn = {
            node.get("id"): Label(node.get("name") or "") for node in documents.descendants(process, "sequenceFlow")
        }
        flows = {
            flow.id: naming.flow_label(flow, called, drawn.get(flow.id)) for each in read_here for flow in each.flows
        }
        found |= called | flows
    return found


def _read_scope(
    scope: Node, lane: str | None, lanes: Mapping[str, str], names: Mapping[str, Mapping[str, str | None]]
) -> Iterator[Element]:
    outgoing: dict[str, list[Node]] = {}
    for flow in documents.children(scope, "sequenceFlow"):
        outgoing.setdefault(flow.get("sourceRef"), []).append(flow)
    for node in documents.children(scope, *FLOW_NODES):
        element_id = node.get("id")
        found = lanes.get(element_id, lane)
        settings = MappingProxyType(dict(documents.properties(node)))
        yield Element(
            id=element_id,
            kind=documents.kind(node),
            name=Label(node.get("name") or "", settings.get("name_en") or None),
            lane=found,
            parent=scope.get("id"),
            properties=settings,
            event=_event(node, names),
            attached_to=node.get("attachedToRef"),
            interrupting=node.get("cancelActivity", "true") != "false",
            called=node.get("calledElement"),
            script=documents.text_of(node, "script"),
            loop=_loop(node),
            flows=tuple(_flow(flow, node.get("default")) for flow in outgoing.get(element_id, ())),
        )
        if documents.kind(node) in SUBPROCESSES:
            yield from _read_scope(node, found, lanes, names)


def _flow(node: Node, default: str | None) -> Flow:
    return Flow(
        id=node.get("id"),
        source=node.get("sourceRef"),
        target=node.get("targetRef"),
        condition=documents.text_of(node, "conditionExpression"),
        default=default is not None and node.get("id") == default,
    )


def lane_key(lane: Node) -> str:
    """Return what a lane is called by the application; names are for people, hence the property."""
    return documents.properties(lane).get("key") or lane.get("name") or lane.get("id") or ""


def lane_names(root: Node) -> dict[str, Label]:
    """Return what the lanes of a file are called, by key."""
    found = documents.descendants(root, "lane")
    return {lane_key(lane): label_of(lane, documents.properties(lane)) for lane in found}


def _lanes(process: Node) -> dict[str, str]:
    found: dict[str, str] = {}
    for lane in documents.descendants(process, "lane"):
        for reference in documents.children(lane, "flowNodeRef"):
            if reference.text:
                # An inner lane comes after the lane around it, so it is the one that stays.
                found[reference.text.strip()] = lane_key(lane)
    return found


def _event(node: Node, names: Mapping[str, Mapping[str, str | None]]) -> Event:
    if documents.kind(node) in {"sendTask", "receiveTask"} and node.get("messageRef"):
        return Event("message", names["message"].get(node.get("messageRef")))
    for definition in documents.children(node):
        kind = documents.kind(definition)
        if not kind.endswith("EventDefinition"):
            continue
        kind = kind.removesuffix("EventDefinition")
        if kind == "timer":
            return Event(
                "timer", expression=next(filter(None, (documents.text_of(definition, p) for p in TIMER_PARTS)), None)
            )
        reference = definition.get(f"{kind}Ref")
        return Event(kind, names.get(kind, {}).get(reference))
    return Event()


def _loop(node: Node) -> Mapping[str, str]:
    for loop in documents.children(node, "standardLoopCharacteristics"):
        found = {"kind": "standard", "test_before": loop.get("testBefore", "false")}
        found |= {"maximum": loop.get("loopMaximum")} if loop.get("loopMaximum") else {}
        condition = documents.text_of(loop, "loopCondition")
        return found | ({"condition": condition} if condition else {})
    for loop in documents.children(node, "multiInstanceLoopCharacteristics"):
        found = {"kind": "sequential" if loop.get("isSequential") == "true" else "parallel"}
        for key, name in (("cardinality", "loopCardinality"), ("until", "completionCondition")):
            text = documents.text_of(loop, name)
            found |= {key: text} if text else {}
        settings = documents.properties(node)
        return found | {
            key: settings[f"loop.{key}"]
            for key in ("collection", "item", "result", "value")
            if settings.get(f"loop.{key}")
        }
    return {}
