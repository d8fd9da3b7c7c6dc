"""Working time of a calendar: add it, measure it, ask for it.

All moments are aware UTC in and out. The spans of a day are local times; a day's length in minutes is measured in UTC,
so a change of clocks inside a span lengthens or shortens that day as it does for the people who work it.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

from engine.errors import InvalidInputError

Span = tuple[time, time]
MIDNIGHT = time(0)
# Longer than any closure; a calendar without working time must not be searched for ever.
_SEARCH_DAYS = 3700
_OFFICE = ((time(9), time(12)), (time(13), time(18)))
DEFAULT_WEEK: Mapping[int, tuple[Span, ...]] = dict.fromkeys(range(5), _OFFICE)
_SPAN = re.compile(r"(\d{1,2}):(\d{2})\s*[-–—~至]\s*(\d{1,2}):(\d{2})")
_PART = re.compile(r"(\d+(?:\.\d+)?)\s*(bd|d|h|min|m)")
_ISO = re.compile(r"p(?:(\d+(?:\.\d+)?)bd)?(?:t(?:(\d+(?:\.\d+)?)h)?(?:(\d+(?:\.\d+)?)m)?)?")


@dataclass(frozen=True)
class NamedDay:
    """A day that is not as its weekday says: a holiday, or a working day in its stead (调休)."""

    day: date
    is_working: bool
    name: str
    name_en: str


@dataclass(frozen=True)
class WorkingCalendar:
    """When work is done.

    Args:
        time_zone: IANA name.
        week: spans of local time by weekday, Monday is 0; sorted, not overlapping; an end of 00:00 is the day's end.
        holidays: days without work, whatever their weekday.
        working_days: days with work, whatever their weekday (swapped days, 调休); a day whose weekday is free takes
            the spans of the week's first working weekday.

    Raises:
        ValueError: spans overlap or run backwards, no weekday has any, or a day is both kinds of exception.
    """

    time_zone: str
    week: Mapping[int, tuple[Span, ...]]
    holidays: frozenset[date] = frozenset()
    working_days: frozenset[date] = frozenset()

    def __post_init__(self) -> None:
        if not any(self.week.values()):
            raise ValueError("A calendar needs working time on at least one weekday.")
        if self.holidays & self.working_days:
            raise ValueError(f"Both holiday and working day: {sorted(self.holidays & self.working_days)}.")
        for weekday, spans in self.week.items():
            edges = [edge for start, end in spans for edge in (_minute(start), _minute(end) or 24 * 60)]
            if weekday not in range(7) or edges != sorted(set(edges)):
                raise ValueError(f"The spans of weekday {weekday} overlap or run backwards.")

    @cached_property
    def zone(self) -> ZoneInfo:
        """Return the time zone."""
        return ZoneInfo(self.time_zone)

    @cached_property
    def usual_spans(self) -> tuple[Span, ...]:
        """Return the spans of the first working weekday."""
        return next(self.week[weekday] for weekday in sorted(self.week) if self.week[weekday])

    @property
    def day_minutes(self) -> int:
        """Return the length of a usual working day, which is what one business day means."""
        return sum((_minute(end) or 24 * 60) - _minute(start) for start, end in self.usual_spans)

    def spans_on(self, day: date) -> tuple[Span, ...]:
        """Return the local spans of a day."""
        if day in self.holidays:
            return ()
        spans = self.week.get(day.weekday(), ())
        return spans or self.usual_spans if day in self.working_days else spans


def default_calendar(time_zone: str) -> WorkingCalendar:
    """Return Monday to Friday, 9:00 to 12:00 and 13:00 to 18:00, without holidays."""
    return WorkingCalendar(time_zone, DEFAULT_WEEK)


def parse_spans(text: str) -> tuple[Span, ...]:
    """Read the working hours of a weekday as people type them: ``09:00-12:00, 13:00-18:00``; empty is a free day.

    Raises:
        InvalidInputError: it is something else, or the spans overlap or run backwards.
    """
    spans: list[Span] = []
    for part in filter(None, (piece.strip() for piece in re.split(r"[,，、;；]", text))):
        found = _SPAN.fullmatch(part)
        hours = [int(number) for number in found.groups()] if found else [99]
        if len(hours) == 4 and hours[2:] == [24, 0]:
            hours[2] = 0
        if found is None or max(hours[::2]) > 23 or max(hours[1::2]) > 59:
            raise InvalidInputError("Write hours as 09:00-12:00, 13:00-18:00.", code="hours_invalid")
        spans.append((time(hours[0], hours[1]), time(hours[2], hours[3])))
    edges = [edge for start, end in spans for edge in (_minute(start), _minute(end) or 24 * 60)]
    if edges != sorted(set(edges)):
        raise InvalidInputError("These hours overlap or run backwards.", code="hours_overlap")
    return tuple(spans)


def spans_text(spans: tuple[Span, ...]) -> str:
    """Return working hours as ``parse_spans`` reads them."""
    return ", ".join(f"{start:%H:%M}-{'24:00' if end == MIDNIGHT else f'{end:%H:%M}'}" for start, end in spans)


def _minute(moment: time) -> int:
    return moment.hour * 60 + moment.minute


def _at(calendar: WorkingCalendar, day: date, moment: time) -> datetime:
    return datetime.combine(day, moment, calendar.zone).astimezone(UTC)


def _spans(calendar: WorkingCalendar, day: date) -> Iterator[tuple[datetime, datetime]]:
    for start, end in calendar.spans_on(day):
        last = day + timedelta(days=1) if end == MIDNIGHT else day
        begins, ends = _at(calendar, day, start), _at(calendar, last, end)
        # A span that falls into the hour which a change of clocks skips is empty.
        if begins < ends:
            yield begins, ends


def local_date(calendar: WorkingCalendar, moment: datetime) -> date:
    """Return the day that a moment falls on, in the calendar's zone."""
    return moment.astimezone(calendar.zone).date()


def local_day_bounds(calendar: WorkingCalendar, day: date) -> tuple[datetime, datetime]:
    """Return the first moment of a local day and that of the next, in UTC."""
    return _at(calendar, day, MIDNIGHT), _at(calendar, day + timedelta(days=1), MIDNIGHT)


def is_working_day(calendar: WorkingCalendar, day: date) -> bool:
    """Tell whether any work is done on a local day."""
    return bool(calendar.spans_on(day))


def is_working_time(calendar: WorkingCalendar, moment: datetime) -> bool:
    """Tell whether a moment lies in working time; the end of a span does not."""
    return any(start <= moment < end for start, end in _spans(calendar, local_date(calendar, moment)))


def add_working_minutes(calendar: WorkingCalendar, start_utc: datetime, minutes: float) -> datetime:
    """Return the earliest moment by which so many working minutes have passed.

    Args:
        start_utc: aware; outside working time the count begins with the next span.
        minutes: 0 or more; 0 gives the start itself. A full day ends at closing time, not at the next opening.

    Raises:
        ValueError: the minutes are negative, the start is naive, or the calendar has too little working time.
    """
    if minutes < 0 or start_utc.tzinfo is None:
        raise ValueError("Working minutes are added forwards, to an aware moment.")
    left = timedelta(minutes=minutes)
    start = start_utc.astimezone(UTC)
    if not left:
        return start
    day = local_date(calendar, start)
    free_days = 0
    while free_days < _SEARCH_DAYS:
        free_days += 1
        for opens, closes in _spans(calendar, day):
            begins = max(opens, start)
            if begins >= closes:
                continue
            free_days = 0
            if closes - begins >= left:
                return begins + left
            left -= closes - begins
        day += timedelta(days=1)
    raise ValueError("The calendar has no working time in ten years.")


def working_minutes_between(calendar: WorkingCalendar, a: datetime, b: datetime) -> float:
    """Return the working minutes from ``a`` to ``b``; negative when ``b`` comes first."""
    if b < a:
        return -working_minutes_between(calendar, b, a)
    total = timedelta()
    day, last = local_date(calendar, a), local_date(calendar, b)
    while day <= last:
        for opens, closes in _spans(calendar, day):
            total += max(min(closes, b) - max(opens, a), timedelta())
        day += timedelta(days=1)
    return total / timedelta(minutes=1)


def working_duration(text: str, *, day_minutes: int = 480) -> int:
    """Read a working duration: ``4h``, ``90m``, ``1bd``, ``1bd 4h``, ``P1BD``, ``PT4H``, ``P1BDT4H``.

    Args:
        text: as above; capital letters do not matter. Calendar days (``P1D``, ``1d``) are no working time.
        day_minutes: how long a business day is; ``WorkingCalendar.day_minutes``.

    Returns:
        Working minutes.

    Raises:
        InvalidInputError: it is something else, or not a whole number of minutes.
    """
    compact = text.strip().lower()
    iso = _ISO.fullmatch(compact)
    if iso is not None and any(iso.groups()):
        days, hours, minutes = (float(part or 0) for part in iso.groups())
        total = days * day_minutes + hours * 60 + minutes
    elif compact and not _PART.sub("", compact).strip() and not re.search(r"(?<!b)d", compact):
        lengths = {"bd": day_minutes, "h": 60, "min": 1, "m": 1}
        total = sum(float(number) * lengths[unit] for number, unit in _PART.findall(compact))
    else:
        total = -1.0
    if total < 0 or not total.is_integer():
        raise InvalidInputError("“{text}” is not a working duration such as 4h, 90m or 1bd.", text=text)
    return int(total)
