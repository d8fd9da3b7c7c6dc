"""The rep's pages, as a browser without scripts sees them."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest

from engine.ids import new_id
from engine.support.tables import SupportRequest
from engine.visits import queries as visits
from engine.visits.tables import VisitState
from tests.web.rep_world import World, draft_of, make_world, page, statements

MOST_STATEMENTS = 21


@pytest.fixture
def world(tmp_path: Path, pages_url: str) -> Iterator[World]:
    made = make_world(tmp_path, url=pages_url)
    yield made
    made.application.database.dispose()


def plan_data(world: World, **more: object) -> dict[str, object]:
    data = {
        "visit_id": str(new_id()), "customer_id": str(world.customers["h1"]), "purpose_key": "routine",
        "day": "2026-11-23", "time": "14:00", "minutes": "45", "channel": "phone", "note": "Bring the leaflet",
    }  # fmt: skip
    return {**data, **more}


def stored(world: World, visit_id: UUID) -> visits.VisitRow:
    with world.application.database.reading() as session:
        return visits.visit_detail(session, world.actor("ops1"), visit_id).visit


def test_today_teaches_when_it_is_empty(world: World) -> None:
    text = page(world.client("rep1"), "/today")
    assert "No visits today" in text
    assert "New visit" in text


def test_today_shows_the_next_visit_with_its_one_action(world: World) -> None:
    done, coming = world.plan(hours=0.5), world.plan(customer="h2", hours=2)
    world.finish("rep1", done)
    text = page(world.client("rep1"), "/today")
    assert "1 of 2 done" in text
    task = world.task("rep1", coming, "check_in")
    assert re.search(rf'button-big" href="/tasks/{task.id}">Check in', text)
    assert "1.9 km" in text  # from the hospital to the pharmacy, by the haversine formula


def test_today_says_what_is_late_and_what_is_left_of_earlier_days(world: World) -> None:
    world.plan(hours=1)
    world.clock[0] += timedelta(hours=3)
    assert "late by 2 h" in page(world.client("rep1"), "/today")
    world.clock[0] += timedelta(days=1)
    assert "Unfinished visits of earlier days: 1" in page(world.client("rep1"), "/today")


def test_today_does_not_take_more_statements_with_more_visits(world: World) -> None:
    client = world.client("rep1")
    world.plan(hours=1)
    one = statements(world, client, "/today")
    for hours in range(2, 8):
        world.plan(hours=hours)
    assert statements(world, client, "/today") == one <= MOST_STATEMENTS


def _planned(world: World) -> int:
    with world.application.database.reading() as session:
        return len(visits.visits(session, world.actor("rep1")))


def test_a_draft_is_planned_from_today_with_one_form(world: World) -> None:
    draft = draft_of(world)
    client = world.client("rep1")
    text = page(client, "/today")
    assert f'action="/visits/{draft}/plan"' in text
    assert 'value="2026-12-01"' in text
    answer = client.post(f"/visits/{draft}/plan", data={"day": "2026-12-02", "time": "10:15"})
    assert answer.status_code == 302
    found = stored(world, draft)
    assert (found.state, found.planned_start.isoformat()) == (VisitState.PLANNED, "2026-12-02T02:15:00+00:00")
    assert world.task("rep1", draft, "check_in").subject
    assert client.post(f"/visits/{draft}/plan", data={"day": "2026-12-03", "time": "10:15"}).status_code == 409


def test_a_draft_in_the_past_is_refused_and_keeps_what_was_typed(world: World) -> None:
    draft = draft_of(world)
    answer = world.client("rep1").post(f"/visits/{draft}/plan", data={"day": "2026-11-01", "time": "10:15"})
    assert answer.status_code == 422
    assert "Choose a time to come." in answer.text
    assert 'value="2026-11-01"' in answer.text
    assert stored(world, draft).state == VisitState.DRAFT


def test_a_draft_is_dropped(world: World) -> None:
    draft = draft_of(world)
    client = world.client("rep1")
    assert client.post(f"/visits/{draft}/discard").status_code == 302
    assert page(client, f"/visits/{draft}", status=404)


def test_a_visit_page_shows_where_last_time_and_promises(world: World) -> None:
    earlier = world.plan("rep2", hours=0.5)
    world.finish("rep2", earlier, summary="Wants the phase three data.")
    with world.application.database.transaction() as session:
        session.add(
            SupportRequest(
                number="R-1", type="sample", subject="Three boxes", description="", state="in_progress", handling={},
                customer_id=world.customers["h1"], requester_id=world.people["rep2"], priority="P3", queue="samples",
                created_at=world.now,
            )
        )  # fmt: skip
    visit_id = world.plan(hours=2, note="Ask for the head nurse")
    text = page(world.client("rep1"), f"/visits/{visit_id}")
    for expected in ("Wants the phase three data.", "王芳", "Three boxes", "In progress", "Ask for the head nurse"):
        assert expected in text
    assert f"/visits/{earlier}" not in text  # a colleague's visit is read here, not opened
    assert "Planned the visit." in text
    assert "data-diagram-url" in text


def test_a_finished_visit_shows_its_report_in_words(world: World) -> None:
    visit_id = world.plan(hours=0.5)
    world.finish(
        "rep1",
        visit_id,
        summary="Shelf in order.",
        competitors=[{"name": "Other Co", "activity": "price"}],
        order_interest="ready",
        order_intent=12800,
    )
    text = page(world.client("rep1"), f"/visits/{visit_id}")
    for expected in ("Shelf in order.", "Other Co", "Price", "Ready to order", "¥128.00", "C · by hand or unclear"):
        assert expected in text
    chinese = page(world.client("rep1", locale="zh"), f"/visits/{visit_id}")
    assert "准备下单" in chinese


def test_the_map_links_name_their_coordinate_system_and_order(world: World) -> None:
    text = page(world.client("rep1"), f"/customers/{world.customers['h1']}")
    assert "uri.amap.com/navigation?to=121.473700,31.230400," in text
    assert "coordinate=wgs84" in text
    assert "location=31.230400,121.473700" in text
    assert "coord_type=wgs84" in text
    assert "marker=coord:31.230400,121.473700;" in text
    assert "destination=31.230400,121.473700" in text
    assert "daddr=31.230400,121.473700" in text


@pytest.mark.parametrize("login", ["rep2", "stranger"])
def test_a_foreign_visit_is_not_found(world: World, login: str) -> None:
    visit_id = world.plan()
    client = world.client(login)
    page(client, f"/visits/{visit_id}", status=404)
    for action in ("plan", "discard", "cancel", "reschedule", "comments"):
        data = {"reason": "x", "text": "x", "day": "2026-12-01", "time": "10:00"}
        assert client.post(f"/visits/{visit_id}/{action}", data=data).status_code == 404


def test_a_foreign_customer_is_not_found(world: World) -> None:
    client = world.client("rep1")
    page(client, f"/customers/{world.customers['h3']}", status=404)
    assert "South Clinic" not in page(client, "/customers")
    text = page(client, f"/visits/new?customer_id={world.customers['h3']}")
    assert "There is no such customer for you." in text


def test_the_manager_sees_the_visits_of_the_team(world: World) -> None:
    visit_id = world.plan()
    assert "Waits for somebody else" in page(world.client("manager1"), f"/visits/{visit_id}")


def test_a_visit_is_planned_with_everything_that_was_typed(world: World) -> None:
    data = plan_data(world)
    answer = world.client("rep1").post("/visits/new", data=data)
    assert answer.status_code == 302
    found = stored(world, UUID(str(data["visit_id"])))
    assert found.planned_start.isoformat() == "2026-11-23T06:00:00+00:00"
    assert found.planned_end - found.planned_start == timedelta(minutes=45)
    assert (found.channel, found.note, found.rep_id) == ("phone", "Bring the leaflet", world.people["rep1"])


def test_planning_twice_makes_one_visit(world: World) -> None:
    data, client = plan_data(world), world.client("rep1")
    addresses = {client.post("/visits/new", data=data).headers["Location"] for _attempt in range(2)}
    assert len(addresses) == 1
    assert _planned(world) == 1


def test_mistakes_in_a_plan_stand_at_their_fields_and_nothing_is_lost(world: World) -> None:
    data = plan_data(world, day="tomorrow", minutes="7", purpose_key="")
    answer = world.client("rep1").post("/visits/new", data=data)
    assert answer.status_code == 422
    for sentence in ("Enter a day, such as 2026-11-23.", "Choose how long the visit takes.", "Choose a purpose."):
        assert sentence in answer.text
    assert "Bring the leaflet" in answer.text
    assert str(data["visit_id"]) in answer.text
    assert 'value="14:00"' in answer.text


def test_a_colleague_nearby_is_shown_before_the_visit_is_saved(world: World) -> None:
    near = world.plan("rep2", hours=30)
    client = world.client("rep1")
    answer = client.post("/visits/new", data=plan_data(world))
    assert answer.status_code == 422
    assert "王芳" in answer.text
    assert f'name="seen" value="{near}"' in answer.text
    assert client.post("/visits/new", data=plan_data(world, seen=str(near))).status_code == 302


def test_a_manager_plans_for_a_rep_of_the_team(world: World) -> None:
    client = world.client("manager1")
    assert "王芳" in page(client, f"/visits/new?customer_id={world.customers['h1']}")
    assert "Choose a rep." in client.post("/visits/new", data=plan_data(world)).text
    data = plan_data(world, rep_id=str(world.people["rep2"]))
    assert client.post("/visits/new", data=data).status_code == 302
    assert stored(world, UUID(str(data["visit_id"]))).rep_id == world.people["rep2"]


def test_a_follow_up_takes_over_what_the_visit_before_was_like(world: World) -> None:
    done = world.plan(hours=0.5, channel="video")
    text = page(world.client("rep1"), f"/visits/new?follows={done}")
    assert 'value="2026-11-30"' in text
    assert re.search(r'value="video" checked', text)


def test_cancelling_needs_a_reason_and_tells_it(world: World) -> None:
    visit_id, client = world.plan(), world.client("rep1")
    answer = client.post(f"/visits/{visit_id}/cancel", data={"reason": " "})
    assert answer.status_code == 422
    assert "Enter a reason." in answer.text
    assert client.post(f"/visits/{visit_id}/cancel", data={"reason": "Clinic closed"}).status_code == 302
    text = page(client, f"/visits/{visit_id}")
    assert "Cancelled the visit." in text
    assert "Clinic closed" in text


def test_moving_to_another_day_starts_a_new_visit(world: World) -> None:
    visit_id, client = world.plan(), world.client("rep1")
    answer = client.post(f"/visits/{visit_id}/reschedule", data={"day": "2026-11-25", "time": "16:00"})
    assert answer.status_code == 302
    assert stored(world, visit_id).state == VisitState.RESCHEDULED
    with world.application.database.reading() as session:
        newest = visits.visits(session, world.actor("rep1"))[0]
    assert (newest.follows_id, newest.planned_start.isoformat()) == (visit_id, "2026-11-25T08:00:00+00:00")


def test_a_comment_appears_in_the_timeline(world: World) -> None:
    visit_id, client = world.plan(), world.client("manager1")
    assert client.post(f"/visits/{visit_id}/comments", data={"text": ""}).status_code == 422
    client.post(f"/visits/{visit_id}/comments", data={"text": "Mind the <new> price"})
    assert "Mind the &lt;new&gt; price" in page(world.client("rep1"), f"/visits/{visit_id}")


def test_pages_of_reps_are_closed_to_the_back_office(world: World) -> None:
    client = world.client("ops1")
    assert client.get("/today").status_code == 403
    assert client.get("/visits/new").status_code == 403


@pytest.mark.parametrize("address", ["/customers", "/me", "/notifications"])
def test_no_page_takes_manystatements(world: World, address: str) -> None:
    assert statements(world, world.client("rep1"), address) <= 12


def test_a_visit_page_takes_a_fixed_number_ofstatements(world: World) -> None:
    visit_id, client = world.plan(), world.client("rep1")
    before = statements(world, client, f"/visits/{visit_id}")
    for number in range(3):
        client.post(f"/visits/{visit_id}/comments", data={"text": f"Comment {number}"})
    assert statements(world, client, f"/visits/{visit_id}") == before <= MOST_STATEMENTS


def test_who_is_signed_out_is_sent_to_sign_in(world: World) -> None:
    answer = world.app.test_client().get("/today")
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/sign-in")
