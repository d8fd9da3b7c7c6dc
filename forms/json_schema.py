"""Export a definition as JSON Schema (draft 2020-12) for users of the API.

Conditions are not exported: a field that some condition may hide is optional here, and the server decides.
"""

from typing import Any

from forms.components import is_list, kind_of
from forms.kinds.structure import ListKind
from forms.model import Component, FormDefinition, level


def json_schema(definition: FormDefinition) -> dict[str, Any]:
    """Return the JSON Schema of a form's values."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": definition.title.text("en"),
        **_object(definition.components),
    }


def _object(components: tuple[Component, ...]) -> dict[str, Any]:
    placed = [part for part in level(components) if kind_of(part.component).has_value]
    required = [part.component.key for part in placed if part.component.required is True and not part.conditions]
    shape: dict[str, Any] = {
        "type": "object",
        "properties": {part.component.key: _property(part.component) for part in placed},
        "additionalProperties": False,
    }
    return shape | ({"required": required} if required else {})


def _property(component: Component) -> dict[str, Any]:
    kind = kind_of(component)
    if is_list(component) and isinstance(kind, ListKind):
        shape: dict[str, Any] = {
            "type": "array",
            "maxItems": kind.limit(component),
            "items": _object(component.children),
        }
    else:
        shape = kind.json_schema(component)
    if component.required is not True:
        shape = {"anyOf": [shape, {"type": "null"}]}
    return {"title": component.label.text("en"), **shape}
