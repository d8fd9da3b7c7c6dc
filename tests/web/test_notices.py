"""What a person is told and what an admin sets up, page by page."""

from pathlib import Path
from typing import Any

import pytest

from engine.notifications import hooks, preferences, rooms
from engine.notifications.routing import Channel, Kind
from engine.notifications.tables import Notification
from engine.people import service as people
from tests.web.world import World, make_world

ROOM = "wecombot://693a91f6-7xxx-4bc4-97a0-0ec2sifa5aaa"


@pytest.fixture
def world(tmp_path: Path, pages_url: str) -> Any:
    made = make_world(tmp_path / "data", url=pages_url)
    yield made
    made.application.database.dispose()


def chosen(world: World, login: str) -> preferences.Preferences:
    return world.read(lambda session: preferences.mine(session, people.actor_for(session, world.ids[login])))


def test_what_is_chosen_is_kept_and_shown_again(world: World) -> None:
    client = world.client("rep1")
    data = {"mail": ["requests", "comments"], "push": ["visits"], "quiet_from": "21:30", "quiet_to": "06:15"}
    assert client.post("/me/notifications", data | {"digest_at": "18:00"}).status_code == 302
    kept = chosen(world, "rep1")
    assert kept.channels[Kind.REQUESTS] == {Channel.MAIL}
    assert kept.channels[Kind.VISITS] == {Channel.PUSH}
    assert kept.channels[Kind.REMINDERS] == frozenset()
    assert (kept.quiet_from, kept.quiet_to, kept.digest_at, kept.urgent_passes) == (1290, 375, 1080, False)
    text = client.get("/me/notifications").text
    assert all(f'value="{value}"' in text for value in ("21:30", "06:15", "18:00"))


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({"quiet_from": "22:00"}, "Give both ends of the quiet hours, or none."),
        ({"quiet_from": "07:00", "quiet_to": "07:00"}, "Quiet hours must end at another time than they begin."),
        ({"digest_at": "noon"}, "Enter a time such as 08:30."),
    ],
)
def test_a_mistake_is_said_at_its_field_and_nothing_is_kept(world: World, data: dict[str, str], sentence: str) -> None:
    before = chosen(world, "rep1")
    answer = world.client("rep1").post("/me/notifications", data)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert chosen(world, "rep1") == before


def test_nobody_marks_the_notices_of_others(world: World) -> None:
    row = Notification(key="k", user_id=world.ids["rep1"], template="comment", values={}, created_at=world.now)
    world.write(lambda session: session.add(row))
    assert world.client("rep2").post(f"/notifications/{row.id}/read").status_code == 404
    assert world.client("rep1").post(f"/notifications/{row.id}/read").status_code == 302
    assert world.client("rep1").get("/notifications/unread").get_json() == {"unread": ""}


def test_an_admin_adds_a_webhook_to_a_public_address_only(world: World) -> None:
    client = world.client("admin")
    data = {"name": "ERP", "url": "https://10.0.0.7/hook", "kinds": ["requests"], "is_active": "1"}
    answer = client.post("/notices/webhooks/new", data)
    assert answer.status_code == 422
    assert "This address is not public" in answer.text
    assert 'value="https://10.0.0.7/hook"' in answer.text, "what was typed is kept"
    answer = client.post("/notices/webhooks/new", data | {"url": "https://93.184.215.14/hook"})
    assert answer.status_code == 302
    [row] = world.read(hooks.hooks)
    assert (row.name, row.kinds, len(row.secret) > 30) == ("ERP", ["requests"], True)
    client.post(f"/notices/webhooks/{row.id}", {"name": "ERP", "url": row.url, "kinds": ["requests", "visits"]})
    [row] = world.read(hooks.hooks)
    assert (row.is_active, row.kinds) == (False, ["requests", "visits"])
    assert "Switched off" in client.get("/notices/webhooks").text


def test_the_address_of_a_room_is_never_shown_again(world: World) -> None:
    client = world.client("admin")
    data = {"name": "Ops", "kinds": ["deadlines"], "groups": ["samples"], "locale": "zh", "is_active": "1"}
    for wrong in ("", "json://127.0.0.1/", "slack://x"):
        assert client.post("/notices/rooms/new", data | {"address": wrong}).status_code == 422
    answer = client.post("/notices/rooms/new", data | {"address": ROOM})
    assert answer.status_code == 302
    for page in ("/notices/rooms", answer.location):
        text = client.get(page).text
        assert "wecombot://…5aaa" in text
        assert ROOM not in text
    assert client.post(answer.location, data | {"name": "Samples", "address": ""}).status_code == 302
    assert [row.name for row in world.read(rooms.rooms)] == ["Samples"]
    assert client.post(f"{answer.location}/try").status_code == 302


def test_a_text_is_previewed_refused_kept_and_reset(world: World) -> None:
    client, path = world.client("admin"), "/notices/texts/comment"
    answer = client.post(path, {"zh": "{who}说", "en": "Look: {who}", "act": "preview"})
    assert "Look: 陈晓" in answer.text
    answer = client.post(path, {"zh": "{price}", "en": "x"})
    assert answer.status_code == 422
    assert "{price} is no placeholder here; there are: {title}, {who}." in answer.text
    client.post(path, {"zh": "{who}说", "en": "Look: {who}"})
    row = Notification(
        key="k", user_id=world.ids["rep1"], template="comment", values={"who": "Bo"}, created_at=world.now
    )
    world.write(lambda session: session.add(row))
    assert "Look: Bo" in world.client("rep1").get("/notifications").text
    client.post(path, {"act": "reset"})
    assert "Bo commented on" in world.client("rep1").get("/notifications").text
    assert client.get("/notices/texts/nonsense").status_code == 404


@pytest.mark.parametrize("path", ["/notices/webhooks", "/notices/rooms", "/notices/texts"])
def test_only_admins_set_up_notices(world: World, path: str) -> None:
    assert [world.client(login).get(path).status_code for login in ("rep1", "manager1", "ops1", "admin")] == [
        403, 403, 403, 200,
    ]  # fmt: skip
