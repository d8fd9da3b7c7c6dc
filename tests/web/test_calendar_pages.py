"""The calendar's page and the page of deadlines."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from engine.calendar import company, queries
from engine.support import service as support
from tests.web.world import World, make_world


@pytest.fixture
def world(tmp_path: Path, pages_url: str) -> Iterator[World]:
    made = make_world(tmp_path, url=pages_url)
    yield made
    made.application.database.dispose()


def resolve_due(world: World, request_id: object) -> object:
    key = support.business_key(request_id)  # type: ignore[arg-type]  # an id
    rows = world.read(lambda session: queries.deadlines_of(session, [key], now=world.now))[key]
    return next(row.due_at for row in rows if row.name == "resolve")


def test_an_administrator_closes_a_day_and_running_deadlines_follow(world: World) -> None:
    request_id = world.request("rep1", "Display fault")
    before = resolve_due(world, request_id)
    client = world.client("admin")
    page = client.get("/calendar?year=2026&day=2026-11-24").text
    assert "National Day" in page
    answer = client.post("/calendar/days/2026-11-24", {"kind": "holiday", "name": "停电", "name_en": "Power cut"})
    assert answer.status_code == 302
    assert "Power cut" in client.get(answer.headers["Location"]).text
    after = resolve_due(world, request_id)
    assert after == before + timedelta(days=1)  # type: ignore[operator]  # times


def test_hours_and_years_are_loaded_and_mistakes_kept(world: World) -> None:
    client = world.client("admin")
    hours = {f"hours_{n}": "08:00-12:00" for n in range(5)}
    page = client.post("/calendar/hours", {**hours, "hours_5": "nine", "time_zone": "Asia/Shanghai"})
    assert page.status_code == 422
    assert 'value="nine"' in page.text
    assert "Write hours as" in page.text
    assert client.post("/calendar/hours", {**hours, "time_zone": "Asia/Shanghai"}).status_code == 302
    assert world.read(company.company_calendar).day_minutes == 240
    assert client.post("/calendar/years/2026").status_code == 302
    assert client.post("/calendar/years/2031").status_code == 422
    assert client.post("/calendar/days/nonsense", {"kind": "holiday"}).status_code == 422
    assert world.read(company.company_calendar).spans_on(date(2026, 10, 1)) == ()


def test_only_an_administrator_changes_the_calendar(world: World) -> None:
    assert world.client("ops1").get("/calendar").status_code == 200
    assert "Save the hours" not in world.client("ops1").get("/calendar").text
    assert world.client("ops1").post("/calendar/days/2026-11-24", {"kind": "holiday"}).status_code == 403
    assert world.client("rep1").get("/calendar").status_code == 403


def test_what_is_about_to_be_late_stands_first_and_what_is_paused_apart(world: World) -> None:
    world.request("rep1", "Within days", priority="P4")
    world.request("rep1", "Within the hour", priority="P1")
    page = world.client("ops1").get("/deadlines?queue=own").text
    assert page.index("Within the hour") < page.index("Within days")
    assert "First response" in page
    assert world.client("ops1").get("/deadlines?queue=quotations").text.count("Within") == 2  # the tallies' labels
    assert world.client("rep1").get("/deadlines").status_code == 403
