"""Text, long text, scanned codes and the position's evidence id."""

import re
from collections.abc import Iterator
from typing import Any, ClassVar

from forms.kinds.base import Environment, InvalidValueError, Kind, clean_text
from forms.messages import Problem, problem
from forms.model import Component

# Deliberately loose: the mail server and the phone know better.
_FORMATS = {
    "email": re.compile(r"[^@\s]{1,64}@[^@\s.]+(\.[^@\s.]+)+"),
    "phone": re.compile(r"\+?[0-9][0-9 ()-]{4,23}"),
}
_EVIDENCE_ID = re.compile(r"[A-Za-z0-9_-]{8,64}")


class TextKind(Kind):
    """One line of text."""

    macro = "text"
    props: ClassVar = {"max_length": "count", "format": "format", "autocomplete": "word"}
    longest = 200

    def limit(self, component: Component) -> int:
        """Return the most characters that the component takes."""
        return int(component.props.get("max_length", self.longest))

    def clean(self, component: Component, value: Any) -> Any:
        """Return the text on one line, or None when it is blank."""
        return " ".join(clean_text(component, value).split("\n")) or None

    def check(self, component: Component, value: Any, env: Environment) -> Iterator[Problem]:
        """Check length and format."""
        limit = self.limit(component)
        if len(value) > limit:
            yield problem("max_length", component, max=limit, actual=len(value))
        shape = component.props.get("format")
        if shape and not _FORMATS[shape].fullmatch(value):
            yield problem(shape, component)

    def json_schema(self, component: Component) -> dict[str, Any]:
        """Text with its length."""
        return {"type": "string", "maxLength": self.limit(component)}


class TextareaKind(TextKind):
    """Several lines of text."""

    macro = "textarea"
    props: ClassVar = {"max_length": "count", "rows": "count"}
    longest = 4000

    def clean(self, component: Component, value: Any) -> Any:
        """Return the text, or None when it is blank."""
        return clean_text(component, value) or None


class ScanKind(TextKind):
    """A code that is scanned with the camera or typed."""

    macro = "scan"
    props: ClassVar = {"max_length": "count"}
    longest = 500


class PermissionKind(Kind):
    """What the browser says of its permission to locate; a script fills it in, and nobody sees it."""

    macro = "permission"
    states: ClassVar = ("granted", "denied", "prompt", "unavailable")

    def clean(self, component: Component, value: Any) -> Any:
        """Accept one of the states that browsers name.

        Raises:
            InvalidValueError: anything else.
        """
        if value == "":
            return None
        if value not in self.states:
            raise InvalidValueError("option", component)
        return value

    def json_schema(self, component: Component) -> dict[str, Any]:
        """One of the states."""
        return {"enum": list(self.states)}


class PositionKind(Kind):
    """The id of a recorded position. Coordinates never enter a form: the evidence store holds them."""

    macro = "position"
    # at_submit: the position is read when the form is sent, by the same tap, and the form goes on without one.
    props: ClassVar = {"at_submit": "bool"}
    required_code = "required_position"

    def clean(self, component: Component, value: Any) -> Any:
        """Accept an opaque id and nothing that could hold coordinates.

        Raises:
            InvalidValueError: anything else.
        """
        if value == "":
            return None
        if not isinstance(value, str) or not _EVIDENCE_ID.fullmatch(value):
            raise InvalidValueError("evidence", component)
        return value

    def json_schema(self, component: Component) -> dict[str, Any]:
        """An opaque id."""
        return {"type": "string", "pattern": f"^{_EVIDENCE_ID.pattern}$"}
