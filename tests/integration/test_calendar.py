"""The company's calendar as data: what an admin changes holds for what runs, and the preset until then."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from engine.access import Actor, Role
from engine.calendar import company, firing, presets, queries, service
from engine.calendar.rules import add_working_minutes
from engine.errors import InvalidInputError
from engine.ids import new_id
from engine.outbox.tables import Delivery
from engine.wiring import Application
from tests.conftest import MONDAY_9

ADMIN = Actor(new_id(), "Admin", frozenset({Role.ADMIN}))
TUESDAY = date(2026, 3, 3)


def do(application: Application, work: Callable[[Session], Any]) -> Any:
    return application.database.run(work)


def look(application: Application, work: Callable[[Session], Any]) -> Any:
    with application.database.reading() as session:
        return work(session)


def close(application: Application, day: date, kind: str = "holiday") -> None:
    do(
        application,
        lambda session: company.set_day(session, ADMIN, day, kind=kind, name="停工", name_en="", now=MONDAY_9),
    )


def start(application: Application, minutes: float) -> tuple[str, datetime]:
    key = f"request:{new_id()}"
    due = do(
        application,
        lambda session: service.start_deadline(
            session, key, "resolve", length_minutes=minutes, marks=[75, 100], now=MONDAY_9
        ),
    )
    return key, due


def due(application: Application, key: str) -> datetime:
    [row] = look(application, lambda session: queries.deadlines_of(session, [key], now=MONDAY_9))[key]
    return row.due_at


def test_the_preset_holds_until_the_first_change_and_is_then_the_companys_own(application: Application) -> None:
    assert look(application, company.company_calendar) == presets.china()
    assert look(application, company.versioned_calendar)[1] == 0
    close(application, TUESDAY)
    calendar = look(application, company.company_calendar)
    assert calendar.holidays == presets.china().holidays | {TUESDAY}
    assert calendar.working_days == presets.china().working_days
    named = {each.day: each.name for each in look(application, lambda session: company.named_days(session, 2026))}
    assert (named[TUESDAY], named[date(2026, 2, 17)]) == ("停工", "春节")


def test_a_changed_day_moves_what_runs_and_what_waits_for_it_goes_along(application: Application) -> None:
    key, before = start(application, 600)
    assert before == datetime(2026, 3, 3, 3, 0, tzinfo=UTC)
    close(application, TUESDAY)
    assert do(application, lambda session: firing.recompute(session, MONDAY_9)) == 1
    assert due(application, key) == before + timedelta(days=1)
    close(application, TUESDAY, "usual")
    do(application, lambda session: firing.recompute(session, MONDAY_9))
    assert due(application, key) == before
    assert do(application, lambda session: firing.recompute(session, MONDAY_9)) == 0


def test_no_mark_is_told_by_an_old_calendar(application: Application) -> None:
    key, before = start(application, 600)
    close(application, TUESDAY)
    # The sweep that comes first finds the mark due by the calendar of yesterday.
    do(application, lambda session: firing.fire_due(session, before + timedelta(minutes=1)))
    told = look(application, lambda session: [row.payload["name"] for row in session.query(Delivery)])
    assert told == ["resolve_75"]
    assert due(application, key) == before + timedelta(days=1)


def test_many_running_deadlines_are_computed_in_bounded_batches(
    application: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(firing, "RECOMPUTE_BATCH", 3)
    keys = [start(application, 600)[0] for _ in range(7)]
    close(application, TUESDAY)
    assert [do(application, lambda session: firing.recompute(session, MONDAY_9)) for _ in range(4)] == [3, 3, 1, 0]
    assert {due(application, key) for key in keys} == {datetime(2026, 3, 4, 3, 0, tzinfo=UTC)}


def test_working_hours_are_changed_and_refused_where_they_make_no_sense(application: Application) -> None:
    hours = {**dict.fromkeys(range(5), "08:30-12:00，13:30–17:30"), 5: "09:00-12:00"}
    set_week = lambda given, zone="Asia/Shanghai": do(  # noqa: E731 - short, used three times
        application, lambda session: company.set_week(session, ADMIN, time_zone=zone, hours=given, now=MONDAY_9)
    )
    set_week(hours)
    calendar = look(application, company.company_calendar)
    assert (calendar.day_minutes, len(calendar.week[5]), 6 in calendar.week) == (450, 1, False)
    assert look(application, company.week).spans[0] == "08:30-12:00, 13:30-17:30"
    for bad in ({0: "9 to 5"}, {0: "09:00-12:00, 11:00-15:00"}, {0: "25:00-26:00"}, {}):
        with pytest.raises(InvalidInputError) as refused:
            set_week(bad)
        assert list(refused.value.errors) == ["hours_0"]
    with pytest.raises(InvalidInputError):
        set_week(hours, "Mars/Olympus")


def test_a_year_of_the_preset_replaces_what_was_entered(application: Application) -> None:
    close(application, TUESDAY)
    assert do(application, lambda session: company.load_preset(session, ADMIN, 2026, now=MONDAY_9)) == len(
        list(presets.days_of(2026))
    )
    assert look(application, company.company_calendar) == presets.china()
    with pytest.raises(InvalidInputError):
        do(application, lambda session: company.load_preset(session, ADMIN, 2031, now=MONDAY_9))


def test_a_business_day_is_as_long_as_the_companys(application: Application) -> None:
    later = look(application, lambda session: company.business_days_later(session, MONDAY_9, 2))
    assert later == add_working_minutes(presets.china(), MONDAY_9, 960)
