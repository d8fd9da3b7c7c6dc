"""Read DMN 1.2 to 1.5 XML into decisions; whatever is not evaluated is refused with its element, never skipped."""

from dataclasses import dataclass, field

from lxml import etree

from engine.feel.expressions import Problem, check_all
from engine.feel.model import (
    Aggregation,
    Decision,
    DecisionError,
    DecisionModel,
    Finding,
    HitPolicy,
    Input,
    Output,
    Rule,
)

MAX_BYTES = 2 * 1024 * 1024
_NAMESPACES = {
    "http://www.omg.org/spec/DMN/20180521/MODEL/",
    "https://www.omg.org/spec/DMN/20191111/MODEL/",
    "https://www.omg.org/spec/DMN/20211108/MODEL/",
    "https://www.omg.org/spec/DMN/20230324/MODEL/",
}
_TYPES = {
    "string": "text",
    "number": "number",
    "integer": "number",
    "long": "number",
    "double": "number",
    "boolean": "boolean",
    "date": "date",
    "dateTime": "datetime",
    "date and time": "datetime",
    "dayTimeDuration": "duration",
    "days and time duration": "duration",
    "yearMonthDuration": "duration",
    "years and months duration": "duration",
    "list": "list",
    "context": "context",
    "Any": None,
    "": None,
}
_SILENT = {"description", "extensionElements", "question", "allowedAnswers", "authorityRequirement", "variable"}
_CHILDREN = {
    "definitions": _SILENT
    | {"decision", "inputData", "knowledgeSource", "textAnnotation", "association", "DMNDI", "performanceIndicator"}
    | {"organizationUnit"},
    "decision": _SILENT | {"informationRequirement", "decisionTable", "literalExpression"},
    "decisionTable": _SILENT | {"input", "output", "annotation", "rule"},
    "input": _SILENT | {"inputExpression", "inputValues"},
    "output": _SILENT | {"outputValues", "defaultOutputEntry"},
    "rule": _SILENT | {"inputEntry", "outputEntry", "annotationEntry"},
    "informationRequirement": _SILENT | {"requiredDecision", "requiredInput"},
}
_TEXT_HOLDERS = {"inputExpression", "inputValues", "outputValues", "defaultOutputEntry", "inputEntry", "outputEntry"}
# Attributes of editors that say nothing about the result.
_HARMLESS = ("http://bpmn.io/schema/dmn/biodi/", "http://camunda.org/schema/modeler/", "http://www.w3.org/")
_HARMLESS_NAMES = {"historyTimeToLive", "versionTag"}

SENTENCES = {
    "not_xml": ("The file is not well-formed XML: {detail}.", "文件不是格式正确的 XML：{detail}。"),
    "too_large": ("The file is larger than 2 MB.", "文件超过 2 MB。"),
    "doctype": ("The file has a DOCTYPE, which is not allowed.", "文件含有不允许的 DOCTYPE。"),
    "not_dmn": ("The file is not DMN 1.2 to 1.5.", "文件不是 DMN 1.2 至 1.5 格式。"),
    "unsupported": ("“{name}” is not supported in a decision file.", "决策文件不支持“{name}”。"),
    "no_id": ("A decision has no id.", "有决策缺少 id。"),
    "duplicate_id": ("The id “{name}” is used twice.", "id“{name}”重复。"),
    "no_logic": (
        "The decision “{name}” has neither a table nor an expression.",
        "决策“{name}”既没有决策表也没有表达式。",
    ),
    "no_decision": ("The file has no decision.", "文件中没有决策。"),
    "no_output": ("The table has no output.", "决策表没有输出列。"),
    "entries": (
        "The rule has {found} entries where the table has {expected} columns.",
        "该规则有 {found} 个单元格，而决策表有 {expected} 列。",
    ),
    "hit_policy": ("The hit policy “{name}” does not exist.", "不存在命中策略“{name}”。"),
    "aggregation": (
        "“{name}” is only possible with COLLECT and a single output.",
        "“{name}”只能用于 COLLECT 且只有一个输出列时。",
    ),
    "no_values": (
        "The hit policy “{name}” needs the list of output values.",
        "命中策略“{name}”需要输出值列表。",
    ),
    "output_name": (
        "Each of several outputs needs a name of its own.",
        "有多个输出列时，每列都需要不同的名称。",
    ),
    "type": ("The type “{name}” is not known.", "未知类型“{name}”。"),
    "language": (
        "The expression language “{name}” is not supported; only FEEL is.",
        "不支持表达式语言“{name}”，仅支持 FEEL。",
    ),
    "empty": ("The expression is empty.", "表达式为空。"),
    "missing_decision": ("The required decision “{name}” is not in the file.", "文件中没有所需的决策“{name}”。"),
    "cycle": ("The decision “{name}” requires itself.", "决策“{name}”循环依赖自身。"),
}


def _line(element: etree._Element | None) -> int | None:
    line = None if element is None else element.sourceline
    return line if isinstance(line, int) else None


def _local(element: etree._Element) -> str:
    return etree.QName(element).localname


@dataclass
class _Reader:
    """Collects findings, and every expression so that all are checked in one call."""

    namespace: str
    findings: list[Finding] = field(default_factory=list)
    expressions: list[tuple[etree._Element, str, str, str | None]] = field(default_factory=list)

    def refuse(self, element: etree._Element | None, code: str, **params: object) -> None:
        english, chinese = SENTENCES[code]
        owner = element
        while owner is not None and owner.get("id") is None:
            owner = owner.getparent()
        identifier = None if owner is None else owner.get("id")
        self.findings.append(Finding(identifier, _line(element), code, english, chinese, dict(params)))

    def children(self, element: etree._Element, name: str) -> list[etree._Element]:
        return element.findall(f"{{{self.namespace}}}{name}")

    def child(self, element: etree._Element, name: str) -> etree._Element | None:
        return element.find(f"{{{self.namespace}}}{name}")

    def text(self, holder: etree._Element | None) -> str:
        text = None if holder is None else self.child(holder, "text")
        return "" if text is None else (text.text or "").strip()

    def expression(self, holder: etree._Element, kind: str, input_type: str | None = None) -> str:
        text = self.text(holder)
        if text:
            self.expressions.append((holder, text, kind, input_type))
        return text

    def type_of(self, element: etree._Element | None) -> str | None:
        if element is None:
            return None
        name = element.get("typeRef", "").removeprefix("feel:")
        if name not in _TYPES:
            self.refuse(element, "type", name=name)
        return _TYPES.get(name)

    def walk(self, element: etree._Element) -> None:
        """Refuse elements, attributes and languages that we would otherwise skip."""
        name = _local(element)
        self._attributes(element)
        allowed = _CHILDREN.get(name, {"text"} if name in _TEXT_HOLDERS | {"literalExpression"} else None)
        for child in element:
            child_name = _local(child)
            if child_name in _SILENT or child_name in {"DMNDI", "text"}:
                continue
            if allowed is not None and child_name not in allowed:
                self.refuse(child, "unsupported", name=child_name)
            elif child_name in _CHILDREN or child_name in _TEXT_HOLDERS or child_name == "literalExpression":
                self.walk(child)

    def _attributes(self, element: etree._Element) -> None:
        language = element.get("expressionLanguage", "")
        if language and "feel" not in language.lower():
            self.refuse(element, "language", name=language)
        for key in element.attrib:
            qualified = etree.QName(str(key))
            foreign = qualified.namespace and not qualified.namespace.startswith(_HARMLESS)
            if foreign and qualified.localname not in _HARMLESS_NAMES:
                self.refuse(element, "unsupported", name=qualified.localname)

    def input(self, element: etree._Element) -> Input:
        holder = self.child(element, "inputExpression")
        expression = "" if holder is None else self.expression(holder, "value")
        if not expression:
            self.refuse(element, "empty")
        kind = self.type_of(holder)
        values = self.child(element, "inputValues")
        text = None if values is None else self.expression(values, "unary", kind) or None
        return Input(element.get("id", ""), element.get("label", expression), expression, kind, text)

    def output(self, element: etree._Element) -> Output:
        kind = self.type_of(element)
        values, default = self.child(element, "outputValues"), self.child(element, "defaultOutputEntry")
        return Output(
            element.get("id", ""),
            element.get("name", ""),
            element.get("label", element.get("name", "")),
            kind,
            None if values is None else self.expression(values, "unary", kind) or None,
            None if default is None else self.expression(default, "value") or None,
        )

    def rule(self, element: etree._Element, inputs: tuple[Input, ...], outputs: tuple[Output, ...]) -> Rule:
        entries, results = self.children(element, "inputEntry"), self.children(element, "outputEntry")
        for found, expected in ((entries, inputs), (results, outputs)):
            if len(found) != len(expected):
                self.refuse(element, "entries", found=len(found), expected=len(expected))
        types = [column.type for column in inputs] + [None] * len(entries)
        # An empty cell is what editors write for "-".
        cells = tuple(self.expression(entry, "unary", types[n]) or "-" for n, entry in enumerate(entries))
        return Rule(element.get("id", ""), cells, tuple(self.expression(result, "value") for result in results))

    def policy(self, table: etree._Element, outputs: tuple[Output, ...]) -> tuple[HitPolicy, Aggregation | None]:
        name, operator = table.get("hitPolicy", "UNIQUE"), table.get("aggregation")
        if name not in set(HitPolicy):
            self.refuse(table, "hit_policy", name=name)
            return HitPolicy.UNIQUE, None
        policy = HitPolicy(name)
        if policy in {HitPolicy.PRIORITY, HitPolicy.OUTPUT_ORDER} and not any(output.values for output in outputs):
            self.refuse(table, "no_values", name=name)
        if operator is None:
            return policy, None
        if operator not in set(Aggregation) or policy is not HitPolicy.COLLECT or len(outputs) != 1:
            self.refuse(table, "aggregation", name=operator)
            return policy, None
        return policy, Aggregation(operator)

    def table(self, element: etree._Element, head: tuple[str, str, tuple[str, ...], tuple[str, ...]]) -> Decision:
        inputs = tuple(self.input(column) for column in self.children(element, "input"))
        outputs = tuple(self.output(column) for column in self.children(element, "output"))
        if not outputs:
            self.refuse(element, "no_output")
        names = [output.name for output in outputs]
        if len(outputs) > 1 and ("" in names or len(set(names)) < len(names)):
            self.refuse(element, "output_name")
        rules = tuple(self.rule(rule, inputs, outputs) for rule in self.children(element, "rule"))
        policy, aggregation = self.policy(element, outputs)
        return Decision(*head, inputs, outputs, rules, policy, aggregation)

    def decision(self, element: etree._Element) -> Decision | None:
        identifier = element.get("id")
        if not identifier:
            self.refuse(element, "no_id")
            return None
        name = element.get("name") or identifier
        variable = self.child(element, "variable")
        bound = name if variable is None else variable.get("name") or name
        needed = [self.child(need, "requiredDecision") for need in self.children(element, "informationRequirement")]
        required = tuple(need.get("href", "").removeprefix("#") for need in needed if need is not None)
        head = (identifier, name, tuple(dict.fromkeys((bound, name, identifier))), required)
        table, literal = self.child(element, "decisionTable"), self.child(element, "literalExpression")
        if table is not None:
            return self.table(table, head)
        if literal is None or not self.expression(literal, "value"):
            self.refuse(element, "no_logic", name=name)
            return None
        kind = self.type_of(variable) or self.type_of(literal)
        return Decision(*head, literal=self.text(literal), type=kind)


def _root(source: bytes) -> etree._Element:
    """Parse without entities, network and DTD.

    Raises:
        DecisionError: not well-formed, too large, with a DOCTYPE, or not DMN.
    """
    reader = _Reader("")
    if len(source) > MAX_BYTES:
        reader.refuse(None, "too_large")
    elif b"<!DOCTYPE" in source:
        reader.refuse(None, "doctype")
    if reader.findings:
        raise DecisionError(reader.findings)
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(source, parser)
    except etree.XMLSyntaxError as error:
        reader.refuse(None, "not_xml", detail=str(error).split("\n", maxsplit=1)[0])
        raise DecisionError(reader.findings) from error
    # Again, because in UTF-16 the first look does not see it.
    if root.getroottree().docinfo.internalDTD is not None:
        reader.refuse(None, "doctype")
    elif etree.QName(root).namespace not in _NAMESPACES or _local(root) != "definitions":
        reader.refuse(root, "not_dmn")
    if reader.findings:
        raise DecisionError(reader.findings)
    return root


def _ordered(reader: _Reader, decisions: dict[str, Decision]) -> dict[str, Decision]:
    """Put each decision after those it requires."""
    done: dict[str, Decision] = {}
    open_ids: set[str] = set()

    def place(decision: Decision) -> None:
        if decision.id in done:
            return
        if decision.id in open_ids:
            reader.refuse(None, "cycle", name=decision.name)
            return
        open_ids.add(decision.id)
        for need in decision.required:
            if need in decisions:
                place(decisions[need])
            else:
                reader.refuse(None, "missing_decision", name=need)
        done[decision.id] = decision

    for decision in decisions.values():
        place(decision)
    return done


def _check_expressions(reader: _Reader) -> None:
    """Refuse what cannot be read; which names exist is known only with the process that uses the decision."""
    asked = [(text, kind, {"?": given} if given else {}) for _, text, kind, given in reader.expressions]
    for (holder, text, _, _), problems in zip(reader.expressions, check_all(asked, names_known=False), strict=True):
        for problem in problems:
            reader.findings.append(_finding(holder, text, problem))


def _finding(holder: etree._Element, text: str, problem: Problem) -> Finding:
    owner = holder
    while owner.get("id") is None and owner.getparent() is not None:
        owner = owner.getparent()  # type: ignore[assignment]  # just tested
    params = {**problem.params, "expression": text}
    return Finding(owner.get("id"), _line(holder), problem.code, problem.template_en, problem.template_zh, params)


def parse(source: bytes) -> DecisionModel:
    """Read a DMN file.

    Raises:
        DecisionError: with one finding per fault: not DMN, not supported, or an expression that cannot be read.
    """
    root = _root(source)
    reader = _Reader(etree.QName(root).namespace or "")
    reader.walk(root)
    decisions: dict[str, Decision] = {}
    for element in reader.children(root, "decision"):
        decision = reader.decision(element)
        if decision is not None and decision.id in decisions:
            reader.refuse(element, "duplicate_id", name=decision.id)
        elif decision is not None:
            decisions[decision.id] = decision
    if not decisions:
        reader.refuse(root, "no_decision")
    ordered = _ordered(reader, decisions)
    _check_expressions(reader)
    if reader.findings:
        raise DecisionError(reader.findings)
    return DecisionModel(ordered)
