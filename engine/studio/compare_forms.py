"""What two forms differ in: fields by key, with each property that changed."""

from collections.abc import Iterator, Mapping, Set
from typing import Any

import orjson

from engine.bpmn.labels import Label
from engine.studio.changes import Change, Part, Reference, Rule, between
from forms import definition
from forms.model import Component, Condition, FormDefinition, Text

TOLD = frozenset({"type", "label_zh", "label_en"})
"""What the name and the kind of a field tell already."""


def compare_forms(file: str, before: bytes | None, after: bytes | None) -> list[Change]:
    """Return what differs; a form that is missing has no fields.

    Raises:
        FormError: one of them is no form.
        JSONDecodeError: nor JSON.
    """
    old, new = _form(before), _form(after)
    shared = _keys(old) & _keys(new)
    return between(file, dict(_parts(old, shared)), dict(_parts(new, shared)))


def _keys(form: FormDefinition | None) -> Set[str]:
    return {component.key for component in form.components} if form else set()


def _form(content: bytes | None) -> FormDefinition | None:
    return None if content is None else definition.parse(orjson.loads(content))


def label_of(text: Text, fallback: str) -> Label:
    """Return a form's wording as a name."""
    return Label(text.zh or text.en or fallback, text.en or None)


def _parts(form: FormDefinition | None, shared: Set[str]) -> Iterator[tuple[str, Part]]:
    if form is None:
        return
    title = label_of(form.title, form.key)
    properties = {"title_zh": form.title.zh, "title_en": form.title.en, "submit": form.submit.zh}
    # What is new or gone is a change of its own; here stands only the order of what both sides have.
    kept = [component for component in form.components if component.key in shared]
    names = [label_of(component.label, component.key) for component in kept]
    order = Reference(
        " ".join(component.key for component in kept),
        Label(" · ".join(name.default for name in names), " · ".join(name.text("en") for name in names)),
    )
    yield form.key, Part(form.key, title, "form", "form", {**properties, "order": order})
    yield from _fields(form.components, "", title, dict(_names(form.components)))


def _names(components: tuple[Component, ...]) -> Iterator[tuple[str, Label]]:
    for component in components:
        yield component.key, label_of(component.label, component.key)
        yield from _names(component.children)


def _fields(
    components: tuple[Component, ...], prefix: str, title: Label, names: Mapping[str, Label]
) -> Iterator[tuple[str, Part]]:
    for component in components:
        key = f"{prefix}{component.key}"
        name = label_of(component.label, component.key)
        yield f"field:{key}", Part(key, name, "field", component.type, dict(_properties(component, names)), title, TOLD)
        # A section opens no level of keys, a list does.
        inner = f"{key}." if component.type in {"list", "table"} else prefix
        yield from _fields(component.children, inner, title, names)


def _properties(component: Component, names: Mapping[str, Label]) -> Iterator[tuple[str, Any]]:
    yield "type", component.type
    yield "label_zh", component.label.zh
    yield "label_en", component.label.en
    yield "help", component.help.zh
    yield "required", _condition(component.required, names)
    yield "visible_if", _condition(component.visible_if, names)
    yield "default", _written(component.default)
    yield "options", " · ".join(f"{choice.value} = {choice.label.zh}" for choice in component.options)
    yield "source", component.source
    yield "remember", _written(component.remember)
    for name, value in component.props.items():
        yield name, _written(value)


def _condition(value: bool | Condition | None, names: Mapping[str, Label]) -> str | Rule:
    return Rule(value, names) if isinstance(value, Mapping) else _written(value)


def _written(value: Any) -> str:
    if value is None or value is False:
        return ""
    if value is True:
        return "yes"
    if isinstance(value, Text):
        return value.zh
    if isinstance(value, str):
        return value
    return orjson.dumps(_plain(value)).decode()


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    return str(value) if isinstance(value, Text) else value
