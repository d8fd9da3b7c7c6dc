"""The studio: check, publish, conflicts; and that the editor loses nothing of a diagram."""

import html
import json
import re
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from lxml import etree
from playwright.sync_api import Page, Route
from sqlalchemy.orm import Session
from werkzeug.serving import make_server

from engine.audit import service as audit
from engine.people import service as people
from engine.process import definitions, deployment
from engine.process.tables import ProcessDefinition
from tests.unit.studio.semantics import contents, lost
from tests.web.conftest import own_database
from tests.web.every_element import drawing
from tests.web.world import SignedInClient, World, make_world

KEY = "support_request"
BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"


@pytest.fixture
def world(tmp_path: Path, pages_url: str) -> Iterator[World]:
    made = make_world(tmp_path, url=pages_url)
    yield made
    made.application.database.dispose()


def xml_of(world: World, definition_id: UUID) -> str:
    files = world.read(lambda session: definitions.definition_files(session, definition_id))
    return files[f"{KEY}.bpmn"].decode()


def versions(world: World) -> list[int]:
    return [row.version for row in world.read(lambda session: definitions.definitions(session, key=KEY))]


def renamed(xml: str) -> str:
    root = etree.fromstring(xml.encode())
    next(root.iter(f"{BPMN}userTask")).set("name", "改过的名字")
    return etree.tostring(root).decode()


def begin(client: SignedInClient, definition_id: UUID, xml: str) -> dict[str, Any]:
    """Begin a draft of a version with a diagram, as the editor does at the first change."""
    body = {"name": f"{KEY}.bpmn", "content": xml}
    answer = client.post(f"/studio/{definition_id}/drafts/with", json=body)
    assert answer.status_code == 200, answer.get_json()
    return answer.get_json()


def publish(client: SignedInClient, definition_id: UUID, xml: str, note: str = "") -> Any:
    """Begin a draft with a diagram, and publish it."""
    draft = begin(client, definition_id, xml)
    return client.post(draft["publishUrl"], json={"note": note, "revision": draft["revision"]})


def test_a_good_diagram_has_no_errors(world: World) -> None:
    path = f"/studio/{world.ids[KEY]}/check"
    answer = world.client("admin").post(path, json={"xml": xml_of(world, world.ids[KEY])})
    assert answer.status_code == 200
    assert [each for each in answer.get_json()["findings"] if each["severity"] == "error"] == []


def test_findings_name_the_element_in_the_readers_language(world: World) -> None:
    xml = xml_of(world, world.ids[KEY]).replace('value="support.route"', 'value="no.such"')
    answer = world.client("admin").post(f"/studio/{world.ids[KEY]}/check", json={"xml": xml})
    found = next(each for each in answer.get_json()["findings"] if each["code"] == "unknown_topic")
    assert found["element"]
    assert found["line"] > 1
    assert "no.such" in found["text"]
    assert "nothing serves" in found["text"]


@pytest.mark.parametrize("xml", ["", "<nothing", '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'])
def test_bad_input_is_a_finding_or_a_sentence(world: World, xml: str) -> None:
    answer = world.client("admin").post(
        f"/studio/{world.ids[KEY]}/check", json={"xml": xml}, headers={"Accept": "application/json"}
    )
    assert answer.status_code == (200 if xml else 422)
    assert not xml or answer.get_json()["findings"]


def test_publishing_makes_the_next_version_with_its_note(world: World) -> None:
    client, definition_id = world.client("admin"), world.ids[KEY]
    answer = publish(client, definition_id, renamed(xml_of(world, definition_id)), "A better name")
    assert answer.status_code == 200
    assert answer.get_json()["version"] == 2
    assert versions(world) == [2, 1]
    (event,) = world.read(lambda session: audit.events(session, subject=("definition", KEY)))
    assert (event.action, event.reason, event.after) == ("definition.published", "A better name", {"version": 2})
    page = client.get(answer.get_json()["url"]).text
    assert "A better name" in page
    assert "管理员" in page
    assert "Version 2 is published" in page
    old = client.get(f"/studio/{definition_id}").text
    assert "read only" in old
    assert "data-publish-form" in old


def test_a_shipped_version_says_so_in_the_readers_language(world: World) -> None:
    def ship(session: Session) -> None:
        session.get_one(ProcessDefinition, world.ids[KEY]).note = deployment.SHIPPED

    world.write(ship)
    client = world.client("admin")
    assert "· As shipped" in client.get("/studio").text
    admin = world.read(lambda session: people.actor_for(session, world.ids["admin"]))
    world.write(lambda session: people.change_appearance(session, admin, locale="zh"))
    page = client.get("/studio").text
    assert "· 出厂版本" in page
    assert deployment.SHIPPED not in page


def test_who_published_in_between_is_not_overwritten(world: World) -> None:
    client, definition_id = world.client("admin"), world.ids[KEY]
    xml = xml_of(world, definition_id)
    mine = begin(client, definition_id, xml.replace("<bpmn:process ", '<bpmn:process data-mine="yes" '))
    publish(client, definition_id, renamed(xml))
    answer = client.post(mine["publishUrl"], json={"note": "", "revision": mine["revision"]})
    assert answer.status_code == 409
    assert "Version 2 was published" in answer.get_json()["detail"]
    assert versions(world) == [2, 1]


def test_a_diagram_with_errors_is_not_published(world: World) -> None:
    xml = xml_of(world, world.ids[KEY]).replace('value="support.route"', 'value=""')
    answer = publish(world.client("admin"), world.ids[KEY], xml)
    assert answer.status_code == 422
    assert {each["code"] for each in answer.get_json()["findings"]} >= {"no_topic", "required_topic"}
    assert versions(world) == [1]


def test_a_process_keeps_its_key(world: World) -> None:
    xml = xml_of(world, world.ids[KEY]).replace(f'"{KEY}"', '"another_process"')
    answer = publish(world.client("admin"), world.ids[KEY], xml)
    assert answer.status_code == 422
    assert KEY in answer.get_json()["detail"]


def test_a_shipped_form_that_the_diagram_names_comes_along(world: World) -> None:
    xml = xml_of(world, world.ids[KEY]).replace('value="request_triage"', 'value="visit_prepare"')
    answer = publish(world.client("admin"), world.ids[KEY], xml)
    assert answer.status_code == 200, answer.get_json()
    newest = world.read(lambda session: definitions.definitions(session, key=KEY))[0]
    assert "visit_prepare.json" in world.read(lambda session: definitions.definition_files(session, newest.id))


def test_the_editor_is_for_administrators(world: World) -> None:
    path = f"/studio/{world.ids[KEY]}"
    assert world.client("manager1").get(path).status_code == 403
    assert world.client("manager1").post(f"{path}/check", json={"xml": "x"}).status_code == 403
    assert world.client("admin").get(f"/studio/{uuid4()}").status_code == 404
    assert world.client("manager1").post(f"{path}/drafts").status_code == 403
    assert world.client("admin").client.post(f"{path}/drafts", json={"xml": "x"}).status_code == 403


def test_only_the_editor_may_style_inline(world: World) -> None:
    client = world.client("admin")
    assert "unsafe-inline" in client.get(f"/studio/{world.ids[KEY]}").headers["Content-Security-Policy"]
    assert "unsafe" not in client.get("/studio").headers["Content-Security-Policy"]


# In a browser


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def served(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[World, str]]:
    folder = tmp_path_factory.mktemp("studio")
    with own_database(request, folder) as url:
        yield from _serve(folder, url)


def _serve(folder: Path, url: str) -> Iterator[tuple[World, str]]:
    found: list[World] = []
    # Playwright's event loop runs in the test's thread, in which the isolate refuses to wait.
    maker = threading.Thread(target=lambda: found.append(make_world(folder, url=url)))
    maker.start()
    maker.join()
    world = found[0]
    server = make_server("127.0.0.1", 0, world.app, threaded=True)
    server.daemon_threads = False  # closing waits for the requests under way
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield world, f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join(timeout=10)
    world.application.database.dispose()


@pytest.fixture
def page(served: tuple[World, str], browser) -> Iterator[Page]:
    world, url = served
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    secret = world.client("admin").client.get_cookie("fieldflow").value
    context.add_cookies([{"name": "fieldflow", "value": secret, "url": url}])
    opened = context.new_page()
    opened.set_default_timeout(15_000)
    yield opened
    context.close()


def open_editor(page: Page, served: tuple[World, str], xml: str | None = None) -> None:
    """Open the newest version; with ``xml``, as if that were its diagram."""
    world, url = served
    newest = world.read(lambda session: definitions.definitions(session, key=KEY))[0]

    def replace(route: Route) -> None:
        answer = route.fetch()
        text = answer.text()
        block = re.search(r'(<script type="application/json" id="studio-data">)(.*?)(</script>)', text, re.DOTALL)
        assert block is not None
        data = {**json.loads(html.unescape(block[2])), "xml": xml}
        body = json.dumps(data).replace("<", "\\u003c")
        route.fulfill(response=answer, body=text.replace(block[0], block[1] + body + block[3]))

    if xml is not None:
        page.route(f"{url}/studio/{newest.id}", replace)
    page.goto(f"{url}/studio/{newest.id}")
    page.locator("[data-studio][data-examined]").wait_for()


SAVE = "async () => (await document.querySelector('[data-studio]').modeler.saveXML({format: true})).xml"


@pytest.mark.e2e
def test_saving_loses_no_element_and_no_setting(page: Page, served: tuple[World, str]) -> None:
    before = drawing()
    open_editor(page, served, before)
    assert page.locator("[data-findings] [role=alert]").count() == 0
    after = page.evaluate(SAVE)
    assert lost(before, after) == []
    added = contents(after) - contents(before)
    assert {key[0] for key in added if key[0].startswith(BPMN)} <= {f"{BPMN}incoming", f"{BPMN}outgoing"}


@pytest.mark.e2e
def test_a_diagram_that_would_lose_something_cannot_be_published(page: Page, served: tuple[World, str]) -> None:
    open_editor(page, served, drawing(inside="<bpmn:unheardOf>x</bpmn:unheardOf>"))
    notice = page.locator("[data-findings] [role=alert]")
    assert "would lose" in notice.inner_text()
    before = versions(served[0])
    page.click("[data-dialog=publish]")
    page.click("dialog button[value=publish]")
    assert "would lose" in notice.inner_text()
    assert versions(served[0]) == before


@pytest.mark.e2e
def test_what_would_be_lost_is_named(page: Page, served: tuple[World, str]) -> None:
    notice = page.locator("[data-findings] [role=alert]")
    given = '<spiffworkflow:property name="form" value="visit_report"/>'
    for part in ('<spiffworkflow:unheardOf a="1"/>', '<vendor:odd xmlns:vendor="urn:v"/>'):
        assert given in drawing()
        open_editor(page, served, drawing().replace(given, given + part))
        assert re.search("unheardOf|odd", notice.inner_text())
    # What refers to nothing is no loss: it stays as it is, for the check to tell and somebody to mend.
    variables = "<bpmn:loopDataInputRef>rows</bpmn:loopDataInputRef>"
    before = drawing(inside=variables).replace('dataObjectRef="data"', 'dataObjectRef="gone"')
    open_editor(page, served, before)
    assert notice.count() == 0
    assert lost(before, page.evaluate(SAVE)) == []
    page.locator("[data-list]", has_text="gone").wait_for()


@pytest.mark.e2e
def test_an_edit_is_checked_and_published(page: Page, served: tuple[World, str]) -> None:
    world = served[0]
    open_editor(page, served)
    select = """id => {
        const modeler = document.querySelector('[data-studio]').modeler;
        modeler.get('selection').select(modeler.get('elementRegistry').get(id));
    }"""
    task = next(etree.fromstring(xml_of(world, world.ids[KEY]).encode()).iter(f"{BPMN}userTask")).get("id")
    page.evaluate(select, task)
    box = page.locator("[data-panel] [name=fieldflow-name_en]")
    box.click()
    # Key by key: an input that is mounted anew at a change would lose some of them.
    box.press("End")
    box.press_sequentially(" with care", delay=20)
    page.locator("[data-status]", has_text=re.compile("Not saved yet|Saved in the draft")).wait_for()
    assert box.input_value().endswith(" with care")
    page.click("[data-check]")
    page.locator("[data-status]", has_text=re.compile("Nothing found|Findings")).wait_for()
    assert page.locator(".badge-danger").count() == 0
    page.click("[data-dialog=publish]")
    page.fill("[name=note]", "By hand")
    page.click("dialog button[value=publish]")
    page.locator("h1 + .versions summary", has_text="Version 2").wait_for()
    newest = world.read(lambda session: definitions.definitions(session, key=KEY))[0]
    assert (newest.version, newest.note) == (2, "By hand")
    assert " with care" in xml_of(world, newest.id)


@pytest.mark.e2e
def test_a_finding_leads_to_its_element(page: Page, served: tuple[World, str]) -> None:
    open_editor(page, served)
    page.evaluate("""() => {
        const modeler = document.querySelector('[data-studio]').modeler;
        const task = modeler.get('elementRegistry').find((each) => each.type === 'bpmn:ServiceTask');
        modeler.get('fieldflowSettings').set(task, 'topic', 'no.such');
    }""")
    page.click("[data-check]")
    page.locator("button.finding", has_text="no.such").click()
    chosen = "document.querySelector('[data-studio]').modeler.get('selection').get()[0].type"
    assert page.evaluate(chosen) == "bpmn:ServiceTask"
    assert page.locator(".finding-mark.finding-error").count() >= 1
