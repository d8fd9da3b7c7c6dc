"""The form runtime in a real browser, under the strict policy, against answers made here: no server is needed."""

import hashlib
import io
import json
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Route

from forms.definition import Choice, load_factory_forms
from forms.html import from_html
from forms.render import view
from forms.schema import validate
from tests.unit.forms.building import page_of

pytestmark = pytest.mark.e2e
DIST = Path(__file__).parents[2] / "web/static/dist"
CHOICES = {key: [Choice.of("p1", "阿司匹林"), Choice.of("p2", "Vitamin C")] for key in ("products", "sample_items")}
CONTEXT = {"today": "2026-03-27", "timezone": "Asia/Shanghai"}
ORIGIN = "http://forms.test"
POLICY = "default-src 'none'; script-src 'self'; connect-src 'self'; img-src 'self'; style-src 'self'"


class Server:
    """Answers the page's requests and remembers them."""

    def __init__(self, key: str) -> None:
        self.definition = load_factory_forms()[key]
        self.drafts: list[dict] = []
        self.uploads: list[bytes] = []
        self.fails = False

    def page(self) -> str:
        drawn = view(self.definition, {}, choices=CHOICES, context=CONTEXT)
        body = page_of(drawn, upload_url="/upload", draft_url="/draft", draft_key="me-1")
        return f'<!doctype html><meta name="csrf-token" content="t"><script src="/form.js" defer></script>{body}'

    def answer(self, route: Route) -> None:
        request, path = route.request, route.request.url.removeprefix(ORIGIN)
        if path == "/":
            headers = {"Content-Security-Policy": POLICY}
            route.fulfill(body=self.page(), content_type="text/html; charset=utf-8", headers=headers)
        elif path == "/form.js":
            name = json.loads((DIST / "manifest.json").read_text())["form.js"]
            route.fulfill(body=(DIST / name).read_text("utf-8"), content_type="text/javascript")
        elif self.fails or request.headers.get("x-csrf-token") != "t":
            route.fulfill(status=500, body="")
        elif path == "/draft":
            self.drafts.append(json.loads(request.post_data or "{}")["values"])
            route.fulfill(json={})
        elif path == "/upload":
            self.uploads.append(request.post_data_buffer or b"")
            route.fulfill(json={"file": hashlib.sha256(self.uploads[-1]).hexdigest()})
        else:
            route.fulfill(status=404, body="")


def opened(browser, server):
    page = browser.new_context(viewport={"width": 390, "height": 844}).new_page()
    page.broken = []
    page.on("pageerror", lambda error: page.broken.append(str(error)))
    page.on("console", lambda said: page.broken.append(said.text) if "Content Security" in said.text else None)
    page.route("**/*", server.answer)
    page.goto(f"{ORIGIN}/")
    return page


def posted(page):
    pairs = page.evaluate("[...new FormData(document.querySelector('form'))].filter(([, v]) => typeof v === 'string')")
    form: dict[str, list[str]] = {}
    for name, text in pairs:
        form.setdefault(name, []).append(text)
    return form


def test_report_is_filled_in_with_conditions_rows_and_a_photo(browser):
    server = Server("visit_report")
    page = opened(browser, server)
    assert page.locator("[data-field=discussion]").is_hidden()
    page.click(".form-submit")
    assert page.locator("[data-error-summary] li").count() == 2
    assert page.evaluate("document.activeElement.matches('[data-error-summary]')")
    page.click("[data-error-summary] a >> nth=1")
    assert page.evaluate("document.activeElement.name") == "summary"
    page.fill("[name=summary]", "Met the buyer")
    page.check("[name=outcome][value=met]")
    assert page.locator("[data-error-summary]").is_hidden()
    page.click("[value='add:promises']")
    page.select_option("[name='promises.0.kind']", "sample")
    page.fill("[name='promises.0.subject']", "Samples")
    page.select_option("[name='promises.0.item']", "p1")
    page.fill("[name='promises.0.quantity']", "３")
    page.click("[value='add:promises']")
    page.click("[value='remove:promises.1']")
    picture = io.BytesIO()
    exif = Image.Exif()
    exif[0x010F] = "SecretMake"
    Image.new("RGB", (3000, 2000), "teal").save(picture, "JPEG", exif=exif)
    photo = {"name": "shelf.jpeg", "mimeType": "image/jpeg", "buffer": picture.getvalue()}
    page.set_input_files("[data-files] input >> nth=0", photo)
    page.wait_for_selector("input[name=photos]", state="attached")
    sent = server.uploads[0]
    assert b"SecretMake" not in sent
    assert Image.open(io.BytesIO(sent[sent.index(b"\xff\xd8") :])).size == (1600, 1067)
    result = validate(server.definition, from_html(server.definition, posted(page)), choices=CHOICES, context=CONTEXT)
    assert result.ok, result.errors
    assert [row["quantity"] for row in result.values["promises"]] == [3]
    assert result.values["photos"][0]["name"] == "shelf.jpg"
    assert page.broken == []


def test_removed_row_comes_back(browser):
    page = opened(browser, Server("visit_report"))
    page.check("[name=outcome][value=met]")
    page.click("[value='add:competitors']")
    page.fill("[name='competitors.0.name']", "Other Ltd")
    page.click("[value='remove:competitors.0']")
    assert "competitors.0.name" not in posted(page)
    page.click(".form-removed button")
    assert posted(page)["competitors.0.name"] == ["Other Ltd"]


def test_draft_survives_a_lost_connection(browser):
    server = Server("request_price")
    server.fails = True
    page = opened(browser, server)
    page.fill("[name='lines.0.quantity']", "3")
    page.fill("[name='lines.0.unit_price']", "12.50")
    page.fill("[name='lines.0.discount_percent']", "10")
    assert page.locator("output").all_inner_texts() == ["33.75", "33.75", "10"]
    page.get_by_text("No connection").wait_for()
    server.fails = False
    page.reload()
    page.get_by_text("Restore what you typed").click()
    assert page.input_value("[name='lines.0.unit_price']") == "12.50"
    page.get_by_text("Saved").wait_for()
    assert server.drafts[-1]["lines"][0]["unit_price"] == 1250
    page.reload()
    assert page.get_by_text("Restore what you typed").count() == 0


def test_form_swapped_in_later_is_started(browser):
    page = opened(browser, Server("visit_report"))
    page.evaluate("const f = document.querySelector('form'); f.replaceWith(f.cloneNode(true))")
    page.evaluate("document.dispatchEvent(new Event('htmx:after:swap'))")
    page.check("[name=outcome][value=met]")
    page.check("[name=outcome][value=refused]")
    assert page.locator("[data-field=discussion]").is_hidden()
    assert page.locator("[name=needs]").is_disabled()
