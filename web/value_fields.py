"""Values that administrators type: a field for each simple one, and JSON for lists and groups.

In a form a group of values has the field ``<group>`` (JSON), and for each simple value ``<group>:<name>`` with its type
in ``<group>-type:<name>``.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from flask import request

from engine.errors import FieldProblem, InvalidInputError
from engine.process import variables
from engine.process.variables import Variable
from engine.studio.isolated import TIME_ZONE
from web.i18n import explain

NOT_SIMPLE = frozenset({"list", "context", "any"})
"""Types of which no field can be made."""
MAYBE = "?"
"""Behind a type: left empty it is no value, not an empty text."""


@dataclass(frozen=True)
class ValueField:
    """A simple value as a form shows it.

    Args:
        type: as ``process.variables`` calls it, maybe with ``MAYBE``.
        choices: what it may be, with its words; anything where there are none.
    """

    name: str
    type: str
    text: str
    label: str
    choices: tuple[tuple[str, str], ...] = ()


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


def empty(
    group: str,
    declared: Mapping[str, str],
    labels: Mapping[str, str],
    choices: Mapping[str, Sequence[tuple[str, str]]],
    *,
    errors: Mapping[str, str],
    is_sent: bool,
) -> Values:
    """Return fields for values of which none is known yet, each of which may stay empty; lists and groups are ``rest``.

    Args:
        is_sent: what this request has of them is shown again.
    """
    sent: Mapping[str, str] = request.form if is_sent else {}
    fields = tuple(
        ValueField(
            name,
            variables.type_of(name, None, declared) + MAYBE,
            sent.get(f"{group}:{name}", ""),
            labels.get(name, name),
            tuple(choices.get(name, ())),
        )
        for name, type_ in declared.items()
        if type_ not in NOT_SIMPLE
    )
    return Values(group, fields, sent.get(group, ""), errors)


def typed(group: str, problems: Mapping[str, Any], labels: Mapping[str, str] | None = None) -> Values:
    """Return what somebody typed, to be shown again with what is wrong with it."""
    fields = tuple(
        ValueField(name, request.form.get(f"{group}-type:{name}", ""), text, (labels or {}).get(name, name))
        for name, text in _typed(group).items()
    )
    errors = {name: explain(found[0]) for name, found in problems.items()}
    return Values(group, fields, request.form.get(group, ""), errors)


def read(group: str, *, time_zone: str = TIME_ZONE, keeps_empty: bool = True) -> dict[str, Any]:
    """Return the values that somebody typed.

    Args:
        keeps_empty: what was left empty is there, as no value; else it is missing.

    Raises:
        InvalidInputError: one is none of its type, or the JSON is no object; ``errors`` names the field.
    """
    errors: dict[str, list[FieldProblem]] = {}
    found: dict[str, Any] = {}
    try:
        found = _json_object(group)
    except InvalidInputError as error:
        errors[group] = [FieldProblem(error.template, code=error.code, **error.params)]
    for name, text in _typed(group).items():
        type_ = request.form.get(f"{group}-type:{name}", "text")
        is_empty = not text.strip() and (type_.endswith(MAYBE) or type_ != "text")
        if is_empty:
            found |= {name: None} if keeps_empty else {}
            continue
        try:
            found[name] = variables.parsed(type_.removesuffix(MAYBE), text, time_zone=time_zone)
        except InvalidInputError as error:
            errors[f"{group}:{name}"] = error.errors["value"]
    if errors:
        raise InvalidInputError(errors=errors)
    return found


def _typed(group: str) -> dict[str, str]:
    return {name.removeprefix(f"{group}:"): text for name, text in request.form.items() if name.startswith(f"{group}:")}


def _json_object(name: str) -> dict[str, Any]:
    """Return a JSON object that somebody typed into a field of a form; nothing typed is an empty one.

    Raises:
        InvalidInputError: it is none.
    """
    typed = request.form.get(name, "").strip()
    found = json_of(typed) if typed else {}
    if not isinstance(found, dict):
        raise InvalidInputError("An object is needed here: { … }.", code="not_an_object")
    return found


def json_of(text: str | bytes) -> Any:
    """Return what JSON says.

    Raises:
        InvalidInputError: it is none; the sentence says where.
    """
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise InvalidInputError(
            "This is not written as JSON. Look at line {line}, column {column}.",
            code="not_json",
            line=error.lineno,
            column=error.colno,
        ) from error


def pretty(value: Any) -> str:
    """Return a value as JSON that people read."""
    return orjson.dumps(value, option=orjson.OPT_INDENT_2).decode()
