"""Rules of the import assistant about what Camunda, Zeebe, Flowable and Activiti write into diagrams."""

from collections.abc import Iterator
from functools import partial
from typing import Final

from lxml import etree

from engine.bpmn import documents, elements
from engine.bpmn.documents import BPMN, SPIFF, Node
from engine.errors import FieldProblem
from engine.studio.foreign_expressions import feel_of, value_of
from engine.studio.foreign_tree import Step, label, set_property

VENDORS: Final = {
    "http://camunda.org/schema/1.0/bpmn": "Camunda",
    "http://camunda.org/schema/zeebe/1.0": "Zeebe",
    "http://camunda.org/schema/modeler/1.0": "Camunda",
    "http://flowable.org/bpmn": "Flowable",
    "http://activiti.org/bpmn": "Activiti",
}
KNOWN = {BPMN, SPIFF, "http://www.w3.org/2001/XMLSchema-instance", "http://www.w3.org/XML/1998/namespace"}

# attribute → our setting, and whether its value is an expression
ATTRIBUTES: Final[dict[str, tuple[str, bool]]] = {
    "formKey": ("form", False),
    "topic": ("topic", False),
    "decisionRef": ("decision", False),
    "resultVariable": ("result", False),
    "resultVariableName": ("result", False),
    "dueDate": ("due", True),
    "collection": ("loop.collection", True),
    "elementVariable": ("loop.item", False),
}
# element → attribute → our setting, and whether its value is an expression
EXTENSIONS: Final[dict[str, dict[str, tuple[str, bool]]]] = {
    "formDefinition": {"formId": ("form", False), "formKey": ("form", False)},
    "taskDefinition": {"type": ("topic", False)},
    "calledDecision": {"decisionId": ("decision", False), "resultVariable": ("result", False)},
    "loopCharacteristics": {"inputCollection": ("loop.collection", True), "inputElement": ("loop.item", False)},
    "taskSchedule": {"dueDate": ("due", True)},
}


def _vendor(namespace: str | None) -> str | None:
    return VENDORS.get(namespace or "")


def attributes(root: Node) -> Iterator[Step]:
    """Turn attributes of vendors into our settings."""
    for node in _flow_nodes(root):
        for name, value in list(node.attrib.items()):
            qualified = etree.QName(name)
            vendor = _vendor(qualified.namespace)
            if vendor is None or qualified.localname not in ATTRIBUTES:
                continue
            setting, is_expression = ATTRIBUTES[qualified.localname]
            written = feel_of(value) if is_expression else value
            owner = _owner(node)
            yield Step(
                f"attribute:{owner.get('id')}:{qualified.localname}",
                owner.get("id") or "",
                FieldProblem(
                    "“{name}”: {vendor}'s {attribute} “{value}” becomes {setting}.",
                    code="attribute",
                    name=label(owner),
                    vendor=vendor,
                    attribute=qualified.localname,
                    value=value[:80],
                    setting=setting,
                ),
                partial(_take_attribute, node, owner, name, setting, written),
            )


def _take_attribute(node: Node, owner: Node, name: str, setting: str, value: str) -> None:
    set_property(owner, setting, value)
    node.attrib.pop(name, None)


def extensions(root: Node) -> Iterator[Step]:
    """Turn extension elements of vendors into our settings."""
    for node in _flow_nodes(root):
        owner = _owner(node)
        for entry in list(_entries(node)):
            vendor, kind = _vendor(etree.QName(entry).namespace), etree.QName(entry).localname
            settings = list(_settings(entry, kind)) if vendor else []
            if not settings:
                continue
            yield Step(
                f"extension:{owner.get('id')}:{kind}",
                owner.get("id") or "",
                FieldProblem(
                    "“{name}”: {vendor}'s {element} becomes {setting}.",
                    code="extension",
                    name=label(owner),
                    vendor=vendor,
                    element=kind,
                    setting=", ".join(f"{key} = {value}"[:80] for key, value in settings),
                ),
                partial(_take_entry, owner, entry, settings),
            )


def _settings(entry: Node, kind: str) -> Iterator[tuple[str, str]]:
    for attribute, (setting, is_expression) in EXTENSIONS.get(kind, {}).items():
        value = entry.get(attribute)
        if value:
            yield setting, feel_of(value) if is_expression else value
    if kind == "ioMapping":
        for row in entry:
            if etree.QName(row).localname == "input" and row.get("target"):
                yield f"param.{row.get('target')}", feel_of(row.get("source") or "")
    if kind == "inputOutput":
        for row in entry:
            if etree.QName(row).localname == "inputParameter" and row.get("name") and not len(row):
                yield f"param.{row.get('name')}", value_of(row.text or "")
    if kind == "script" and entry.get("expression"):
        yield "script", feel_of(entry.get("expression") or "")
        if entry.get("resultVariable"):
            yield "result", entry.get("resultVariable") or ""
    if kind == "calledElement" and entry.get("processId"):
        yield "calledElement", entry.get("processId") or ""


def _take_entry(owner: Node, entry: Node, settings: list[tuple[str, str]]) -> None:
    for name, value in settings:
        if name == "script":
            _write_script(owner, value)
        elif name == "calledElement":
            owner.set("calledElement", value)
        else:
            set_property(owner, name, value)
    holder = entry.getparent()
    if holder is not None:
        holder.remove(entry)


def _write_script(owner: Node, text: str) -> None:
    for old in documents.children(owner, "script"):
        owner.remove(old)
    script = etree.SubElement(owner, f"{{{BPMN}}}script")
    script.text = text


def expressions(root: Node) -> Iterator[Step]:
    """Write conditions and times of other languages in FEEL, where they say the same."""
    parts = ("conditionExpression", "timeDate", "timeDuration", "completionCondition", "loopCardinality")
    for node in documents.descendants(root, *parts):
        text = (node.text or "").strip()
        written = feel_of(text)
        if not text or written == text:
            continue
        owner = next((up for up in node.iterancestors() if up.get("id") and documents.kind(up)), node)
        problem = FieldProblem(
            "“{name}”: the expression “{before}” is written in FEEL: {after}",
            code="expression",
            name=label(owner),
            before=text[:120],
            after=written[:120],
        )
        key = f"feel:{owner.get('id')}:{documents.kind(node)}"
        yield Step(key, owner.get("id") or "", problem, partial(_write, node, written))


def _write(node: Node, text: str) -> None:
    node.text = text
    node.attrib.pop("language", None)


def leftovers(root: Node) -> Iterator[Step]:
    """Take out what vendors write and what has no meaning here."""
    for node in documents.descendants(root, *sorted(elements.FLOW_NODES), "process", "sequenceFlow"):
        names = sorted(
            {*_foreign_attributes(node), *(etree.QName(entry).localname for entry in _foreign_entries(node))}
        )
        if names:
            problem = FieldProblem(
                "“{name}”: {what} has no meaning here and is left out.",
                code="left_out",
                name=label(node),
                what=", ".join(names)[:160],
            )
            yield Step(f"left_out:{node.get('id')}", node.get("id") or "", problem, partial(_take_out, node))


def _take_out(node: Node) -> None:
    for name in list(node.attrib):
        if etree.QName(name).namespace not in {None, *KNOWN}:
            del node.attrib[name]
    for entry in list(_foreign_entries(node)):
        entry.getparent().remove(entry)
    for holder in documents.children(node, "extensionElements"):
        if not len(holder):
            node.remove(holder)


def _foreign_attributes(node: Node) -> Iterator[str]:
    for name in node.attrib:
        if etree.QName(name).namespace not in {None, *KNOWN}:
            yield etree.QName(name).localname


def _foreign_entries(node: Node) -> Iterator[Node]:
    for holder in documents.children(node, "extensionElements"):
        for entry in holder:
            if isinstance(entry.tag, str) and etree.QName(entry).namespace not in KNOWN:
                yield entry


def _entries(node: Node) -> Iterator[Node]:
    for holder in documents.children(node, "extensionElements"):
        yield from (entry for entry in holder if isinstance(entry.tag, str))


def _flow_nodes(root: Node) -> Iterator[Node]:
    yield from documents.descendants(root, *sorted(elements.FLOW_NODES), "multiInstanceLoopCharacteristics")


def _owner(node: Node) -> Node:
    return node.getparent() if documents.kind(node) == "multiInstanceLoopCharacteristics" else node
