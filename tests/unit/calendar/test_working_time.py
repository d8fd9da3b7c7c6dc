"""Working time against a minute-by-minute count."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.calendar.presets import KNOWN_YEARS, china
from engine.calendar.rules import (
    DEFAULT_WEEK,
    WorkingCalendar,
    add_working_minutes,
    default_calendar,
    is_working_day,
    is_working_time,
    local_day_bounds,
    working_duration,
    working_minutes_between,
)
from engine.errors import InvalidInputError

MINUTE = timedelta(minutes=1)
NIGHT_SHIFT = {0: ((time(0), time(6)), (time(22), time(0))), 2: ((time(10, 30), time(11)),), 6: ((time(0), time(0)),)}
CALENDARS = [
    china(),
    default_calendar("Europe/Berlin"),
    WorkingCalendar("America/New_York", NIGHT_SHIFT, frozenset({date(2026, 3, 9)}), frozenset({date(2026, 3, 10)})),
]
FIRST = datetime(2026, 1, 25, tzinfo=UTC)
MOMENTS = st.integers(0, 75 * 24 * 60).map(lambda minute: FIRST + minute * MINUTE)


def at(text: str) -> datetime:
    """Shanghai time."""
    return datetime.fromisoformat(f"{text}+08:00").astimezone(UTC)


def works(calendar: WorkingCalendar, moment: datetime) -> bool:
    """Ask the wall clock, without the code under test."""
    local = moment.astimezone(calendar.zone)
    if local.date() in calendar.holidays:
        return False
    spans = calendar.week.get(local.weekday(), ())
    if local.date() in calendar.working_days and not spans:
        spans = calendar.week[min(day for day, some in calendar.week.items() if some)]
    return any(start <= local.time() and (local.time() < end or end == time(0)) for start, end in spans)


@settings(max_examples=60, deadline=None)
@given(calendar=st.sampled_from(CALENDARS), start=MOMENTS, minutes=st.integers(0, 3000))
def test_adding_agrees_with_counting_minutes(calendar: WorkingCalendar, start: datetime, minutes: int) -> None:
    counted, moment = 0, start
    while counted < minutes:
        counted += works(calendar, moment)
        moment += MINUTE
    assert add_working_minutes(calendar, start, minutes) == moment


@settings(max_examples=60, deadline=None)
@given(calendar=st.sampled_from(CALENDARS), start=MOMENTS, length=st.integers(0, 20_000))
def test_measuring_agrees_with_counting_minutes(calendar: WorkingCalendar, start: datetime, length: int) -> None:
    end = start + length * MINUTE
    counted = sum(works(calendar, start + n * MINUTE) for n in range(length))
    assert working_minutes_between(calendar, start, end) == counted
    assert working_minutes_between(calendar, end, start) == -counted


@settings(max_examples=200, deadline=None)
@given(calendar=st.sampled_from(CALENDARS), start=MOMENTS, minutes=st.integers(0, 100_000))
def test_what_was_added_is_measured(calendar: WorkingCalendar, start: datetime, minutes: int) -> None:
    end = add_working_minutes(calendar, start, minutes)
    assert end.tzinfo is UTC
    assert working_minutes_between(calendar, start, end) == minutes
    if minutes:
        assert is_working_time(calendar, end - MINUTE)


@settings(max_examples=200, deadline=None)
@given(calendar=st.sampled_from(CALENDARS), moment=MOMENTS)
def test_working_time_agrees_with_the_wall_clock(calendar: WorkingCalendar, moment: datetime) -> None:
    assert is_working_time(calendar, moment) == works(calendar, moment)


@pytest.mark.parametrize(
    ("start", "minutes", "expected"),
    [
        ("2026-03-02T09:00", 60, "2026-03-02T10:00"),
        ("2026-03-02T11:30", 60, "2026-03-02T13:30"),
        ("2026-03-02T09:00", 480, "2026-03-02T18:00"),
        ("2026-03-06T17:00", 120, "2026-03-09T10:00"),
        ("2026-03-07T12:00", 60, "2026-03-09T10:00"),
        ("2026-03-07T12:00", 0, "2026-03-07T12:00"),
        # Over the Spring Festival: the 14th works, the 15th to 23rd are off.
        ("2026-02-14T17:00", 120, "2026-02-24T10:00"),
        ("2026-02-27T18:00", 480, "2026-02-28T18:00"),
    ],
)
def test_deadlines_in_shanghai(start: str, minutes: int, expected: str) -> None:
    assert add_working_minutes(china(), at(start), minutes) == at(expected)


def test_the_end_of_a_span_is_no_working_time() -> None:
    assert is_working_time(china(), at("2026-03-02T11:59"))
    assert not is_working_time(china(), at("2026-03-02T12:00"))


def test_a_local_day_has_23_hours_when_clocks_go_forward() -> None:
    start, end = local_day_bounds(default_calendar("Europe/Berlin"), date(2026, 3, 29))
    assert end - start == timedelta(hours=23)
    assert local_day_bounds(china(), date(2026, 3, 29)) == (at("2026-03-29T00:00"), at("2026-03-30T00:00"))


@pytest.mark.parametrize("year", sorted(KNOWN_YEARS))
def test_a_year_in_china_has_13_days_off_by_law(year: int) -> None:
    """Working weekdays lost less weekends worked are the 13 days of the regulation in force since 2025."""
    calendar = china()
    days = [date(year, 1, 1) + timedelta(days=n) for n in range(365)]
    lost = sum(day.weekday() < 5 and not is_working_day(calendar, day) for day in days)
    worked = sum(day.weekday() >= 5 and is_working_day(calendar, day) for day in days)
    assert lost - worked == 13
    assert all(day.weekday() >= 5 for day in calendar.working_days)


def test_a_business_day_is_480_minutes() -> None:
    assert china().day_minutes == 480


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("4h", 240),
        ("90m", 90),
        ("90 min", 90),
        ("1bd", 480),
        ("1 BD 4 h", 720),
        ("0.5bd", 240),
        ("1.5h", 90),
        ("P1BD", 480),
        ("PT4H", 240),
        ("P1BDT4H30M", 750),
        ("0h", 0),
    ],
)
def test_a_working_duration_is_read(text: str, minutes: int) -> None:
    assert working_duration(text) == minutes


@pytest.mark.parametrize(
    "text", ["", "P", "PT", "P1D", "1d", "4", "h", "-4h", "4 hours", "1bd4x", "0.001h", "P1W", "1bdd"]
)
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(InvalidInputError):
        working_duration(text)


def test_a_shorter_day_makes_a_shorter_business_day() -> None:
    assert working_duration("2bd", day_minutes=360) == 720


@pytest.mark.parametrize(
    ("week", "holidays", "working_days"),
    [
        ({}, set(), set()),
        ({0: ((time(9), time(8)),)}, set(), set()),
        ({0: ((time(9), time(12)), (time(11), time(13)))}, set(), set()),
        ({7: ((time(9), time(12)),)}, set(), set()),
        (DEFAULT_WEEK, {date(2026, 1, 1)}, {date(2026, 1, 1)}),
    ],
)
def test_an_impossible_calendar_is_refused(week: dict, holidays: set, working_days: set) -> None:
    with pytest.raises(ValueError):
        WorkingCalendar("Asia/Shanghai", week, frozenset(holidays), frozenset(working_days))


@pytest.mark.parametrize(("start", "minutes"), [(FIRST.replace(tzinfo=None), 5), (FIRST, -5)])
def test_adding_backwards_or_to_a_naive_moment_is_refused(start: datetime, minutes: int) -> None:
    with pytest.raises(ValueError):
        add_working_minutes(china(), start, minutes)
