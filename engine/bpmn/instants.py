"""From what a timer says (an instant or an ISO 8601 duration) to one absolute instant."""

import re
from calendar import monthrange
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from engine.errors import InvalidInputError

_DURATION = re.compile(
    r"^(?P<sign>-)?P(?=\d|T\d)(?:(?P<years>\d+)Y)?(?:(?P<months>\d+)M)?(?:(?P<weeks>\d+)W)?(?:(?P<days>\d+)D)?"
    r"(?:T(?=\d)(?:(?P<hours>\d+)H)?(?:(?P<minutes>\d+)M)?(?:(?P<seconds>\d+(?:\.\d+)?)S)?)?$"
)
_INSTANT = re.compile(
    r"^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(?P<zone>Z|[+-]\d\d:?\d\d)?([@\[](?P<name>[\w/+-]+)\]?)?$"
)
_CYCLE = re.compile(r"^R\d*/")


class TimerError(InvalidInputError):
    """The value of a timer is no instant."""

    code = "timer_value"


def is_literal(text: str) -> bool:
    """Tell whether the text is ISO 8601 itself rather than a FEEL expression."""
    return bool(_DURATION.match(text) or _INSTANT.match(text) or _CYCLE.match(text))


def is_cycle(text: str) -> bool:
    """Tell whether the text is an ISO 8601 repetition (``R3/PT10M``)."""
    return bool(_CYCLE.match(text))


def instant(value: object, *, now: datetime) -> datetime:
    """Return the aware UTC instant that a timer's value means.

    Args:
        value: a date and time with its zone, or a duration from ``now``; ISO 8601 text.

    Raises:
        TimerError: anything else. A time without a zone is refused: it would take the server's.
    """
    if isinstance(value, str):
        if found := _DURATION.match(value):
            return _after(now, found)
        if found := _INSTANT.match(value):
            return _instant(value, found)
    raise TimerError("A timer needs a date and time with its zone, or a duration; it got {value}.", value=repr(value))


def _instant(text: str, found: re.Match[str]) -> datetime:
    try:
        if found["zone"]:
            return datetime.fromisoformat(re.split(r"[@\[]", text, maxsplit=1)[0]).astimezone(UTC)
        if found["name"]:
            local = datetime.fromisoformat(re.split(r"[@\[]", text, maxsplit=1)[0])
            return local.replace(tzinfo=ZoneInfo(found["name"])).astimezone(UTC)
    except (ValueError, OverflowError, ZoneInfoNotFoundError) as error:
        raise TimerError("A timer got {value}: {reason}.", value=text, reason=str(error)) from error
    raise TimerError("The time {value} has no zone.", value=text, code="timer_without_zone")


def _after(now: datetime, found: re.Match[str]) -> datetime:
    part = {name: float(text) for name, text in found.groupdict().items() if text and name != "sign"}
    sign = -1 if found["sign"] else 1
    months = sign * int(part.get("years", 0) * 12 + part.get("months", 0))
    rest = timedelta(**{name: part[name] for name in ("weeks", "days", "hours", "minutes", "seconds") if name in part})
    try:
        index = now.month - 1 + months
        year, month = now.year + index // 12, index % 12 + 1
        # The last day of a shorter month: 31 January plus one month is 28 or 29 February (XML Schema, appendix E).
        day = min(now.day, monthrange(year, month)[1])
        return (now.replace(year=year, month=month, day=day) + sign * rest).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise TimerError("A timer got {value}: {reason}.", value=found[0], reason=str(error)) from error
