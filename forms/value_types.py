"""Of which types the values of a form are, in the words that processes declare their variables with."""

from typing import Any

from forms.json_schema import json_schema
from forms.model import FormDefinition, level

_BY_FORMAT = {"date": "date", "date-time": "datetime"}
_BY_TYPE = {
    "string": "text",
    "integer": "number",
    "number": "number",
    "boolean": "boolean",
    "array": "list",
    "object": "context",
}


def value_types(definition: FormDefinition) -> dict[str, str]:
    """Return the keys of a form's fields with their types, in the form's order; rows of lists are no fields of it."""
    money = {part.component.key for part in level(definition.components) if part.component.type == "money"}
    properties = json_schema(definition)["properties"]
    return {key: "money" if key in money else _type(shape) for key, shape in properties.items()}


def _type(shape: dict[str, Any]) -> str:
    given = next((each for each in shape.get("anyOf", ()) if each.get("type") != "null"), shape)
    if all(isinstance(each, str) for each in given.get("enum", (None,))):
        return "text"
    return _BY_FORMAT.get(given.get("format", ""), _BY_TYPE.get(given.get("type", ""), "any"))
