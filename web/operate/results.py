"""The result of an element that a repair skips: fields for what its form, topic or decision gives, else JSON."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import request

from engine.errors import FieldProblem, InvalidInputError
from engine.process.repair_results import ResultValue, results
from web import context, value_fields
from web.i18n import locale
from web.i18n import translate as _
from web.value_fields import NOT_SIMPLE, Values

EXAMPLE = '{"revision": "7"}'


@dataclass(frozen=True)
class ResultFields:
    """The result of a token's element as a form asks for it.

    Args:
        rest_hint: what the JSON is for.
        is_typed: somebody has begun to type it.
    """

    values: Values
    rest_hint: str
    is_typed: bool


def group(token: str) -> str:
    """Return the name of the values of a token's result."""
    return f"result-{token}"


def fields(instance_id: UUID, errors: Mapping[str, str]) -> dict[str, ResultFields]:
    """Return by token what is asked of its result; tokens whose elements have none are missing."""
    known = results(context.session(), context.actor(), instance_id)
    return {token: _fields(token, values, errors) for token, values in known.items()}


def read(instance_id: UUID, token: str) -> dict[str, Any]:
    """Return the result that somebody typed, with what was left empty as a form gives it; nothing if all was.

    Raises:
        InvalidInputError: some value is none of its type, or the JSON has no names; ``errors`` names the field.
    """
    name = group(token)
    try:
        typed = value_fields.read(name, time_zone=context.actor().time_zone, keeps_empty=False)
    except InvalidInputError as error:
        problem = FieldProblem("Write the result as named values, like {example}.", code="result_invalid",
                               example=EXAMPLE)  # fmt: skip
        raise InvalidInputError(errors=error.errors | ({name: [problem]} if name in error.errors else {})) from error
    known = results(context.session(), context.actor(), instance_id).get(token, ()) if typed else ()
    return {each.name: each.blank for each in known} | typed


def _fields(token: str, known: tuple[ResultValue, ...], errors: Mapping[str, str]) -> ResultFields:
    name = group(token)
    values = value_fields.empty(
        name,
        {each.name: each.type for each in known},
        {each.name: _label(each) for each in known},
        {each.name: [(value, words.text(locale())) for value, words in each.choices] for each in known},
        errors={path: text for path, text in errors.items() if path.partition(":")[0] == name},
        is_sent=bool(errors) or request.form.get("add") != f"skip:{token}",
    )
    others = [f"{each.label.text(locale())} ({each.name})" for each in known if each.type in NOT_SIMPLE]
    if others:
        hint = _("For {names}: named values, like {example}.", names=", ".join(others), example=EXAMPLE)
    else:
        # What is wrong says the same.
        hint = "" if known or name in errors else _("Named values, like {example}.", example=EXAMPLE)
    return ResultFields(values, hint, bool(values.errors or values.rest or any(each.text for each in values.fields)))


def _label(value: ResultValue) -> str:
    name = value.label.text(locale())
    return _("{name} (in hundredths: 1250 is 12.50)", name=name) if value.type == "money" else name
