"""Checking in, over the pages: by mode, by code, one visit at a time."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from engine.customers import queries as customer_queries
from engine.customers import service as customers
from engine.evidence.tables import Position
from tests.web.presence_world import (
    DEGREE_M,
    LATITUDE,
    LONGITUDE,
    arrive,
    check_in,
    consenting,
    facts_of,
    reading,
    visit_of,
)
from tests.web.rep_world import World, make_world, page


@pytest.fixture
def world(tmp_path: Path, pages_url: str) -> Iterator[World]:
    made = make_world(tmp_path, url=pages_url)
    yield made
    made.application.database.dispose()


# R1: consent first


def test_the_first_sign_in_of_a_rep_asks_for_consent_before_the_day(world: World) -> None:
    client = world.app.test_client()
    typed = {"login": "rep1", "password": "fieldflow-test", "next": "/today"}
    answer = client.post("/sign-in", data=typed)
    assert answer.location == "/consent?next=/today"
    text = page(client, "/consent?next=/today").partition("</head>")[2]
    assert re.findall(r'name="mode" value="(\w+)"', text) == ["off", "manual", "check_in", "track"]
    assert "checked" not in text
    token = re.search(r'name="csrf_token" value="([^"]+)"', text)
    assert token is not None
    chosen = {"mode": "manual", "next": "/today", "csrf_token": token.group(1)}
    assert client.post("/me/location", data=chosen).location == "/today"
    client.post("/sign-out", data={"csrf_token": token.group(1)})
    assert client.post("/sign-in", data=typed).location == "/today"


def test_an_address_of_elsewhere_is_no_way_onward(world: World) -> None:
    client = world.client("rep1")
    assert "evil" not in page(client, "/consent?next=https://evil.example/")
    answer = client.post("/me/location", data={"mode": "off", "next": "//evil.example"})
    assert answer.location == "/me/consent"


@pytest.mark.parametrize("mode", ["off", "manual"])
def test_without_consent_no_form_speaks_of_a_position(world: World, mode: str) -> None:
    client, visit_id = consenting(world, mode), world.plan()
    text = page(client, f"/tasks/{world.task('rep1', visit_id, 'check_in').id}")
    assert "data-position-url" not in text
    assert re.search(r'data-field="position_evidence"[^>]* data-hidden', text)
    assert ("Your position is not used" in text) == (mode == "manual")
    values = {} if mode == "off" else {"method": "manual"}
    assert check_in(world, client, visit_id, **values).status_code == 302
    assert facts_of(world, visit_id)[0]["method"] == "manual"
    assert visit_of(world, visit_id).grade == "C"


# R3 to R7, by the values that the form posts


@pytest.mark.parametrize(
    ("more", "grade", "explains"),
    [
        pytest.param({"metres": 35, "accuracy_m": 20}, "A", False, id="R3"),
        pytest.param({"metres": 280, "accuracy_m": 150}, "B", False, id="R4"),
        pytest.param({"metres": 900, "accuracy_m": 20}, "C", True, id="R5"),
        pytest.param({"metres": 10, "accuracy_m": 20, "age_s": 900}, "C", True, id="R6"),
    ],
)
def test_a_position_is_graded_and_never_blocks(
    world: World, more: dict[str, float], grade: str, explains: bool
) -> None:
    client, visit_id = consenting(world), world.plan()
    arrive(world, client, visit_id, **more)
    assert visit_of(world, visit_id).grade == grade
    assert visit_of(world, visit_id).state == "checked_in"
    text = page(client, f"/visits/{visit_id}")
    assert ("Explain" in text) == explains


def test_a_fix_ages_until_the_check_in_not_only_until_it_was_sent(world: World) -> None:
    client, visit_id = consenting(world), world.plan()
    sent = client.post("/positions", json=reading(world))
    world.clock[0] += timedelta(minutes=15)
    check_in(world, client, visit_id, method="position", position_evidence=sent.json["evidence"])
    assert facts_of(world, visit_id)[0]["age_s"] == 905
    assert visit_of(world, visit_id).grade == "C"


def test_the_age_of_a_fix_does_not_depend_on_the_phones_clock(world: World) -> None:
    client, visit_id = consenting(world), world.plan()
    wrong = timedelta(hours=3)
    body = reading(world, age_s=10)
    body |= {
        "fixed_at": (world.now + wrong - timedelta(seconds=10)).isoformat(),
        "sent_at": (world.now + wrong).isoformat(),
    }
    sent = client.post("/positions", json=body)
    check_in(world, client, visit_id, method="position", position_evidence=sent.json["evidence"])
    assert facts_of(world, visit_id)[0]["age_s"] == 10


def test_a_denied_permission_is_by_hand_with_nothing_to_explain(world: World) -> None:
    """R7: the permission is on record, no coordinate is."""
    client, visit_id = consenting(world), world.plan()
    assert check_in(world, client, visit_id, method="manual", permission="denied").status_code == 302
    found = facts_of(world, visit_id)[0]
    assert (found["method"], found["permission"], found["distance_m"]) == ("manual", "denied", None)
    assert visit_of(world, visit_id).grade == "C"
    assert "Explain" not in page(client, f"/visits/{visit_id}")
    with world.application.database.reading() as session:
        assert session.query(Position).count() == 0


def test_a_reading_in_another_system_is_compared_in_wgs84(world: World) -> None:
    from engine.connectors.maps.coordinates import from_wgs84

    client, visit_id = consenting(world), world.plan()
    shifted = from_wgs84((LATITUDE + 35 / DEGREE_M, LONGITUDE), "gcj02")
    body = {**reading(world), "latitude": shifted[0], "longitude": shifted[1], "coordinate_system": "gcj02"}
    sent = client.post("/positions", json=body)
    check_in(world, client, visit_id, method="position", position_evidence=sent.json["evidence"])
    assert facts_of(world, visit_id)[0]["distance_m"] == 35
    with world.application.database.reading() as session:
        assert session.query(Position).one().system == "gcj02"


# R8, R19: one visit at a time, one stop at a place


def test_a_second_check_in_asks_to_close_the_first(world: World) -> None:
    client = consenting(world, "manual")
    first, second = world.plan(), world.plan(customer="h2", hours=2)
    check_in(world, client, first, method="manual")
    task = world.task("rep1", second, "check_in")
    assert "You are still checked in at First People" in page(client, f"/tasks/{task.id}")
    refused = check_in(world, client, second, method="manual")
    assert refused.status_code == 409
    assert "Check out there now" in refused.text
    assert visit_of(world, second).state != "checked_in"

    out = world.task("rep1", first, "check_out")
    form = {"method": "manual", "submission_id": str(uuid4())}
    assert client.post(f"/tasks/{out.id}?back={task.id}", data=form).location == f"/tasks/{task.id}"
    assert client.post(f"/tasks/{out.id}?back={task.id}", data=form).location == f"/tasks/{task.id}"  # tapped twice
    assert check_in(world, client, second, method="manual").status_code == 302


def test_visits_at_one_place_are_open_together(world: World) -> None:
    client = consenting(world, "manual")
    first, second = world.plan(), world.plan(hours=1.1)
    check_in(world, client, first, method="manual")
    assert check_in(world, client, second, method="manual").status_code == 302
    assert {visit_of(world, each).state for each in (first, second)} == {"checked_in"}


# R20: withdrawal


def test_after_the_withdrawal_a_position_is_refused_and_the_visit_completable(world: World) -> None:
    client, visit_id = consenting(world), world.plan()
    sent = client.post("/positions", json=reading(world))
    assert client.post("/me/consent/withdraw", data={"purpose": "check_in_position"}).status_code == 302
    refused = client.post("/positions", json=reading(world))
    assert refused.status_code == 403
    assert refused.content_type == "application/problem+json"
    assert refused.json["code"] == "no_consent"
    late = check_in(world, client, visit_id, method="position", position_evidence=sent.json["evidence"])
    assert late.status_code in {302, 422}
    if late.status_code == 422:
        assert check_in(world, client, visit_id, method="manual").status_code == 302
    assert facts_of(world, visit_id)[0]["method"] == "manual"
    world.do("rep1", visit_id, "report", {"outcome": "met", "summary": "By hand."})
    world.do("rep1", visit_id, "check_out", {"method": "manual"})
    assert visit_of(world, visit_id).state == "completed"


def test_the_proof_offers_to_delete_what_is_stored(world: World) -> None:
    client, visit_id = consenting(world), world.plan()
    arrive(world, client, visit_id)
    client.post("/me/consent/withdraw", data={"purpose": "check_in_position"})
    text = page(client, "/me/consent")
    assert "Text of 2026-11" in text
    assert "Positions of yours that are stored: 1." in text
    assert "Withdrawn" in text
    client.post("/me/positions/delete")
    assert "No position of yours is stored." in page(client, "/me/consent")
    assert facts_of(world, visit_id)[0]["distance_m"] == 0  # the chain is whole, the distance stays
    assert "180" in page(client, "/me/consent/2026-11/check_in_position")
    assert client.get("/me/consent/2026-11/nothing").status_code == 404


# Codes that hang at places


@pytest.fixture
def place_id(world: World) -> UUID:
    with world.application.database.reading() as session:
        return customer_queries.places(session, world.customers["h1"])[0].id


def short_code(world: World, place_id: UUID) -> str:
    manager = world.client("manager1")
    assert manager.post(f"/places/{place_id}/code").status_code == 302
    text = page(manager, f"/places/{place_id}/code")
    assert manager.get(f"/places/{place_id}/code.svg").mimetype == "image/svg+xml"
    found = re.search(r'code-short mono">([A-Z2-7 ]{9})<', text)
    assert found is not None
    return found.group(1)


def test_the_code_of_the_place_is_evidence_without_a_position(world: World, place_id: UUID) -> None:
    typed = short_code(world, place_id)
    client, visit_id = consenting(world, "manual"), world.plan()
    text = page(client, f"/tasks/{world.task('rep1', visit_id, 'check_in').id}")
    assert 'value="qr"' in text
    assert 'value="position"' not in text
    wrong = check_in(world, client, visit_id, method="qr", qr_code="AAAA BBBB")
    assert wrong.status_code == 422
    assert "This code does not hang at this place." in wrong.text
    assert check_in(world, client, visit_id, method="qr", qr_code=typed.lower()).status_code == 302
    found = facts_of(world, visit_id)[0]
    assert (found["method"], found["qr"], found["distance_m"]) == ("qr", True, None)
    assert visit_of(world, visit_id).grade == "B"


def test_the_code_with_a_position_in_the_radius_is_the_best_evidence(world: World, place_id: UUID) -> None:
    short_code(world, place_id)
    with world.application.database.reading() as session:
        code = customers.code_of(session, world.actor("manager1"), place_id)
    assert code is not None
    client, visit_id = consenting(world), world.plan()
    sent = client.post("/positions", json=reading(world, metres=120, accuracy_m=90, age_s=100))
    posted = {"method": "qr", "qr_code": code.payload, "position_evidence": sent.json["evidence"]}
    assert check_in(world, client, visit_id, **posted).status_code == 302
    assert visit_of(world, visit_id).grade == "A"


def test_a_new_code_makes_the_old_one_worthless(world: World, place_id: UUID) -> None:
    old = short_code(world, place_id)
    short_code(world, place_id)
    client, visit_id = consenting(world, "manual"), world.plan()
    assert check_in(world, client, visit_id, method="qr", qr_code=old).status_code == 422


def test_codes_are_for_managers_of_the_territory(world: World, place_id: UUID) -> None:
    assert world.client("rep1").get(f"/places/{place_id}/code").status_code == 403
    with world.application.database.reading() as session:
        from engine.customers import queries

        foreign = queries.places(session, world.customers["h3"])[0].id
    manager = world.client("manager1")
    assert manager.post(f"/places/{foreign}/code").status_code == 404
    assert manager.get(f"/places/{place_id}/code.svg").status_code == 404  # none was made
