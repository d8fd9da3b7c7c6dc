"""Which files the values of a form hold."""

from collections.abc import Iterator, Mapping
from typing import Any

from forms.components import is_list, kind_of
from forms.kinds.attachments import FileKind
from forms.model import Component, FormDefinition, level


def files_in(definition: FormDefinition, values: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield path and SHA-256 of each file in clean values: ``("photos", "9f86…")``, ``("rows.0.photo", …)``."""
    yield from _files(definition.components, values, "")


def _files(components: tuple[Component, ...], values: Mapping[str, Any], path: str) -> Iterator[tuple[str, str]]:
    for component, _conditions in level(components):
        value = values.get(component.key)
        if not value:
            continue
        if isinstance(kind_of(component), FileKind):
            yield from ((f"{path}{component.key}", entry["file"]) for entry in value)
        elif is_list(component):
            for number, row in enumerate(value):
                yield from _files(component.children, row, f"{path}{component.key}.{number}.")
