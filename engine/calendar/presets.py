"""Public holidays and swapped working days (调休) of mainland China, as announced by the State Council.

Each year is announced late in the year before; a year that was not announced when this was written is left out, and
``china`` then knows the weekends only. Sources: General Office of the State Council (国务院办公厅), notices on the
arrangement of public holidays (关于部分节假日安排的通知) of 12 November 2024 for 2025 and of 4 November 2025 for 2026.
"""

from collections.abc import Iterable
from datetime import date, timedelta

from engine.calendar.rules import DEFAULT_WEEK, WorkingCalendar

# First and last day off.
_HOLIDAYS: dict[int, tuple[tuple[date, date], ...]] = {
    2025: (
        (date(2025, 1, 1), date(2025, 1, 1)),
        (date(2025, 1, 28), date(2025, 2, 4)),
        (date(2025, 4, 4), date(2025, 4, 6)),
        (date(2025, 5, 1), date(2025, 5, 5)),
        (date(2025, 5, 31), date(2025, 6, 2)),
        (date(2025, 10, 1), date(2025, 10, 8)),
    ),
    2026: (
        (date(2026, 1, 1), date(2026, 1, 3)),
        (date(2026, 2, 15), date(2026, 2, 23)),
        (date(2026, 4, 4), date(2026, 4, 6)),
        (date(2026, 5, 1), date(2026, 5, 5)),
        (date(2026, 6, 19), date(2026, 6, 21)),
        (date(2026, 9, 25), date(2026, 9, 27)),
        (date(2026, 10, 1), date(2026, 10, 7)),
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


def _days(spans: Iterable[tuple[date, date]]) -> frozenset[date]:
    return frozenset(
        first + timedelta(days=offset) for first, last in spans for offset in range((last - first).days + 1)
    )


def china() -> WorkingCalendar:
    """Return the default week in Shanghai with the holidays and swapped days of ``KNOWN_YEARS``."""
    return WorkingCalendar(
        "Asia/Shanghai",
        DEFAULT_WEEK,
        _days(span for spans in _HOLIDAYS.values() for span in spans),
        frozenset(day for days in _WORKING_DAYS.values() for day in days),
    )
