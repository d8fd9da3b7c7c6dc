"""The administrator's pages: instances and their repair, people and teams."""

from collections.abc import Iterator
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from engine.people import queries as people
from engine.process import causes
from engine.process import queries as process
from engine.process.tables import ProcessInstance
from engine.support import service as support
from tests.web.world import NOW, World, make_world


@pytest.fixture
def world(tmp_path: Path, pages_url: str) -> Iterator[World]:
    made = make_world(tmp_path, url=pages_url)
    yield made
    made.application.database.dispose()


def instance_of(world: World, key: str) -> UUID:
    return world.read(lambda session: process.instances_of(session, key)[0].id)


# Instances


def test_the_picture_is_for_those_who_may_see_the_object(world: World) -> None:
    request_id = world.request("rep1", "Display fault")
    path = f"/operate/instances/{instance_of(world, support.business_key(request_id))}/picture"
    for login in ("rep1", "ops1", "manager1", "admin"):
        assert world.client(login).get(path).status_code == 200, login
    for login in ("rep2", "rep3", "manager2"):
        assert world.client(login).get(path).status_code == 404, login
    found = world.client("rep1").get(path).get_json()
    assert "bpmn:definitions" in found["xml"]
    assert "open" in {state for _element, state in found["tokens"]}
    assert found["done"]


def test_an_administrator_sees_and_ends_an_instance(world: World) -> None:
    request_id = world.request("rep1", "Display fault")
    instance_id = instance_of(world, support.business_key(request_id))
    client = world.client("admin")
    assert "Display fault" in client.get("/operate/instances").text
    assert "No instances" in client.get("/operate/instances?state=completed").text
    page = client.get(f"/operate/instances/{instance_id}").text
    assert "waits for a person" in page
    answer = client.post(f"/operate/instances/{instance_id}/cancel", {"reason": "  "})
    assert answer.status_code == 422
    assert client.post(f"/operate/instances/{instance_id}/cancel", {"reason": "A test"}).status_code == 302
    assert "A test" in client.get(f"/operate/instances/{instance_id}").text


def test_an_incident_is_shown_and_tried_again(world: World) -> None:
    request_id = world.request("rep1", "Display fault")
    instance_id = instance_of(world, support.business_key(request_id))

    def fail(session):  # type: ignore[no-untyped-def]  # a short closure over the session
        instance = session.get_one(ProcessInstance, instance_id)
        causes.add_incident(session, instance, element_id="", code="timer_failed", message="It broke.", now=NOW)
        instance.state = "incident"
        session.flush()
        return causes.open_ids(session, None, limit=1)[0]

    incident_id = world.write(fail)
    client = world.client("admin")
    assert "It broke." in client.get("/operate/incidents").text
    assert "It broke." in client.get(f"/operate/instances/{instance_id}").text
    other = f"/operate/instances/{uuid4()}/incidents/{incident_id}/retry"
    assert client.post(other).status_code == 404
    assert client.post(f"/operate/instances/{instance_id}/incidents/{incident_id}/retry").status_code == 302
    assert "Nothing needs repair" in client.get("/operate/incidents").text


# People


def test_an_administrator_adds_and_changes_people(world: World) -> None:
    client = world.client("admin")
    values = {"login": "new.rep", "name": "新人", "password": "long enough", "roles": ["rep"],
              "team_id": str(world.ids["team1"]), "territory_ids": [str(world.ids["east"])]}  # fmt: skip
    assert client.post("/people/new", values).status_code == 302
    assert "新人" in client.get("/people").text
    found = next(p for p in world.read(people.people) if p.login == "new.rep")
    change = {"is_change": "1", "roles": ["ops"], "groups": ["support"]}
    assert client.post(f"/people/{found.id}", change).status_code == 302
    changed = world.read(lambda session: people.person(session, found.id))
    assert (changed.roles, changed.groups, changed.is_active) == (("ops",), ("support",), False)


def test_mistakes_about_people_keep_what_was_typed(world: World) -> None:
    client = world.client("admin")
    assert client.get("/people/new").text.count("t least 10 characters.") == 1
    answer = client.post("/people/new", {"login": "a b", "name": "Kept name", "password": "short"})
    assert answer.text.count("t least 10 characters.") == 1
    assert answer.status_code == 422
    for text in ("Kept name", "Use at least 10 characters.", "Choose at least one role."):
        assert text in answer.text
    assert "short" not in answer.text.partition("<main")[2].replace("shortly", "")
    taken = {"login": "rep1", "name": "x", "password": "long enough", "roles": ["rep"]}
    assert client.post("/people/new", taken).status_code == 409


def test_an_administrator_cannot_lock_everyone_out(world: World) -> None:
    answer = world.client("admin").post(f"/people/{world.ids['admin']}", {"is_change": "1", "roles": ["rep"]})
    assert answer.status_code == 422
    assert "You cannot take your own administration away." in answer.text


def test_a_team_is_added_once(world: World) -> None:
    client = world.client("admin")
    assert client.post("/people/teams", {"team_name": "North"}).status_code == 302
    assert client.post("/people/teams", {"team_name": "North"}).status_code == 422
    assert client.post("/people/teams", {"team_name": ""}).status_code == 422


def test_a_person_moves_to_another_team_and_out_of_it(world: World) -> None:
    client = world.client("admin")
    path = f"/people/{world.ids['rep1']}"
    assert "No team" in client.get(path).text
    form = {"is_change": "1", "is_active": "1", "roles": ["rep"]}
    assert client.post(path, {**form, "team_id": str(world.ids["team2"])}).status_code == 302
    assert world.read(lambda session: people.person(session, world.ids["rep1"])).team_id == world.ids["team2"]
    assert client.post(path, {**form, "team_id": ""}).status_code == 302
    assert world.read(lambda session: people.person(session, world.ids["rep1"])).team_id is None
    for unknown in (str(uuid4()), "nonsense"):
        answer = client.post(path, {**form, "team_id": unknown})
        assert answer.status_code == 422
        assert '<p class="error" id="team_id-error">Choose a team.</p>' in answer.text


# Purposes

PURPOSE = {"name": "门店检查", "name_en": "Store audit", "form_key": "visit_shelf_check", "is_active": "1"}


def test_an_administrator_maps_purposes_to_forms(world: World) -> None:
    client = world.client("admin")
    assert "Call" in client.get("/purposes").text
    assert client.post("/purposes/new", PURPOSE).status_code == 302
    page = client.get("/purposes").text
    assert "Store audit" in page
    assert "管理员" in page  # who changed it
    assert "Store audit" in world.client("rep1").get(f"/visits/new?customer_id={world.ids['customer']}").text
    assert client.post("/purposes/store_audit", {**PURPOSE, "is_active": ""}).status_code == 302
    assert "Not offered" in client.get("/purposes").text
    assert "Store audit" not in world.client("rep1").get(f"/visits/new?customer_id={world.ids['customer']}").text
    assert client.get("/purposes/unheard").status_code == 404


def test_mistakes_about_purposes_name_the_field_and_keep_what_was_typed(world: World) -> None:
    client = world.client("admin")
    answer = client.post("/purposes/new", {**PURPOSE, "name_en": "Call", "form_key": "visit_check_in"})
    assert answer.status_code == 422
    assert 'id="name_en-error">There is already a purpose of this name.' in answer.text
    assert 'id="form_key-error">Choose a form of the visit&#39;s process.' in answer.text
    assert 'value="门店检查"' in answer.text
    answer = client.post("/purposes/call", {"name": "常规拜访", "name_en": "Call", "form_key": "visit_report"})
    assert answer.status_code == 422
    assert "At least one purpose must be offered." in answer.text
