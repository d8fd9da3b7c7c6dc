"""Comments: mentions, changing and taking back, files, the timeline's filter; never to whom may not see the object."""

import io
import re
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from sqlalchemy import select

from engine.comments import service as comments
from engine.comments.rules import EDITABLE_FOR
from engine.errors import ConflictError
from engine.ids import new_id
from engine.notifications.tables import Notification
from engine.outbox.tables import Delivery
from engine.people.service import actor_for
from tests.web.world import World, make_world


@pytest.fixture
def world(tmp_path: Path, pages_url: str) -> Any:
    made = make_world(tmp_path / "data", url=pages_url)
    yield made
    made.application.database.dispose()


def told(world: World, template: str = "mention") -> list[str]:
    """Return whom deliveries tell by a template."""
    rows = world.read(lambda session: [row.payload for row in session.query(Delivery)])
    return [to for payload in rows if payload.get("template") == template for to in payload["to"]]


def of(world: World, request_id: Any) -> list[comments.CommentRow]:
    key = f"request:{request_id}"
    return list(world.read(lambda session: comments.comments_of(session, key, with_internal=True)))


def photo() -> bytes:
    target = io.BytesIO()
    Image.new("RGB", (20, 20), "red").save(target, "PNG")
    return target.getvalue()


def test_a_mention_tells_that_person_once(world: World) -> None:
    request_id = world.request("rep1", "Cold chain")
    path = f"/requests/{request_id}"
    assert world.client("rep1").post(f"{path}/comments", {"text": "@manager1 look, @manager1"}).status_code == 302
    assert told(world) == [f"user:{world.ids['manager1']}"]
    [row] = of(world, request_id)
    world.client("rep1").post(f"/comments/{row.id}/edit", {"text": "@manager1 please look now"})
    assert told(world) == [f"user:{world.ids['manager1']}"]
    page = world.client("rep1").get(path).text
    assert "please look now" in page
    assert "已修改" in page or "changed" in page


def notices(world: World, login: str) -> list[str]:
    """Return the templates of a person's notices about comments."""
    world.application.worker.run_until_idle()
    query = select(Notification.template).where(Notification.user_id == world.ids[login])
    found = world.read(lambda session: list(session.scalars(query)))
    return sorted(each for each in found if each in {"comment", "mention"})


def test_who_is_mentioned_in_a_group_is_told_once(world: World) -> None:
    request_id = world.request("rep1", "Cold chain")
    world.client("rep1").post(f"/requests/{request_id}/comments", {"text": "@ops1 look"})
    assert notices(world, "ops1") == ["mention"]
    world.client("rep1").post(f"/requests/{request_id}/comments", {"text": "And one more thing"})
    assert notices(world, "ops1") == ["comment", "mention"]
    world.client("ops1").post(f"/requests/{request_id}/comments", {"text": "Noted", "internal": "1"})
    assert notices(world, "ops1") == ["comment", "mention"], "nobody is told of their own"


def test_comments_on_many_reach_each_requester(world: World) -> None:
    for login in ("rep1", "rep2"):
        world.request(login, "Cold chain")
    client = world.client("ops1")
    values = {"bulk-act": "comment", "bulk-all": "1", "bulk-filter": "", "bulk-ready": "1", "text": "On its way"}
    client.post("/tasks/bulk", {**values, "bulk-run_id": str(new_id())})
    assert (notices(world, "rep1"), notices(world, "rep2")) == (["comment"], ["comment"])
    values |= {"text": "For us alone", "internal": "1"}
    client.post("/tasks/bulk", {**values, "bulk-run_id": str(new_id())})
    assert (notices(world, "rep1"), notices(world, "ops1")) == (["comment"], [])


def test_who_may_not_see_the_object_cannot_be_mentioned(world: World) -> None:
    request_id = world.request("rep1", "Cold chain")
    answer = world.client("rep1").post(f"/requests/{request_id}/comments", {"text": "@rep3 look"})
    assert answer.status_code == 422
    assert re.search("无权查看，不能在这里提到|may not see this, and cannot be mentioned here", answer.text)
    assert "@rep3 look" in answer.text, "what was typed is kept"
    assert (of(world, request_id), told(world)) == ([], [])


def test_an_internal_comment_mentions_the_back_office_only(world: World) -> None:
    request_id = world.request("rep1", "Cold chain")
    path = f"/requests/{request_id}/comments"
    assert world.client("ops1").post(path, {"text": "@rep1 look", "internal": "1"}).status_code == 422
    assert world.client("ops1").post(path, {"text": "@admin look", "internal": "1"}).status_code == 302
    assert told(world) == [f"user:{world.ids['admin']}"]


def test_only_who_may_see_the_object_is_suggested(world: World) -> None:
    request_id = world.request("rep1", "Cold chain")

    def names(login: str, **more: str) -> set[str]:
        query = {"about": f"request:{request_id}", "q": "", **more}
        answer = world.client(login).get("/comments/people", query_string=query)
        return {each["login"] for each in answer.get_json()["people"]} if answer.status_code == 200 else set()

    assert "manager1" in names("rep1", q="manager")
    assert names("rep1", q="rep") == set(), "colleagues of other territories or teams' peers do not see it"
    assert "rep1" not in names("ops1", q="rep1", internal="1")
    assert "rep1" in names("ops1", q="rep1")
    assert world.client("rep3").get(f"/comments/people?about=request:{request_id}").status_code == 404


def test_a_comment_is_changed_for_15_minutes_and_taken_back_by_its_author_alone(world: World) -> None:
    request_id = world.request("rep1", "Cold chain")
    world.client("rep1").post(f"/requests/{request_id}/comments", {"text": "Wrong words"})
    [row] = of(world, request_id)
    for login in ("ops1", "manager1", "rep3"):
        assert world.client(login).post(f"/comments/{row.id}/edit", {"text": "x"}).status_code == 404
        assert world.client(login).post(f"/comments/{row.id}/delete").status_code == 404
    later = row.written_at + EDITABLE_FOR
    with pytest.raises(ConflictError), world.application.database.transaction() as session:
        actor = actor_for(session, world.ids["rep1"])
        comments.edit_comment(session, actor, row.id, "Too late", now=later)
    assert world.client("rep1").post(f"/comments/{row.id}/delete").status_code == 302
    page = world.client("ops1").get(f"/requests/{request_id}").text
    assert "Wrong words" not in page
    assert re.search("这条留言已删除|This comment was deleted", page)


def test_files_of_a_comment_are_for_those_who_see_the_comment(world: World) -> None:
    request_id = world.request("rep1", "Cold chain")
    path = f"/requests/{request_id}/comments"
    sent = {"text": "Photo", "internal": "1", "files": (io.BytesIO(photo()), "a.png")}
    assert world.client("ops1").post(path, sent, content_type="multipart/form-data").status_code == 302
    [row] = of(world, request_id)
    [digest] = row.files
    assert digest in world.client("admin").get(f"/requests/{request_id}").text
    assert world.client("admin").get(f"/files/{digest}").status_code == 200
    assert world.client("rep1").get(f"/files/{digest}").status_code == 404, "internal"
    sent = {"text": "Photo", "files": (io.BytesIO(photo()), "a.png")}
    world.client("ops1").post(path, sent, content_type="multipart/form-data")
    assert world.client("rep1").get(f"/files/{digest}").status_code == 200
    assert world.client("rep3").get(f"/files/{digest}").status_code == 404


def test_a_file_that_cannot_be_taken_is_said_at_its_field(world: World) -> None:
    request_id = world.request("rep1", "Cold chain")
    sent = {"text": "Words", "files": (io.BytesIO(b"MZ"), "a.exe")}
    answer = world.client("rep1").post(f"/requests/{request_id}/comments", sent, content_type="multipart/form-data")
    assert answer.status_code == 422
    assert 'id="files-error"' in answer.text
    assert of(world, request_id) == []


def test_the_timeline_shows_all_or_comments_or_steps(world: World) -> None:
    request_id = world.request("rep1", "Cold chain")
    client, path = world.client("rep1"), f"/requests/{request_id}"
    client.post(f"{path}/comments", {"text": "Words of mine"})

    def marks(show: str) -> tuple[bool, bool]:
        part = client.get(f"{path}?show={show}").text.partition('class="timeline"')[2].partition("</ol>")[0]
        return "Words of mine" in part, part.count("<li") > part.count("is-comment")

    assert [marks(show) for show in ("all", "comments", "steps", "nonsense")] == [
        (True, True), (True, False), (False, True), (True, True),
    ]  # fmt: skip


def test_a_comment_on_a_visit_tells_its_rep(world: World) -> None:
    visit_id = world.visit("rep1", world.now.date(), 10)
    path = f"/visits/{visit_id}/comments"
    world.client("manager1").post(path, {"text": "Well done"})
    assert told(world, "comment") == [f"user:{world.ids['rep1']}"]
    world.client("manager1").post(path, {"text": "@rep1 again"})
    assert told(world) == [f"user:{world.ids['rep1']}"]
    assert len(told(world, "comment")) == 1, "not twice for one comment"
