"""Reads the test cases of the DMN TCK: what goes into a model, and what is expected of each decision.

The files are not ours and stay outside the repository: https://github.com/dmn-tck/tck.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from lxml import etree

TESTS = "{http://www.omg.org/spec/DMN/20160719/testcase}"
XSI = "{http://www.w3.org/2001/XMLSchema-instance}"
MODEL = "{https://www.omg.org/spec/DMN/20230324/MODEL/}"
DURATION = re.compile(
    r"(-?)P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?", re.ASCII
)
OUR_TYPES = {"date": "date", "dateTime": "datetime", "time": "time", "duration": "duration"}
ZONE = "Asia/Shanghai"
"""Where local times are local: nowhere near UTC, so that neither is taken for the other."""
CLOSE = 1e-8
"""The cases give irrational numbers with eight digits."""


@dataclass(frozen=True)
class Expected:
    """What one decision must give."""

    decision: str
    value: Any
    is_error: bool


@dataclass(frozen=True)
class Case:
    """One test case of a model."""

    folder: str
    id: str
    model: Path
    inputs: dict[str, Any]
    types: dict[str, str]
    expected: tuple[Expected, ...]
    service: str | None


@dataclass(frozen=True)
class Typed:
    """A value whose text means a moment or a duration."""

    kind: str
    text: str


def cases(level: Path) -> Iterator[Case]:
    """Yield every case of a compliance level."""
    for path in sorted(level.glob("*/*.xml")):
        root = etree.parse(path).getroot()
        if root.tag != f"{TESTS}testCases":
            continue
        model = path.parent / root.findtext(f"{TESTS}modelName", "").strip()
        for element in root.iter(f"{TESTS}testCase"):
            values = {node.get("name"): _value(node) for node in element.findall(f"{TESTS}inputNode")}
            types: dict[str, str] = {}
            inputs = {name: _plain(value, name, types) for name, value in values.items()}
            yield Case(
                path.parent.name,
                element.get("id"),
                model,
                inputs,
                types,
                tuple(_expected(node) for node in element.findall(f"{TESTS}resultNode")),
                element.get("invocableName") if element.get("type") == "decisionService" else None,
            )


def _expected(node: etree._Element) -> Expected:
    holder = node.find(f"{TESTS}expected")
    value = None if holder is None else _value(holder)
    return Expected(node.get("name"), value, node.get("errorResult") == "true")


def _value(holder: etree._Element) -> Any:
    """Return a text, number, boolean, ``Typed``, list or dict."""
    components = holder.findall(f"{TESTS}component")
    if components:
        return {part.get("name"): _value(part) for part in components}
    items = holder.find(f"{TESTS}list")
    if items is not None:
        return None if items.get(f"{XSI}nil") == "true" else [_value(item) for item in items.findall(f"{TESTS}item")]
    single = holder.find(f"{TESTS}value")
    if single is None or single.get(f"{XSI}nil") == "true":
        return None
    kind, text = single.get(f"{XSI}type", "xsd:string").partition(":")[2], single.text or ""
    if kind in {"decimal", "double", "integer"}:
        number = float(text)
        return int(number) if number.is_integer() else number
    if kind == "boolean":
        return text.strip() == "true"
    return Typed(kind, text.strip()) if kind in OUR_TYPES else text


def _plain(value: Any, name: str, types: dict[str, str]) -> Any:
    """Return JSON, and declare what its texts are."""
    if isinstance(value, Typed):
        types[name] = OUR_TYPES[value.kind]
        is_local = value.kind == "dateTime" and "+" not in value.text and "Z" not in value.text
        return datetime.fromisoformat(value.text).replace(tzinfo=ZoneInfo(ZONE)).isoformat() if is_local else value.text
    if isinstance(value, dict):
        return {key: _plain(inner, f"{name}.{key}", types) for key, inner in value.items()}
    if isinstance(value, list):
        return [
            _plain(inner, name if isinstance(inner, dict) else "", {} if not isinstance(inner, dict) else types)
            for inner in value
        ]
    return value


def agrees(found: Any, expected: Any) -> bool:
    """Return whether a JSON result is the expected value."""
    if isinstance(expected, Typed):
        return isinstance(found, str) and _moment(expected.kind, found) == _moment(expected.kind, expected.text)
    if isinstance(expected, dict):
        return (
            isinstance(found, dict)
            and found.keys() == expected.keys()
            and all(agrees(found[name], value) for name, value in expected.items())
        )
    if isinstance(expected, list):
        same_length = isinstance(found, list) and len(found) == len(expected)
        return same_length and all(agrees(one, other) for one, other in zip(found, expected, strict=True))
    if isinstance(expected, bool) or expected is None or isinstance(expected, str):
        return type(found) is type(expected) and found == expected
    is_number = isinstance(found, int | float) and not isinstance(found, bool)
    return is_number and abs(found - expected) <= CLOSE * max(1.0, abs(expected))


def _moment(kind: str, text: str) -> Any:
    """Return something that is equal for equal moments or durations; a local date and time is in ``ZONE``."""
    try:
        if kind == "duration":
            return _length(text)
        text, _, zone = text.partition("@")
        if kind == "date":
            return date.fromisoformat(text)
        read = datetime.fromisoformat(text) if kind == "dateTime" else time.fromisoformat(text)
        named = ZoneInfo(zone or ZONE)
        if isinstance(read, datetime):
            return (read if read.tzinfo else read.replace(tzinfo=named)).timestamp()
        return (read.replace(tzinfo=None), read.utcoffset(), zone)
    except ValueError:
        return text


def _length(text: str) -> Any:
    found = DURATION.fullmatch(text)
    if found is None:
        return text
    years, months, days, hours, minutes, seconds = (float(part or 0) for part in found.groups()[1:])
    sign = -1 if found[1] else 1
    return (sign * (years * 12 + months), sign * (days * 86400 + hours * 3600 + minutes * 60 + seconds))


def alone(model: Path, decision: str, *, keep: str | None = None) -> tuple[bytes, str | None]:
    """Return the model with one decision, and what it requires; a deliberate error elsewhere is another case's affair.

    Returns:
        The file, and the id of the decision; None when the model has none of that name.
    """
    root = etree.parse(model).getroot()
    by_id = {_id(element): element for element in root if _id(element)}
    named = [element for element in root.findall(f"{MODEL}decision") if element.get("name") == decision]
    if keep is not None:
        named = [element for element in root.findall(f"{MODEL}decisionService") if element.get("name") == keep]
    wanted = [_id(element) for element in named]
    needed: set[str] = set()
    while wanted:
        current = wanted.pop()
        if current in needed or current not in by_id:
            continue
        needed.add(current)
        for link in by_id[current].iter():
            if isinstance(link.tag, str) and link.get("href"):
                wanted.append(link.get("href").partition("#")[2])
    for name in ("decision", "businessKnowledgeModel", "decisionService"):
        for element in root.findall(f"{MODEL}{name}"):
            if _id(element) not in needed:
                root.remove(element)
    return etree.tostring(root), _id(named[0]) if named else None


def _id(element: etree._Element) -> str | None:
    return element.get("id") or element.get("name")


def input_names(model: Path) -> list[str]:
    """Return the names of the model's input data."""
    root = etree.parse(model).getroot()
    return [element.get("name") for element in root.findall(f"{MODEL}inputData")]
