"""What managers may look at, the pins of places, tracks, and what no log may hold."""

import logging
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from engine.customers import queries as customer_queries
from engine.evidence import looks, pins
from engine.evidence.tables import PositionView, TrackPoint
from tests.web.presence_world import (
    DEGREE_M,
    LATITUDE,
    arrive,
    consenting,
    reading,
    visit_of,
)
from tests.web.rep_world import World, make_world, page


@pytest.fixture
def world(tmp_path: Path, pages_url: str) -> Iterator[World]:
    made = make_world(tmp_path, url=pages_url)
    yield made
    made.application.database.dispose()


@pytest.fixture
def place_id(world: World) -> UUID:
    with world.application.database.reading() as session:
        return customer_queries.places(session, world.customers["h1"])[0].id


# R18, M6: looking


def test_a_look_is_in_the_ledger_before_anything_is_shown(world: World) -> None:
    client, visit_id = consenting(world), world.plan()
    arrive(world, client, visit_id, metres=120)
    manager = world.client("manager1")
    assert "Look at the position" in page(manager, f"/visits/{visit_id}")
    assert manager.post(f"/visits/{visit_id}/position", data={"purpose": ""}).status_code == 422
    shown = manager.post(f"/visits/{visit_id}/position", data={"purpose": "explanation"})
    assert shown.status_code == 200
    assert "<svg" in shown.text
    assert "31.2" not in shown.text  # metres about the place, no degrees
    text = page(client, "/me/position-views")
    assert "陈经理" in text
    assert "Clear up an explanation" in text
    with world.application.database.reading() as session:
        assert session.query(PositionView).count() == 1
        assert looks.first_broken_look(session, world.people["rep1"]) is None


def test_the_twenty_first_look_of_a_day_is_refused(world: World) -> None:
    client, visit_id = consenting(world), world.plan()
    arrive(world, client, visit_id)
    manager = world.client("manager1")
    address, data = f"/visits/{visit_id}/position", {"purpose": "coaching"}
    assert [manager.post(address, data=data).status_code for _ in range(20)] == [200] * 20
    refused = manager.post(address, data=data)
    assert refused.status_code == 403
    assert '<svg class="route' not in refused.text
    with world.application.database.reading() as session:
        assert session.query(PositionView).count() == 20
    world.clock[0] += timedelta(days=1)
    assert world.client("manager1").post(address, data=data).status_code == 200


def test_nobody_else_looks_and_nobody_after_the_withdrawal(world: World) -> None:
    client, visit_id = consenting(world), world.plan()
    arrive(world, client, visit_id)
    address, data = f"/visits/{visit_id}/position", {"purpose": "coaching"}
    for login, status in (("rep2", 403), ("ops1", 403), ("rep1", 403)):
        assert world.client(login).post(address, data=data).status_code == status, login
    client.post("/me/location", data={"mode": "manual"})
    manager = world.client("manager1")
    assert manager.post(address, data=data).status_code == 403
    assert "Look at the position" not in page(manager, f"/visits/{visit_id}")


# The pin of a place


def test_a_first_reading_proposes_the_pin_and_a_manager_confirms_it(world: World, place_id: UUID) -> None:
    from engine.customers import queries
    from engine.customers.tables import Place

    with world.application.database.transaction() as session:
        place = session.get_one(Place, place_id)
        place.latitude = place.longitude = None
    client, visit_id = consenting(world), world.plan()
    arrive(world, client, visit_id, metres=40)
    assert visit_of(world, visit_id).grade == "C"
    assert "Explain" not in page(client, f"/visits/{visit_id}")
    manager = world.client("manager1")
    assert "Positions to confirm: 1" in page(manager, "/team")
    world.application.worker.run_until_idle()
    told = "a check-in of 李明 proposes the position of this place"
    assert re.search(rf'href="/pins"(?:(?!</li>).)*{told}', page(manager, "/notifications"))
    assert "给出了该地点的坐标" in page(world.client("manager1", locale="zh"), "/notifications")
    text = page(manager, "/pins")
    assert "uri.amap.com" not in text
    with world.application.database.reading() as session:
        (pin,) = pins.waiting_pins(session, world.actor("manager1"))
        assert pins.waiting_pins(session, world.actor("rep1")) == ()
    assert "uri.amap.com" in manager.post(f"/pins/{pin.id}/look").text
    assert "Position of a place" in page(client, "/me/position-views")
    assert manager.post(f"/pins/{pin.id}/decide", data={"decision": "confirm"}).status_code == 302
    assert manager.post(f"/pins/{pin.id}/decide", data={"decision": "confirm"}).status_code == 409
    with world.application.database.reading() as session:
        confirmed = queries.places_by_id(session, [place_id])[place_id]
        assert confirmed.latitude == pytest.approx(LATITUDE + 40 / DEGREE_M)


# S4: the track


def batch(world: World, points: int = 3, *, minutes_ago: float = 5, **more: Any) -> dict[str, Any]:
    found = []
    for number in range(points):
        point = reading(world, metres=60 * number, age_s=60 * (minutes_ago - number))
        found.append({name: value for name, value in point.items() if name != "sent_at"})
    return {"batch": str(uuid4()), "points": found, "sent_at": world.now.isoformat(), **more}


def test_a_track_is_stored_once_and_shown_with_its_gaps(world: World) -> None:
    client = consenting(world, "track")
    world.clock[0] += timedelta(hours=1)
    first = batch(world)
    answers = [client.post("/position/track", json=first) for _ in range(3)]
    assert [answer.json for answer in answers] == [{"stored": 3, "refused": 0}] * 3
    world.clock[0] += timedelta(hours=1)
    client.post("/position/track", json=batch(world))
    with world.application.database.reading() as session:
        assert session.query(TrackPoint).count() == 6
    text = page(client, "/me/track")
    assert text.count("recorded</span>") == 2
    assert text.count("no data</span>") == 2  # before the first, and between the two
    assert "track.js" in client.get("/today").text or "track-" in client.get("/today").text


def test_a_track_is_refused_without_consent_and_outside_working_time(world: World) -> None:
    client = consenting(world, "check_in")
    refused = client.post("/position/track", json=batch(world))
    assert (refused.status_code, refused.json["code"]) == (403, "no_consent")
    assert "data-track " not in client.get("/today").text
    consenting(world, "track")
    world.clock[0] += timedelta(hours=11)  # 20:00 in Shanghai
    refused = client.post("/position/track", json=batch(world))
    assert (refused.status_code, refused.json["code"]) == (403, "outside_working_time")
    with world.application.database.reading() as session:
        assert session.query(TrackPoint).count() == 0


def test_points_before_the_consent_and_at_lunch_are_not_stored(world: World) -> None:
    client = consenting(world, "track")  # at 09:00
    world.clock[0] += timedelta(minutes=2)
    answer = client.post("/position/track", json=batch(world, 5, minutes_ago=4))
    assert answer.json == {"stored": 3, "refused": 2}
    world.clock[0] += timedelta(hours=3, minutes=1)  # 12:03
    answer = client.post("/position/track", json=batch(world, 6, minutes_ago=5))
    assert answer.json == {"stored": 2, "refused": 4}


def test_a_manager_sees_a_track_through_the_ledger_only(world: World) -> None:
    client, visit_id = consenting(world, "track"), world.plan()
    world.clock[0] += timedelta(minutes=30)
    client.post("/position/track", json=batch(world))
    manager = world.client("manager1")
    shown = manager.post(f"/visits/{visit_id}/track", data={"purpose": "safety"})
    assert shown.status_code == 200
    assert "polyline" in shown.text
    assert "Track of the day" in page(client, "/me/position-views")
    client.post("/me/consent/withdraw", data={"purpose": "working_time_track"})
    assert manager.post(f"/visits/{visit_id}/track", data={"purpose": "safety"}).status_code == 403
    assert 'value="check_in" checked' in page(client, "/me")  # the other consent stands


@pytest.mark.parametrize("body", [None, {}, [], {"batch": "x"}, {"batch": str(uuid4()), "points": [{}]}])
def test_what_is_no_batch_is_refused(world: World, body: Any) -> None:
    assert consenting(world, "track").post("/position/track", json=body).status_code == 422


def test_no_coordinate_reaches_a_log(world: World, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    client, visit_id = consenting(world, "track"), world.plan()
    world.clock[0] += timedelta(minutes=20)
    client.post("/position/track", json=batch(world))
    client.post("/positions", json={**reading(world), "latitude": 91.234567})
    client.post("/position/track", json={**batch(world), "points": [{"latitude": 91.234567}]})
    arrive(world, client, visit_id, metres=33)
    world.client("manager1").post(f"/visits/{visit_id}/position", data={"purpose": "coaching"})
    logging.getLogger("test").info("something is captured")
    said = caplog.text
    assert "something is captured" in said
    assert not re.search(r"31\.23|121\.47|91\.23", said)
