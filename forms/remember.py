"""What "same as last time" repeats: the fields of a form that say so, out of an earlier form's values."""

from collections.abc import Mapping
from typing import Any

from forms.model import FormDefinition, level


def remembered(definition: FormDefinition, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values that the form repeats, without what is empty."""
    keys = (part.component.key for part in level(definition.components) if part.component.remember)
    return {key: values[key] for key in keys if values.get(key) not in (None, "", [], False)}


def remembers(definition: FormDefinition) -> bool:
    """Tell whether the form has anything to repeat."""
    return any(part.component.remember for part in level(definition.components))
