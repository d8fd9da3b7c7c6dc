"""Numbers, money and computed values."""

import re
import unicodedata
from collections.abc import Iterator
from decimal import Decimal
from typing import Any, ClassVar

from forms.kinds.base import Environment, InvalidValueError, Kind
from forms.messages import Problem, problem
from forms.model import Component

LARGEST = 10**12
_NUMBER = re.compile(r"-?\d{1,16}(\.\d{1,9})?", re.ASCII)
_MONEY = re.compile(r"(-?)(\d{1,13})(?:\.(\d{1,2}))?", re.ASCII)
_GROUPING = re.compile(r"(?<=\d)[,\s](?=\d{3})", re.ASCII)


def plain_digits(text: str) -> str:
    """Return typed digits without grouping; full-width digits of a Chinese keyboard become plain ones."""
    return _GROUPING.sub("", unicodedata.normalize("NFKC", text[:60]).strip())


class NumberKind(Kind):
    """A number; ``integer`` allows whole ones only."""

    macro = "number"
    required_code = "required_number"
    props: ClassVar = {"min": "number", "max": "number", "step": "number", "integer": "bool", "unit": "text"}

    def clean(self, component: Component, value: Any) -> Any:
        """Return an int or a float.

        Raises:
            InvalidValueError: no number, or a fraction where a whole number is asked for.
        """
        if value == "":
            return None
        code = "integer" if component.props.get("integer") else "number"
        if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) <= LARGEST:
            raise InvalidValueError(code, component)
        if code == "integer" and value != int(value):
            raise InvalidValueError(code, component)
        return int(value) if value == int(value) else value

    def check(self, component: Component, value: Any, env: Environment) -> Iterator[Problem]:
        """Check the limits and the step."""
        low, high, step = (component.props.get(name) for name in ("min", "max", "step"))
        if low is not None and value < low:
            yield problem("min", component, min=self.write(component, low, env))
        if high is not None and value > high:
            yield problem("max", component, max=self.write(component, high, env))
        if step:
            steps = (value - (low or 0)) / step
            if abs(steps - round(steps)) > 1e-6:
                yield problem("step", component, step=self.write(component, step, env))

    def read(self, component: Component, texts: list[str]) -> Any:
        """Read digits."""
        typed = super().read(component, texts)
        if typed is None:
            return None
        digits = plain_digits(typed)
        if not _NUMBER.fullmatch(digits):
            return typed
        return float(digits) if "." in digits else int(digits)

    def write(self, component: Component, value: Any, env: Environment) -> str:
        """Write a number without exponent."""
        if isinstance(value, float) and abs(value) <= LARGEST:
            return format(Decimal(repr(value)), "f")
        return super().write(component, value, env)

    def json_schema(self, component: Component) -> dict[str, Any]:
        """A number with its limits."""
        shape: dict[str, Any] = {"type": "integer" if component.props.get("integer") else "number"}
        names = {"min": "minimum", "max": "maximum"}
        return shape | {names[name]: component.props[name] for name in names if name in component.props}


class MoneyKind(NumberKind):
    """An amount in whole minor units (fen, cents); people type and read major units."""

    macro = "money"
    required_code = "required_money"
    props: ClassVar = {"min": "number", "max": "number", "currency": "word"}

    def clean(self, component: Component, value: Any) -> Any:
        """Return an int.

        Raises:
            InvalidValueError: no whole number.
        """
        if value == "":
            return None
        if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) <= LARGEST:
            raise InvalidValueError("money", component)
        if value != int(value):
            raise InvalidValueError("money", component)
        return int(value)

    def read(self, component: Component, texts: list[str]) -> Any:
        """Read major units with at most two decimals."""
        typed = Kind.read(self, component, texts)
        match = _MONEY.fullmatch(plain_digits(typed)) if typed is not None else None
        if match is None:
            return typed
        sign, major, minor = match.groups(default="")
        amount = int(major) * 100 + int(minor.ljust(2, "0") or 0)
        return -amount if sign else amount

    def write(self, component: Component, value: Any, env: Environment) -> str:
        """Write major units."""
        if isinstance(value, bool) or not isinstance(value, int):
            return "" if value is None else str(value)
        return f"{'-' if value < 0 else ''}{abs(value) // 100}.{abs(value) % 100:02d}"

    def json_schema(self, component: Component) -> dict[str, Any]:
        """A whole number of minor units."""
        return super().json_schema(component) | {"type": "integer", "description": "in minor units"}


class ComputedKind(Kind):
    """A value that the server computes from other fields; whatever is sent is replaced."""

    macro = "computed"
    props: ClassVar = {"compute": "compute", "format": "number_format", "unit": "text", "currency": "word"}

    def clean(self, component: Component, value: Any) -> Any:
        """Take the value as it is: only computed ones get here."""
        return value

    def read(self, component: Component, texts: list[str]) -> Any:
        """Read nothing."""
        return None

    def write(self, component: Component, value: Any, env: Environment) -> str:
        """Write it as a number or as money."""
        kind = MoneyKind() if component.props.get("format") == "money" else NumberKind()
        return kind.write(component, value, env)

    def json_schema(self, component: Component) -> dict[str, Any]:
        """A number that is only read."""
        return {"type": "number", "readOnly": True}
