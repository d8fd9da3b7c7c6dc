"""Values of variables as people type them, by the variable's type: the one place that says what a text means."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import orjson

from engine.bpmn import instants
from engine.errors import FieldProblem, InvalidInputError

_ANY_TIME = datetime(2000, 1, 1, tzinfo=UTC)
EXAMPLES = {
    "number": "12.5",
    "money": "1250",
    "boolean": "true",
    "date": "2026-03-02",
    "datetime": "2026-03-02T09:00",
    "duration": "PT4H",
    "list": '["a", "b"]',
    "context": '{"a": 1}',
}


def read(text: str, kind: str, old: Any = None, *, time_zone: str) -> Any:
    """Return the value that a text stands for; an empty text is no value.

    Args:
        kind: as the process declares it; of an undeclared variable the type of its old value decides.
        time_zone: of a date and time that names none.

    Raises:
        InvalidInputError: the text is no value of that type; names an example.
    """
    text = text.strip()
    if not text:
        return None
    kind = kind or _kind_of(old)
    try:
        return value_of(text, kind, time_zone=time_zone)
    except ValueError as error:
        example = EXAMPLES[kind]
        problem = FieldProblem("This value does not fit. An example: {example}", code="value_type", example=example)
        raise InvalidInputError(errors={"value": [problem]}) from error


def value_of(text: str, kind: str, *, time_zone: str) -> Any:
    """Return the value that a text stands for.

    Args:
        kind: a type as processes declare them, or ``json``: anything.
        time_zone: of a date and time that names none.

    Raises:
        KeyError: no such type.
        ValueError: the text is no value of it.
    """
    try:
        return _MEANINGS[kind](text if kind == "text" else text.strip(), time_zone)
    except (TypeError, RecursionError, InvalidInputError) as error:
        raise ValueError(text) from error


def _number(text: str, _zone: str) -> int | float:
    number = float(text)
    if not abs(number) < 1e15:  # also what is no number
        raise ValueError(text)
    return int(text) if text.lstrip("+-").isdecimal() else number


def _money(text: str, zone: str) -> int:
    return int(_number(str(int(text)), zone))


def _boolean(text: str, _zone: str) -> bool:
    if text.lower() not in {"true", "false"}:
        raise ValueError(text)
    return text.lower() == "true"


def _moment(text: str, zone: str) -> str:
    moment = datetime.fromisoformat(text)
    aware = moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(zone))
    if not 1900 <= aware.year <= 2200:
        raise ValueError(text)
    return aware.isoformat()


def _duration(text: str, _zone: str) -> str:
    instants.instant(text, now=_ANY_TIME)
    if not text.lstrip("-").startswith("P"):
        raise ValueError(text)
    return text


def _json(kind: type | None) -> Callable[[str, str], Any]:
    def load(text: str, _zone: str) -> Any:
        value = orjson.loads(text)
        if kind is not None and not isinstance(value, kind):
            raise ValueError(text)
        return value

    return load


_MEANINGS: dict[str, Callable[[str, str], Any]] = {
    "text": lambda text, _zone: text,
    "number": _number,
    "money": _money,
    "boolean": _boolean,
    "date": lambda text, _zone: date.fromisoformat(text).isoformat(),
    "datetime": _moment,
    "duration": _duration,
    "list": _json(list),
    "context": _json(dict),
    "json": _json(None),
}


def _kind_of(old: Any) -> str:
    kinds: list[tuple[Any, str]] = [
        (bool, "boolean"),
        ((int, float), "number"),
        (list, "list"),
        (dict, "context"),
    ]
    return next((name for kind, name in kinds if isinstance(old, kind)), "text")
