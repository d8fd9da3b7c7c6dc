"""The rep's day in pages: its order, its close, a visit that nobody planned, and the map."""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from engine.access import SYSTEM
from engine.planning import service as days
from engine.process import bundles, deployment
from engine.visits import queries as visits
from tests.web.rep_world import World, make_world, page
from web.app import create_app


@pytest.fixture
def world(tmp_path: Path, pages_url: str) -> Iterator[World]:
    """Return a company with the process of the day, on either database."""
    made = make_world(tmp_path, url=pages_url)
    with made.application.database.transaction() as session:
        deployment.deploy(session, SYSTEM, bundles.factory_sources("day"), now=made.now)
    yield made
    made.application.database.dispose()


def begin(world: World) -> None:
    with world.application.database.transaction() as session:
        assert days.start_due_days(session, world.now) == 1


def stops(text: str) -> list[str]:
    return re.findall(r'class="card stop-card" href="/visits/([0-9a-f-]+)"', text)


def test_the_proposed_order_is_confirmed_and_holds_on_today(world: World) -> None:
    first, second = world.plan(customer="h1", hours=1), world.plan(customer="h2", hours=2)
    begin(world)
    client = world.client("rep1")
    assert "Look and confirm" in page(client, "/today")
    moved = page(client, f"/today/order?order={first},{second}&up={second}")
    assert f'name="order" value="{second},{first}"' in moved
    answer = client.post("/today/order", data={"order": f"{second},{first}"})
    assert answer.status_code == 302
    text = page(client, "/today")
    assert stops(text) == [str(second), str(first)]
    assert "Look and confirm" not in text
    packet = client.get("/offline/packet").json
    assert [each["id"] for each in packet["visits"]] == [str(second), str(first)]


def test_closing_lists_what_is_open_and_ends_the_day(world: World) -> None:
    done, left = world.plan(hours=0.5), world.plan(customer="h2", hours=2)
    world.finish("rep1", done)
    begin(world)
    client = world.client("rep1")
    text = page(client, "/today/close")
    assert str(world.task("rep1", left, "check_in").id) in text
    assert "1 of 2 done" in text
    assert client.post("/today/close", data={"note": "Fine."}).status_code == 302
    assert "This day is closed." in page(client, "/today")
    world.application.worker.run_until_idle()
    assert "1 visits made, 0 missed, 1 open" in page(world.client("manager1"), "/notifications")


def test_a_button_begins_the_day(world: World) -> None:
    world.plan()
    client = world.client("rep1")
    assert "Begin the day" in page(client, "/today")
    assert client.post("/today/start").location == "/today/order"
    assert "Begin the day" not in page(client, "/today")


def test_the_form_of_a_day_task_leads_to_its_page(world: World) -> None:
    world.plan()
    begin(world)
    actor = world.actor("rep1")
    with world.application.database.reading() as session:
        task = days.open_task(session, actor, world.now.date(), "confirm_order")
    assert task is not None
    assert world.client("rep1").get(f"/tasks/{task.id}").location == "/today/order"


def test_a_visit_from_now_is_checked_in_with_three_taps(world: World) -> None:
    client = world.client("rep1")
    assert 'href="/today/visit"' in page(client, "/today")
    text = page(client, "/today/visit")
    visit_id = re.search(r'name="visit_id" value="([^"]+)"', text)
    assert visit_id is not None
    sent = {"visit_id": visit_id[1], "purpose": "routine", "customer_id": str(world.customers["h1"])}
    for _twice in range(2):
        answer = client.post("/today/visit", data=sent)
        assert re.fullmatch(r"/tasks/[0-9a-f-]+", answer.location)
    assert "check_in" in client.get(answer.location).text
    with world.application.database.reading() as session:
        assert len(visits.visits_of_day(session, world.people["rep1"], world.now.date())) == 1


def test_nearest_customers_come_first_after_a_check_in(world: World) -> None:
    there = world.plan(customer="h2", hours=0.5)
    world.do("rep1", there, "check_in", {"method": "manual"})
    text = page(world.client("rep1"), "/today/visit")
    assert text.index("Renhe Pharmacy") < text.index("First People's Hospital".replace("'", "&#39;"))


def test_a_colleagues_visit_is_shown_before_a_visit_from_now(world: World) -> None:
    world.plan("rep2", "h1", hours=3)
    client = world.client("rep1")
    sent = {"visit_id": "0199d1c2-0000-7000-8000-000000000001", "purpose": "routine"}
    sent["customer_id"] = str(world.customers["h1"])
    answer = client.post("/today/visit", data=sent)
    assert answer.status_code == 422
    assert "Press again to visit anyway" in answer.text
    assert client.post("/today/visit", data={**sent, "seen": sent["customer_id"]}).status_code == 302


def test_a_foreign_customer_is_not_visited(world: World) -> None:
    sent = {"visit_id": "0199d1c2-0000-7000-8000-000000000002", "purpose": "routine"}
    sent["customer_id"] = str(world.customers["h3"])
    assert world.client("rep1").post("/today/visit", data=sent).status_code == 404


def test_an_order_of_other_peoples_visits_shows_none_of_them(world: World) -> None:
    mine, foreign = world.plan(), world.plan("rep2", "h2")
    text = page(world.client("rep1"), f"/today/order?order={foreign},{mine}")
    assert str(foreign) not in text
    assert str(mine) in text


def test_today_counts_the_open_promises_of_each_customer(world: World) -> None:
    done = world.plan(hours=0.5)
    world.finish("rep1", done)
    world.plan(hours=3)
    from engine.support import service as support

    with world.application.database.transaction() as session:
        deployment.deploy(session, SYSTEM, bundles.factory_sources("support_request"), now=world.now)
        support.raise_request(
            session, world.actor("rep1"), type_="technical", subject="Dose?",
            customer_id=world.customers["h1"], now=world.now,
        )  # fmt: skip
    assert "1 open promises" in page(world.client("rep1"), "/today")


def test_without_tiles_no_other_host_is_named(world: World) -> None:
    world.plan()
    answer = world.client("rep1").get("/today")
    assert "data-map" not in answer.text
    assert "http" not in answer.headers["Content-Security-Policy"]


def test_a_map_with_tiles_names_its_host_on_today_only(world: World) -> None:
    world.application.settings = replace(
        world.application.settings,
        tile_url="https://{s}.tile.example/{z}/{x}/{y}.png", tile_attribution="© Maps", tile_system="gcj02",
    )  # fmt: skip
    world.app = create_app(world.application)
    world.plan(customer="h1"), world.plan(customer="h2", hours=2)
    client = world.client("rep1")
    answer = client.get("/today")
    csp = answer.headers["Content-Security-Policy"]
    assert "img-src 'self' https://*.tile.example " in csp
    assert "connect-src 'self' https://*.tile.example;" in csp
    assert "tile.example" not in client.get("/me").headers["Content-Security-Policy"]
    # 31.2304, 121.4737 in GCJ-02: some 480 m away.
    at = re.search(r'"at": ?\[([0-9.]+), ?([0-9.]+)\]', answer.text)
    assert at is not None
    assert (round(float(at[1]), 3), round(float(at[2]), 3)) == (31.228, 121.478)


def test_every_map_link_has_its_order_and_system(world: World) -> None:
    visit = world.plan()
    text = page(world.client("rep1"), f"/visits/{visit}").replace("&amp;", "&")
    links = {urlsplit(url).netloc: parse_qs(urlsplit(url).query) for url in re.findall(r'href="(https://[^"]+)"', text)}
    assert links["uri.amap.com"]["to"][0].startswith("121.473700,31.230400,")
    assert links["uri.amap.com"]["coordinate"] == ["wgs84"]
    assert links["api.map.baidu.com"]["location"] == ["31.230400,121.473700"]
    assert links["api.map.baidu.com"]["coord_type"] == ["wgs84"]
    assert links["apis.map.qq.com"]["marker"][0].startswith("coord:31.230400,121.473700;")
    assert links["apis.map.qq.com"]["coord_type"] == ["1"]
    assert links["www.google.com"]["destination"] == ["31.230400,121.473700"]
    assert links["maps.apple.com"]["daddr"] == ["31.230400,121.473700"]
