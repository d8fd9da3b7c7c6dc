"""User tasks by the API: form, completion, conflicts, claiming, and the inbox page by page."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy.orm import Session

from engine.access import Actor
from engine.ids import new_id
from engine.people import service as people
from tests.web.site import Site, fields_of
from tests.web.test_api import planned, request_body, task_of


def test_a_task_comes_with_its_form_and_is_completed_once(site: Site) -> None:
    api = site.api("rep")
    detail = planned(site, api)
    task_id = task_of(detail, "check_in")
    task = api.get(f"/tasks/{task_id}").json
    assert task is not None
    assert task["may_complete"] is True
    assert task["form"]["key"] == "visit_check_in"
    assert set(task["json_schema"]["properties"]) == {"method", "position_evidence", "qr_code", "permission"}
    body = {"submission_id": str(new_id()), "values": {"method": "manual"}}
    first = api.post(f"/tasks/{task_id}/complete", body)
    again = api.post(f"/tasks/{task_id}/complete", body)
    assert (first.status_code, again.status_code) == (200, 200)
    assert first.json is not None
    assert again.json is not None
    assert (first.json["repeated"], again.json["repeated"]) == (False, True)
    assert {**first.json, "repeated": True, "opened": again.json["opened"]} == again.json
    other = api.post(f"/tasks/{task_id}/complete", {**body, "submission_id": str(new_id())})
    assert other.status_code == 409
    assert other.json is not None
    assert site.person("rep").name in other.json["detail"]
    assert "09:00" in other.json["detail"]
    stored = api.get(f"/tasks/{task_id}").json
    assert stored is not None
    assert stored["task"]["state"] == "completed"
    assert stored["values"]["method"] == "manual"


def test_the_same_submission_answers_with_the_tasks_that_it_opened(site: Site) -> None:
    api = site.api("rep")
    task_id = task_of(planned(site, api), "check_in")
    body = {"submission_id": str(new_id()), "values": {"method": "manual"}}
    first = api.post(f"/tasks/{task_id}/complete", body).json
    again = api.post(f"/tasks/{task_id}/complete", body).json
    assert first is not None
    assert first["opened"]
    assert again is not None
    assert again["opened"] == first["opened"]


@pytest.mark.parametrize(
    ("values", "field"),
    [
        pytest.param({}, "values.method", id="missing"),
        pytest.param({"method": 5}, "values.method", id="wrong type"),
        pytest.param({"method": "by post"}, "values.method", id="no such option"),
        pytest.param({"method": "manual", "colour": "red"}, "values.colour", id="unknown"),
        pytest.param({"method": "x" * 100_000}, "values.method", id="oversized"),
    ],
)
@pytest.mark.parametrize("locale", ["zh", "en"])
def test_values_that_do_not_fit_name_the_field(site: Site, values: Any, field: str, locale: str) -> None:
    site.world.do(lambda session: people.change_appearance(session, site.person("rep"), locale=locale))
    api = site.api("rep")
    task_id = task_of(planned(site, api), "check_in")
    named = fields_of(api.post(f"/tasks/{task_id}/complete", {"submission_id": str(new_id()), "values": values}))
    assert set(named) == {field.removeprefix("values.")}
    assert any("\u4e00" <= letter <= "\u9fff" for letter in "".join(named.values())) == (locale == "zh")
    open_task = api.get(f"/tasks/{task_id}").json
    assert open_task is not None
    assert open_task["task"]["state"] == "open"


def test_a_submission_needs_its_id(site: Site) -> None:
    api = site.api("rep")
    task_id = task_of(planned(site, api), "check_in")
    assert set(fields_of(api.post(f"/tasks/{task_id}/complete", {"values": {}}))) == {"submission_id"}
    assert set(fields_of(api.post(f"/tasks/{task_id}/complete", {"submission_id": str(new_id())}))) == {"values"}


def test_claiming_shows_who_has_the_task_and_stops_the_others(site: Site) -> None:
    raised = site.api("rep").post("/requests", request_body(site))
    assert raised.status_code == 201
    ops = [name for name in ("technician", "generalist", "ops_head") if _offers(site, name, raised.json or {})]
    first, *others = ops
    task_id = (raised.json or {})["tasks"][0]["id"]
    claimed = site.api(first).post(f"/tasks/{task_id}/claim")
    assert claimed.status_code == 200
    assert (claimed.json or {})["task"]["assignee_id"] == str(site.person(first).user_id)
    assert site.api(first).post(f"/tasks/{task_id}/claim").status_code == 200
    assert _offers(site, first, raised.json or {})
    for other in others:
        assert not _offers(site, other, raised.json or {})
        assert site.api(other).post(f"/tasks/{task_id}/claim").status_code == 409


def test_a_task_is_given_to_a_colleague_and_changed(site: Site) -> None:
    raised = site.api("rep").post("/requests", request_body(site)).json or {}
    task_id = raised["tasks"][0]["id"]
    [name, *_] = [name for name in ("technician", "generalist", "ops_head") if _offers(site, name, raised)]
    first, api = site.person(name), site.api(name)
    due_at = "2026-03-09T02:00:00+00:00"
    changed = api.patch(f"/tasks/{task_id}", {"priority": 1, "due_at": due_at}).json or {}
    assert (changed["task"]["priority"], changed["task"]["due_at"], changed["changed"]) == (1, due_at, True)
    assert (api.patch(f"/tasks/{task_id}", {"priority": 1}).json or {})["changed"] is False
    emptied = api.patch(f"/tasks/{task_id}", {"due_at": None}).json or {}
    assert (emptied["task"]["priority"], emptied["task"]["due_at"]) == (1, None)
    api.post(f"/tasks/{task_id}/claim")
    assert (api.post(f"/tasks/{task_id}/release").json or {})["task"]["assignee_id"] is None
    colleague_id = str(site.world.do(lambda session: _colleague(site, session, first)))
    given = api.post(f"/tasks/{task_id}/assign", {"user_id": colleague_id})
    assert given.json == {"task_id": task_id, "assignee_id": colleague_id, "changed": True}
    assert api.post(f"/tasks/{task_id}/claim").status_code == 409


def _colleague(site: Site, session: Session, of: Actor) -> UUID:
    return people.add_user(
        session, login="helpful", name="Helpful", password="correct horse", roles=of.roles, groups=of.groups,
        now=site.world.clock(),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"priority": 5}, "priority"),
        ({"priority": "P1"}, "priority"),
        ({"due_at": "2026-03-09T02:00:00"}, "due_at"),
        ({"due_at": "9999-01-01T00:00:00Z"}, "due_at"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_a_change_that_does_not_fit_names_the_field(site: Site, body: dict[str, Any], field: str) -> None:
    raised = site.api("rep").post("/requests", request_body(site)).json or {}
    answer = site.api("technician").patch(f"/tasks/{raised['tasks'][0]['id']}", body)
    assert set(fields_of(answer)) == {field}


def test_a_task_is_not_given_to_whom_it_is_not_offered(site: Site) -> None:
    raised = site.api("rep").post("/requests", request_body(site)).json or {}
    task_id = raised["tasks"][0]["id"]
    [name, *_] = [name for name in ("technician", "generalist", "ops_head") if _offers(site, name, raised)]
    answer = site.api(name).post(f"/tasks/{task_id}/assign", {"user_id": str(site.person("rep").user_id)})
    assert set(fields_of(answer)) == {"user_id"}


def _offers(site: Site, name: str, detail: dict[str, Any]) -> bool:
    wanted = {task["id"] for task in detail["tasks"]}
    return any(task["id"] in wanted for page in site.api(name).pages("/tasks", limit=200) for task in page)


def test_the_inbox_is_paged_and_filtered(site: Site) -> None:
    api = site.api("rep")
    soon = site.world.clock() + timedelta(minutes=30)
    for number in range(6):
        start = site.world.clock() + timedelta(days=number % 3, hours=3)
        planned(site, api, planned_start=start.isoformat())
    everything = [row["id"] for page in api.pages("/tasks", limit=200) for row in page]
    assert len(everything) >= 6
    for limit in (1, 2, 5):
        assert [row["id"] for page in api.pages("/tasks", limit=limit) for row in page] == everything
    check_ins = [row for page in api.pages("/tasks", limit=4, process="visit", element="check_in") for row in page]
    assert check_ins
    assert {row["element_id"] for row in check_ins} == {"check_in"}
    due = [row for page in api.pages("/tasks", due_before=soon.isoformat()) for row in page]
    assert all(row["due_at"] < soon.isoformat() for row in due)
    assert api.pages("/tasks", q="没有这个") == [[]]
    assert api.pages("/tasks", process="nothing") == [[]]
    mine = [row for page in api.pages("/tasks", mine="true") for row in page]
    assert all(row["assignee_id"] == str(site.person("rep").user_id) for row in mine)
