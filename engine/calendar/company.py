"""The company's own calendar: its working hours, holidays and swapped working days, as admins edit them.

While nobody has edited anything there are no rows, and the shipped preset for China holds. The first change copies the
preset into the tables. Each change counts the calendar's version up; deadlines that run by an older version are
computed anew (``engine.calendar.firing.recompute``).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache, lru_cache
from uuid import UUID
from zoneinfo import available_timezones

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from engine.access import Actor
from engine.calendar import presets
from engine.calendar.rules import (
    DEFAULT_WEEK,
    NamedDay,
    Span,
    WorkingCalendar,
    add_working_minutes,
    parse_spans,
    spans_text,
)
from engine.calendar.tables import CalendarDay, WorkingWeek
from engine.errors import FieldProblem, InvalidInputError

YEARS = range(2000, 2101)
WEEK_ID = 1
_AT_HAND = "company calendar"
_PRESET_WEEK = [spans_text(DEFAULT_WEEK.get(weekday, ())) for weekday in range(7)]


@dataclass(frozen=True)
class Week:
    """The working hours as the calendar's page shows them: Monday to Sunday, and who changed them when."""

    time_zone: str
    spans: tuple[str, ...]
    version: int
    changed_at: datetime | None
    changed_by: UUID | None


def company_calendar(session: Session) -> WorkingCalendar:
    """Return the calendar that holds now."""
    return versioned_calendar(session)[0]


def versioned_calendar(session: Session) -> tuple[WorkingCalendar, int]:
    """Return the calendar that holds now, and its version; 0 is the shipped preset.

    A session reads it once: what one transaction computes, it computes by one calendar.
    """
    if _AT_HAND not in session.info:
        session.info[_AT_HAND] = _read(session)
    found: tuple[WorkingCalendar, int] = session.info[_AT_HAND]
    return found


def _read(session: Session) -> tuple[WorkingCalendar, int]:
    row = session.get(WorkingWeek, WEEK_ID)
    if row is None:
        return _preset(), 0
    days = session.execute(select(CalendarDay.day, CalendarDay.is_working).order_by(CalendarDay.day))
    return _built(row.time_zone, tuple(row.spans), tuple((day.day, day.is_working) for day in days)), row.version


def business_days_later(session: Session, now: datetime, days: float) -> datetime:
    """Return the instant ``days`` business days (usual working days of the calendar) after ``now``."""
    calendar = company_calendar(session)
    return add_working_minutes(calendar, now, days * calendar.day_minutes)


def week(session: Session) -> Week:
    """Return the working hours."""
    row = session.get(WorkingWeek, WEEK_ID)
    if row is None:
        return Week(presets.TIME_ZONE, tuple(_PRESET_WEEK), 0, None, None)
    return Week(row.time_zone, tuple(row.spans), row.version, row.changed_at, row.changed_by)


def named_days(session: Session, year: int) -> tuple[NamedDay, ...]:
    """Return the holidays and swapped days of a year."""
    if session.get(WorkingWeek, WEEK_ID) is None:
        return tuple(sorted(presets.days_of(year), key=lambda each: each.day))
    rows = session.scalars(
        select(CalendarDay)
        .where(CalendarDay.day >= date(year, 1, 1), CalendarDay.day <= date(year, 12, 31))
        .order_by(CalendarDay.day)
    )
    return tuple(NamedDay(row.day, is_working=row.is_working, name=row.name, name_en=row.name_en) for row in rows)


def set_day(session: Session, actor: Actor, day: date, *, kind: str, name: str, name_en: str, now: datetime) -> None:
    """Make a day a holiday, a working day, or again what its weekday says.

    Args:
        kind: holiday, working or usual.
        name: what it is called, in Chinese; ``name_en`` in English, the Chinese one where it is empty.

    Raises:
        InvalidInputError: names each field.
    """
    errors: dict[str, list[FieldProblem]] = {}
    if day.year not in YEARS:
        errors["day"] = [FieldProblem("Choose a day from 2000 to 2100.", code="day_invalid")]
    if kind not in {"holiday", "working", "usual"}:
        errors["kind"] = [FieldProblem("Choose what kind of day it is.", code="required")]
    if max(len(name.strip()), len(name_en.strip())) > 60:
        errors["name"] = [FieldProblem("Use at most {max} characters.", code="too_long", max=60)]
    if errors:
        raise InvalidInputError(errors=errors)
    _begin_change(session, actor, now)
    session.execute(delete(CalendarDay).where(CalendarDay.day == day))
    if kind != "usual":
        named = NamedDay(day, is_working=kind == "working", name=name.strip(), name_en=name_en.strip() or name.strip())
        session.add(_day_row(named, actor, now))
    session.flush()  # the calendar is read anew in this transaction


def load_preset(session: Session, actor: Actor, year: int, *, now: datetime) -> int:
    """Replace the days of a year by China's; returns how many there are.

    Raises:
        InvalidInputError: the year has not been announced, or this release does not know it.
    """
    if year not in presets.KNOWN_YEARS:
        raise InvalidInputError("The holidays of {year} are not known yet.", code="year_unknown", year=str(year))
    _begin_change(session, actor, now)
    session.execute(
        delete(CalendarDay).where(CalendarDay.day >= date(year, 1, 1), CalendarDay.day <= date(year, 12, 31))
    )
    days = list(presets.days_of(year))
    session.add_all(_day_row(each, actor, now) for each in days)
    session.flush()  # the calendar is read anew in this transaction
    return len(days)


def set_week(session: Session, actor: Actor, *, time_zone: str, hours: Mapping[int, str], now: datetime) -> None:
    """Change the working hours.

    Args:
        time_zone: IANA name.
        hours: of each weekday, Monday is 0, as ``rules.parse_spans`` reads them; without breaks between them.

    Raises:
        InvalidInputError: names each field, ``hours_0`` to ``hours_6`` or ``time_zone``.
    """
    errors: dict[str, list[FieldProblem]] = {}
    parsed: list[tuple[Span, ...]] = []
    for weekday in range(7):
        try:
            parsed.append(parse_spans(hours.get(weekday, "")))
        except InvalidInputError as error:
            errors[f"hours_{weekday}"] = [FieldProblem(error.template, code=error.code)]
    if not errors and not any(parsed):
        errors["hours_0"] = [FieldProblem("Work has to be done on one day of the week at least.", code="hours_none")]
    if time_zone not in available_timezones():
        errors["time_zone"] = [FieldProblem("Choose a time zone.", code="zone_unknown")]
    if errors:
        raise InvalidInputError(errors=errors)
    row = _begin_change(session, actor, now)
    row.time_zone, row.spans = time_zone, [spans_text(spans) for spans in parsed]
    session.flush()  # the calendar is read anew in this transaction


def _begin_change(session: Session, actor: Actor, now: datetime) -> WorkingWeek:
    session.info.pop(_AT_HAND, None)
    row = session.scalar(select(WorkingWeek).where(WorkingWeek.id == WEEK_ID).with_for_update())
    if row is None:
        row = WorkingWeek(id=WEEK_ID, time_zone=presets.TIME_ZONE, spans=list(_PRESET_WEEK), version=0)
        session.add(row)
        known = [day for year in sorted(presets.KNOWN_YEARS) for day in presets.days_of(year)]
        session.add_all(_day_row(each, actor, now) for each in known)
    row.version += 1
    row.changed_at, row.changed_by = now, actor.user_id
    session.flush()  # days are deleted and added by statements of their own
    return row


def _day_row(named: NamedDay, actor: Actor, now: datetime) -> CalendarDay:
    return CalendarDay(
        day=named.day, is_working=named.is_working, name=named.name, name_en=named.name_en, changed_at=now,
        changed_by=actor.user_id,
    )  # fmt: skip


@cache
def _preset() -> WorkingCalendar:
    return presets.china()


@lru_cache(maxsize=8)
def _built(time_zone: str, spans: tuple[str, ...], days: tuple[tuple[date, bool], ...]) -> WorkingCalendar:
    # Reading the rows takes 0.2 ms; parsing them anew for each deadline would cost more than the deadline.
    return WorkingCalendar(
        time_zone,
        {weekday: parse_spans(text) for weekday, text in enumerate(spans) if text},
        frozenset(day for day, is_working in days if not is_working),
        frozenset(day for day, is_working in days if is_working),
    )
