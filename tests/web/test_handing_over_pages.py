"""Handing over in the browser: the manager's form on the visit page, its refusals, and the team page's menu."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.process import queries as process
from tests.web.test_english_pages import plan
from tests.web.world import World, make_world


@pytest.fixture
def world(tmp_path: Path, pages_url: str) -> Iterator[World]:
    made = make_world(tmp_path, url=pages_url)
    yield made
    made.application.database.dispose()


@pytest.fixture
def path(world: World) -> str:
    return "/visits/" + plan(world, "rep1").removeprefix("visit:")


def test_a_manager_hands_a_visit_over_on_its_page(world: World, path: str) -> None:
    client = world.client("manager1")
    assert "Hand over to a colleague" in client.get(path).text
    assert client.post(f"{path}/hand-over", {"rep_id": world.ids["rep2"]}).status_code == 302
    world.application.worker.run_until_idle()
    page = client.get(path).text
    assert "赵敏 has the visit now." in page
    assert "Handed the visit over from 陈晓 to 赵敏." in page
    assert world.client("rep1").get(path).status_code == 404
    assert path not in world.client("rep1").get("/today").text
    assert path in world.client("rep2").get("/today").text
    assert "you take over 陈晓&#39;s visit" in world.client("rep2").get("/notifications").text
    assert "赵敏 takes over your visit" in world.client("rep1").get("/notifications").text


@pytest.mark.parametrize(("rep", "sentence"), [("", "Choose a rep."), ("rep3", "Choose a rep of your own team.")])
def test_a_mistake_is_named_at_the_field(world: World, path: str, rep: str, sentence: str) -> None:
    answer = world.client("manager1").post(f"{path}/hand-over", {"rep_id": world.ids.get(rep, "")})
    assert answer.status_code == 422
    assert f'<p class="error" id="rep_id-error">{sentence}</p>' in answer.text


@pytest.mark.parametrize(("login", "status"), [("rep1", 403), ("ops1", 403), ("admin", 403), ("manager2", 404)])
def test_nobody_else_hands_it_over(world: World, path: str, login: str, status: int) -> None:
    answer = world.client(login).post(f"{path}/hand-over", {"rep_id": world.ids["rep2"]})
    assert answer.status_code == status
    assert "Hand over" not in world.client(login).get(path).text
    assert path in world.client("rep1").get("/today").text


def test_the_rep_sees_no_form_for_it(world: World, path: str) -> None:
    assert "Hand over" not in world.client("rep1").get(path).text


def line(page: str) -> list[tuple[str, str, str]]:
    found = re.findall(r'<li class="is-(\w+)"[^>]*><span>(.*?)</span><span>(.*?)</span></li>', page, re.S)
    return [(state, re.sub(r"<.*?>", "", name).strip(), note) for state, name, note in found]


def test_the_line_of_steps_says_what_is_done_now_and_next_and_whose_it_is(world: World, path: str) -> None:
    rep, manager = world.client("rep1"), world.client("manager1")
    assert line(rep.get(path).text) == [
        ("now", "Check in", "now"), ("open", "Prepare", "also open"),
        ("next", "Write the report", "next"), ("next", "Check out", "next"),
    ]  # fmt: skip
    assert "Waits for somebody else: Check in" in manager.get(path).text
    assert line(manager.get(path).text)[0] == ("now", "Check in", "now · 陈晓")
    assert line(manager.get(path).text)[2] == ("next", "Write the report", "next · 陈晓")
    [task] = re.findall(r'href="(/tasks/[^"]+)">Prepare', rep.get(path).text)[:1]
    assert [step[0] for step in line(rep.get(task).text)] == ["now", "open", "next", "next"]


def test_the_line_of_a_request_says_how_its_type_is_handled(world: World) -> None:
    request_id = world.request("rep1", "Display fault")
    key = f"request:{request_id}"
    [task] = world.read(lambda session: process.tasks_of(session, key))
    client = world.client("ops1")
    assert line(client.get(f"/tasks/{task.id}").text) == [
        ("now", "Triage", "now"),
        ("next", "Answer the question", "next"),
    ]
