"""Sections and notes, which hold no value, and lists of rows."""

from collections.abc import Iterator
from typing import Any, ClassVar

from forms.kinds.base import Environment, Kind
from forms.messages import Problem, problem
from forms.model import Component

MAX_ROWS = 100


class SectionKind(Kind):
    """A heading with components below it; their keys stand beside those outside of it."""

    macro = "section"
    has_value = False


class NoteKind(Kind):
    """A paragraph to read."""

    macro = "note"
    has_value = False
    props: ClassVar = {"tone": "tone"}


class ListKind(Kind):
    """Rows of the same components, each a card."""

    macro = "list"
    required_code = "required_rows"
    blank: ClassVar[Any] = ()
    props: ClassVar = {"min_rows": "whole", "max_rows": "count", "add_label": "wording", "row_label": "wording"}

    def limit(self, component: Component) -> int:
        """Return the most rows that the component takes."""
        return min(int(component.props.get("max_rows", 20)), MAX_ROWS)

    def check(self, component: Component, value: Any, env: Environment) -> Iterator[Problem]:
        """Check the number of rows."""
        least = component.props.get("min_rows", 0)
        if len(value) < least:
            yield problem("min_rows", component, min=least)
        if len(value) > self.limit(component):
            yield problem("max_rows", component, max=self.limit(component))


class TableKind(ListKind):
    """Rows of the same components, drawn as a table where there is room."""
