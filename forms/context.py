"""What a form reads of its surroundings, so that only that is looked up."""

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

from forms.model import FormDefinition


@lru_cache(maxsize=512)
def context_names(definition: FormDefinition) -> frozenset[str]:
    """Return the names that conditions, defaults and limits read as ``context.<name>`` or ``{"context": name}``."""
    return frozenset(names_in(definition.document))


def names_in(value: Any) -> Iterator[str]:
    """Yield what a part of a definition reads of the surroundings, also while the definition is no form yet."""
    if isinstance(value, Mapping):
        for name, inner in value.items():
            if name == "context" and isinstance(inner, str):
                yield inner
            elif name == "field" and isinstance(inner, str) and inner.startswith("context."):
                yield inner.split(".")[1]
            else:
                yield from names_in(inner)
    elif isinstance(value, Sequence) and not isinstance(value, str):
        for inner in value:
            yield from names_in(inner)
