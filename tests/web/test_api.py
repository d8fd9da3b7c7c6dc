"""The API as a program uses it: visits, tasks, requests and customers; what it refuses, and how it says so."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any
from uuid import UUID

import pytest

from engine.access import Role
from engine.ids import new_id
from engine.people import service as people
from tests.web.site import Api, Site, fields_of

UNKNOWN = UUID(int=7)


def visit_body(site: Site, **changes: Any) -> dict[str, Any]:
    start = site.world.clock() + timedelta(hours=2)
    customer_id = str(site.world.company.customer_id)
    return {"customer_id": customer_id, "purpose_key": "report", "planned_start": start.isoformat(), **changes}


def request_body(site: Site, **changes: Any) -> dict[str, Any]:
    return {"type": "technical", "subject": "说明书", "customer_id": str(site.world.company.customer_id), **changes}


def planned(site: Site, api: Api, **changes: Any) -> dict[str, Any]:
    answer = api.post("/visits", visit_body(site, **changes))
    assert answer.status_code == 201, answer.text
    return dict(answer.json or {})


def task_of(detail: dict[str, Any], element_id: str) -> str:
    return next(task["id"] for task in detail["tasks"] if task["element_id"] == element_id)


# Who is calling


@pytest.mark.parametrize("header", [{}, {"Authorization": "Bearer fft_wrong"}, {"Authorization": "Basic Zm9vOmJhcg=="}])
def test_without_a_token_that_fits_nothing_is_shown(site: Site, header: dict[str, str]) -> None:
    answer = site.app.test_client().get("/api/v1/visits", headers=header)
    assert answer.status_code == 401
    assert answer.content_type == "application/problem+json"


def test_a_cookie_is_no_token(site: Site) -> None:
    assert site.browser("rep").get("/api/v1/visits").status_code == 401


def test_tokens_end_with_their_time_and_with_their_person(site: Site) -> None:
    def make(session: Any) -> tuple[UUID, str, str]:
        now = site.world.clock()
        login = f"leaver{new_id().hex[-8:]}"
        user_id = people.add_user(session, login=login, name="L", password="long enough", roles=[Role.REP], now=now)
        short = people.create_token(session, login, name="a", now=now, lifetime=timedelta(seconds=0))
        return user_id, short, people.create_token(session, login, name="b", now=now)

    def status(secret: str) -> int:
        return Api(site.app.test_client(), {"Authorization": f"Bearer {secret}"}).get("/tasks").status_code

    user_id, expired, valid = site.world.application.database.run(make)
    assert (status(expired), status(valid)) == (401, 200)
    site.world.do(lambda session: people.change_user(session, user_id, is_active=False))
    assert status(valid) == 401


def test_an_unknown_address_is_a_problem_too(site: Site) -> None:
    assert site.api("rep").get("/nothing").status_code == 404
    assert site.api("rep").get("/visits/no-uuid").status_code == 404
    assert site.api("rep").post("/customers", {}).status_code == 405


# Visits


def test_planning_starts_the_visits_process(site: Site) -> None:
    detail = planned(site, site.api("rep"), note="带样品")
    assert detail["visit"]["state"] == "planned"
    assert detail["visit"]["note"] == "带样品"
    assert [task["element_id"] for task in detail["tasks"]]
    assert site.api("rep").get(f"/visits/{detail['visit']['id']}").json == detail


def test_planning_again_with_the_same_id_changes_nothing(site: Site) -> None:
    api, visit_id = site.api("rep"), str(new_id())
    first = planned(site, api, id=visit_id, note="first")
    again = planned(site, api, id=visit_id, note="second")
    assert again == first
    assert first["visit"]["id"] == visit_id
    assert sum(row["id"] == visit_id for page in api.pages("/visits") for row in page) == 1


def test_planning_at_the_same_time_with_the_same_id_plans_one_visit(site: Site) -> None:
    apis = [site.api("rep") for _ in range(8)]
    for _ in range(5):
        body = visit_body(site, id=str(new_id()))
        start = Barrier(len(apis))

        def send(api: Api, body: dict[str, Any] = body, start: Barrier = start) -> int:
            start.wait()
            return api.post("/visits", body).status_code

        with ThreadPoolExecutor(len(apis)) as pool:
            assert set(pool.map(send, apis)) == {201}


def test_someone_elses_id_cannot_be_planned_again(site: Site) -> None:
    visit_id = str(new_id())
    planned(site, site.api("rep"), id=visit_id)
    answer = site.api("stranger").post("/visits", visit_body(site, id=visit_id))
    assert answer.status_code == 409
    assert answer.json is not None
    assert answer.json["code"] == "id_in_use"


def test_a_manager_plans_for_the_team_and_nobody_else(site: Site) -> None:
    rep, stranger = site.person("rep").user_id, site.person("stranger").user_id
    assert planned(site, site.api("manager"), rep_id=str(rep))["visit"]["rep_id"] == str(rep)
    assert site.api("manager").post("/visits", visit_body(site, rep_id=str(stranger))).status_code == 403
    assert site.api("rep").post("/visits", visit_body(site, rep_id=str(stranger))).status_code == 403
    assert site.api("technician").post("/visits", visit_body(site)).status_code == 403


def test_cancelling_ends_the_visit_once(site: Site) -> None:
    api = site.api("rep")
    address = f"/visits/{planned(site, api)['visit']['id']}"
    assert fields_of(api.post(f"{address}/cancel", {"reason": "   "})) == {"reason": "请填写原因。"}
    done = api.post(f"{address}/cancel", {"reason": "客户出差"})
    assert (done.status_code, (done.json or {})["visit"]["state"]) == (200, "cancelled")
    assert (done.json or {})["tasks"] == []
    assert api.post(f"{address}/cancel", {"reason": "again"}).status_code == 409


def test_visits_are_listed_page_by_page_without_doubles_or_gaps(site: Site) -> None:
    api = site.api("colleague")
    customer_id = str(site.world.company.shared_customer_id)
    made = {planned(site, api, customer_id=customer_id)["visit"]["id"] for _ in range(7)}
    for limit in (1, 3, 7, 50):
        pages = api.pages("/visits", limit=limit, customer_id=customer_id)
        listed = [row["id"] for page in pages for row in page]
        assert len(listed) == len(set(listed))
        assert made <= set(listed)
        assert all(len(page) <= limit for page in pages)
    assert not api.get("/visits", state="missed").json["items"]  # type: ignore[index]


def test_lists_refuse_filters_that_they_do_not_know(site: Site) -> None:
    api = site.api("rep")
    assert set(fields_of(api.get("/visits", colour="red"))) == {"colour"}
    assert set(fields_of(api.get("/visits", limit=0))) == {"limit"}
    assert set(fields_of(api.get("/tasks", limit="many"))) == {"limit"}
    for path in ("/visits", "/tasks", "/requests", "/customers"):
        assert set(fields_of(api.get(path, after="made-up"))) == {"after"}
    assert set(fields_of(api.get("/tasks", after=f"2026-01-01T00:00:00~{UNKNOWN}"))) == {"after"}


# Fields that do not fit


WRONG_VISITS = [
    pytest.param({"customer_id": "x"}, "customer_id", id="wrong type"),
    pytest.param({"planned_start": "2026-03-02T10:00:00"}, "planned_start", id="no time zone"),
    pytest.param({"planned_start": 5}, "planned_start", id="number for a time"),
    pytest.param({"colour": "red"}, "colour", id="unknown"),
    pytest.param({"note": "x" * 1001}, "note", id="oversized"),
    pytest.param({"note": "a\x00b"}, "note", id="NUL"),
    pytest.param({"purpose_key": "nothing"}, "purpose_key", id="no such purpose"),
    pytest.param({"place_id": str(UNKNOWN)}, "place_id", id="no such place"),
    pytest.param({"contact_ids": [str(UNKNOWN)]}, "contact_ids", id="no such contact"),
    pytest.param({"contact_ids": ["x"]}, "contact_ids.0", id="wrong type in a list"),
    pytest.param({"planned_end": "2020-01-01T00:00:00Z"}, "planned_end", id="ends before it starts"),
    pytest.param({"planned_start": "9999-12-31T23:59:59Z"}, "planned_start", id="the end of time"),
    pytest.param({"planned_start": "0001-01-01T00:00:00+14:00"}, "planned_start", id="before all time"),
]


@pytest.mark.parametrize(("changes", "field"), WRONG_VISITS)
@pytest.mark.parametrize("name", ["rep", "colleague"])
def test_a_visit_that_does_not_fit_names_the_field(site: Site, changes: dict[str, Any], field: str, name: str) -> None:
    locale = "zh" if name == "rep" else "en"
    site.world.do(lambda session: people.change_appearance(session, site.person(name), locale=locale))
    named = fields_of(site.api(name).post("/visits", visit_body(site, **changes)))
    assert set(named) == {field}
    is_chinese = any("\u4e00" <= letter <= "\u9fff" for letter in named[field])
    assert is_chinese == (locale == "zh"), named


def test_missing_fields_are_all_named(site: Site) -> None:
    named = fields_of(site.api("rep").post("/visits", {}))
    assert set(named) == {"customer_id", "purpose_key", "planned_start"}
    assert set(named.values()) == {"请填写此项。"}


@pytest.mark.parametrize(
    "body",
    [b"{", b"[]", b"\xff", b"null", b"1" * 5000, b"[" * 100_000],
    ids=["half", "list", "bytes", "null", "digits", "deep"],
)
def test_a_body_that_is_no_object_is_refused(site: Site, body: bytes) -> None:
    api = site.api("rep")
    answer = api.client.post("/api/v1/visits", data=body, headers=api.headers, content_type="application/json")
    assert answer.status_code in {400, 422}
    assert answer.content_type == "application/problem+json"


def test_a_body_that_is_too_large_is_refused(site: Site) -> None:
    api = site.api("rep")
    answer = api.client.post(
        "/api/v1/visits", data=b" " * 16_000_001, headers=api.headers, content_type="application/json"
    )
    assert answer.status_code == 413
    assert answer.content_type == "application/problem+json"


# What is not yours does not exist


def test_objects_of_others_are_not_found(site: Site) -> None:
    detail = planned(site, site.api("rep"))
    visit_id, task_id = detail["visit"]["id"], task_of(detail, "check_in")
    raised = site.api("rep").post("/requests", request_body(site)).json or {}
    stranger = site.api("stranger")
    completion = {"submission_id": str(new_id()), "values": {"method": "manual"}}
    request_id, customer_id = raised["request"]["id"], site.world.company.customer_id
    answers = [
        stranger.get(f"/visits/{visit_id}"),
        stranger.post(f"/visits/{visit_id}/cancel", {"reason": "x"}),
        stranger.get(f"/tasks/{task_id}"),
        stranger.post(f"/tasks/{task_id}/claim"),
        stranger.post(f"/tasks/{task_id}/release"),
        stranger.post(f"/tasks/{task_id}/assign", {"user_id": UNKNOWN}),
        stranger.patch(f"/tasks/{task_id}", {"priority": 1}),
        stranger.post(f"/tasks/{task_id}/complete", completion),
        stranger.get(f"/requests/{request_id}"),
        stranger.post(f"/requests/{request_id}/cancel", {"reason": "x"}),
        stranger.get(f"/customers/{customer_id}"),
        stranger.post("/visits", visit_body(site)),
        stranger.post("/requests", request_body(site)),
    ]
    assert [answer.status_code for answer in answers] == [404] * len(answers)
    assert visit_id not in {row["id"] for page in stranger.pages("/visits") for row in page}
    assert request_id not in {row["id"] for page in stranger.pages("/requests") for row in page}
    assert str(customer_id) not in {row["id"] for page in stranger.pages("/customers") for row in page}
    assert not [row for page in stranger.pages("/tasks") for row in page]


@pytest.mark.parametrize("path", ["/visits", "/tasks", "/requests", "/customers", "/definitions", "/instances"])
def test_unknown_ids_are_not_found(site: Site, path: str) -> None:
    assert site.api("admin").get(f"{path}/{UNKNOWN}").status_code == 404


# Requests and customers


def test_a_request_is_raised_once_and_cancelled_once(site: Site) -> None:
    api, request_id = site.api("rep"), str(new_id())
    lines = [{"item": "P-1", "quantity": 3}]
    body = request_body(site, id=request_id, type="sample", lines=lines)
    first, again = api.post("/requests", body), api.post("/requests", {**body, "subject": "other"})
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json == again.json
    assert first.json is not None
    assert first.json["lines"] == [{"item": "P-1", "quantity": 3, "shipped": 0}]
    assert site.api("stranger").post("/requests", body).status_code == 409
    assert api.get(f"/requests/{request_id}").json == first.json
    done = api.post(f"/requests/{request_id}/cancel", {"reason": "不需要了"})
    assert (done.json or {})["request"]["state"] == "cancelled"
    assert (done.json or {})["tasks"] == []
    assert api.post(f"/requests/{request_id}/cancel", {"reason": "again"}).status_code == 409


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        pytest.param({"type": "wish"}, "type", id="no such type"),
        pytest.param({"subject": "x" * 201}, "subject", id="oversized"),
        pytest.param({"subject": "  "}, "subject", id="blank"),
        pytest.param({"priority": "P9"}, "priority", id="no such priority"),
        pytest.param({"type": "sample"}, "lines", id="no lines"),
        pytest.param({"lines": [{"item": "nothing", "quantity": 1}]}, "lines.0.item", id="no such item"),
        pytest.param({"lines": [{"item": "P-1", "quantity": 0}]}, "lines.0.quantity", id="none of it"),
        pytest.param({"lines": [{"item": "P-1", "quantity": 1, "x": 1}]}, "lines.0.x", id="unknown in a line"),
        pytest.param({"type": "sample", "lines": [{"item": "M-1", "quantity": 1}]}, "lines.0.item", id="no sample"),
        pytest.param({"type": "material", "lines": [{"item": "P-1", "quantity": 1}]}, "lines.0.item", id="no material"),
        pytest.param({"visit_id": str(UNKNOWN)}, "visit_id", id="no such visit"),
        pytest.param({"subject": "a\x00"}, "subject", id="NUL"),
    ],
)
def test_a_request_that_does_not_fit_names_the_field(site: Site, changes: dict[str, Any], field: str) -> None:
    assert set(fields_of(site.api("rep").post("/requests", request_body(site, **changes)))) == {field}


def test_a_request_cannot_hang_on_someone_elses_visit(site: Site) -> None:
    foreign = planned(site, site.api("colleague"))["visit"]["id"]
    assert set(fields_of(site.api("rep").post("/requests", request_body(site, visit_id=foreign)))) == {"visit_id"}


def test_requests_are_listed_page_by_page_and_filtered(site: Site) -> None:
    api = site.api("colleague")
    word = new_id().hex[-10:]
    made = set()
    for number in range(5):
        raised = api.post("/requests", request_body(site, subject=f"{word} {number}")).json or {}
        made.add(raised["request"]["id"])
    for limit in (1, 2, 5):
        listed = [row["id"] for page in api.pages("/requests", limit=limit, q=word) for row in page]
        assert sorted(listed) == sorted(made)
    assert api.pages("/requests", q=word, type="sample") == [[]]
    assert {row["id"] for page in api.pages("/requests", q=word, open="true") for row in page} == made


def test_customers_are_listed_by_name_page_by_page(site: Site) -> None:
    api = site.api("rep")
    pages = api.pages("/customers", limit=1)
    listed = [row["id"] for page in pages for row in page]
    company = site.world.company
    assert sorted(listed) == sorted([str(company.customer_id), str(company.shared_customer_id)])
    detail = api.get(f"/customers/{site.world.company.customer_id}").json or {}
    assert detail["customer"]["code"] == "C001"
    assert [place["id"] for place in detail["places"]] == [str(site.world.company.place_id)]
    assert [contact["id"] for contact in detail["contacts"]] == [str(site.world.company.contact_id)]
