"""Headers, cookies, sessions, sign-in, and who may have a file's bytes."""

import io
import re
from base64 import b64encode
from datetime import timedelta
from hashlib import sha256
from typing import Any

import pytest
from PIL import ExifTags, Image

from engine.ids import new_id
from engine.people import service as people
from engine.process import queries as process
from engine.settings import Settings
from tests.factories import PASSWORD
from tests.web.site import Browser, Site
from tests.web.test_walker import Objects, address, objects_of, rules
from web.app import create_app
from web.security import policy_of


@pytest.fixture(scope="module")
def mine(site: Site) -> Objects:
    return objects_of(site, "rep")


def directives(csp: str) -> dict[str, str]:
    return {name: rest for name, _space, rest in (part.strip().partition(" ") for part in csp.split(";"))}


# Headers


def test_every_page_has_a_strict_policy(site: Site, mine: Objects) -> None:
    browser = site.browser("admin")
    editors = set()
    for _method, rule in rules(site.app, safe=True):
        if not rule.arguments <= mine.ids.keys():
            continue
        answer = browser.get(address(site.app, rule, mine.fill(rule) or {}))
        found = directives(answer.headers["Content-Security-Policy"])
        if "unsafe" in found["style-src"]:
            editors.add(rule.endpoint)
            assert found.pop("style-src") == "'self' 'unsafe-inline'"
        assert not any("unsafe" in value or "*" in value or "strict-dynamic" in value for value in found.values()), rule
        assert found["default-src"] == found["frame-ancestors"] == found["base-uri"] == "'none'"
        assert (found["script-src"], found["form-action"]) == ("'self'", "'self'")
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Referrer-Policy"] == "same-origin"
        assert "no-store" in answer.headers["Cache-Control"] or rule.endpoint.startswith(("files.", "static", "assets"))
    assert editors == {"studio.editor"}


def test_error_pages_have_it_too(site: Site) -> None:
    for where in ("/nothing-here", "/visits/not-a-uuid", "/api/v1/nothing"):
        answer = site.browser("rep").get(where)
        assert answer.status_code in {401, 404}
        assert "unsafe" not in answer.headers["Content-Security-Policy"]


def test_pages_hold_no_inline_scripts_or_styles(site: Site, mine: Objects) -> None:
    for name in ("rep", "manager", "technician", "admin"):
        browser = site.browser(name)
        for _method, rule in rules(site.app, safe=True):
            if not rule.arguments <= mine.ids.keys():
                continue
            answer = browser.get(address(site.app, rule, mine.fill(rule) or {}))
            if answer.mimetype != "text/html":
                continue
            for tag in re.findall(r"<script\b[^>]*>", answer.text):
                assert "src=" in tag or 'type="application/json"' in tag, f"{rule}: {tag}"
            assert not re.search(r"<[^>]+\s(on[a-z]+|style)=", answer.text), rule
            for sheet in re.findall(r"<style\b[^>]*>(.*?)</style>", answer.text, re.DOTALL):
                digest = b64encode(sha256(sheet.encode()).digest()).decode()
                assert f"'sha256-{digest}'" in answer.headers["Content-Security-Policy"], rule
            assert "javascript:" not in answer.text, rule


def test_what_people_type_is_never_markup(site: Site) -> None:
    attack = "<img src=x onerror=alert(1)>\"'{{7*7}}"
    browser = site.browser("rep")
    visit_id = site.world.plan(site.person("rep"))
    assert browser.post(f"/visits/{visit_id}/comments", {"text": attack}).status_code == 302
    page = browser.get(f"/visits/{visit_id}").text
    assert "<img src=x" not in page
    assert "&lt;img src=x" in page
    assert "{{7*7}}" in page
    assert "<img src=x" not in browser.get("/customers", query_string={"q": attack}).text


# Sessions and cookies


def sign_in(client: Any, login: str, password: str = PASSWORD, **more: str) -> Any:
    return client.post("/sign-in", data={"login": login, "password": password, **more})


def test_signing_in_opens_a_session_that_scripts_cannot_read(site: Site) -> None:
    client = site.app.test_client()
    answer = sign_in(client, "rep")
    assert (answer.status_code, answer.location) == (302, "/")
    cookie = next(value for value in answer.headers.getlist("Set-Cookie") if value.startswith("fieldflow="))
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Path=/" in cookie
    assert "Domain" not in cookie
    assert client.get("/me").status_code == 200


def test_over_https_cookies_are_bound_to_the_host(site: Site) -> None:
    settings = site.world.application.settings
    secure = Settings(**{**settings.__dict__, "public_url": "https://field.example", "is_secure": True})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(site.world.application, "settings", secure)
        app = create_app(site.world.application)
        answer = sign_in(app.test_client(), "rep")
        cookie = next(value for value in answer.headers.getlist("Set-Cookie") if "fieldflow=" in value)
        assert cookie.startswith("__Host-fieldflow=")
        assert "Secure" in cookie
        assert "max-age" in answer.headers["Strict-Transport-Security"]
        flash = app.test_client().post("/language", data={"locale": "en"}).headers.getlist("Set-Cookie")
        assert all("Secure" in value for value in flash)


def test_a_session_ends_with_signing_out(site: Site) -> None:
    browser = site.browser("rep")
    stolen = site.app.test_client()
    stolen.set_cookie("fieldflow", browser.secret)
    assert stolen.get("/me").status_code == 200
    answer = browser.post("/sign-out")
    assert (answer.status_code, answer.location) == (302, "/sign-in")
    assert stolen.get("/me").status_code == 302
    assert browser.get("/me").status_code == 302


def test_signing_in_again_makes_a_new_secret(site: Site) -> None:
    client = site.app.test_client()
    client.set_cookie("fieldflow", "fixed-by-an-attacker")
    sign_in(client, "rep")
    cookie = client.get_cookie("fieldflow")
    assert cookie is not None
    assert cookie.value != "fixed-by-an-attacker"


def test_sessions_end_with_their_time_and_with_their_person(site: Site) -> None:
    application, now = site.world.application, site.world.clock()
    user_id = site.person("packer").user_id
    assert user_id is not None
    opened = application.database.run(lambda session: people.open_session(session, user_id, now=now))

    def lives(after: timedelta) -> bool:
        with application.database.reading() as session:
            return people.session_of(session, opened.secret, now=now + after) is not None

    assert lives(timedelta(days=13))
    assert not lives(timedelta(days=15))
    site.world.do(lambda session: people.change_user(session, user_id, is_active=False))
    assert not lives(timedelta())
    site.world.do(lambda session: people.change_user(session, user_id, is_active=True))
    assert not lives(timedelta())


def test_a_new_password_ends_the_sessions_of_the_old_one(site: Site) -> None:
    browser = site.browser("quoter")
    assert browser.get("/me").status_code == 200
    site.world.do(lambda session: people.change_password(session, "quoter", "another long password"))
    assert browser.get("/me").status_code == 302


def test_guessing_is_slowed_down_by_name(site: Site) -> None:
    client = site.app.test_client()
    for _ in range(people.FAILURES_ALLOWED):
        assert sign_in(client, "generalist", "wrong").status_code == 422
    assert sign_in(client, "generalist").status_code == 422
    assert sign_in(client, "colleague").status_code == 302
    clock = site.world.clock
    clock.move_to(clock() + people.FAILURE_PAUSE + timedelta(seconds=1))
    assert sign_in(client, "generalist").status_code == 302


def test_an_unknown_name_looks_like_a_wrong_password(site: Site) -> None:
    client = site.app.test_client()
    known, unknown = sign_in(client, "director", "wrong"), sign_in(client, "nobody-at-all", "wrong")
    assert known.status_code == unknown.status_code == 422
    assert known.text.replace("director", "X") == unknown.text.replace("nobody-at-all", "X")


@pytest.mark.parametrize(
    "target",
    ["https://evil.example", "//evil.example", "/\\evil.example", "\\\\evil.example", "javascript:alert(1)",
     "/\t/evil.example", "/%0d%0aLocation:https://evil.example", "http:evil.example", "/\n/evil.example"],
)  # fmt: skip
def test_signing_in_leads_nowhere_else(site: Site, target: str) -> None:
    for where, data in (
        ("/sign-in", {"login": "rep", "password": PASSWORD}),
        ("/language", {"locale": "zh"}),
    ):
        answer = site.app.test_client().post(where, data={**data, "next": target})
        assert answer.status_code == 302
        assert re.fullmatch(r"/(?![/\\])[^\s\\]*", answer.location), answer.location


def test_signing_in_leads_back_to_the_page(site: Site) -> None:
    answer = sign_in(site.app.test_client(), "manager", next="/tasks?mine=1")
    assert answer.location == "/tasks?mine=1"
    # A rep says first how to check in, and goes on from there.
    asked = sign_in(site.app.test_client(), "rep", next="/tasks?mine=1")
    assert asked.location == "/consent?next=/tasks?mine%3D1"


# Files


def photo(colour: int, **options: Any) -> bytes:
    target = io.BytesIO()
    Image.new("RGB", (32, 24), (colour % 256, colour // 256 % 256, 90)).save(target, "JPEG", **options)
    return target.getvalue()


def upload(browser: Browser, content: bytes, name: str = "p.jpg") -> Any:
    return browser.post("/files", {"file": (io.BytesIO(content), name)}, content_type="multipart/form-data")


def test_an_upload_comes_back_without_its_place(site: Site) -> None:
    exif = Image.Exif()
    exif.get_ifd(ExifTags.IFD.GPSInfo).update({1: "N", 2: (31.0, 13.0, 49.0)})
    browser = site.browser("rep")
    stored = upload(browser, photo(1, exif=exif))
    assert stored.status_code == 201
    got = browser.get(f"/files/{stored.json['file']}")
    assert (got.status_code, got.mimetype) == (200, "image/jpeg")
    assert got.headers["X-Content-Type-Options"] == "nosniff"
    with Image.open(io.BytesIO(got.data)) as image:
        assert not image.getexif()


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b'<svg xmlns="http://www.w3.org/2000/svg"/>', "a.svg"),
        (b"<!doctype html><script>alert(1)</script>", "a.jpg"),
        (b"", "a.jpg"),
        (photo(2)[:150], "a.jpg"),
    ],
    ids=["SVG", "HTML", "empty", "half"],
)
def test_what_is_no_photo_is_refused_with_a_sentence(site: Site, content: bytes, name: str) -> None:
    answer = upload(site.browser("rep"), content, name)
    assert answer.status_code == 422


def report_with(site: Site, digest: str) -> tuple[str, Any]:
    """Report a visit of the rep with a photo; returns the visit's id and the answer of the report's page."""
    world, browser = site.world, site.browser("rep")
    visit_id = world.plan(site.person("rep"))

    def task(element_id: str) -> str:
        found = world.look(lambda session: process.tasks_of(session, f"visit:{visit_id}"))
        return str(next(row.id for row in found if row.element_id == element_id))

    api = site.api("rep")
    done = api.post(
        f"/tasks/{task('check_in')}/complete", {"submission_id": str(new_id()), "values": {"method": "manual"}}
    )
    assert done.status_code == 200, done.text
    world.application.worker.run_until_idle()
    values = {"outcome": "met", "summary": "x", "photos": [{"file": digest, "name": "p.jpg"}]}
    body = {"submission_id": str(new_id()), "values": values}
    assert browser.get(f"/tasks/{task('report')}").status_code == 200
    return str(visit_id), api.post(f"/tasks/{task('report')}/complete", body)


def status(site: Site, name: str, digest: str) -> int:
    return site.browser(name).get(f"/files/{digest}").status_code


def test_a_file_is_its_owners_until_it_is_submitted(site: Site) -> None:
    digest = upload(site.browser("rep"), photo(1000)).json["file"]
    assert status(site, "rep", digest) == 200
    for name in ("colleague", "stranger", "manager", "technician", "admin"):
        assert status(site, name, digest) == 404


def test_a_submitted_file_is_seen_by_all_who_may_see_the_visit(site: Site) -> None:
    digest = upload(site.browser("rep"), photo(2000)).json["file"]
    _visit_id, answer = report_with(site, digest)
    assert answer.status_code == 200, answer.text
    assert status(site, "rep", digest) == 200
    assert status(site, "manager", digest) == 200
    assert status(site, "stranger", digest) == 404
    assert status(site, "director", digest) == 404
    assert site.app.test_client().get(f"/files/{digest}").status_code == 302


def test_someone_elses_file_cannot_be_submitted_as_ones_own(site: Site) -> None:
    digest = upload(site.browser("stranger"), photo(3000)).json["file"]
    _visit_id, answer = report_with(site, digest)
    assert answer.status_code == 422
    assert [row["field"] for row in answer.get_json(force=True)["errors"]] == ["photos"]
    assert status(site, "rep", digest) == 404


def test_unknown_files_are_not_found(site: Site) -> None:
    for digest in ("0" * 64, "..", "x", "0" * 63 + "G"):
        assert status(site, "admin", digest) == 404


def test_every_policy_names_who_may_come_in(site: Site) -> None:
    """Roles guard at least everything of administrators."""
    for _method, rule in rules(site.app, safe=False):
        declared = policy_of(site.app, rule.endpoint)
        if declared is not None and rule.rule.startswith(("/studio", "/people", "/operate/instances")):
            assert declared.roles, rule
