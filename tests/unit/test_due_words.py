"""When something is due, as badges say it: the day is named whenever it is not today."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest
from flask import Flask, g

from engine.access import Actor
from web.labels import due_state


def said(now: str, at: str, *, locale: str = "en", zone: str = "Asia/Shanghai") -> str:
    """Return the words of a badge; times are UTC."""
    with Flask(__name__).test_request_context():
        g.now = datetime.fromisoformat(now).replace(tzinfo=UTC)
        g.actor = Actor(uuid4(), "小林", frozenset(), locale=locale, time_zone=zone)
        return due_state(datetime.fromisoformat(at).replace(tzinfo=UTC)).text


@pytest.mark.parametrize(
    ("at", "english", "chinese"),
    [
        ("2026-03-02T00:25", "late by 35 min", "已晚 35 分钟"),
        ("2026-03-02T02:00", "in 1 h", "还有 1 小时"),
        ("2026-03-02T15:59", "due 23:59", "23:59 前"),
        ("2026-03-02T16:00", "due tomorrow 00:00", "明天 00:00 前"),
        ("2026-03-03T00:30", "due tomorrow 08:30", "明天 08:30 前"),
        ("2026-03-03T08:12", "due tomorrow 16:12", "明天 16:12 前"),
        ("2026-03-03T16:00", "due Wed 00:00", "周三 00:00 前"),
        ("2026-03-08T08:12", "due Sun 16:12", "周日 16:12 前"),
        ("2026-03-09T08:12", "due 9 Mar", "3月9日 前"),
        ("2027-03-02T08:12", "due 2 Mar 2027", "2027年3月2日 前"),
    ],
)
def test_the_day_is_named_whenever_it_is_not_today(at: str, english: str, chinese: str) -> None:
    monday_9 = "2026-03-02T01:00"
    assert said(monday_9, at) == english
    assert said(monday_9, at, locale="zh") == chinese


def test_the_end_of_the_year_is_no_other_week() -> None:
    new_years_eve_noon = "2026-12-31T04:00"
    assert said(new_years_eve_noon, "2027-01-01T08:12") == "due tomorrow 16:12"
    assert said(new_years_eve_noon, "2027-01-04T08:12") == "due Mon 16:12"
    assert said(new_years_eve_noon, "2027-01-07T08:12") == "due 7 Jan 2027"


def test_days_are_those_of_the_reader() -> None:
    assert said("2026-03-02T08:00", "2026-03-02T16:30") == "due tomorrow 00:30"
    assert said("2026-03-02T08:00", "2026-03-02T16:30", zone="Europe/London") == "due 16:30"
