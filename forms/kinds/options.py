"""Choosing: one of a list, several of a list, yes or no."""

from collections.abc import Iterator
from typing import Any, ClassVar

from forms.kinds.base import Environment, InvalidValueError, Kind
from forms.messages import Problem, problem
from forms.model import Component

MAX_CHOICES = 100
MAX_VALUE = 200
_YES = frozenset({"true", "on", "1", "yes"})


class SelectKind(Kind):
    """One option of a list: radio buttons when there are few, a menu else."""

    macro = "select"
    required_code = "required_choice"
    props: ClassVar = {"display": "display"}
    default_source: ClassVar[str] = ""

    def clean(self, component: Component, value: Any) -> Any:
        """Return the value of the option.

        Raises:
            InvalidValueError: no text, or longer than any option.
        """
        if value == "":
            return None
        if not isinstance(value, str) or len(value) > MAX_VALUE:
            raise InvalidValueError("option", component)
        return value

    def check(self, component: Component, value: Any, env: Environment) -> Iterator[Problem]:
        """Accept only what is offered."""
        if value not in env.allowed(component):
            yield problem("option", component)

    def json_schema(self, component: Component) -> dict[str, Any]:
        """The options, or text when they are only known at run time."""
        if component.source:
            return {"type": "string", "maxLength": MAX_VALUE}
        return {"type": "string", "enum": [option.value for option in component.options]}


class CustomerKind(SelectKind):
    """A customer that the person may see."""

    default_source = "customers"


class ContactKind(SelectKind):
    """A contact of the customer."""

    default_source = "contacts"


class ItemKind(SelectKind):
    """A product or material of the catalogue."""

    default_source = "products"


class MultiselectKind(SelectKind):
    """Several options of a list."""

    macro = "multiselect"
    blank: ClassVar[Any] = ()
    props: ClassVar = {"max_choices": "count"}

    def clean(self, component: Component, value: Any) -> Any:
        """Return the values, each once.

        Raises:
            InvalidValueError: no list, too many entries, or no texts in it.
        """
        if not isinstance(value, list):
            raise InvalidValueError("list", component)
        if len(value) > MAX_CHOICES:
            raise InvalidValueError("max_choices", component, max=component.props.get("max_choices", MAX_CHOICES))
        if not all(isinstance(item, str) and len(item) <= MAX_VALUE for item in value):
            raise InvalidValueError("option", component)
        return list(dict.fromkeys(value))

    def check(self, component: Component, value: Any, env: Environment) -> Iterator[Problem]:
        """Accept only what is offered, and not too many."""
        if not env.allowed(component).issuperset(value):
            yield problem("option", component)
        limit = component.props.get("max_choices", MAX_CHOICES)
        if len(value) > limit:
            yield problem("max_choices", component, max=limit)

    def read(self, component: Component, texts: list[str]) -> Any:
        """Read the ticked boxes."""
        return [text for text in texts if text]

    def json_schema(self, component: Component) -> dict[str, Any]:
        """A list of options."""
        return {"type": "array", "uniqueItems": True, "items": super().json_schema(component)}


class CheckboxKind(Kind):
    """Yes or no; when it is required, it must be yes."""

    macro = "checkbox"
    required_code = "required_tick"
    blank: ClassVar[Any] = False

    def clean(self, component: Component, value: Any) -> Any:
        """Return the boolean.

        Raises:
            InvalidValueError: no boolean.
        """
        if not isinstance(value, bool):
            raise InvalidValueError("boolean", component)
        return value

    def read(self, component: Component, texts: list[str]) -> Any:
        """Read a ticked box."""
        return any(text.lower() in _YES for text in texts)

    def json_schema(self, component: Component) -> dict[str, Any]:
        """A boolean."""
        return {"type": "boolean"}
