"""Item definitions: what a ``typeRef`` of a DMN file means."""

from dataclasses import replace

from lxml import etree

from engine.feel.dmn_source import Reader
from engine.feel.model import ItemType

BASE = {
    "string": "text",
    "number": "number",
    "integer": "number",
    "long": "number",
    "double": "number",
    "boolean": "boolean",
    "date": "date",
    "time": "time",
    "dateTime": "datetime",
    "date and time": "datetime",
    "dayTimeDuration": "days",
    "days and time duration": "days",
    "yearMonthDuration": "months",
    "years and months duration": "months",
    "list": "list",
    "context": "context",
    "function": "function",
    "Any": None,
    "": None,
}


def read_items(reader: Reader, root: etree._Element) -> None:
    """Read the item definitions of a file into ``reader.types``; those that refer to themselves are refused."""
    elements = {element.get("name", ""): element for element in reader.children(root, "itemDefinition")}
    open_names: list[str] = []

    def resolve(holder: etree._Element, name: str) -> ItemType | None:
        name = name.removeprefix("feel:")
        if name in reader.types:
            return reader.types[name]
        if name in elements and name not in open_names:
            open_names.append(name)
            reader.types[name] = read(elements[name])
            open_names.pop()
            return reader.types[name]
        return _base(reader, holder, name)

    def read(element: etree._Element) -> ItemType | None:
        parts = reader.children(element, "itemComponent")
        if parts:
            fields = tuple((part.get("name", ""), read(part)) for part in parts)
            type_: ItemType | None = ItemType("context", fields=fields)
        elif (function := reader.child(element, "functionItem")) is not None:
            type_ = ItemType("function", result=resolve(function, function.get("outputTypeRef", "")))
        else:
            type_ = resolve(element, (element.findtext(f"{{{reader.namespace}}}typeRef") or "").strip())
        return _restricted(reader, element, type_)

    for name, element in elements.items():
        resolve(element, name)


def _restricted(reader: Reader, element: etree._Element, type_: ItemType | None) -> ItemType | None:
    """Add the list and what is allowed: ``allowedValues`` of each item, ``typeConstraint`` of the list itself."""
    type_ = _allowing(reader, reader.child(element, "allowedValues"), type_)
    if element.get("isCollection") == "true":
        type_ = ItemType("list") if type_ is None else ItemType(items=type_)
    return _allowing(reader, reader.child(element, "typeConstraint"), type_)


def _allowing(reader: Reader, holder: etree._Element | None, type_: ItemType | None) -> ItemType | None:
    text = "" if holder is None else reader.expression(holder, "unary", type_)
    if not text:
        return type_
    known = type_ or ItemType()
    return replace(known, allowed=(*known.allowed, text))


def type_of(reader: Reader, element: etree._Element | None) -> ItemType | None:
    """Return the type that an element's ``typeRef`` names, once the item definitions are read."""
    if element is None:
        return None
    name = element.get("typeRef", "").removeprefix("feel:")
    return reader.types[name] if name in reader.types else _base(reader, element, name)


def _base(reader: Reader, element: etree._Element, name: str) -> ItemType | None:
    if name not in BASE:
        reader.refuse(element, "type", name=name)
    base = BASE.get(name)
    return None if base is None else ItemType(base)
