"""The XML of a DMN file, read without entities, network or DTD, and what is wrong in it, each fault at its element."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache

from lxml import etree

from engine.feel.expressions import WORD, check_all
from engine.feel.faults import Problem
from engine.feel.model import DecisionError, Finding, ItemType, flat

MAX_BYTES = 2 * 1024 * 1024
NAMESPACES = {
    "http://www.omg.org/spec/DMN/20180521/MODEL/",
    "https://www.omg.org/spec/DMN/20191111/MODEL/",
    "https://www.omg.org/spec/DMN/20211108/MODEL/",
    "https://www.omg.org/spec/DMN/20230324/MODEL/",
}

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
    "missing_element": ("The element “{name}” that is required is not in the file.", "文件中没有所需的元素“{name}”。"),
    "external": (
        "The function is of kind {name}; only FEEL functions are evaluated.",
        "函数类型为 {name}，仅支持 FEEL 函数。",
    ),
    "missing_part": ("“{name}” is missing here.", "此处缺少“{name}”。"),
    "import": (
        "The file imports “{name}”; put what it needs into one file.",
        "文件导入了“{name}”；请将所需内容合并到同一个文件中。",
    ),
    "cycle": ("The decision “{name}” requires itself.", "决策“{name}”循环依赖自身。"),
}


def line_of(element: etree._Element | None) -> int | None:
    """Return the line of an element, if it is known."""
    line = None if element is None else element.sourceline
    return line if isinstance(line, int) else None


def local_name(element: etree._Element) -> str:
    """Return the name of an element without its namespace."""
    return etree.QName(element).localname


def near_id(element: etree._Element | None) -> str | None:
    """Return the id of the element, or of the nearest one around it that has one."""
    while element is not None and element.get("id") is None:
        element = element.getparent()
    return None if element is None else element.get("id")


@dataclass
class Reader:
    """Collects findings, and every expression with what it sees, so that all are checked in one call."""

    namespace: str
    findings: list[Finding] = field(default_factory=list)
    expressions: list[tuple[etree._Element, str, str, dict[str, str]]] = field(default_factory=list)
    types: dict[str, ItemType | None] = field(default_factory=dict)
    """The item definitions of the file, by name."""
    scope: dict[str, str] = field(default_factory=dict)
    """Declared types of the names that an expression sees where the reader is; others may come from the process."""

    def refuse(self, element: etree._Element | None, code: str, **params: object) -> None:
        """Note a fault."""
        english, chinese = SENTENCES[code]
        self.findings.append(Finding(near_id(element), line_of(element), code, english, chinese, dict(params)))

    def children(self, element: etree._Element, name: str) -> list[etree._Element]:
        """Return the children of that name."""
        return element.findall(f"{{{self.namespace}}}{name}")

    def child(self, element: etree._Element, name: str) -> etree._Element | None:
        """Return the first child of that name, if there is one."""
        return element.find(f"{{{self.namespace}}}{name}")

    def text(self, holder: etree._Element | None) -> str:
        """Return the FEEL text that an element holds."""
        text = None if holder is None else self.child(holder, "text")
        return "" if text is None else (text.text or "").strip()

    def expression(self, holder: etree._Element, kind: str, input_type: ItemType | None = None) -> str:
        """Return the FEEL text that an element holds, and remember to check it."""
        text = self.text(holder)
        if text:
            given = {} if input_type is None else flat("?", input_type)
            self.expressions.append((holder, text, kind, {**_mentioned(text, self.scope), **given}))
        return text

    @contextmanager
    def seeing(self, types: dict[str, str]) -> Iterator[None]:
        """Add names to what expressions see, for as long as it lasts."""
        outer, self.scope = self.scope, {**self.scope, **types}
        try:
            yield
        finally:
            self.scope = outer

    def check_expressions(self) -> None:
        """Refuse what cannot be read; which names exist is known only with the process that uses the decision."""
        asked = [(text, kind, types) for _, text, kind, types in self.expressions]
        for (holder, text, _, _), problems in zip(self.expressions, check_all(asked, names_known=False), strict=True):
            self.findings.extend(_finding(holder, text, problem) for problem in problems)


def _mentioned(text: str, scope: dict[str, str]) -> dict[str, str]:
    """Return the names that a text can mean: a file may have a thousand, too many for the check of each text."""
    words = set(WORD.findall(text))
    return {name: type_ for name, type_ in scope.items() if words.issuperset(_first_words(name))}


@lru_cache(maxsize=4096)
def _first_words(name: str) -> tuple[str, ...]:
    return tuple(WORD.findall(name.partition(".")[0]))


def _finding(holder: etree._Element, text: str, problem: Problem) -> Finding:
    params = {**problem.params, "expression": text}
    return Finding(near_id(holder), line_of(holder), problem.code, problem.template_en, problem.template_zh, params)


def read_root(source: bytes) -> etree._Element:
    """Parse without entities, network and DTD.

    Raises:
        DecisionError: not well-formed, too large, with a DOCTYPE, or not DMN.
    """
    reader = Reader("")
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
    elif etree.QName(root).namespace not in NAMESPACES or local_name(root) != "definitions":
        reader.refuse(root, "not_dmn")
    if reader.findings:
        raise DecisionError(reader.findings)
    return root
