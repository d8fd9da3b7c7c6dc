"""Dates, and dates with a time."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any, ClassVar

from forms.kinds.base import Environment, InvalidValueError, Kind
from forms.messages import Problem, problem
from forms.model import Component

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_DATETIME = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?(Z|[+-]\d{2}:\d{2})?", re.ASCII)


class DateKind(Kind):
    """A calendar date, ISO 8601."""

    macro = "date"
    required_code = "required_date"
    props: ClassVar = {"min": "date_bound", "max": "date_bound", "quick_days": "days"}

    def clean(self, component: Component, value: Any) -> Any:
        """Return ``YYYY-MM-DD``.

        Raises:
            InvalidValueError: no such day.
        """
        if value == "":
            return None
        if not isinstance(value, str) or not _DATE.fullmatch(value.strip()):
            raise InvalidValueError("date", component)
        try:
            return date.fromisoformat(value.strip()).isoformat()
        except ValueError as error:
            raise InvalidValueError("date", component) from error

    def check(self, component: Component, value: Any, env: Environment) -> Iterator[Problem]:
        """Check the limits."""
        low, high = (env.bound(component.props.get(name)) for name in ("min", "max"))
        if low is not None and value < str(low):
            yield problem("date_min", component, min=str(low))
        if high is not None and value > str(high):
            yield problem("date_max", component, max=str(high))

    def json_schema(self, component: Component) -> dict[str, Any]:
        """An ISO date."""
        return {"type": "string", "format": "date"}


class DatetimeKind(DateKind):
    """A moment: stored in UTC (``…Z``), typed in the person's zone."""

    macro = "datetime"

    def clean(self, component: Component, value: Any) -> Any:
        """Return ``YYYY-MM-DDTHH:MM:SSZ``, or without the ``Z`` while the zone is still open.

        Raises:
            InvalidValueError: no such moment.
        """
        if value == "":
            return None
        if not isinstance(value, str) or not _DATETIME.fullmatch(value.strip()):
            raise InvalidValueError("datetime", component)
        try:
            moment = datetime.fromisoformat(value.strip())
            if moment.tzinfo is None:
                return moment.isoformat(timespec="seconds")
            return _utc_text(moment)
        except (ValueError, OverflowError) as error:
            raise InvalidValueError("datetime", component) from error

    def to_utc(self, component: Component, value: str, env: Environment) -> str:
        """Return a clean value in UTC, read in the person's zone when it names none.

        Raises:
            InvalidValueError: outside of the calendar once in UTC.
        """
        moment = datetime.fromisoformat(value)
        if moment.tzinfo is not None:
            return value
        try:
            return _utc_text(moment.replace(tzinfo=env.zone))
        except OverflowError as error:
            raise InvalidValueError("datetime", component) from error

    def check(self, component: Component, value: Any, env: Environment) -> Iterator[Problem]:
        """Check the limits, as moments."""
        moment = datetime.fromisoformat(value)
        for name, sign in (("min", 1), ("max", -1)):
            limit = env.bound(component.props.get(name))
            if limit is not None and sign * (moment - _aware(str(limit), env)).total_seconds() < 0:
                yield problem(f"date_{name}", component, **{name: self.write(component, str(limit), env)})

    def write(self, component: Component, value: Any, env: Environment) -> str:
        """Write the local time of the person, as ``datetime-local`` inputs want it."""
        try:
            local = _aware(value, env).astimezone(env.zone).replace(tzinfo=None)
            return local.isoformat(timespec="seconds" if local.second else "minutes")
        except (ValueError, TypeError, OverflowError):
            return super().write(component, value, env)

    def json_schema(self, component: Component) -> dict[str, Any]:
        """An ISO moment."""
        return {"type": "string", "format": "date-time"}


def _aware(text: str, env: Environment) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=env.zone)


def _utc_text(moment: datetime) -> str:
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="seconds") + "Z"
