"""Expressions that need no isolate: a literal, or the name of a variable whose value is as it was declared.

Most parameters of service tasks are nothing more, and a call into the isolate costs some 0.4 ms. Whatever is not
certain here goes to the isolate, which alone decides what is an error.
"""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

NAME = re.compile(r"[a-z][a-z0-9_]*(?:\.[a-z][a-z0-9_]*)*")
TEXT = re.compile(r'"[^"\\]*"')
INSTANT = re.compile(r"(?:19[7-9]\d|20\d\d)-\d\d-\d\dT\d\d:\d\d:\d\d(?:Z|[+-]\d\d:\d\d)")
INTEGER = re.compile(r"-?\d{1,15}")
WORDS = {"true": True, "false": False, "null": None}
# Words that FEEL reads as something else than a name.
RESERVED = frozenset({
    "true", "false", "null", "if", "then", "else", "for", "in", "return", "some", "every", "satisfies", "and", "or",
    "not", "between", "function", "date", "time", "duration", "instance", "of", "external",
})  # fmt: skip
SAFE = 10**15
CONTAINERS: dict[str, tuple[type, ...]] = {"list": (list,), "context": (dict,)}
PYTHON_TYPES: dict[str, tuple[type, ...]] = {"text": (str,), "number": (int,), "boolean": (bool,)}


class NotPlainError(Exception):
    """The expression must go to the isolate."""


def value_of(expression: str, variables: Mapping[str, Any], types: Mapping[str, str], time_zone: str) -> Any:
    """Return the value of a plain expression.

    Raises:
        NotPlainError: it is not plain, or its value is not certain to be what the isolate would give.
    """
    text = expression.strip()
    if text in WORDS:
        return WORDS[text]
    if TEXT.fullmatch(text):
        return text[1:-1]
    if INTEGER.fullmatch(text):
        return int(text)
    if not NAME.fullmatch(text) or not RESERVED.isdisjoint(text.split(".")):
        raise NotPlainError
    return _variable(text, variables, types, time_zone)


def _variable(path: str, variables: Mapping[str, Any], types: Mapping[str, str], time_zone: str) -> Any:
    value: Any = variables
    for name in path.split("."):
        if not isinstance(value, Mapping) or name not in value:
            raise NotPlainError
        value = value[name]
    declared = types.get(path)
    fits = type(value) in PYTHON_TYPES.get(declared or "", ())
    is_untyped = declared is None and "." in path and type(value) in {str, bool, int}
    if fits or (is_untyped and path.partition(".")[0] in types):
        return value
    if declared == "datetime" and isinstance(value, str) and INSTANT.fullmatch(value):
        return _instant(value, time_zone)
    has_typed_parts = any(name.startswith(f"{path}.") for name in types)
    if isinstance(value, CONTAINERS.get(declared or "", ())) and not has_typed_parts and _passes_unchanged(value):
        return value
    raise NotPlainError


def _instant(text: str, time_zone: str) -> str:
    # The isolate gives a date and time in the scope's zone.
    try:
        return datetime.fromisoformat(text).astimezone(ZoneInfo(time_zone)).isoformat()
    except (ValueError, OverflowError) as error:
        raise NotPlainError from error


def _passes_unchanged(value: Any) -> bool:
    # Fractions are rounded by the isolate, and integers beyond its precision too.
    if isinstance(value, Mapping):
        return all(type(name) is str and _passes_unchanged(inner) for name, inner in value.items())
    if isinstance(value, list):
        return all(_passes_unchanged(inner) for inner in value)
    return value is None or type(value) in {str, bool} or (type(value) is int and abs(value) < SAFE)
