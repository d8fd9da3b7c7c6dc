"""Values of variables as people type them, by the variable's declared type."""

from datetime import UTC, date, datetime
from typing import Any

import orjson

from engine.bpmn import instants
from engine.errors import FieldProblem, InvalidInputError

_ANY_TIME = datetime(2000, 1, 1, tzinfo=UTC)
EXAMPLES = {
    "number": "12.5",
    "money": "1250",
    "boolean": "true",
    "date": "2026-03-02",
    "datetime": "2026-03-02T09:00:00+08:00",
    "duration": "PT4H",
    "list": '["a", "b"]',
    "context": '{"a": 1}',
}


def read(text: str, kind: str, old: Any = None) -> Any:
    """Return the value that a text stands for; an empty text is no value.

    Args:
        kind: as the process declares it; of an undeclared variable the type of its old value decides.

    Raises:
        InvalidInputError: the text is no value of that type; names an example.
    """
    text = text.strip()
    if not text:
        return None
    kind = kind or _kind_of(old)
    try:
        return _read(text, kind)
    except (ValueError, orjson.JSONDecodeError, InvalidInputError) as error:
        example = EXAMPLES[kind]
        problem = FieldProblem("This value does not fit. An example: {example}", code="value_type", example=example)
        raise InvalidInputError(errors={"value": [problem]}) from error


def _read(text: str, kind: str) -> Any:
    if kind == "text":
        return text
    if kind in {"number", "money", "boolean", "list", "context"}:
        value = orjson.loads(text.lower() if kind == "boolean" else text)
        types: dict[str, Any] = {"number": (int, float), "money": int, "boolean": bool, "list": list, "context": dict}
        if not isinstance(value, types[kind]) or (isinstance(value, bool) and kind != "boolean"):
            raise ValueError(text)
        return value
    if kind == "date":
        return date.fromisoformat(text).isoformat()
    instants.instant(text, now=_ANY_TIME)
    if (kind == "duration") != text.lstrip("-").startswith("P"):
        raise ValueError(text)
    return text


def _kind_of(old: Any) -> str:
    kinds: list[tuple[Any, str]] = [
        (bool, "boolean"),
        ((int, float), "number"),
        (list, "list"),
        (dict, "context"),
    ]
    return next((name for kind, name in kinds if isinstance(old, kind)), "text")
