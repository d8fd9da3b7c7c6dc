"""Which fields of a form are shown; the value of a hidden field counts as missing everywhere."""

from collections.abc import Mapping
from typing import Any, TypeAlias

from forms.conditions import holds
from forms.model import Component, level

Scope: TypeAlias = dict[str, Any]


def hidden_keys(components: tuple[Component, ...], values: Mapping[str, Any], around: Mapping[str, Any]) -> set[str]:
    """Return the keys of one level whose conditions are not met.

    Hiding one field may hide the next, so this repeats until nothing changes; a definition without cycles (the
    linter refuses them) settles within as many rounds as it has fields.

    Args:
        values: the values of this level: the form's, or one row's.
        around: the names seen from outside of this level: the context, and for a row the form's fields.
    """
    placed = list(level(components))
    hidden: set[str] = set()
    for _ in range(len(placed) + 1):
        seen = scope(components, values, around, hidden)
        now = {part.component.key for part in placed if not all(holds(each, seen) for each in part.conditions)}
        if now == hidden:
            break
        hidden = now
    return hidden


def scope(
    components: tuple[Component, ...], values: Mapping[str, Any], around: Mapping[str, Any], hidden: set[str]
) -> Scope:
    """Return what a condition at this level can read: its own fields first, then the names around it."""
    own = {part.component.key: values.get(part.component.key) for part in level(components)}
    return {**around, **{key: None if key in hidden else value for key, value in own.items()}}


def is_required(component: Component, seen: Mapping[str, Any]) -> bool:
    """Tell whether a value must be given in this scope."""
    return component.required if isinstance(component.required, bool) else holds(component.required, seen)
