"""Boxed expressions of a DMN file: texts, tables, and the forms that hold others; a relation is a list of contexts."""

from lxml import etree

from engine.feel.decision_table import read_table
from engine.feel.dmn_source import Reader, local_name
from engine.feel.items import type_of
from engine.feel.model import Box, ItemType, flat

EXPRESSIONS = frozenset({
    "literalExpression", "decisionTable", "context", "list", "relation", "invocation", "functionDefinition",
    "conditional", "filter", "for", "some", "every",
})  # fmt: skip
_ITERATORS = {"for": "return", "some": "satisfies", "every": "satisfies"}


def read_logic(reader: Reader, holder: etree._Element) -> Box | None:
    """Return the expression that an element holds; None, and no finding, when it holds none."""
    found = [child for child in holder if local_name(child) in EXPRESSIONS]
    if not found:
        return None
    if local_name(found[0]) == "literalExpression" and not reader.text(found[0]):
        return None
    return _READERS[local_name(found[0])](reader, found[0])


def _part(reader: Reader, holder: etree._Element, name: str = "") -> Box:
    """Return what an element, or its child of that name, holds; refuse it when that is nothing."""
    inner = reader.child(holder, name) if name else holder
    box = None if inner is None else read_logic(reader, inner)
    if box is None:
        reader.refuse(holder, "missing_part" if inner is None else "empty", name=name)
        return Box("literal", "", text="null")
    return box


def _box(reader: Reader, element: etree._Element, kind: str, **rest: object) -> Box:
    return Box(kind, element.get("id", ""), type_of(reader, element), **rest)  # type: ignore[arg-type]  # by kind


def _literal(reader: Reader, element: etree._Element) -> Box:
    text = reader.expression(element, "value")
    if not text:
        reader.refuse(element, "empty")
    return _box(reader, element, "literal", text=text or "null")


def _table(reader: Reader, element: etree._Element) -> Box:
    return _box(reader, element, "table", table=read_table(reader, element))


def _context(reader: Reader, element: etree._Element) -> Box:
    names, parts = [], []
    seen: dict[str, str] = {}
    for entry in reader.children(element, "contextEntry"):
        variable = reader.child(entry, "variable")
        with reader.seeing(seen):
            part = _part(reader, entry)
        name = "" if variable is None else variable.get("name", "")
        kind = type_of(reader, variable)
        part = part if kind is None else _as(part, kind)
        names.append(name)
        parts.append(part)
        seen = {**seen, **(shown(name, part) if name else {})}
    return _box(reader, element, "context", names=tuple(names), parts=tuple(parts))


def shown(name: str, box: Box) -> dict[str, str]:
    """Return the declared types of a variable that holds the result of a box, and of the parts it is known to have."""
    if box.type is not None or box.kind != "context" or "" in box.names:
        return flat(name, box.type)
    types = {name: "any"}
    for entry, part in zip(box.names, box.parts, strict=True):
        types.update(shown(f"{name}.{entry}", part))
    return types


def _list(reader: Reader, element: etree._Element) -> Box:
    parts = [child for child in element if local_name(child) in EXPRESSIONS]
    return _box(reader, element, "list", parts=tuple(_READERS[local_name(part)](reader, part) for part in parts))


def _relation(reader: Reader, element: etree._Element) -> Box:
    columns = reader.children(element, "column")
    names = tuple(column.get("name", "") for column in columns)
    kinds = [type_of(reader, column) for column in columns]
    rows = []
    for row in reader.children(element, "row"):
        cells = [child for child in row if local_name(child) in EXPRESSIONS]
        if len(cells) != len(names):
            reader.refuse(row, "entries", found=len(cells), expected=len(names))
            continue
        parts = [_READERS[local_name(cell)](reader, cell) for cell in cells]
        typed = [part if kind is None else _as(part, kind) for part, kind in zip(parts, kinds, strict=True)]
        rows.append(Box("record", row.get("id", ""), names=names, parts=tuple(typed)))
    return _box(reader, element, "list", parts=tuple(rows))


def _as(box: Box, kind: ItemType) -> Box:
    """Return a box whose result is also of another type."""
    return Box("context", box.id, kind, names=("",), parts=(box,))


def _invocation(reader: Reader, element: etree._Element) -> Box:
    callee = reader.child(element, "literalExpression")
    text = "" if callee is None else reader.expression(callee, "value")
    if not text:
        reader.refuse(element, "empty")
    names, parts = [], []
    for binding in reader.children(element, "binding"):
        parameter = reader.child(binding, "parameter")
        names.append("" if parameter is None else parameter.get("name", ""))
        part, kind = _part(reader, binding), type_of(reader, parameter)
        parts.append(part if kind is None else _as(part, kind))
    return _box(reader, element, "invocation", text=text or "null", names=tuple(names), parts=tuple(parts))


def read_function(reader: Reader, element: etree._Element) -> Box:
    """Read a function: of a knowledge model or of a decision that gives a function; only FEEL ones."""
    kind = element.get("kind", "FEEL")
    if kind != "FEEL":
        reader.refuse(element, "external", name=kind)
    parameters = reader.children(element, "formalParameter")
    names = tuple(parameter.get("name", "") for parameter in parameters)
    types = tuple(type_of(reader, parameter) for parameter in parameters)
    seen: dict[str, str] = {}
    for name, type_ in zip(names, types, strict=True):
        seen.update(flat(name, type_))
    with reader.seeing(seen):
        # The text of a function in another language is not FEEL.
        body = _part(reader, element) if kind == "FEEL" else Box("literal", "", text="null")
    return Box("function", element.get("id", ""), None, names=names, types=types, parts=(body,))


def _conditional(reader: Reader, element: etree._Element) -> Box:
    parts = tuple(_part(reader, element, name) for name in ("if", "then", "else"))
    return _box(reader, element, "conditional", parts=parts)


def _filter(reader: Reader, element: etree._Element) -> Box:
    items = _part(reader, element, "in")
    with reader.seeing(_items(items, {"item": "any"})):
        match = _part(reader, element, "match")
    return _box(reader, element, "filter", parts=(items, match))


def _items(box: Box, seen: dict[str, str]) -> dict[str, str]:
    """Add the fields of a list's items to what a filter sees."""
    items = None if box.type is None else box.type.items
    for name, type_ in () if items is None else items.fields:
        seen.update(flat(name, type_))
    return seen


def _iterator(reader: Reader, element: etree._Element) -> Box:
    kind, variable = local_name(element), element.get("iteratorVariable", "")
    if not variable:
        reader.refuse(element, "missing_part", name="iteratorVariable")
    items = _part(reader, element, "in")
    seen = flat(variable, None if items.type is None else items.type.items)
    with reader.seeing({**seen, "partial": "list"}):
        body = _part(reader, element, _ITERATORS[kind])
    return _box(reader, element, kind, names=(variable,), parts=(items, body))


_READERS = {
    "literalExpression": _literal,
    "decisionTable": _table,
    "context": _context,
    "list": _list,
    "relation": _relation,
    "invocation": _invocation,
    "functionDefinition": read_function,
    "conditional": _conditional,
    "filter": _filter,
    "for": _iterator,
    "some": _iterator,
    "every": _iterator,
}
