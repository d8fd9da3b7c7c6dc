"""Clocks in working time: pausing moves them by exactly the paused working time; each mark is told once."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.calendar import firing, presets, queries
from engine.calendar import service as calendar
from engine.calendar.rules import add_working_minutes, working_minutes_between
from engine.clock import SimulatedClock
from engine.ids import new_id
from engine.outbox.tables import Delivery
from engine.wiring import Application
from tests.conftest import MONDAY_9

COMPANY = presets.china()
SHANGHAI_17 = MONDAY_9 + timedelta(hours=8)
"""Monday, 17:00: the working day ends at 18:00."""


def do(application: Application, work: Callable[[Session], Any]) -> Any:
    return application.database.run(work)


def start(application: Application, key: str, minutes: float, now: datetime, *marks: int) -> datetime:
    return do(
        application,
        lambda session: calendar.start_deadline(
            session, key, "resolve", length_minutes=minutes, marks=marks or (100,), now=now
        ),
    )


def due(application: Application, key: str, now: datetime) -> queries.DeadlineRow:
    with application.database.reading() as session:
        [row] = queries.deadlines_of(session, [key], now=now)[key]
        return row


def sent(application: Application, key: str) -> list[str]:
    with application.database.reading() as session:
        rows = session.scalars(select(Delivery).order_by(Delivery.id)).all()
        return [row.payload["name"] for row in rows if row.payload.get("to") == key]


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True, database=None)
@given(
    length=st.integers(1, 4800),
    begins=st.integers(0, 7 * 24 * 60),
    pauses=st.lists(st.tuples(st.integers(0, 600), st.integers(0, 6000)), max_size=4),
)
def test_pausing_moves_the_due_time_by_exactly_the_paused_working_time(
    application: Application, length: int, begins: int, pauses: list[tuple[int, int]]
) -> None:
    key, now = f"request:{new_id()}", MONDAY_9 + timedelta(minutes=begins)
    first_due = start(application, key, length, now)
    paused_minutes = 0.0
    for runs, rests in pauses:
        stops_at = now + timedelta(minutes=runs)
        if stops_at >= due(application, key, now).due_at:  # type: ignore[operator]  # it runs
            break
        do(application, lambda session, at=stops_at: calendar.pause(session, key, now=at))
        now = stops_at + timedelta(minutes=rests)
        paused_minutes += working_minutes_between(COMPANY, stops_at, now)
        do(application, lambda session, at=now: calendar.resume(session, key, now=at))
    after = due(application, key, now).due_at
    assert after is not None
    assert working_minutes_between(COMPANY, first_due, after) == pytest.approx(paused_minutes, abs=1e-3)
    assert working_minutes_between(COMPANY, MONDAY_9 + timedelta(minutes=begins), after) == pytest.approx(
        length + paused_minutes, abs=1e-3
    )


def test_a_pause_outside_of_working_time_moves_nothing(application: Application) -> None:
    key = f"request:{new_id()}"
    before = start(application, key, 240, SHANGHAI_17)
    evening, morning = SHANGHAI_17 + timedelta(hours=3), SHANGHAI_17 + timedelta(hours=14)
    do(application, lambda session: calendar.pause(session, key, now=evening))
    assert due(application, key, evening).due_at is None
    do(application, lambda session: calendar.resume(session, key, now=morning))
    assert due(application, key, morning).due_at == before


def test_pausing_twice_is_pausing_once(application: Application) -> None:
    key = f"request:{new_id()}"
    start(application, key, 480, MONDAY_9)
    for hours in (1, 2):
        do(application, lambda session, h=hours: calendar.pause(session, key, now=MONDAY_9 + timedelta(hours=h)))
    back = MONDAY_9 + timedelta(hours=3)
    for _ in range(2):
        do(application, lambda session: calendar.resume(session, key, now=back))
    assert due(application, key, back).due_at == add_working_minutes(COMPANY, back, 420)


def test_each_mark_is_told_once(application: Application, clock: SimulatedClock) -> None:
    key = f"request:{new_id()}"
    at = start(application, key, 400, MONDAY_9, 50, 100)
    do(application, lambda session: firing.fire_due(session, MONDAY_9 + timedelta(minutes=10)))
    assert sent(application, key) == []
    for _ in range(3):
        do(application, lambda session: firing.fire_due(session, add_working_minutes(COMPANY, MONDAY_9, 201)))
    assert sent(application, key) == ["resolve_50"]
    for _ in range(3):
        do(application, lambda session: firing.fire_due(session, at + timedelta(days=30)))
    assert sent(application, key) == ["resolve_50", "resolve_100"]


def test_marks_that_were_slept_through_are_all_told(application: Application) -> None:
    key = f"request:{new_id()}"
    at = start(application, key, 60, MONDAY_9, 75, 100, 150)
    do(application, lambda session: firing.fire_due(session, at + timedelta(days=7)))
    assert sorted(sent(application, key)) == ["resolve_100", "resolve_150", "resolve_75"]


def test_paused_and_stopped_clocks_tell_nothing(application: Application) -> None:
    paused, stopped = f"request:{new_id()}", f"request:{new_id()}"
    for key in (paused, stopped):
        start(application, key, 60, MONDAY_9)
    do(application, lambda session: calendar.pause(session, paused, now=MONDAY_9 + timedelta(minutes=5)))
    do(application, lambda session: calendar.stop(session, stopped, now=MONDAY_9 + timedelta(minutes=5)))
    later = datetime(2027, 1, 4, tzinfo=UTC)
    do(application, lambda session: firing.fire_due(session, later))
    do(application, lambda session: calendar.resume(session, stopped, now=later))
    assert sent(application, paused) == sent(application, stopped) == []
    assert due(application, stopped, later).stopped_at is not None
