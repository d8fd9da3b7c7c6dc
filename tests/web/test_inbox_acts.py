"""The pages of the desk: acts on one task and on many, saved filters, leave."""

import re
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest

from engine.access import Role
from engine.ids import new_id
from engine.people import service as people
from engine.process import queries
from tests.web.world import World, make_world

CHECKED = re.compile(r'data-task="([0-9a-f-]{36})"')


@pytest.fixture
def world(pages_url: str, tmp_path: Path) -> Iterator[World]:
    made = make_world(tmp_path, url=pages_url)
    yield made
    made.application.database.dispose()


def colleague(world: World) -> UUID:
    """Add a second person of the same queue."""
    values = {
        "login": "ops2",
        "name": "钱伟",
        "password": "correct horse",
        "roles": [Role.OPS],
        "groups": ["technical"],
    }
    world.ids["ops2"] = world.write(lambda session: people.add_user(session, **values, now=world.now, locale="en"))
    return world.ids["ops2"]


def task_ids(world: World, login: str, **query: str) -> list[str]:
    return CHECKED.findall(world.client(login).get("/tasks", query_string=query).text)


def test_a_task_is_assigned_delegated_reviewed_and_completed(world: World) -> None:
    other = colleague(world)
    world.request("rep1", "Calibration")
    [task_id] = task_ids(world, "ops1")
    mine, theirs = world.client("ops1"), world.client("ops2")
    assert "钱伟" in mine.get(f"/tasks/{task_id}/people").text
    mine.post(f"/tasks/{task_id}/hand-out", {"user_id": str(other), "purpose": "delegate", "note": "please measure"})
    page = theirs.get(f"/tasks/{task_id}").text
    assert "please measure" in page
    assert "Give back to 周芳" in page
    assert "With 钱伟" in mine.get("/tasks").text
    refused = mine.post(f"/tasks/{task_id}", {"submission_id": str(new_id()), "priority": "P2", "queue": "technical"})
    assert refused.status_code == 409
    assert "was delegated to 钱伟" in refused.text
    values = {"submission_id": str(new_id()), "priority": "P1", "queue": "technical", "note": "measured"}
    theirs.post(f"/tasks/{task_id}/give-back", values)
    page = mine.get(f"/tasks/{task_id}").text
    assert "This came back prepared" in page
    assert "measured" in page
    mine.post(f"/tasks/{task_id}/hand-out", {"user_id": str(other), "purpose": "review"})
    theirs.post(f"/tasks/{task_id}/give-back", {"outcome": "changes", "note": "P2 is enough"})
    assert "P2 is enough" in mine.get(f"/tasks/{task_id}").text
    mine.post(f"/tasks/{task_id}/change", {"priority": "P2", "follow_up_at_day": "2026-11-30"})
    page = mine.get(f"/tasks/{task_id}").text
    for sentence in (
        "钱伟 is to prepare it",
        "prepared, back to 周芳",
        "changes asked for",
        "priority P2",
        "P2 is enough",
    ):
        assert sentence in page
    mine.post(f"/tasks/{task_id}/assign", {"user_id": str(other)})
    assert task_ids(world, "ops1") == []
    assert task_ids(world, "ops2", filter="priority:in:P2;follow_up:on:2026-11-30") == [task_id]


def test_many_tasks_at_once_by_filter(world: World) -> None:
    for subject in ("Question alpha", "Question beta", "Question gamma"):
        world.request("rep1", subject)
    client = world.client("ops1")
    choose = client.post("/tasks/bulk", {"bulk-act": "priority", "bulk-all": "1", "bulk-filter": "search:has:question"})
    assert "3 tasks" in choose.text
    data = {
        "bulk-act": "priority", "bulk-all": "1", "bulk-filter": "search:has:question BETA", "bulk-ready": "1",
        "bulk-run_id": str(new_id()), "priority": "P1",
    }  # fmt: skip
    for _press in range(2):
        result = client.post("/tasks/bulk", data)
        assert result.status_code == 302
        page = client.get(result.location)
        assert "1 done" in page.text
    counts = client.get(result.location, headers={"Accept": "application/json"}).json
    assert (counts["total"], counts["ok"], counts["is_finished"]) == (1, 1, True)
    assert len(task_ids(world, "ops1", filter="priority:in:P1")) == 1
    assert world.client("rep1").get(result.location).status_code == 404


def test_a_foreign_task_in_a_selection_fails_and_shows_nothing(world: World) -> None:
    secret = world.visit("rep3", world.now.date(), 10, customer_id=world.ids["foreign"])
    assert secret
    world.request("rep1", "Only for ops")
    [task_id] = task_ids(world, "ops1")
    data = {"bulk-act": "claim", "bulk-task_id": task_id, "bulk-run_id": str(new_id())}
    page = world.client("rep3").get(world.client("rep3").post("/tasks/bulk", data).location).text
    assert "Only for ops" not in page
    assert "1 failed" in page
    assert world.read(lambda session: queries.task(session, UUID(task_id))).assignee_id is None


def test_a_default_filter_opens_the_inbox_and_its_count_is_exact(world: World) -> None:
    for number in range(4):
        world.request("rep1", f"Question {number}", priority="P1" if number else "P3")
    client = world.client("ops1")
    kept = client.post(
        "/tasks/filters", {"name": "Urgent", "filter": "priority:in:P1", "shared_with": "group:technical"}
    )
    filter_id = kept.location.partition("saved=")[2]
    page = client.get("/tasks").text
    assert re.search(r'Urgent<span class="count">3</span>', page)
    assert len(CHECKED.findall(page)) == 4
    client.post(f"/tasks/filters/{filter_id}/default", {"on": "1"})
    assert len(CHECKED.findall(client.get("/tasks").text)) == 3
    assert len(CHECKED.findall(client.get("/tasks?filter=").text)) == 4
    assert "Priority: P1 Urgent" in client.get("/tasks/filters").text
    refused = client.post("/tasks/filters", {"name": "", "filter": "priority:in:P9"})
    assert refused.status_code == 422


def test_leave_gives_ones_tasks_to_the_substitute_for_its_days(world: World) -> None:
    world.request("rep1", "While away")
    [task_id] = task_ids(world, "ops1")
    data = {"absent_id": str(world.ids["ops1"]), "substitute_id": str(world.ids["admin"])}
    client = world.client("ops1")
    assert client.post("/leave", {**data, "first_day": "2026-11-25", "last_day": "2026-11-24"}).status_code == 422
    client.post("/leave", {**data, "first_day": "2026-11-24", "last_day": "2026-11-25"})
    assert task_ids(world, "admin") == []  # it begins tomorrow
    client.post("/leave", {**data, "first_day": "2026-11-23", "last_day": "2026-11-23"})
    page = world.client("admin").get("/tasks").text
    assert CHECKED.findall(page) == [task_id]
    assert "For 周芳" in page
    assert (
        world.client("rep1").post("/leave", {**data, "first_day": "2026-11-23", "last_day": "2026-11-23"}).status_code
        == 404
    )
    [_later, *_rest] = ends = re.findall(r'action="(/leave/[^"]+/cancel)"', client.get("/leave").text)
    for address in ends:
        client.post(address)
    assert task_ids(world, "admin") == []


def test_the_form_of_tasks_at_different_steps_is_not_offered(world: World) -> None:
    world.request("rep1", "One")
    world.request("rep1", "Two")
    client = world.client("ops1")
    first = task_ids(world, "ops1")[0]
    client.post(f"/tasks/{first}", {"submission_id": str(new_id()), "priority": "P2", "queue": "technical"})
    page = client.post("/tasks/bulk", {"bulk-act": "complete", "bulk-all": "1", "bulk-filter": ""}).text
    assert "These tasks are at different steps." in page


def test_values_are_suggested_from_what_the_person_sees(world: World) -> None:
    world.request("rep1", "One")
    client = world.client("ops1")
    assert [value for value, _label in client.get("/tasks/values?field=text_1").json] == ["杭州市第一人民医院"]
    assert client.get("/tasks/values?field=text_2").json[0] == ["sample", "Sample"]
    assert [value for value, _label in client.get("/tasks/values?field=element").json] == ["triage_request"]
    assert world.client("rep3").get("/tasks/values?field=text_1").json == []
    assert client.get("/tasks/values?field=nonsense").json == []
