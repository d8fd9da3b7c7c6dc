"""What the script in the browser needs to know of a form: its fields, their rules, and the sentences."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from forms.components import is_list, kind_of
from forms.conditions import fields_of
from forms.kinds.attachments import FileKind
from forms.kinds.base import Environment
from forms.kinds.structure import ListKind
from forms.kinds.texts import TextKind
from forms.messages import MESSAGES, WORDS
from forms.model import Component, Condition, FormDefinition, level

_SERVER_ONLY = {"characters", "list", "row", "unknown", "too_large", "not_an_object", "boolean", "text", "evidence"}
_RULES = ("min", "max", "step", "integer", "format", "compute", "min_rows", "max_choices", "currency")


def client_config(
    definition: FormDefinition, env: Environment, locale: str, translate: Callable[[str], str]
) -> dict[str, Any]:
    """Return the JSON that ``web/frontend/src/form`` reads."""
    names = {name.split(".")[1] for name in _names_read(definition.components) if name.startswith("context.")}
    return {
        "key": definition.key,
        "locale": locale,
        # Only what conditions ask for: the context may hold more than this person's browser should get.
        "context": {name: env.context.get(name) for name in sorted(names)},
        "fields": [_field(component, env, locale) for component in definition.components],
        "messages": {code: translate(text) for code, text in MESSAGES.items() if code not in _SERVER_ONLY},
        "words": {name: translate(text) for name, text in WORDS.items()},
    }


def _field(component: Component, env: Environment, locale: str) -> dict[str, Any]:
    kind = kind_of(component)
    shape: dict[str, Any] = {"key": component.key, "type": kind.macro, "label": component.label.text(locale)}
    if component.visible_if is not None:
        shape["visible"] = component.visible_if
    if component.required is not False:
        shape |= {"required": component.required, "missing": kind.required_code}
    shape |= {name: component.props[name] for name in _RULES if name in component.props}
    for name in {"min", "max"} & set(shape):
        shape[name] = env.bound(shape[name])
    if component.type == "datetime":
        shape |= {name: kind.write(component, shape[name], env) for name in ("min", "max") if shape.get(name)}
    if isinstance(kind, TextKind):
        shape["max_length"] = kind.limit(component)
    if isinstance(kind, FileKind | ListKind):
        shape["most"] = kind.limit(component)
    if component.children:
        shape["children"] = [_field(child, env, locale) for child in component.children]
    return shape


def _names_read(components: tuple[Component, ...]) -> Iterator[str]:
    for component, _ in level(components):
        conditions: list[Condition | bool | None] = [component.visible_if, component.required]
        for condition in conditions:
            if isinstance(condition, Mapping):
                yield from fields_of(condition)
        if is_list(component):
            yield from _names_read(component.children)
