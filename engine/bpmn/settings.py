"""Rules about what elements name (topics, forms, lanes, messages, decisions) and about their expressions."""

from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from typing import Any, Literal

from engine.bpmn import documents, elements, instants, loops, members
from engine.bpmn.documents import Node
from engine.bpmn.elements import Element
from engine.bpmn.findings import Finding, Severity, finding
from engine.bpmn.structure import Diagram

ExpressionKind = Literal[
    "condition", "value", "script", "timer",
    "text", "number", "money", "boolean", "date", "datetime", "duration", "list", "context",
]  # fmt: skip
"""What an expression is for; a type where a value of it is wanted."""
ExpressionCheck = Callable[[str, ExpressionKind, dict[str, str]], Sequence[Any]]
VARIABLE_TYPES = frozenset({"text", "number", "money", "boolean", "date", "datetime", "duration", "list", "context"})
GIVEN_VARIABLES = {"error": "context", "index": "number", "completed": "number", "total": "number"}
"""What the engine itself sets: by an error boundary event, and in the turns and the end condition of a loop."""

_SETTINGS: dict[str, ExpressionKind] = {"payload": "context", "to": "text", "due": "timer"}
_FIELDS: dict[str, ExpressionKind] = {"number_1": "number", "date_1": "datetime"}
_DOUBTS = frozenset({"not_of_type", "unknown_member"})
"""Problems of an expression that do not keep it from running."""
_LOOP: dict[str, ExpressionKind] = {
    "collection": "list",
    "cardinality": "number",
    "value": "value",
    "condition": "condition",
    "until": "condition",
}
"""What each setting's expression is for; fields that are not named are texts."""
_FEEL = frozenset({"", "feel", "text/feel", "application/feel", "https://www.omg.org/spec/dmn/20191111/feel/"})


@dataclass(frozen=True)
class Known:
    """What the application has; None where anything is allowed.

    Args:
        topics: topic to its kind.
        decisions: None: a file of decisions cannot be read, so that nobody can say which there are.
        expression_check: gets an expression, its kind and the declared types; gives its problems, each a sentence or
            ``(code, Chinese, English)``.
        required_topics: by process id.
        needed_parameters: by topic.
        parameter_types: by topic and parameter.
        gives: what forms, decisions and topics give, by name; see ``members``.
    """

    topics: Mapping[str, str] = field(default_factory=dict)
    forms: Set[str] = frozenset()
    decisions: Set[str] | None = frozenset()
    messages: Set[str] | None = None
    lanes: Set[str] | None = None
    expression_check: ExpressionCheck | None = None
    required_topics: Mapping[str, Set[str]] = field(default_factory=dict)
    needed_parameters: Mapping[str, Set[str]] = field(default_factory=dict)
    parameter_types: Mapping[str, Mapping[str, ExpressionKind]] = field(default_factory=dict)
    gives: members.Gives = field(default_factory=dict)


def check(diagram: Diagram, known: Known) -> Iterator[Finding]:
    """Find what elements name that is not there, and expressions that do not hold up."""
    for process in documents.descendants(diagram.root, "process"):
        declared = _declared(process)
        for name, kind in declared.items():
            if kind not in VARIABLE_TYPES:
                yield finding("variable_type", process, name=name, type=kind)
        found = list(elements.read(process))
        by_id = {element.id: element for element in found}
        sure = members.closed(found, declared, known.gives)
        topics = {element.properties.get("topic") for element in found}
        for topic in sorted(known.required_topics.get(process.get("id"), frozenset()) - topics):
            yield finding("required_topic", process, name=topic)
        for element in found:
            node = diagram.by_id[element.id]
            yield from _names(element, node, known)
            yield from _languages(node)
            yield from _loop(element, node)
            types = {**GIVEN_VARIABLES, **_items(element, by_id), **declared, **sure}
            yield from _expressions(element, diagram, known, types)


def _items(element: Element | None, by_id: Mapping[str, Element]) -> dict[str, str]:
    """Return the variables that hold an item in the turns around an element; what an item is, nobody declares."""
    found: dict[str, str] = {}
    while element is not None:
        if "collection" in element.loop:
            found[loops.item_name(element.loop)] = "any"
        element = by_id.get(element.parent)
    return found


def closed(root: Node, known: Known) -> dict[str, dict[str, str]]:
    """Return by process the contexts whose entries are known for sure, with their entries; see ``members``."""
    return {
        process.get("id"): members.closed(elements.read(process), _declared(process), known.gives)
        for process in documents.descendants(root, "process")
    }


def declared(root: Node) -> set[str]:
    """Return the names of the variables that the processes of a file may count on."""
    processes = documents.descendants(root, "process")
    return {*GIVEN_VARIABLES, *(name.partition(".")[0] for process in processes for name in _declared(process))}


def _declared(process: Node) -> dict[str, str]:
    return {name[4:]: kind for name, kind in documents.properties(process).items() if name[:4] == "var."}


def _names(element: Element, node: Node, known: Known) -> Iterator[Finding]:
    settings = element.properties
    match element.kind:
        case "userTask" | "manualTask":
            yield from _human(element, node, known)
        case "serviceTask":
            yield from _topic(settings, node, known)
        case "businessRuleTask":
            yield from _named(settings.get("decision"), known.decisions, "decision", node)
        case "scriptTask" if not element.script:
            yield finding("no_script", node)
        case "callActivity" if not element.called:
            yield finding("no_called", node)
        case "task":
            yield finding("plain_task", node, severity="warning")
    if element.event.kind == "message" or element.kind in {"sendTask", "receiveTask"}:
        yield from _named(element.message, known.messages, "message", node)


def _topic(settings: Mapping[str, str], node: Node, known: Known) -> Iterator[Finding]:
    topic = settings.get("topic")
    yield from _named(topic, known.topics.keys(), "topic", node)
    for name in sorted(known.needed_parameters.get(topic or "", frozenset())):
        if not settings.get(f"param.{name}"):
            yield finding("no_parameter", node, severity="warning", name=name, topic=topic)


def _human(element: Element, node: Node, known: Known) -> Iterator[Finding]:
    form = element.properties.get("form", "")
    if form and not form.startswith("=") and form not in known.forms:
        yield finding("unknown_form", node, name=form)
    if not node.get("name"):
        yield finding("no_name", node, severity="warning")
    elif known.forms and not element.properties.get("name_en"):
        yield finding("no_name_en", node, severity="warning")
    if known.forms and not form:
        yield finding("no_form", node, severity="warning")
    elif form and not element.properties.get("result"):
        yield finding("no_result", node, severity="warning")
    if element.lane is None:
        yield finding("no_lane", node, severity="warning" if known.lanes is None else "error")
    elif known.lanes is not None and element.lane not in known.lanes:
        yield finding("unknown_lane", node, name=element.lane)


def _named(name: str | None, known: Set[str] | None, what: str, node: Node) -> Iterator[Finding]:
    if not name:
        yield finding(f"no_{what}", node)
    elif known is not None and name not in known:
        yield finding(f"unknown_{what}", node, name=name)


def _languages(node: Node) -> Iterator[Finding]:
    language = node.get("scriptFormat") or ""
    if language.lower() not in _FEEL:
        yield finding("script_language", node, name=language)
    for extension in documents.children(node, "extensionElements"):
        for entry in extension:
            if isinstance(entry.tag, str) and entry.tag != f"{{{documents.SPIFF}}}properties":
                name = entry.tag.rpartition("}")[2]
                yield finding("ignored", node, severity="warning", what=f"“{name}”", what_zh=f"“{name}”")


def _loop(element: Element, node: Node) -> Iterator[Finding]:
    loop = element.loop
    if not loop:
        return
    if loop["kind"] == "standard":
        if not {"condition", "maximum"} & loop.keys():
            yield finding("loop_needs", node, what="a condition or a maximum", what_zh="条件或最大次数")
        if not loop.get("maximum", "1").isdigit():
            yield finding("loop_needs", node, what="a whole number as its maximum", what_zh="整数的最大次数")
    elif not {"collection", "cardinality"} & loop.keys():
        what = "a collection (loop.collection) or a number of turns"
        yield finding("loop_needs", node, what=what, what_zh="集合（loop.collection）或次数")
    if ("result" in loop) != ("value" in loop):
        yield finding(
            "loop_needs",
            node,
            what="both loop.result and loop.value, or none",
            what_zh="同时设置 loop.result 和 loop.value",
        )


def _expressions(element: Element, diagram: Diagram, known: Known, types: dict[str, str]) -> Iterator[Finding]:
    node = diagram.by_id[element.id]
    for text, kind, place in _expressions_of(element, diagram, known):
        for code, zh, en in expression_problems(text, kind, types, known.expression_check):
            if code == "timer_cycle":
                yield finding(code, node)
            else:
                # They may still do, as a number does for a text.
                severity: Severity = "warning" if code in _DOUBTS else "error"
                yield finding("expression", place, severity=severity, zh=zh, en=en)
    if element.event.kind == "timer":
        if not element.event.expression:
            yield finding("no_timer", node)
        elif any(True for _ in documents.descendants(node, "timeCycle")):
            yield finding("timer_cycle", node)


def expression_problems(
    text: str, kind: ExpressionKind, types: dict[str, str], expression_check: ExpressionCheck | None
) -> Iterator[tuple[str, str, str]]:
    """Yield what is wrong with one expression, as ``(code, Chinese, English)``; the editor asks while it is typed."""
    if kind == "timer" and instants.is_literal(text):
        if instants.is_cycle(text):
            yield (
                "timer_cycle",
                "它会重复；请改用普通定时事件画出循环。",
                "It repeats; draw a loop with a plain timer instead.",
            )
        return
    for problem in expression_check(text, kind, types) if expression_check else ():
        yield problem if isinstance(problem, tuple) else ("expression", problem, problem)


def _expressions_of(element: Element, diagram: Diagram, known: Known) -> Iterator[tuple[str, ExpressionKind, Node]]:
    node = diagram.by_id[element.id]
    if element.kind in {"exclusiveGateway", "inclusiveGateway"}:
        for flow in element.flows:
            if flow.condition and not flow.default:
                yield flow.condition, "condition", diagram.by_id[flow.id]
    if element.script:
        yield element.script, "script", node
    if element.event.expression:
        yield element.event.expression, "timer", node
    taken = known.parameter_types.get(element.properties.get("topic", ""), {})
    yield from ((text, kind, node) for text, kind in _settings_of(element, taken))


def _settings_of(element: Element, taken: Mapping[str, ExpressionKind]) -> Iterator[tuple[str, ExpressionKind]]:
    for name, text in element.properties.items():
        if text and name in _SETTINGS:
            yield text, _SETTINGS[name]
        elif text and name.startswith("param."):
            yield text, taken.get(name.removeprefix("param."), "value")
        elif text and name.startswith("field."):
            yield text, _FIELDS.get(name.removeprefix("field."), "text")
        elif name == "form" and text.startswith("="):
            yield text[1:], "text"
    yield from ((text, _LOOP[name]) for name, text in element.loop.items() if name in _LOOP)
