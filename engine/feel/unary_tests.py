"""Cells of decision tables that say which values they match: numbers, dates, texts, true and false, and ranges of them.

Whatever else a cell may hold (functions, variables, ``?``) is not read here; a table with such a cell can still be
judged by its other cells.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TypeAlias

_VALUE = r'-?\d+(?:\.\d+)?|"[^"\\]*"|true\b|false\b|null\b|date\(\s*"\d{4}-\d\d-\d\d"\s*\)|@"\d{4}-\d\d-\d\d"'
_ONE = re.compile(
    rf"\s*(?:(?P<open>[\[\](])\s*(?P<low>{_VALUE})\s*\.\.\s*(?P<high>{_VALUE})\s*(?P<close>[\]\[)])"
    rf"|(?P<operator><=|>=|<|>)\s*(?P<bound>{_VALUE})|(?P<value>{_VALUE}))\s*"
)
_NOT = re.compile(r"not\s*\((.*)\)", re.DOTALL)
_ORDERED = frozenset({"number", "date"})

Point: TypeAlias = Decimal | int | str | bool


class NotReadError(Exception):
    """The cell holds something that is known only when it is evaluated."""


@dataclass(frozen=True)
class Span:
    """The values from ``low`` to ``high``; None is without an end. A single value has both ends alike.

    Dates are day numbers, of which each has a next one.
    """

    kind: str
    low: Point | None
    low_in: bool
    high: Point | None
    high_in: bool


@dataclass(frozen=True)
class Cell:
    """What a cell matches: any of its spans, or anything else if it is negated; ``-`` is the negation of nothing."""

    spans: tuple[Span, ...]
    negated: bool = False

    @property
    def kinds(self) -> set[str]:
        """Return the kinds of the values it names."""
        return {span.kind for span in self.spans}


ANYTHING = Cell((), negated=True)


def read_cell(text: str) -> Cell:
    """Read a cell.

    Raises:
        NotReadError: it holds anything but values and ranges of them.
    """
    text = text.strip()
    if text in {"", "-"}:
        return ANYTHING
    negation = _NOT.fullmatch(text)
    return Cell(tuple(_spans(negation[1] if negation else text)), negated=negation is not None)


def _spans(text: str) -> Iterator[Span]:
    position = 0
    while True:
        found = _ONE.match(text, position)
        if found is None:
            raise NotReadError
        yield from _span(found)
        position = found.end()
        if position == len(text):
            return
        if text[position] != ",":
            raise NotReadError
        position += 1


def _span(found: re.Match[str]) -> Iterator[Span]:
    if found["value"]:
        kind, value = _point(found["value"])
        # Null is no value that a table could leave out.
        if kind != "null":
            yield Span(kind, value, True, value, True)
        return
    if found["operator"]:
        kind, value = _ordered(found["bound"])
        is_upper, included = found["operator"].startswith("<"), found["operator"].endswith("=")
        yield Span(kind, None, False, value, included) if is_upper else Span(kind, value, included, None, False)
        return
    (kind, low), (other, high) = _ordered(found["low"]), _ordered(found["high"])
    if kind != other or low > high:
        raise NotReadError
    yield Span(kind, low, found["open"] == "[", high, found["close"] == "]")


def _ordered(text: str) -> tuple[str, Decimal | int]:
    kind, value = _point(text)
    if kind not in _ORDERED or isinstance(value, str):
        raise NotReadError
    return kind, value


def _point(text: str) -> tuple[str, Point]:
    if text in {"true", "false"}:
        return "boolean", text == "true"
    if text == "null":
        return "null", ""
    if text.startswith('"'):
        return "text", text[1:-1]
    if text.startswith(("date", "@")):
        try:
            return "date", date.fromisoformat(text.split('"')[1]).toordinal()
        except ValueError as error:
            raise NotReadError from error
    return "number", Decimal(text)
