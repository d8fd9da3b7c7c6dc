"""An English reader sees Chinese only where it is somebody's data: names of people, teams, typed text."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from engine.notifications.tables import Notification
from engine.people import service as people
from engine.process import queries as process
from engine.visits import service as visits
from tests.web.world import NOW, World, make_world

CHINESE = re.compile(r"[\u4e00-\u9fff]+")
DATA = {"王经理", "李经理", "陈晓", "赵敏", "孙立", "周芳", "管理员", "东区团队", "西区团队", "城东", "城西", "中文"}
ENGLISH_NAME = "Hangzhou First People&#39;s Hospital"


@pytest.fixture
def world(tmp_path: Path, pages_url: str) -> Iterator[World]:
    made = make_world(tmp_path, url=pages_url)
    yield made
    made.application.database.dispose()


def plan(world: World, login: str, **values: Any) -> str:
    def work(session: Any) -> str:
        actor = people.actor_for(session, world.ids[login])
        start = NOW + timedelta(hours=1)
        visit_id = visits.plan_visit(
            session,
            actor,
            customer_id=world.ids["customer"],
            purpose_key="call",
            planned_start=start,
            now=NOW,
            **values,
        )
        return visits.business_key(visit_id)

    key: str = world.write(work)
    world.application.worker.run_until_idle()
    return key


def chinese_in(page: str) -> set[str]:
    # The variables of a process stand on an administrator's page as they are.
    body = re.sub(r'<script.*?</script>|id="variables".*?</section>', "", page, flags=re.S)
    text = re.sub(r"<[^>]*>", " ", body)
    names = re.findall(r'(?:title|alt|aria-label|placeholder|value)="([^"]*)"', body)
    found = {run for piece in (text, *names) for run in CHINESE.findall(piece)}
    # The avatar of a person is the first character of the name.
    return {run for run in found if run not in DATA and not (len(run) == 1 and run in "".join(DATA))}


def test_pages_in_english_hold_no_chinese_of_ours(world: World) -> None:
    key = plan(world, "manager1", rep_id=world.ids["rep1"])
    visit_id = key.removeprefix("visit:")
    [instance] = world.read(lambda session: process.instances_of(session, key))
    tasks = world.read(lambda session: process.tasks_of(session, key))
    shared = [f"/tasks/{task.id}" for task in tasks]
    pages = {
        "rep1": ["/today", "/tasks", "/notifications", f"/visits/{visit_id}", "/visits/new", "/me", *shared],
        "manager1": ["/team", "/figures", f"/visits/{visit_id}"],
        "admin": [
            "/operate/instances",
            f"/operate/instances/{instance.id}",
            "/operate/incidents",
            "/operate/jobs",
            "/operate/timers",
            "/operate/heat",
            "/operate/audit",
            "/studio",
            "/people",
        ],
    }
    for login, addresses in pages.items():
        client = world.client(login)
        for address in addresses:
            answer = client.get(address)
            assert answer.status_code == 200, (login, address)
            assert chinese_in(answer.text) == set(), (login, address)


def test_subjects_and_notices_name_customer_and_purpose_in_the_readers_language(world: World) -> None:
    plan(world, "manager1", rep_id=world.ids["rep1"])
    client = world.client("rep1")
    assert f"{ENGLISH_NAME} · Call" in client.get("/tasks").text
    assert f"{ENGLISH_NAME} · Call" in client.get("/tasks?q=first+people").text
    assert f"New visit: {ENGLISH_NAME}" in client.get("/notifications").text
    client.post("/me/appearance", {"locale": "zh"})
    assert "杭州市第一人民医院 · 常规拜访" in client.get("/tasks").text
    assert "新的拜访：杭州市第一人民医院" in client.get("/notifications").text


def test_a_notice_of_an_earlier_version_keeps_the_title_that_it_has(world: World) -> None:
    plan(world, "manager1", rep_id=world.ids["rep1"])

    def forget_english(session: Any) -> None:
        notice = session.scalars(select(Notification)).one()
        notice.values = {key: value for key, value in notice.values.items() if key != "title_en"}

    world.write(forget_english)
    assert "New visit: 杭州市第一人民医院" in world.client("rep1").get("/notifications").text
