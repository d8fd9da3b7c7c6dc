"""The desk pages: what they show, to whom, and that mistakes keep what was typed."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import event

from engine.comments import service as comments
from engine.outbox.tables import Delivery
from engine.people import service as people_service
from engine.process import queries as process
from engine.support import queries as support_queries
from engine.support import service as support
from engine.visits import service as visits
from tests.web.world import LONG_EN, NOW, TODAY, World, make_world

MAX_STATEMENTS = 14


@pytest.fixture
def world(tmp_path: Path, pages_url: str) -> Iterator[World]:
    made = make_world(tmp_path, url=pages_url)
    yield made
    made.application.database.dispose()


def body_of(page: str) -> str:
    """Return a page without its head, which may carry the style sheet."""
    return page.partition("</head>")[2]


def instance_of(world: World, key: str) -> UUID:
    return world.read(lambda session: process.instances_of(session, key)[0].id)


# Requests


def test_the_list_shows_own_requests_with_their_deadlines(world: World) -> None:
    world.request("rep1", "Display fault E-17", priority="P1")
    page = world.client("rep1").get("/requests").text
    assert "Display fault E-17" in page
    assert "R000001" in page
    assert "due 15:30" in page  # P1: four working hours after 10:30, without the pause at noon


def test_reps_see_no_requests_of_others_but_ops_do(world: World) -> None:
    request_id = world.request("rep1", "Display fault")
    assert "Display fault" not in world.client("rep2").get("/requests").text
    assert world.client("rep2").get(f"/requests/{request_id}").status_code == 404
    assert world.client("manager2").get(f"/requests/{request_id}").status_code == 404
    assert world.client("manager1").get(f"/requests/{request_id}").status_code == 200
    assert "Display fault" in world.client("ops1").get("/requests").text


def test_filters_and_more_work_together(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("web.support.views.PAGE_SIZE", 2)
    for number in range(3):
        world.request("rep1", f"Fault {number}")
    world.request("rep1", "A price", type_="quotation")
    client = world.client("rep1")
    first = client.get("/requests?type=technical").text
    assert "A price" not in first
    assert "Fault 2" in first
    assert "Fault 0" not in first
    more = re.search(r'href="(/requests\?after=[^"]+)"', first)
    assert more is not None
    assert "Fault 0" in client.get(more[1].replace("&amp;", "&")).text
    assert "Nothing fits" in client.get("/requests?q=unheard").text


def test_a_request_is_raised_for_a_typed_customer_with_its_lines(world: World) -> None:
    values = {
        "type": "sample", "customer": "H001", "subject": "Five samples", "priority": "P2", "needed_by": "2026-12-01",
        "item": ["P-01", "", ""], "quantity": ["5", "", ""],
    }  # fmt: skip
    answer = world.client("rep1").post("/requests/new", values)
    assert answer.status_code == 302
    page = world.client("rep1").get(answer.location).text
    assert "Five samples" in page
    assert "Shuxin 10 mg" in page
    assert "Tue 1 Dec" in page


def test_mistakes_keep_what_was_typed(world: World) -> None:
    values = {
        "type": "sample", "customer": "H001", "subject": "", "description": "Ward 3", "needed_by": "soon",
        "item": ["P-01"], "quantity": ["many"],
    }  # fmt: skip
    answer = world.client("rep1").post("/requests/new", values)
    assert answer.status_code == 422
    assert "Ward 3" in answer.text
    assert "Enter a day as year-month-day." in answer.text
    assert "Enter what you need." in answer.text
    answer = world.client("rep1").post("/requests/new", {**values, "needed_by": ""})
    assert answer.status_code == 422
    assert "Enter what you need." in answer.text
    assert "Enter a number from 1 to 9999." in answer.text
    assert 'value="many"' in answer.text
    assert '<option value="P-01" selected>' in answer.text


def test_an_empty_request_names_all_its_mistakes_at_once(world: World) -> None:
    answer = world.client("rep1").post("/requests/new", {"subject": "", "priority": "P3"})
    assert answer.status_code == 422
    for sentence in ("Choose what you need.", "Choose a customer.", "Enter what you need."):
        assert sentence in answer.text


def test_rows_are_added_without_scripts(world: World) -> None:
    client = world.client("rep1")
    assert client.get("/requests/new").text.count('name="quantity"') == 1
    values = {"item": ["P-01"], "quantity": ["5"], "subject": "Kept", "more": "1"}
    page = client.post("/requests/new", values).text
    assert page.count('name="quantity"') == 4
    assert "Kept" in page


def test_items_are_offered_by_what_they_may_be_asked_for(world: World) -> None:
    page = " ".join(world.client("rep1").get("/requests/new").text.split())
    samples, materials = re.findall(r'<optgroup label="\w+" data-for="(\w+)">(.*?)</optgroup>', page)
    assert ("P-01" in samples[1], "M-01" in samples[1], samples[0]) == (True, False, "sample")
    assert ("P-01" in materials[1], "M-01" in materials[1], materials[0]) == (False, True, "material")


def test_items_of_a_type_without_any_are_dropped(world: World) -> None:
    values = {"type": "technical", "customer": "H001", "subject": "Dose", "item": ["P-01"], "quantity": ["many"]}
    answer = world.client("rep1").post("/requests/new", values)
    assert answer.status_code == 302
    assert "Shuxin" not in world.client("rep1").get(answer.location).text


def test_a_customer_of_another_territory_is_not_found(world: World) -> None:
    client = world.client("rep1")
    assert client.get(f"/requests/new?customer_id={world.ids['foreign']}").status_code == 404
    answer = client.post("/requests/new", {"type": "other", "customer": "W001", "subject": "x"})
    assert answer.status_code == 422
    assert "No customer of yours has this name or code." in answer.text


def test_a_request_from_a_visit_names_its_customer(world: World) -> None:
    visit_id = world.visit("rep1", TODAY, 14)
    page = world.client("rep1").get(f"/requests/new?visit_id={visit_id}").text
    assert "Hangzhou First People" in page
    assert str(visit_id) in page
    assert world.client("rep3").get(f"/requests/new?visit_id={visit_id}").status_code == 404


def test_ops_find_their_step_as_a_button(world: World) -> None:
    request_id = world.request("rep1", "Display fault")
    page = body_of(world.client("ops1").get(f"/requests/{request_id}").text)
    assert "button-task" in page
    own = body_of(world.client("rep1").get(f"/requests/{request_id}").text)
    assert "button-task" not in own
    assert "Now:" in own


def test_internal_comments_stay_in_the_back_office(world: World) -> None:
    request_id = world.request("rep1", "Display fault")
    path = f"/requests/{request_id}"
    world.client("ops1").post(f"{path}/comments", {"text": "Out of stock", "internal": "1"})
    world.client("ops1").post(f"{path}/comments", {"text": "We are on it"})
    assert "Out of stock" in world.client("ops1").get(path).text
    page = world.client("rep1").get(path).text
    assert "Out of stock" not in page
    assert "We are on it" in page


def test_a_rep_cannot_hide_a_comment_from_the_team(world: World) -> None:
    request_id = world.request("rep1", "Display fault")
    world.client("rep1").post(f"/requests/{request_id}/comments", {"text": "Hello", "internal": "1"})
    key = support.business_key(request_id)
    written = world.read(lambda session: comments.comments_of(session, key, with_internal=True))
    assert [each.is_internal for each in written] == [False]


@pytest.mark.parametrize(
    ("author", "internal", "told"),
    [("ops1", "", "user"), ("ops1", "1", "group"), ("rep1", "", "group")],
)
def test_a_comment_tells_the_other_side(world: World, author: str, internal: str, told: str) -> None:
    request_id = world.request("rep1", "Display fault")
    world.client(author).post(f"/requests/{request_id}/comments", {"text": "Hello", "internal": internal})
    found = world.read(lambda session: [row.payload for row in session.query(Delivery) if "comment" in row.key])
    assert [payload["template"] for payload in found] == ["comment"]
    assert [principal.partition(":")[0] for principal in found[0]["to"]] == [told]


def test_an_empty_comment_says_so(world: World) -> None:
    request_id = world.request("rep1", "Display fault")
    answer = world.client("rep1").post(f"/requests/{request_id}/comments", {"text": " "})
    assert answer.status_code == 422
    assert "Enter a comment." in answer.text


def test_cancelling_needs_a_reason_and_reaches_the_process(world: World) -> None:
    request_id = world.request("rep1", "Display fault")
    client = world.client("rep1")
    answer = client.post(f"/requests/{request_id}/cancel", {"reason": ""})
    assert answer.status_code == 422
    assert "Enter a reason." in answer.text
    assert client.post(f"/requests/{request_id}/cancel", {"reason": "Found one"}).status_code == 302
    page = client.get(f"/requests/{request_id}").text
    assert "Cancelled" in page
    assert "Found one" in page
    assert client.post(f"/requests/{request_id}/cancel", {"reason": "again"}).status_code == 409


# The team


def test_the_board_shows_the_week_and_what_needs_a_look(world: World) -> None:
    world.visit("rep1", TODAY, 14, customer_id=world.ids["long"])
    world.visit("rep1", TODAY, 9, "missed", ended_at=NOW)
    world.visit("rep2", TODAY - timedelta(days=3), 9)
    client = world.client("manager1")
    page = client.get("/team").text
    assert LONG_EN in page
    assert "14:00" in page
    assert "Missed" in page
    assert f"rep_id={world.ids['rep2']}" in page
    last = client.get("/team?week=2026-W47").text
    assert "Report late" in last
    assert "rep_id=" not in last.partition("<main")[2].partition("board-page")[2]


def test_a_manager_sees_the_own_team_only(world: World) -> None:
    world.visit("rep1", TODAY, 14, customer_id=world.ids["long"])
    page = world.client("manager2").get("/team").text
    assert LONG_EN not in page
    assert "孙立" in page
    assert "陈晓" not in page


def test_a_visit_of_somebody_who_left_is_shown(world: World) -> None:
    world.visit("rep2", TODAY, 15)
    world.write(lambda session: people_service.change_user(session, world.ids["rep2"], is_active=False))
    assert "Nobody to do it" in world.client("manager1").get("/team").text


def plan(world: World, rep: str) -> UUID:
    def work(session):  # type: ignore[no-untyped-def]  # a short closure over the session
        actor = people_service.actor_for(session, world.ids[rep])
        start = NOW + timedelta(hours=4)
        return visits.plan_visit(
            session, actor, customer_id=world.ids["customer"], purpose_key="call", planned_start=start, now=NOW
        )

    return world.write(work)


def open_task(world: World, visit_id: UUID) -> process.TaskRow:
    return world.read(lambda session: process.tasks_of(session, visits.business_key(visit_id))[0])


def test_a_manager_gives_a_step_to_another_rep(world: World) -> None:
    task = open_task(world, plan(world, "rep1"))
    client = world.client("manager1")
    assert client.post("/team/assign", {"task_id": task.id, "user_id": world.ids["rep2"]}).status_code == 302
    assert world.client("rep2").get(f"/tasks/{task.id}").status_code == 200


def test_steps_of_another_team_cannot_be_given_away(world: World) -> None:
    task = open_task(world, plan(world, "rep1"))
    answer = world.client("manager2").post("/team/assign", {"task_id": task.id, "user_id": world.ids["rep3"]})
    assert answer.status_code == 404
    answer = world.client("manager1").post("/team/assign", {"task_id": task.id, "user_id": world.ids["rep3"]})
    assert answer.status_code == 422


# Figures


def test_each_figure_leads_to_its_rows(world: World) -> None:
    for hour, state in ((9, "completed"), (10, "completed"), (11, "missed"), (13, "cancelled"), (14, "planned")):
        world.visit("rep1", TODAY, hour, state, grade="A" if state == "completed" else None)
    client = world.client("manager1")
    page = client.get("/figures").text
    assert "50%" in page  # two made of the four that are not cancelled
    for measure, count in (("planned", 5), ("made", 2), ("missed", 1), ("cancelled", 1), ("open", 1), ("grade_A", 2)):
        rows = client.get(f"/figures/visits?measure={measure}").text
        assert rows.count("data-row") == count, measure


def test_a_rep_sees_own_figures_only(world: World) -> None:
    world.visit("rep1", TODAY, 9, "completed")
    world.visit("rep2", TODAY, 9, "completed")
    client = world.client("rep1")
    assert client.get("/figures/visits?measure=made").text.count("data-row") == 1
    assert client.get(f"/figures/visits?measure=made&rep={world.ids['rep2']}").status_code == 404
    assert client.get("/figures/visits?measure=secrets").status_code == 404


def test_a_manager_cannot_ask_for_another_team(world: World) -> None:
    assert world.client("manager1").get(f"/figures?team={world.ids['team2']}").status_code == 404
    assert world.client("manager1").get(f"/figures?team={world.ids['team1']}").status_code == 200


# For all of them

ADMIN_PAGES = ("/operate/instances", "/people", "/people/new", "/purposes", "/purposes/new", "/studio")


@pytest.mark.parametrize("path", [*ADMIN_PAGES, "/team", "/figures"])
def test_pages_refuse_other_roles(world: World, path: str) -> None:
    allowed = {"/team": {"manager1"}, "/figures": {"manager1", "rep1", "admin"}}.get(path, {"admin"})
    for login in ("rep1", "manager1", "ops1", "admin"):
        assert world.client(login).get(path).status_code == (200 if login in allowed else 403), login


def test_posts_need_the_token(world: World) -> None:
    client = world.client("admin").client
    for path in ("/people/new", "/people/teams", f"/people/{world.ids['rep1']}", "/team/assign", "/requests/new"):
        assert client.post(path, data={"name": "x"}).status_code == 403, path


def test_statements_do_not_grow_with_the_rows(world: World) -> None:
    paths = {
        "ops1": ["/requests"],
        "manager1": ["/team", "/figures", "/figures/visits"],
        "admin": ["/operate/instances", "/operate/incidents", "/people", "/studio"],
    }

    def count() -> dict[str, int]:
        return {path: statements(world, login, path) for login, own in paths.items() for path in own}

    world.request("rep1", "One")
    world.visit("rep1", TODAY, 9, "completed")
    before = count()
    for hour in range(10, 20):
        world.request("rep1", f"Fault {hour}")
        world.visit("rep1", TODAY, hour, "completed")
    assert count() == before
    assert max(before.values()) <= MAX_STATEMENTS


def test_the_page_of_a_request_is_cheap(world: World) -> None:
    request_id = world.request("rep1", "One")
    assert statements(world, "ops1", f"/requests/{request_id}") <= 24
    assert len(world.read(lambda session: support_queries.requests(session, _admin(world)))) == 1


def _admin(world: World):  # type: ignore[no-untyped-def]  # an Actor
    return world.read(lambda session: people_service.actor_for(session, world.ids["admin"]))


def statements(world: World, login: str, path: str) -> int:
    client = world.client(login)
    seen: list[str] = []

    def note(_connection, _cursor, statement, *_rest) -> None:  # type: ignore[no-untyped-def]  # SQLAlchemy's event
        if not statement.startswith(("BEGIN", "PRAGMA")):
            seen.append(statement)

    engine = world.application.database.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        assert client.get(path).status_code == 200
    finally:
        event.remove(engine, "before_cursor_execute", note)
    return len(seen)


def test_the_inbox_shows_a_visit_to_come_once(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    visit_ids = [plan(world, "rep1") for _number in range(3)]
    client = world.client("rep1")
    page = client.get("/tasks").text
    assert (page.count("Check in"), page.count(">Prepare<")) == (3, 0)
    assert '<span class="count">3</span>' in page
    assert ">Prepare<" in client.get(f"/visits/{visit_ids[0]}").text  # there it is one tap away
    monkeypatch.setattr("web.inbox.listing.PAGE_SIZE", 2)
    first = client.get("/tasks").text
    more = re.search(r'href="(/tasks\?[^"]*after=[^"]+)"', first)
    assert more is not None
    second = client.get(more[1].replace("&amp;", "&")).text
    assert (first.count("data-row"), second.count("data-row")) == (2, 1)
    assert statements(world, "rep1", "/tasks") <= MAX_STATEMENTS


def test_a_search_of_the_inbox_keeps_to_the_main_steps(world: World) -> None:
    plan(world, "rep1")
    page = world.client("rep1").get("/tasks?q=Hangzhou&process=visit").text
    assert page.count("data-row") == 1


def test_a_step_completed_meanwhile_keeps_what_was_typed(world: World) -> None:
    request_id = world.request("rep1", "Display fault")
    [task] = world.read(lambda session: process.tasks_of(session, f"request:{request_id}"))
    client, address = world.client("ops1"), f"/tasks/{task.id}"
    typed = {"priority": "P3", "queue": "technical", "note": "the first of two"}
    assert client.post(address, typed).status_code == 302
    answer = client.post(address, {**typed, "note": "typed in another tab"})
    assert answer.status_code == 409
    text = body_of(answer.text)
    assert "typed in another tab" in text
    assert text.count("周芳 completed this step") == 1
