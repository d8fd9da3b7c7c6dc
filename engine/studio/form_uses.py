"""Where the other files of a draft name the fields of a form: diagrams, decisions, other forms, scenario tests.

A field's name is its path: ``outcome``, ``lines.amount`` for a column of a list; a section opens no level.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from engine.bpmn import documents
from engine.errors import InvalidInputError
from engine.process import bundles
from engine.studio.scenario_files import in_files, parse
from forms.components import KINDS
from forms.context import names_in
from forms.limits import MAX_DEFINITION_DEPTH, is_deeper_than

_NAME = re.compile(r"(?<![\w.])[a-z]\w*(?:\.[a-z]\w*)*", re.ASCII)
_TEXT = re.compile(r'"(?:[^"\\]|\\.)*"')
_NO_EXPRESSIONS = frozenset({"form", "lane", "topic", "result", "name_en", "decision"})
_EXPRESSIONS = frozenset(
    {"conditionExpression", "completionCondition", "script", "timeDate", "timeDuration", "timeCycle", "text"}
)


@dataclass(frozen=True)
class Use:
    """One place that names a field.

    Args:
        element: id of the BPMN or DMN element; the scenario's title; "" for a form.
        name: of the element, as its file gives it.
    """

    file: str
    element: str
    name: str


def field_names(document: Any) -> list[str]:
    """Return the names of a definition's fields, in its order; whatever is malformed has none."""
    parts = document.get("components") if isinstance(document, Mapping) else None
    return list(dict.fromkeys(_names(parts, "")))


def _names(parts: Any, prefix: str) -> Iterator[str]:
    for part in parts if isinstance(parts, list) else []:
        if not isinstance(part, Mapping):
            continue
        key, type_ = part.get("key"), str(part.get("type"))
        kind = KINDS.get(type_)
        holds_value = kind is not None and kind.has_value and isinstance(key, str)
        if holds_value:
            yield f"{prefix}{key}"
        yield from _names(part.get("children"), f"{prefix}{key}." if holds_value else prefix)


def uses(files: Mapping[str, bytes], form_key: str, names: list[str]) -> dict[str, list[Use]]:
    """Return field name → places that name it, for the fields that are named anywhere; never raises on bad input."""
    found: dict[str, list[Use]] = {}
    roots = _roots(files)
    results, elements = _tasks(roots.values(), form_key)
    for place, read in [*_read(roots, results), *_context(files, form_key), *_scenarios(files, elements)]:
        for name in names:
            column = name.rpartition(".")
            reads_column = column[0] in read and f".{column[2]}" in read
            if (name in read or reads_column) and place not in found.setdefault(name, []):
                found[name].append(place)
    return {name: places for name, places in found.items() if places}


def _roots(files: Mapping[str, bytes]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, content in sorted(files.items()):
        try:
            if name.endswith(".bpmn"):
                found[name] = documents.parse(content)
            elif name.endswith(".dmn"):
                found[name] = documents.parse_any(content)
        except documents.DocumentError:
            continue  # the check says what is wrong with it
    return found


def _tasks(roots: Any, form_key: str) -> tuple[set[str], set[str]]:
    """Return the variables that tasks put the form's values into ("": entry by entry), and the tasks."""
    results, elements = set(), set()
    for root in roots:
        for task in documents.descendants(root, "userTask", "manualTask"):
            properties = documents.properties(task)
            form = properties.get("form", "")
            # An expression may give any form.
            if form == form_key or form.startswith("="):
                results.add(properties.get("result", ""))
                elements.add(task.get("id"))
    return results, elements


def _read(roots: Mapping[str, Any], results: set[str]) -> Iterator[tuple[Use, set[str]]]:
    for file, root in roots.items():
        for owner, text in _expressions(root):
            read = set(_fields_read(text, results))
            if read:
                yield Use(file, owner.get("id") or "", owner.get("name") or owner.get("label") or ""), read


def _expressions(root: Any) -> Iterator[tuple[Any, str]]:
    """Yield texts that may be expressions, each with the element that shows them: the nearest with a name or an id."""
    for node in root.iter():
        if not isinstance(node.tag, str):
            continue
        tag = node.tag.rpartition("}")[2]
        setting = node.get("name", "") if tag == "property" else ""
        if tag == "property" and setting not in _NO_EXPRESSIONS and not setting.startswith("var."):
            yield _owner(node), node.get("value") or ""
        elif tag in _EXPRESSIONS:
            yield _owner(node), node.text or ""


def _owner(node: Any) -> Any:
    shown = node.getparent()
    while shown is not None and not (shown.get("name") or shown.get("label")):
        shown = shown.getparent()
    nearest = node.getparent()
    while nearest is not None and not nearest.get("id"):
        nearest = nearest.getparent()
    outer = {"process", "definitions", "subProcess", "decision"}
    return shown if shown is not None and shown.tag.rpartition("}")[2] not in outer else nearest


def _fields_read(text: str, results: set[str]) -> Iterator[str]:
    for name in _NAME.findall(_TEXT.sub(" ", text)):
        variable, _, path = name.partition(".")
        if path and variable in results:
            yield from _levels(path)
        elif "" in results:
            yield from _levels(name)
        # A column is read of a row by any name: for line in order.lines return line.amount.
        if path:
            yield f".{path.rpartition('.')[2]}"


def _levels(path: str) -> Iterator[str]:
    parts = path.split(".")
    yield from (".".join(parts[: count + 1]) for count in range(len(parts)))


def _context(files: Mapping[str, bytes], form_key: str) -> Iterator[tuple[Use, set[str]]]:
    for name, content in sorted(files.items()):
        if bundles.is_form(name) and name != f"{form_key}.json":
            try:
                document = orjson.loads(content)
            except orjson.JSONDecodeError:
                continue
            if is_deeper_than(document, MAX_DEFINITION_DEPTH):
                continue
            title = document.get("title") if isinstance(document, dict) else None
            words = title.get("zh") or title.get("en") if isinstance(title, dict) else ""
            yield Use(name, "", str(words or "")), set(names_in(document))


def _scenarios(files: Mapping[str, bytes], elements: set[str]) -> Iterator[tuple[Use, set[str]]]:
    for name in in_files(files):
        try:
            scenario = parse(name, files[name])
        except InvalidInputError:
            continue
        for act in scenario.document["acts"]:
            values = act.get("values")
            if act.get("element") in elements and isinstance(values, Mapping):
                yield Use(name, "", scenario.title), set(_filled(values, ""))


def _filled(values: Mapping[str, Any], prefix: str) -> Iterator[str]:
    for name, value in values.items():
        if value in (None, "", [], False):
            continue
        yield f"{prefix}{name}"
        for row in value if isinstance(value, list) else []:
            if isinstance(row, Mapping):
                yield from _filled(row, f"{prefix}{name}.")
