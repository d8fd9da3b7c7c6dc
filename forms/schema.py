"""Check values against a definition: the one gate for the web pages, the API and the phone."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from types import MappingProxyType
from typing import Any, TypeAlias

from marshmallow import Schema, ValidationError

from forms.components import blank_of, is_list, kind_of
from forms.compute import with_computed
from forms.conditions import is_empty
from forms.fields import schema_of
from forms.html import from_html
from forms.json_schema import json_schema
from forms.kinds.base import Environment, InvalidValueError
from forms.kinds.dates import DatetimeKind
from forms.limits import is_too_large
from forms.messages import Problem, problem
from forms.model import Choice, Component, FormDefinition, level
from forms.visibility import hidden_keys, is_required, scope

__all__ = ["FORM", "Problem", "Result", "from_html", "json_schema", "marshmallow_schema", "validate"]

# The path of a problem with the whole form.
FORM = "_form"
_NOTHING: Mapping[str, Any] = MappingProxyType({})
Errors: TypeAlias = dict[str, list[Problem]]


@dataclass(frozen=True)
class Result:
    """The outcome of a validation.

    Args:
        values: clean JSON values in the order of the definition: hidden fields are left out, visible ones that were
            not filled in are None, [] or False, moments are UTC, computed fields are filled in.
        errors: the problems by path, such as ``lines.0.quantity``.
    """

    values: dict[str, Any] = field(default_factory=dict)
    errors: Errors = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        """Tell whether the values may be taken."""
        return not self.errors


@lru_cache(maxsize=512)
def marshmallow_schema(definition: FormDefinition) -> type[Schema]:
    """Return the marshmallow schema of the shape of a form's values."""
    return schema_of(definition.components)


def validate(
    definition: FormDefinition,
    values: Mapping[str, Any],
    *,
    context: Mapping[str, Any] = _NOTHING,
    choices: Mapping[str, list[Choice]] = _NOTHING,
) -> Result:
    """Check values and return clean ones.

    Args:
        context: ``timezone`` for moments without one, ``today``, and whatever conditions read as ``context.name``.
        choices: the lists that ``source`` names; a value outside of its list is refused.
    """
    if not isinstance(values, Mapping):
        return Result(errors={FORM: [problem("not_an_object")]})
    if is_too_large(dict(values)):
        return Result(errors={FORM: [problem("too_large")]})
    around = {"context": dict(context)}
    prepared = _without_hidden(definition.components, values, around)
    clean, errors = _check_shape(definition, prepared)
    rules = _Rules(Environment(context, choices), errors)
    return Result(rules.walk(definition.components, with_computed(definition.components, clean), around, ""), errors)


def _without_hidden(
    components: tuple[Component, ...], values: Mapping[str, Any], around: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the values without those of hidden fields, with None for each visible field that is missing."""
    computed = with_computed(components, values)
    hidden = hidden_keys(components, computed, around)
    seen = scope(components, computed, around, hidden)
    known = {part.component.key: part.component for part in level(components) if kind_of(part.component).has_value}
    result = {key: value for key, value in values.items() if key not in known}
    for key, component in known.items():
        if key in hidden:
            continue
        value = None if component.type == "computed" else values.get(key)
        if is_list(component) and isinstance(value, list):
            value = [
                _without_hidden(component.children, row, seen) if isinstance(row, Mapping) else row for row in value
            ]
        result[key] = value
    return result


def _check_shape(definition: FormDefinition, prepared: dict[str, Any]) -> tuple[dict[str, Any], Errors]:
    loader = marshmallow_schema(definition)()
    try:
        return loader.load(prepared), {}
    except ValidationError as error:
        errors: Errors = {}
        for path, message in _flatten(error.messages, ()):
            named = _named(definition.components, path, message)
            errors.setdefault(_storable(".".join(path[:-1] if path[-1] == "_schema" else path)), []).append(named)
        return error.valid_data if isinstance(error.valid_data, dict) else {}, errors


def _storable(name: str) -> str:
    """Return a name that someone sent, short and without lone surrogates, which no page could carry."""
    return name[:300].encode("utf-8", "replace").decode()


def _flatten(messages: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Problem | str]]:
    if isinstance(messages, dict):
        for key, inner in messages.items():
            yield from _flatten(inner, (*path, str(key)))
    else:
        for message in messages:
            yield path, message


def _named(components: tuple[Component, ...], path: tuple[str, ...], message: Problem | str) -> Problem:
    """Turn marshmallow's own codes (an unknown name, a row that is no object) into sentences."""
    if isinstance(message, Problem):
        return message
    if message == "unknown":
        return problem("unknown", field=_storable(path[-1][:100]))
    found: Component | None = None
    for name in path:
        match = [
            part.component for part in level(found.children if found else components) if part.component.key == name
        ]
        found = match[0] if match else found
    return problem("row", found) if found else problem("not_an_object")


class _Rules:
    """Walks the clean values of the visible fields and adds what breaks a rule."""

    def __init__(self, env: Environment, errors: Errors) -> None:
        self.env = env
        self.errors = errors

    def walk(
        self, components: tuple[Component, ...], values: Mapping[str, Any], around: Mapping[str, Any], prefix: str
    ) -> dict[str, Any]:
        hidden = hidden_keys(components, values, around)
        seen = scope(components, values, around, hidden)
        result: dict[str, Any] = {}
        for component, _ in level(components):
            if component.key in hidden or not kind_of(component).has_value:
                continue
            path = f"{prefix}{component.key}"
            value = values.get(component.key)
            if path not in self.errors:
                value = self.field(component, value, seen, path)
            result[component.key] = blank_of(component) if value is None else value
        return result

    def field(self, component: Component, value: Any, seen: Mapping[str, Any], path: str) -> Any:
        kind = kind_of(component)
        found: list[Problem] = []
        if is_empty(value) or value is False:
            if is_required(component, seen) and component.type != "computed":
                found.append(problem(kind.required_code, component))
            elif is_list(component):
                found.extend(kind.check(component, value or [], self.env))
        else:
            value = self.in_utc(component, value, found)
            found.extend([] if found else kind.check(component, value, self.env))
        if found:
            self.errors[path] = found
        if is_list(component) and isinstance(value, list):
            return self.rows(component, value, seen, path)
        return value

    def in_utc(self, component: Component, value: Any, found: list[Problem]) -> Any:
        kind = kind_of(component)
        if isinstance(kind, DatetimeKind):
            try:
                return kind.to_utc(component, value, self.env)
            except InvalidValueError as error:
                found.append(error.problem)
        return value

    def rows(self, component: Component, rows: list[Any], seen: Mapping[str, Any], path: str) -> list[Any]:
        return [
            row if f"{path}.{index}" in self.errors else self.walk(component.children, row, seen, f"{path}.{index}.")
            for index, row in enumerate(rows)
        ]
