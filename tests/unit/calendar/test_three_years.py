"""Working time against every minute of three years, with holidays, swapped days, breaks, and clocks that change."""

from bisect import bisect_left
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import accumulate
from random import Random

import pytest

from engine.calendar.presets import china
from engine.calendar.rules import Span, WorkingCalendar, add_working_minutes, working_minutes_between

FIRST, LAST = datetime(2025, 1, 1, tzinfo=UTC), datetime(2028, 1, 1, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
ROUNDS = 250


def swapped(seed: int) -> tuple[frozenset[date], frozenset[date]]:
    """Return forty days off and twenty days of work, anywhere in the three years."""
    days = [date(2025, 1, 1) + timedelta(days=n) for n in Random(seed).sample(range(3 * 365), 60)]
    return frozenset(days[:40]), frozenset(days[40:])


SHIFTS: dict[int, tuple[Span, ...]] = {
    **dict.fromkeys(range(4), ((time(8, 15), time(11, 45)), (time(12, 30), time(17)))),
    4: ((time(0), time(6)), (time(22), time(0))),
    # Over the hour at which clocks change. (A span that began within an hour that comes twice would begin the first
    # time and run on, where the wall clock seems to leave it again.)
    6: ((time(0, 30), time(3, 30)),),
}
CALENDARS = {
    "China": china(),
    "China, swapped at will": WorkingCalendar("Asia/Shanghai", china().week, *swapped(1)),
    "Berlin, over the change of clocks": WorkingCalendar("Europe/Berlin", SHIFTS, *swapped(2)),
    "New York": WorkingCalendar("America/New_York", SHIFTS, *swapped(3)),
}


@dataclass(frozen=True)
class Minutes:
    """``worked[n]``: how many of the first n minutes were working minutes, by the wall clock alone."""

    worked: list[int]

    def between(self, a: int, b: int) -> int:
        return self.worked[b] - self.worked[a]

    def after(self, start: int, minutes: int) -> int:
        """Return the first minute by which so many have passed since ``start``."""
        return bisect_left(self.worked, self.worked[start] + minutes, lo=start)


def count(calendar: WorkingCalendar) -> Minutes:
    """Look at each minute; the zones here change their clocks at whole hours only."""
    flags = bytearray()
    moment = FIRST
    while moment < LAST:
        local = moment.astimezone(calendar.zone)
        spans = _spans(calendar, local.date())
        first = local.hour * 60 + local.minute
        flags += bytes(any(begin <= first + n < end for begin, end in spans) for n in range(60))
        moment += timedelta(hours=1)
    return Minutes([0, *accumulate(flags)])


def _spans(calendar: WorkingCalendar, day: date) -> list[tuple[int, int]]:
    if day in calendar.holidays:
        return []
    spans = calendar.week.get(day.weekday(), ())
    if not spans and day in calendar.working_days:
        spans = next(calendar.week[weekday] for weekday in range(7) if calendar.week.get(weekday))
    return [(s.hour * 60 + s.minute, (e.hour * 60 + e.minute) or 1440) for s, e in spans]


@pytest.mark.parametrize("name", CALENDARS)
def test_three_years_agree_with_counting_every_minute(name: str) -> None:
    calendar = CALENDARS[name]
    minutes, dice = count(calendar), Random(7)
    size = len(minutes.worked) - 1
    for _ in range(ROUNDS):
        start, length = dice.randrange(size // 2), dice.choice((0, 1, 479, 480, dice.randrange(60_000)))
        begins = FIRST + start * MINUTE
        assert add_working_minutes(calendar, begins, length) == FIRST + minutes.after(start, length) * MINUTE
        a, b = sorted(dice.sample(range(size), 2))
        assert working_minutes_between(calendar, FIRST + a * MINUTE, FIRST + b * MINUTE) == minutes.between(a, b)
