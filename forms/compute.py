"""Computed fields: sums, counts, maxima and products of other fields; ``compute.js`` shows the same while typing.

``{"sum": "lines.amount"}``, ``{"max": "lines.discount"}``, ``{"count": "lines"}``,
``{"product": ["quantity", "unit_price"], "less_percent": "discount"}``.
"""

from collections.abc import Iterator, Mapping
from math import floor
from typing import Any, TypeGuard

from forms.model import Component, level

OPERATORS = ("sum", "max", "count", "product")
_LARGEST = 1e15


def with_computed(components: tuple[Component, ...], values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values with each computed field filled in, rows first; what the sender put there is dropped."""
    result = dict(values)
    parts = [part.component for part in level(components)]
    for component in parts:
        rows = result.get(component.key)
        if component.children and component.type != "section" and isinstance(rows, list):
            result[component.key] = [
                with_computed(component.children, row) if isinstance(row, Mapping) else row for row in rows
            ]
    for component in parts:
        if component.type == "computed":
            result[component.key] = compute(component.props["compute"], result)
    return result


def compute(expression: Mapping[str, Any], values: Mapping[str, Any]) -> float | int | None:
    """Return the value of one expression; None while a factor of a product is missing."""
    if "count" in expression:
        rows = values.get(expression["count"])
        return len(rows) if isinstance(rows, list) else 0
    if "product" in expression:
        return _product(expression, values)
    operator, path = next(iter(expression.items()))
    column = list(_column(path, values))
    if operator == "max":
        return max(column, default=0)
    return _tidy(sum(column))


def fields_of(expression: Mapping[str, Any]) -> list[str]:
    """Return the names, at the level of the computed field, that an expression reads."""
    names = [name for operator in ("sum", "max", "count") if (name := expression.get(operator))]
    names += expression.get("product", [])
    names += [expression["less_percent"]] if expression.get("less_percent") else []
    return [name.partition(".")[0] for name in names]


def _product(expression: Mapping[str, Any], values: Mapping[str, Any]) -> float | int | None:
    result: float = 1
    for name in expression["product"]:
        factor = values.get(name)
        if not _is_number(factor):
            return None
        result *= factor
    percent = values.get(expression.get("less_percent", ""))
    if _is_number(percent):
        result = result * (100 - percent) / 100
    # Money is whole minor units: half a unit goes up, as Math.floor(x + 0.5) does in the browser.
    return floor(result + 0.5) if abs(result) < _LARGEST else None


def _column(path: str, values: Mapping[str, Any]) -> Iterator[float]:
    name, _, column = path.partition(".")
    rows = values.get(name)
    for row in rows if isinstance(rows, list) else []:
        value = row.get(column) if isinstance(row, Mapping) else None
        if _is_number(value):
            yield value


def _is_number(value: Any) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < _LARGEST


def _tidy(value: float) -> float | int:
    rounded = round(value, 6)
    return int(rounded) if rounded == int(rounded) else rounded
