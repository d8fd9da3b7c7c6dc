"""What every kind of component can do: clean a value, check it, read it from a form post, write it into a page."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from forms.messages import Problem, problem
from forms.model import Choice, Component

_UNSTORABLE = {code for code in range(32) if chr(code) not in "\t\n\r"}


class InvalidValueError(ValueError):
    """A value of the wrong shape, with the sentence that says so."""

    def __init__(self, code: str, component: Component, **params: Any) -> None:
        self.problem = problem(code, component, **params)
        super().__init__(str(self.problem))


@dataclass(frozen=True)
class Environment:
    """What a form needs from outside: the context's values and the named choice lists.

    Args:
        context: ``timezone`` (an IANA name, default UTC) and ``today`` (ISO date) have a meaning here; the rest is
            for defaults and conditions.
    """

    context: Mapping[str, Any] = field(default_factory=dict)
    choices: Mapping[str, list[Choice]] = field(default_factory=dict)
    _allowed: dict[str, frozenset[str]] = field(default_factory=dict)

    @property
    def zone(self) -> ZoneInfo:
        """The zone of the person at the form."""
        return ZoneInfo(str(self.context.get("timezone", "UTC")))

    def options(self, component: Component) -> tuple[Choice, ...]:
        """Return the options that a component offers now."""
        return tuple(self.choices.get(component.source, ())) if component.source else component.options

    def allowed(self, component: Component) -> frozenset[str]:
        """Return the values that a component accepts now."""
        if not component.source:
            return frozenset(option.value for option in component.options)
        if component.source not in self._allowed:
            self._allowed[component.source] = frozenset(option.value for option in self.options(component))
        return self._allowed[component.source]

    def bound(self, limit: Any) -> Any:
        """Return a limit, looked up when it is ``{"context": name}``."""
        return self.context.get(limit["context"]) if isinstance(limit, Mapping) else limit


class Kind:
    """A kind of component. The base is one that holds no value."""

    macro: ClassVar[str] = "note"
    required_code: ClassVar[str] = "required"
    has_value: ClassVar[bool] = True
    # What "nothing given" is in the clean values.
    blank: ClassVar[Any] = None
    # The properties that only this kind has, with the name of their shape (see forms.parsing).
    props: ClassVar[Mapping[str, str]] = {}

    def clean(self, component: Component, value: Any) -> Any:
        """Return the value in its one stored shape.

        Raises:
            InvalidValueError: the value has another type or cannot be read.
            TypeError: this kind holds no value (a section, a note).
        """
        raise TypeError(f"A {component.type} holds no value.")

    def check(self, component: Component, value: Any, env: Environment) -> Iterator[Problem]:
        """Yield what is wrong with a clean value that is not blank."""
        yield from ()

    def read(self, component: Component, texts: list[str]) -> Any:
        """Return the JSON value of what a browser posted; text that cannot be read stays as it was typed."""
        return texts[0] if texts and texts[0].strip() else self.blank

    def write(self, component: Component, value: Any, env: Environment) -> str:
        """Return what stands in the input for this value, clean or as it was typed."""
        return "" if value is None else str(value)

    def json_schema(self, component: Component) -> dict[str, Any]:
        """Return the JSON Schema of a value that is not blank.

        Raises:
            TypeError: this kind holds no value (a section, a note).
        """
        raise TypeError(f"A {component.type} holds no value.")


def clean_text(component: Component, value: Any) -> str:
    """Return text without surrounding blanks, with plain line ends, that every database can store.

    Raises:
        InvalidValueError: not text, or with control characters or lone surrogates.
    """
    if not isinstance(value, str):
        raise InvalidValueError("text", component)
    text = value.replace("\r\n", "\n").replace("\r", "\n").strip()
    if any(ord(char) in _UNSTORABLE or "\ud800" <= char <= "\udfff" for char in text):
        raise InvalidValueError("characters", component)
    return text
