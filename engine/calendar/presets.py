"""Public holidays and swapped working days (调休) of mainland China, as announced by the State Council.

Each year is announced late in the year before; a year that was not announced when this was written is left out, and
``china`` then knows the weekends only. Sources: General Office of the State Council (国务院办公厅), notices on the
arrangement of public holidays (关于部分节假日安排的通知) of 12 November 2024 for 2025 and of 4 November 2025 for 2026.
"""

from collections.abc import Iterator
from datetime import date, timedelta

from engine.calendar.rules import DEFAULT_WEEK, NamedDay, WorkingCalendar

_NEW_YEAR = ("元旦", "New Year's Day")
_SPRING = ("春节", "Spring Festival")
_TOMBS = ("清明节", "Qingming Festival")
_LABOUR = ("劳动节", "Labour Day")
_DRAGON = ("端午节", "Dragon Boat Festival")
_MOON = ("中秋节", "Mid-Autumn Festival")
_NATIONAL = ("国庆节", "National Day")
_BOTH = ("国庆节、中秋节", "National Day and Mid-Autumn Festival")
_SWAPPED = ("调休上班", "Swapped working day")

# Name, first and last day off.
_HOLIDAYS: dict[int, tuple[tuple[tuple[str, str], date, date], ...]] = {
    2025: (
        (_NEW_YEAR, date(2025, 1, 1), date(2025, 1, 1)),
        (_SPRING, date(2025, 1, 28), date(2025, 2, 4)),
        (_TOMBS, date(2025, 4, 4), date(2025, 4, 6)),
        (_LABOUR, date(2025, 5, 1), date(2025, 5, 5)),
        (_DRAGON, date(2025, 5, 31), date(2025, 6, 2)),
        (_BOTH, date(2025, 10, 1), date(2025, 10, 8)),
    ),
    2026: (
        (_NEW_YEAR, date(2026, 1, 1), date(2026, 1, 3)),
        (_SPRING, date(2026, 2, 15), date(2026, 2, 23)),
        (_TOMBS, date(2026, 4, 4), date(2026, 4, 6)),
        (_LABOUR, date(2026, 5, 1), date(2026, 5, 5)),
        (_DRAGON, date(2026, 6, 19), date(2026, 6, 21)),
        (_MOON, date(2026, 9, 25), date(2026, 9, 27)),
        (_NATIONAL, date(2026, 10, 1), date(2026, 10, 7)),
    ),
}
_WORKING_DAYS: dict[int, tuple[date, ...]] = {
    2025: (
        date(2025, 1, 26),
        date(2025, 2, 8),
        date(2025, 4, 27),
        date(2025, 9, 28),
        date(2025, 10, 11),
    ),
    2026: (
        date(2026, 1, 4),
        date(2026, 2, 14),
        date(2026, 2, 28),
        date(2026, 5, 9),
        date(2026, 9, 20),
        date(2026, 10, 10),
    ),
}
KNOWN_YEARS = frozenset(_HOLIDAYS)
TIME_ZONE = "Asia/Shanghai"


def days_of(year: int) -> Iterator[NamedDay]:
    """Return the holidays and swapped days of a year; none of a year that is not known."""
    for (name, name_en), first, last in _HOLIDAYS.get(year, ()):
        for offset in range((last - first).days + 1):
            yield NamedDay(first + timedelta(days=offset), is_working=False, name=name, name_en=name_en)
    for day in _WORKING_DAYS.get(year, ()):
        yield NamedDay(day, is_working=True, name=_SWAPPED[0], name_en=_SWAPPED[1])


def china() -> WorkingCalendar:
    """Return the default week in Shanghai with the holidays and swapped days of ``KNOWN_YEARS``."""
    days = [day for year in sorted(KNOWN_YEARS) for day in days_of(year)]
    return WorkingCalendar(
        TIME_ZONE,
        DEFAULT_WEEK,
        frozenset(each.day for each in days if not each.is_working),
        frozenset(each.day for each in days if each.is_working),
    )
