"""A year as twelve months of weeks, and its holidays as runs of days."""

from calendar import Calendar
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from babel import dates

from engine.calendar.company import YEARS
from engine.calendar.rules import NamedDay, WorkingCalendar, is_working_day
from engine.errors import FieldProblem, InvalidInputError
from web.i18n import BABEL_LOCALES


@dataclass(frozen=True)
class Cell:
    """A day of a month: ``kind`` is holiday, working (in a holiday's stead), free or usual."""

    day: date
    kind: str
    name: str
    is_today: bool


@dataclass(frozen=True)
class Month:
    """A month: its name and its weeks, Monday first; None stands for days of other months."""

    name: str
    weekdays: tuple[str, ...]
    weeks: tuple[tuple[Cell | None, ...], ...]


@dataclass(frozen=True)
class Run:
    """Days in a row that have one name."""

    name: str
    first: date
    last: date
    is_working: bool

    @property
    def days(self) -> int:
        """How many days it has."""
        return (self.last - self.first).days + 1


def months(
    number: int, named: Sequence[NamedDay], calendar: WorkingCalendar, locale: str, today: date
) -> tuple[Month, ...]:
    """Return the months of a year."""
    by_day = {each.day: each for each in named}

    def cell(day: date) -> Cell:
        known = by_day.get(day)
        if known is not None:
            kind, name = ("working" if known.is_working else "holiday"), _name(known, locale)
        else:
            kind, name = ("usual" if is_working_day(calendar, day) else "free"), ""
        return Cell(day, kind, name, day == today)

    names = dates.get_month_names("wide", locale=BABEL_LOCALES[locale])
    short = dates.get_day_names("narrow" if locale == "zh" else "short", locale=BABEL_LOCALES[locale])
    weekdays = tuple(short[weekday] for weekday in range(7))
    return tuple(
        Month(
            names[month],
            weekdays,
            tuple(
                tuple(cell(day) if day.month == month else None for day in week)
                for week in Calendar().monthdatescalendar(number, month)
            ),
        )
        for month in range(1, 13)
    )


def runs(named: Sequence[NamedDay], locale: str) -> tuple[Run, ...]:
    """Return a year's days with those of one name in a row taken together."""
    found: list[Run] = []
    for each in named:
        name, last = _name(each, locale), found[-1] if found else None
        follows = last and last.last + timedelta(days=1) == each.day
        if last and follows and (last.name, last.is_working) == (name, each.is_working):
            found[-1] = Run(name, last.first, each.day, each.is_working)
        else:
            found.append(Run(name, each.day, each.day, each.is_working))
    return tuple(found)


def weekday_names(locale: str) -> list[str]:
    """Return the names of the weekdays, Monday first."""
    names = dates.get_day_names("wide", locale=BABEL_LOCALES[locale])
    return [names[weekday] for weekday in range(7)]


def day_of(text: str) -> date:
    """Read the day of an address.

    Raises:
        InvalidInputError: it is none.
    """
    found = chosen_day(text)
    if found is None:
        raise InvalidInputError(errors={"day": [FieldProblem("Enter a day as year-month-day.", code="date_invalid")]})
    return found


def chosen_day(text: str) -> date | None:
    """Return the day that an address names, or None."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def number_of(text: str, chosen: date | None, today: date) -> int:
    """Return the year to show."""
    number = int(text) if text.isascii() and text.isdecimal() and len(text) == 4 else (chosen or today).year
    return number if number in YEARS else today.year


def _name(day: NamedDay, locale: str) -> str:
    return day.name_en or day.name if locale == "en" else day.name
