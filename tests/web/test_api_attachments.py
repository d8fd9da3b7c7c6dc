"""Uploads of programs: the same checks as in the browser, and a form takes what was sent."""

import io
from typing import Any
from uuid import UUID, uuid4

import pytest

from engine.process import queries as process
from tests.unit.test_attachments import HTML, SECRET, located, photo
from tests.web.site import Api, Site, checked, fields_of


def send(api: Api, content: bytes, name: str = "a.jpg", part: str = "file", **more: Any) -> Any:
    data = {part: (io.BytesIO(content), name), **more}
    answer = api.client.post("/api/v1/attachments", data=data, content_type="multipart/form-data", headers=api.headers)
    return checked(answer)


def test_a_photo_is_stored_without_where_it_was_taken(site: Site) -> None:
    answer = send(site.api("rep"), located(), "IMG_1.png")
    assert answer.status_code == 201
    assert (answer.json["name"], answer.json["media_type"]) == ("IMG_1.jpg", "image/jpeg")
    got = site.browser("rep").get(f"/files/{answer.json['file']}")
    assert (got.status_code, len(got.data)) == (200, answer.json["size"])
    assert SECRET.encode() not in got.data
    assert send(site.api("rep"), located(), "IMG_1.png").json == answer.json
    assert site.browser("stranger").get(f"/files/{answer.json['file']}").status_code == 404


@pytest.mark.parametrize("content", [HTML, b"", b"%!PS", b"\xff\xd8\xff"])
def test_what_is_no_photo_is_refused_at_the_field(site: Site, content: bytes) -> None:
    assert set(fields_of(send(site.api("rep"), content))) == {"file"}


def test_missing_and_unknown_parts_are_named(site: Site) -> None:
    api = site.api("rep")
    assert set(fields_of(send(api, photo(), part="picture"))) == {"file", "picture"}
    nothing = api.client.post("/api/v1/attachments", data={}, content_type="multipart/form-data", headers=api.headers)
    assert set(fields_of(checked(nothing))) == {"file"}


def test_a_token_is_needed(site: Site) -> None:
    data = {"file": (io.BytesIO(photo()), "a.jpg")}
    answer = site.app.test_client().post("/api/v1/attachments", data=data, content_type="multipart/form-data")
    assert answer.status_code == 401


def test_a_report_takes_a_photo_that_its_author_sent(site: Site) -> None:
    world, api = site.world, site.api("rep")
    visit_id = world.plan(site.person("rep"))

    def task(element_id: str) -> UUID:
        rows = world.look(lambda session: process.tasks_of(session, f"visit:{visit_id}"))
        return next(row.id for row in rows if row.element_id == element_id)

    def complete(element_id: str, **values: Any) -> Any:
        body = {"values": values, "submission_id": str(uuid4())}
        return api.post(f"/tasks/{task(element_id)}/complete", body)

    assert complete("check_in", method="manual").status_code == 200
    kept = send(api, photo()).json
    photos = [{"file": kept["file"], "name": kept["name"]}]
    foreign = [{"file": "0" * 64, "name": "x.jpg"}]
    refused = complete("report", outcome="met", summary="…", photos=foreign)
    assert any(path.startswith("photos") for path in fields_of(refused))
    assert complete("report", outcome="met", summary="…", photos=photos).status_code == 200
    assert site.browser("manager").get(f"/files/{kept['file']}").status_code == 200
