"""The shapes that a property of a component can have, by name; ``Kind.props`` uses these names."""

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from forms.compute import OPERATORS

_PATH = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)?")
_CONTEXT_NAME = re.compile(r"[a-z][a-z0-9_]*")


def fits(shape: str, value: Any) -> bool:
    """Tell whether a value has the named shape."""
    return _SHAPES[shape](value)


def _is_whole(value: Any, least: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and least <= value <= 100_000


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= 1e12


def _is_wording(value: Any) -> bool:
    if not isinstance(value, Mapping) or not value or not set(value) <= {"zh", "en"}:
        return False
    return all(isinstance(text, str) and 0 < len(text) <= 2000 for text in value.values())


def _is_date_bound(value: Any) -> bool:
    if isinstance(value, Mapping):
        name = value.get("context")
        return len(value) == 1 and isinstance(name, str) and bool(_CONTEXT_NAME.fullmatch(name))
    try:
        return isinstance(value, str) and bool(datetime.fromisoformat(value))
    except ValueError:
        return False


def _is_compute(value: Any) -> bool:
    if not isinstance(value, Mapping):
        return False
    factors = value.get("product")
    if factors is not None:
        names = [*factors, value.get("less_percent", "x")] if isinstance(factors, list) and factors else [None]
        return set(value) <= {"product", "less_percent"} and all(_is_path(name, dots=0) for name in names)
    if len(value) != 1:
        return False
    operator, path = next(iter(value.items()))
    return operator in OPERATORS and _is_path(path, dots=0 if operator == "count" else 1)


def _is_path(value: Any, *, dots: int) -> bool:
    return isinstance(value, str) and value.count(".") == dots and bool(_PATH.fullmatch(value))


def _one_of(*words: str) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, str) and value in words


def _is_days(value: Any) -> bool:
    return isinstance(value, list) and 0 < len(value) <= 4 and all(_is_whole(each, 0) for each in value)


WORDS: dict[str, tuple[str, ...]] = {
    "format": ("email", "phone"),
    "number_format": ("number", "money"),
    "display": ("radio", "menu"),
    "tone": ("info", "warning"),
}
"""The shapes that are one of a few words."""

_SHAPES: dict[str, Callable[[Any], bool]] = {
    "count": lambda value: _is_whole(value, 1),
    "whole": lambda value: _is_whole(value, 0),
    "number": _is_number,
    "bool": lambda value: isinstance(value, bool),
    "text": lambda value: isinstance(value, str) and len(value) <= 200,
    "word": lambda value: isinstance(value, str) and bool(re.fullmatch(r"[A-Za-z-]{1,30}", value)),
    "wording": _is_wording,
    "date_bound": _is_date_bound,
    "compute": _is_compute,
    "days": _is_days,
    **{name: _one_of(*words) for name, words in WORDS.items()},
}
