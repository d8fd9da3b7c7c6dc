"""The person's own page, positions under consent, customers and notifications."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest

from engine.consent import service as consent
from engine.consent.rules import PURPOSES, LocationMode
from engine.evidence.tables import Position
from engine.notifications.tables import Notification
from engine.people import service as people
from engine.visits.tables import Visit
from tests.web.rep_world import World, draft_of, make_world, page


@pytest.fixture
def world(tmp_path: Path, pages_url: str) -> Iterator[World]:
    made = make_world(tmp_path, url=pages_url)
    yield made
    made.application.database.dispose()


READING = {
    "latitude": 31.2304, "longitude": 121.4737, "accuracy_m": 20, "coordinate_system": "wgs84",
    "fixed_at": "2026-11-23T01:00:00Z",
}  # fmt: skip


def test_a_position_without_consent_is_refused_and_not_stored(world: World) -> None:
    client = world.client("rep1")
    for _state in ("never asked", "off"):
        answer = client.post("/positions", json=READING)
        assert answer.status_code == 403
        assert answer.json["code"] == "no_consent"
        client.post("/me/location", data={"mode": "off"})
    with world.application.database.reading() as session:
        assert session.query(Position).count() == 0


def test_a_position_is_stored_under_consent_and_refused_after_its_withdrawal(world: World) -> None:
    client = world.client("rep1")
    client.post("/me/location", data={"mode": "check_in"})
    answer = client.post("/positions", json=READING)
    assert answer.status_code == 201
    assert UUID(answer.json["evidence"])
    client.post("/me/location", data={"mode": "manual"})
    assert client.post("/positions", json=READING).status_code == 403


def test_positions_are_deleted_when_their_time_is_over(world: World) -> None:
    client = world.client("rep1")
    client.post("/me/location", data={"mode": "check_in"})
    client.post("/positions", json=READING)
    left = []
    for days in (179, 2):
        world.clock[0] += timedelta(days=days)
        world.application.worker.sweep(do_deliveries=True)
        with world.application.database.reading() as session:
            left.append(session.query(Position).count())
    assert left == [1, 0]


def test_consent_is_asked_again_after_twelve_months(world: World) -> None:
    world.client("rep1").post("/me/location", data={"mode": "check_in"})
    world.clock[0] += timedelta(days=366)
    client = world.client("rep1")
    assert "Choose how you check in" in page(client, "/today")
    assert client.post("/positions", json=READING).status_code == 403


@pytest.mark.parametrize(
    "change",
    [
        {"latitude": "31"},
        {"latitude": 91},
        {"coordinate_system": "pulkovo"},
        {"fixed_at": "2026-11-23"},
        {"accuracy_m": True},
    ],
)
def test_what_is_no_position_is_refused(world: World, change: dict[str, object]) -> None:
    client = world.client("rep1")
    client.post("/me/location", data={"mode": "check_in"})
    assert client.post("/positions", json={**READING, **change}).status_code == 422


def test_the_task_page_asks_for_a_position_only_under_consent(world: World) -> None:
    visit_id, client = world.plan(), world.client("rep1")
    address = f"/tasks/{world.task('rep1', visit_id, 'check_in').id}"
    text = page(client, address)
    assert "data-position-url" not in text
    assert "Your position is not used: check in by hand." in text
    client.post("/me/location", data={"mode": "check_in"})
    text = page(client, address)
    assert 'data-position-url="/positions"' in text
    assert "Your position is not used" not in text


def test_the_choice_of_the_location_mode_is_shown_and_lasts(world: World) -> None:
    client = world.client("rep1")
    assert "Choose how you check in" in page(client, "/today")
    for mode in LocationMode:
        client.post("/me/location", data={"mode": mode.value})
        assert f'value="{mode.value}" checked' in page(client, "/me")
    assert "Choose how you check in" not in page(client, "/today")
    with world.application.database.reading() as session:
        assert set(consent.states(session, world.actor("rep1"))) == set(PURPOSES)
    client.post("/me/location", data={"mode": "everything"})
    assert "Choose one of the four ways." in page(client, "/me")


def test_language_and_theme_are_remembered(world: World) -> None:
    client = world.client("rep1")
    client.post("/me/appearance", data={"theme": "dark"})
    client.post("/me/appearance", data={"locale": "zh"})
    text = page(client, "/me")
    assert 'data-theme="dark"' in text
    assert "我的签到方式" in text


def test_the_customer_card_shows_colleagues_visits_without_links(world: World) -> None:
    done = world.plan("rep2", hours=0.5)
    world.finish("rep2", done, summary="Nice talk.")
    planned = world.plan(hours=40)
    text = page(world.client("rep1"), f"/customers/{world.customers['h1']}")
    assert "Nice talk." in text
    assert f"/visits/{done}" not in text
    assert f"/visits/{planned}" in text
    assert "tel:13800000000" in text


def test_customers_are_searched_filtered_and_paged(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    client = world.client("rep1")
    assert "Renhe Pharmacy" not in page(client, "/customers?q=first")
    assert "First People" not in page(client, "/customers?kind=pharmacy")
    assert "Nothing fits" in page(client, "/customers?q=zzz")
    monkeypatch.setattr("web.customers.views.PAGE_SIZE", 1)
    first = client.get("/customers").text
    more = re.search(r'href="(/customers\?after=[^"]+)"', first)
    assert more is not None
    second = client.get(more.group(1).replace("&amp;", "&")).text
    assert ("Renhe Pharmacy" in first) != ("Renhe Pharmacy" in second)


def test_notifications_link_to_their_object_and_are_marked_as_read(world: World) -> None:
    visit_id, client = world.plan(), world.client("rep1")
    assert "Nothing new" in page(client, "/notifications")
    with world.application.database.transaction() as session:
        session.add(
            Notification(
                key="k", user_id=world.people["rep1"], template="visit_assigned", values={"title": "Hospital"},
                business_key=f"visit:{visit_id}", created_at=world.now,
            )
        )  # fmt: skip
    text = page(client, "/notifications")
    assert "New visit: Hospital" in text
    assert f'href="/visits/{visit_id}"' in text
    client.post("/notifications/read")
    assert "is-unread" not in page(client, "/notifications")


def test_links_of_mails_open_the_object(world: World) -> None:
    client = world.client("rep1")
    visit_id = world.plan()
    assert client.get(f"/open/visit:{visit_id}").headers["Location"] == f"/visits/{visit_id}"
    for nonsense in ("visit:1", "nothing", f"other:{visit_id}"):
        assert client.get(f"/open/{nonsense}").status_code == 404


def test_a_post_without_the_token_is_refused(world: World) -> None:
    client = world.client("rep1")
    client.environ_base["HTTP_X_CSRF_TOKEN"] = "wrong"
    assert client.post("/me/location", data={"mode": "off"}).status_code == 403


def test_every_form_carries_the_token(world: World) -> None:
    draft = draft_of(world)
    visit_id = world.plan(customer="h2", hours=2)
    client = world.client("rep1")
    addresses = ["/today", "/me", f"/visits/{visit_id}", f"/visits/{draft}"]
    addresses.append(f"/visits/new?customer_id={world.customers['h1']}")
    for address in addresses:
        text = client.get(address).text
        forms = re.findall(r'<form[^>]*method="post".*?</form>', text, flags=re.DOTALL)
        assert forms
        assert all(re.search(r'name="csrf_token" value=".{20,}"', form) for form in forms), address


def test_an_unknown_theme_changes_nothing(world: World) -> None:
    client = world.client("rep1")
    client.post("/me/appearance", data={"theme": "pink", "locale": "xx"})
    with world.application.database.reading() as session:
        assert people.actor_for(session, world.people["rep1"]).locale == "en"
        assert session.query(Visit).count() == 0
