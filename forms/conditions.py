"""Conditions over field values, as structured JSON with the same meaning in Python and in JavaScript.

``{"all": [...]}``, ``{"any": [...]}``, ``{"not": {...}}``; comparisons ``{"eq": [left, right]}`` with ``eq ne in
contains gt ge lt le``; ``{"empty": operand}`` and ``{"not_empty": operand}``. An operand is ``{"field": "name"}``
or a literal. ``web/frontend/src/form/conditions.js`` says the same; ``condition_vectors.json`` holds both to it.
Nothing is converted: values of different types are never equal and never ordered.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from forms.model import Condition

BLANK = " \t\r\n\u00a0\u3000"
MAX_DEPTH = 8
_GROUPS = ("all", "any")
_UNARY = ("empty", "not_empty")


def holds(condition: Condition, values: Mapping[str, Any]) -> bool:
    """Tell whether a condition is met by these values.

    Raises:
        ValueError: the condition is not well formed; ``faults`` tells beforehand.
    """
    if len(condition) != 1:
        raise ValueError("a condition has exactly one operator")
    operator, operand = next(iter(condition.items()))
    if operator == "all":
        return all(holds(part, values) for part in operand)
    if operator == "any":
        return any(holds(part, values) for part in operand)
    if operator == "not":
        return not holds(operand, values)
    if operator in _UNARY:
        return is_empty(_value(operand, values)) is (operator == "empty")
    if operator not in _COMPARISONS:
        raise ValueError(f"unknown operator {operator}")
    left, right = operand
    return _COMPARISONS[operator](_value(left, values), _value(right, values))


def is_empty(value: Any) -> bool:
    """Tell whether a value says nothing: missing, blank text, an empty list or object. ``False`` says something."""
    if isinstance(value, str):
        return not value.strip(BLANK)
    return value is None or value in ([], {})


def fields_of(condition: Condition) -> Iterator[str]:
    """Yield the names of the fields that a well-formed condition reads."""
    for operator, operand in condition.items():
        if operator in _GROUPS:
            for part in operand:
                yield from fields_of(part)
        elif operator == "not":
            yield from fields_of(operand)
        else:
            for side in [operand] if operator in _UNARY else operand:
                if isinstance(side, Mapping) and "field" in side:
                    yield side["field"]


def is_well_formed(condition: Any, depth: int = 0) -> bool:
    """Tell whether ``holds`` can evaluate this without an error."""
    if not isinstance(condition, Mapping) or len(condition) != 1 or depth > MAX_DEPTH:
        return False
    operator, operand = next(iter(condition.items()))
    if operator in _GROUPS:
        return isinstance(operand, list) and all(is_well_formed(part, depth + 1) for part in operand)
    if operator == "not":
        return is_well_formed(operand, depth + 1)
    if operator in _UNARY:
        return _is_operand(operand)
    return (
        operator in _COMPARISONS and isinstance(operand, list) and len(operand) == 2 and all(map(_is_operand, operand))
    )


def _is_operand(operand: Any) -> bool:
    if isinstance(operand, Mapping):
        return set(operand) == {"field"} and isinstance(operand["field"], str) and bool(operand["field"])
    if isinstance(operand, list):
        return all(item is None or isinstance(item, str | bool | int | float) for item in operand)
    return operand is None or isinstance(operand, str | bool | int | float)


def _value(operand: Any, values: Mapping[str, Any]) -> Any:
    if not (isinstance(operand, Mapping) and "field" in operand):
        return operand
    found: Any = values
    for name in operand["field"].split("."):
        if not isinstance(found, Mapping) or name not in found:
            return None
        found = found[name]
    return found


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _as_double(value: float) -> float:
    try:
        return float(value)
    except OverflowError:
        return float("inf") if value > 0 else float("-inf")


def _equal(left: Any, right: Any) -> bool:
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(_equal, left, right))
    if _is_number(left) and _is_number(right):
        return _as_double(left) == _as_double(right)
    if isinstance(left, Mapping | list) or isinstance(right, Mapping | list):
        return False
    return type(left) is type(right) and bool(left == right)


def _contains(left: Any, right: Any) -> bool:
    if isinstance(left, list):
        return any(_equal(item, right) for item in left)
    return isinstance(left, str) and isinstance(right, str) and right in left


def _ordered(compare: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool]:
    def ordered(left: Any, right: Any) -> bool:
        if _is_number(left) and _is_number(right):
            return compare(_as_double(left), _as_double(right))
        if isinstance(left, str) and isinstance(right, str):
            # JavaScript orders text by UTF-16 code units; so do the big-endian bytes.
            return compare(left.encode("utf-16-be", "surrogatepass"), right.encode("utf-16-be", "surrogatepass"))
        return False

    return ordered


_COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "eq": _equal,
    "ne": lambda left, right: not _equal(left, right),
    "in": lambda left, right: isinstance(right, list) and _contains(right, left),
    "contains": _contains,
    "gt": _ordered(lambda left, right: left > right),
    "ge": _ordered(lambda left, right: left >= right),
    "lt": _ordered(lambda left, right: left < right),
    "le": _ordered(lambda left, right: left <= right),
}
