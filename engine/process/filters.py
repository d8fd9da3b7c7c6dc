"""What of an inbox to show, as one text: in the address, in a saved filter and in the API.

``priority:in:P1,P2;text_1:contains:仁济;due:next:7`` is three conditions that must all hold, each a field, an operator
and its values. ``parse`` checks the text and ``Filter.text`` writes it in its canonical form (sorted, each condition
once), so that the same conditions are the same text. In values ``% ; : ,`` stand as ``%25 %3B %3A %2C``.

Letters A to Z compare regardless of case; "is not" holds for what is empty too. Days are days of the person who looks;
"before" and "after" (from then on) take an instant with an offset too.
"""

import math
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import NoReturn
from urllib.parse import unquote
from uuid import UUID

from engine.errors import FieldProblem, InvalidInputError

MAX_CONDITIONS = 20
MAX_VALUES = 50
MAX_LENGTH = 200
MAX_DAYS = 3660
MAX_NUMBER = 1e15

ME = "me"
PRIORITIES = {"P1": 1, "P2": 2, "P3": 3, "P4": 4}
DEADLINES = ("late", "soon", "today", "later", "none")
"""Over; within two hours; within 24 hours; later; no due time."""


class Kind(StrEnum):
    """What a field holds."""

    TEXT = "text"
    NUMBER = "number"
    DATE = "date"
    CHOICE = "choice"
    WORDS = "words"


OPERATORS: dict[Kind, tuple[str, ...]] = {
    Kind.TEXT: ("contains", "is", "is_not", "starts", "in", "empty", "filled"),
    Kind.NUMBER: ("eq", "ne", "lt", "le", "gt", "ge", "between", "empty", "filled"),
    Kind.DATE: ("before", "after", "on", "between", "last", "next", "empty", "filled"),
    Kind.CHOICE: ("in", "not_in", "empty", "filled"),
    Kind.WORDS: ("has",),
}
FIELDS: dict[str, Kind] = {
    "process": Kind.CHOICE,
    "element": Kind.CHOICE,
    "deadline": Kind.CHOICE,
    "priority": Kind.CHOICE,
    "assignee": Kind.CHOICE,
    "group": Kind.CHOICE,
    "due": Kind.DATE,
    "follow_up": Kind.DATE,
    "created": Kind.DATE,
    "subject": Kind.TEXT,
    "text_1": Kind.TEXT,
    "text_2": Kind.TEXT,
    "text_3": Kind.TEXT,
    "number_1": Kind.NUMBER,
    "date_1": Kind.DATE,
    "search": Kind.WORDS,
}
SLOTS = ("text_1", "text_2", "text_3", "number_1", "date_1")
"""Columns that each process gives a meaning of its own."""

_NEVER_EMPTY = {"process", "element", "deadline", "priority", "created", "subject", "search"}
_BARE = {"empty", "filled"}
_ESCAPES = {"%": "%25", ";": "%3B", ":": "%3A", ",": "%2C"}


@dataclass(frozen=True, order=True)
class Condition:
    """One condition; ``values`` are texts in their canonical form."""

    field: str
    operator: str
    values: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The condition as it stands in a filter's text."""
        parts = [self.field, self.operator]
        if self.values:
            parts.append(",".join(_escaped(value) for value in self.values))
        return ":".join(parts)


@dataclass(frozen=True)
class Filter:
    """Conditions that must all hold, sorted; none: everything."""

    conditions: tuple[Condition, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.conditions)

    @property
    def text(self) -> str:
        """The canonical text."""
        return ";".join(condition.text for condition in self.conditions)

    def values_of(self, field: str, operator: str) -> tuple[str, ...]:
        """Return the values of the first condition on a field, or none."""
        return next((each.values for each in self.conditions if (each.field, each.operator) == (field, operator)), ())

    def and_also(self, *conditions: Condition) -> "Filter":
        """Return this filter with conditions added.

        Raises:
            InvalidInputError: there are too many.
        """
        return _filter([*self.conditions, *conditions])

    def without(self, field: str) -> "Filter":
        """Return this filter without what it says about a field."""
        return Filter(tuple(each for each in self.conditions if each.field != field))


EVERYTHING = Filter()


def operators_of(field: str) -> tuple[str, ...]:
    """Return the operators that a field takes."""
    found = OPERATORS[FIELDS[field]]
    return tuple(name for name in found if name not in _BARE) if field in _NEVER_EMPTY else found


def parse(text: str) -> Filter:
    """Return the filter that a text means.

    Raises:
        InvalidInputError: it means none; ``errors`` names each field as ``filter.<field>``.
    """
    errors: dict[str, list[FieldProblem]] = {}
    conditions: list[Condition] = []
    for part in text.split(";"):
        if not part.strip():
            continue
        name, _colon, rest = part.strip().partition(":")
        operator, colon, listed = rest.partition(":")
        values = [unquote(value, errors="replace") for value in listed.split(",")] if colon else []
        try:
            conditions.append(condition(name, operator, values))
        except InvalidInputError as error:
            for path, problems in error.errors.items():
                errors.setdefault(path, []).extend(problems)
    if errors:
        raise InvalidInputError("This filter cannot be used.", code="filter_invalid", errors=errors)
    return _filter(conditions)


def condition(field: str, operator: str, values: Iterable[str]) -> Condition:
    """Return one condition, checked and in its canonical form.

    Raises:
        InvalidInputError: there is no such field or operator, or a value does not fit.
    """
    if field not in FIELDS:
        _refuse(field, FieldProblem("There is no field {field}.", code="field_unknown", field=field[:60]))
    if operator not in operators_of(field):
        _refuse(
            field,
            FieldProblem("This field has no operator {operator}.", code="operator_unknown", operator=operator[:60]),
        )
    given = [value.strip() for value in values]
    if operator in _BARE:
        if given:
            _refuse(field, FieldProblem("This operator takes no value.", code="value_superfluous"))
        return Condition(field, operator)
    given = [value for value in given if value]
    if not given:
        _refuse(field, FieldProblem("Give a value.", code="value_missing"))
    if len(given) > MAX_VALUES or any(len(value) > MAX_LENGTH for value in given):
        _refuse(field, FieldProblem("This is too much for one condition.", code="value_too_long"))
    return Condition(field, operator, _VALUES[FIELDS[field]](field, operator, given))


def _filter(conditions: Iterable[Condition]) -> Filter:
    found = tuple(sorted(set(conditions)))
    if len(found) > MAX_CONDITIONS:
        raise InvalidInputError(
            "This filter cannot be used.",
            code="filter_invalid",
            errors={"filter": [FieldProblem("Use at most {max} conditions.", code="too_many", max=MAX_CONDITIONS)]},
        )
    return Filter(found)


def _refuse(field: str, problem: FieldProblem) -> NoReturn:
    raise InvalidInputError("This filter cannot be used.", code="filter_invalid", errors={f"filter.{field}": [problem]})


def _texts(field: str, operator: str, values: list[str]) -> tuple[str, ...]:
    if any("\x00" in value for value in values):
        _refuse(field, FieldProblem("This is no text.", code="value_invalid"))
    if operator == "in":
        return tuple(sorted(set(values)))
    return (",".join(values),)  # a comma that nobody escaped belongs to the text


def _words(field: str, _operator: str, values: list[str]) -> tuple[str, ...]:
    [text] = _texts(field, "has", values)
    return (" ".join(text.split()),)


def _numbers(field: str, operator: str, values: list[str]) -> tuple[str, ...]:
    wanted = 2 if operator == "between" else 1
    try:
        numbers = [float(value) for value in values]
    except ValueError:
        numbers = []
    if len(numbers) != wanted or not all(math.isfinite(each) and abs(each) <= MAX_NUMBER for each in numbers):
        two, one = (
            FieldProblem("Give two numbers.", code="number_invalid"),
            FieldProblem("Give a number.", code="number_invalid"),
        )
        _refuse(field, two if wanted == 2 else one)
    return tuple(repr(each + 0.0).removesuffix(".0") for each in sorted(numbers))


def _dates(field: str, operator: str, values: list[str]) -> tuple[str, ...]:
    if operator in {"last", "next"}:
        if len(values) != 1 or not re.fullmatch(r"[0-9]{1,4}", values[0]) or not 1 <= int(values[0]) <= MAX_DAYS:
            _refuse(field, FieldProblem("Give a number of days from 1 to {max}.", code="days_invalid", max=MAX_DAYS))
        return (str(int(values[0])),)
    if operator in {"before", "after"} and (moment := _moment(values)):
        return (moment,)
    wanted = 2 if operator == "between" else 1
    try:
        days = sorted(date.fromisoformat(value) for value in values)
    except ValueError:
        days = []
    if len(days) != wanted or not all(1900 <= day.year <= 2200 for day in days):
        two, one = (
            FieldProblem("Give two days, like 2026-11-25.", code="day_invalid"),
            FieldProblem("Give a day, like 2026-11-25.", code="day_invalid"),
        )
        _refuse(field, two if wanted == 2 else one)
    return tuple(day.isoformat() for day in days)


def _moment(values: list[str]) -> str:
    # Programs may say an instant instead of a day.
    try:
        moment = datetime.fromisoformat(values[0])
        aware = moment.tzinfo is not None and 1900 < moment.year < 2200
        return moment.astimezone(UTC).isoformat() if aware else ""
    except ValueError:
        return ""


def _choices(field: str, _operator: str, values: list[str]) -> tuple[str, ...]:
    check = _CHOICES.get(field, _is_word)
    for value in values:
        if not check(value):
            _refuse(field, FieldProblem("{value} is none of the choices.", code="choice_unknown", value=value[:60]))
    return tuple(sorted({value.lower() if field == "assignee" else value for value in values}))


def _is_word(text: str) -> bool:
    return "\x00" not in text


def _is_person(text: str) -> bool:
    if text.lower() == ME:
        return True
    try:
        return str(UUID(text)) == text.lower()
    except ValueError:
        return False


_CHOICES: dict[str, Callable[[str], bool]] = {
    "priority": PRIORITIES.__contains__,
    "deadline": DEADLINES.__contains__,
    "assignee": _is_person,
}
_VALUES: dict[Kind, Callable[[str, str, list[str]], tuple[str, ...]]] = {
    Kind.TEXT: _texts,
    Kind.WORDS: _words,
    Kind.NUMBER: _numbers,
    Kind.DATE: _dates,
    Kind.CHOICE: _choices,
}

_FOLDED = {ord(letter): letter.lower() for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"}


def folded(text: str) -> str:
    """Return a text with A to Z in lower case, as both databases do it whatever their locale."""
    return text.translate(_FOLDED)


def _escaped(value: str) -> str:
    return re.sub(r"[%;:,]", lambda found: _ESCAPES[found.group()], value)
