"""Values that somebody types in the studio: a field for each simple one, and JSON for lists and groups.

In a form a group of values has the field ``<group>`` (JSON), and for each simple value ``<group>:<name>`` with its type
in ``<group>-type:<name>``.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from flask import request

from engine.errors import FieldProblem, InvalidInputError
from engine.process import variables
from engine.process.variables import Variable
from engine.studio.isolated import TIME_ZONE
from web.i18n import explain
from web.studio.bodies import json_object

MAYBE = "?"
"""Behind a type: left empty it is no value, not an empty text."""


@dataclass(frozen=True)
class ValueField:
    """A simple value as a form shows it; ``type`` as ``process.variables`` calls it, maybe with ``MAYBE``."""

    name: str
    type: str
    text: str
    label: str


@dataclass(frozen=True)
class Values:
    """A group of values as a form shows it; ``rest`` is the JSON of what has no field of its own."""

    group: str
    fields: tuple[ValueField, ...]
    rest: str
    errors: Mapping[str, str]


def shown(
    group: str, values: Mapping[str, Any], declared: Mapping[str, str], labels: Mapping[str, str] | None = None
) -> Values:
    """Return values for a form.

    Args:
        declared: types of names, as processes declare them.
        labels: what names are called; others keep theirs.
    """
    known = {name: variables.type_of(name, value, declared) for name, value in values.items()}
    fields = tuple(
        ValueField(
            name,
            known[name] + (MAYBE if value is None else ""),
            "" if value is None else variables.written(Variable(name, value, known[name], False), TIME_ZONE),
            (labels or {}).get(name, name),
        )
        for name, value in values.items()
        if known[name] != "json"
    )
    rest = {name: value for name, value in values.items() if known[name] == "json"}
    return Values(group, fields, pretty(rest) if rest else "", {})


def typed(group: str, problems: Mapping[str, Any], labels: Mapping[str, str] | None = None) -> Values:
    """Return what somebody typed, to be shown again with what is wrong with it."""
    fields = tuple(
        ValueField(name, request.form.get(f"{group}-type:{name}", ""), text, (labels or {}).get(name, name))
        for name, text in _typed(group).items()
    )
    errors = {name: explain(found[0]) for name, found in problems.items()}
    return Values(group, fields, request.form.get(group, ""), errors)


def read(group: str) -> dict[str, Any]:
    """Return the values that somebody typed.

    Raises:
        InvalidInputError: one is none of its type, or the JSON is no object; ``errors`` names the field.
    """
    errors: dict[str, list[FieldProblem]] = {}
    found: dict[str, Any] = {}
    try:
        found = json_object(group)
    except InvalidInputError as error:
        errors[group] = [FieldProblem(error.template, code=error.code, **error.params)]
    for name, text in _typed(group).items():
        type_ = request.form.get(f"{group}-type:{name}", "text")
        is_empty = not text.strip() and (type_.endswith(MAYBE) or type_ != "text")
        try:
            found[name] = None if is_empty else variables.parsed(type_.removesuffix(MAYBE), text, time_zone=TIME_ZONE)
        except InvalidInputError as error:
            errors[f"{group}:{name}"] = error.errors["value"]
    if errors:
        raise InvalidInputError(errors=errors)
    return found


def _typed(group: str) -> dict[str, str]:
    return {name.removeprefix(f"{group}:"): text for name, text in request.form.items() if name.startswith(f"{group}:")}


def pretty(value: Any) -> str:
    """Return a value as JSON that people read."""
    return orjson.dumps(value, option=orjson.OPT_INDENT_2).decode()
