"""The page of a decision file, its test table, and what must be green before publishing."""

import io
from typing import Any

import orjson
import pytest

from engine.process import bundles
from engine.studio import archives
from tests.decision_files import CONDITIONAL, price_file
from tests.web.world import SignedInClient, World

KEY = "sample_drop"
FILE = "sample_approval.dmn"
TESTS = "decision_tests/sample_approval.json"


def ask(admin: SignedInClient, draft: str, **values: Any) -> Any:
    content = admin.get(f"{draft}/files/{FILE}").get_json()["content"]
    body = {"decision": "sample_approval", "content": content, "tests": {"rows": []}, **values}
    return admin.post(f"{draft}/decision-tests", json=body)


def test_the_editor_has_a_text_page_beside_it(draft: str, admin: SignedInClient) -> None:
    assert "data-decisions" in admin.get(f"{draft}/edit/{FILE}").text
    assert "data-draft-text" in admin.get(f"{draft}/edit/{FILE}?as=text").text


def test_rows_are_run_on_the_file_as_it_stands_in_the_editor(draft: str, admin: SignedInClient) -> None:
    rows = [{"inputs": {"sample.quantity": 30}, "expected": {"level": "compliance"}}, {"inputs": {}}]
    found = ask(admin, draft, tests={"rows": rows}).get_json()
    assert [each["name"] for each in found["inputs"]] == ["sample.eligible", "sample.quantity", "sample.cycle_quantity"]
    assert [each["name"] for each in found["outputs"]] == ["level", "reason"]
    assert [(each["state"], each["rules"]) for each in found["rows"]] == [("passes", ["2"]), ("open", [])]


@pytest.mark.parametrize(
    "values",
    [
        {"tests": None},
        {"tests": {"rows": [3]}},
        {"decision": ""},
        {"content": 1},
        {"tests": {"rows": [{"inputs": []}]}},
    ],
)
def test_bad_input_is_refused_with_a_sentence(values: dict[str, Any], draft: str, admin: SignedInClient) -> None:
    answer = ask(admin, draft, **values)
    assert answer.status_code == 422
    assert answer.get_json()["detail"]


def test_a_body_that_is_no_object_is_refused(draft: str, admin: SignedInClient) -> None:
    for body in ([], "text", None):
        assert admin.post(f"{draft}/decision-tests", json=body).status_code == 422


def test_a_broken_file_or_an_unknown_decision_is_said(draft: str, admin: SignedInClient) -> None:
    assert ask(admin, draft, content="<x/>").get_json()["problem"]
    assert ask(admin, draft, decision="gone").get_json()["problem"]


def test_only_admins_run_rows(world: World, draft: str) -> None:
    assert world.client("manager1").post(f"{draft}/decision-tests", json={}).status_code in {403, 404}


def test_red_rows_are_shown_and_keep_a_process_from_being_published(
    world: World, draft: str, admin: SignedInClient
) -> None:
    rows = [{"inputs": {"sample.quantity": 30}, "expected": {"level": "auto"}}]
    assert admin.put_file(f"{draft}/files/{TESTS}", orjson.dumps({"rows": rows}).decode(), 0).status_code == 200
    page = admin.get(f"{draft}/scenarios").text
    assert ">样品审批</span>" in page, "a decision is called by its name"
    assert "level = compliance" in page
    assert "0 of 1 pass" in page
    admin.post(f"/studio/{world.ids[KEY]}/gate", {"green": "yes"})
    revision = admin.get(f"{draft}/files/{TESTS}").get_json()["revision"]
    refused = admin.post(f"{draft}/publish", json={"revision": revision, "note": ""})
    assert refused.status_code == 409
    assert refused.get_json()["code"] == "scenarios_not_green"


def data_of(page: str) -> Any:
    return orjson.loads(page.partition('id="studio-data">')[2].partition("</script>")[0])


@pytest.mark.parametrize("version", ["1.2", "1.4", "1.5"])
def test_a_file_of_another_version_opens_as_1_3_and_stays_until_it_is_saved(
    version: str, draft: str, admin: SignedInClient
) -> None:
    source = price_file(version).decode()
    assert admin.put_file(f"{draft}/files/prices.dmn", source, 0).status_code == 200
    page = admin.get(f"{draft}/edit/prices.dmn").text
    data = data_of(page)
    assert (data["xml"], data["rewritten"], data["refused"]) == (price_file("1.3").decode(), version, [])
    assert f"The file is DMN {version}" in page
    assert admin.get(f"{draft}/files/prices.dmn").get_json()["content"] == source


def test_what_the_editor_cannot_hold_is_named(draft: str, admin: SignedInClient) -> None:
    admin.put_file(f"{draft}/files/prices.dmn", price_file("1.5", CONDITIONAL).decode(), 0)
    assert data_of(admin.get(f"{draft}/edit/prices.dmn").text)["refused"] == [
        "“Later” holds “conditional” (line 46), which came after DMN 1.3."
    ]


def test_an_import_of_another_version_is_rewritten_where_the_admin_agrees(world: World, admin: SignedInClient) -> None:
    diagram = (bundles.WORKFLOWS / KEY / f"{KEY}.bpmn").read_bytes()
    files = {f"{KEY}.bpmn": diagram, "prices.dmn": price_file("1.5"), "later.dmn": price_file("1.4", CONDITIONAL)}
    sent = {"file": (io.BytesIO(archives.write(files, {})), "foreign.zip")}
    address = str(admin.post("/studio/imports", sent, content_type="multipart/form-data").location)
    page = admin.get(address).text
    assert 'value="prices.dmn|dmn_version" checked' in page
    assert "later.dmn stays a text" in page
    assert "“Later” holds “conditional”" in page
    made = admin.post(f"{address}/accept", {"accept": ["prices.dmn|dmn_version"]}).location
    content = {name: admin.get(f"{made}/files/{name}").get_json()["content"] for name in files}
    assert content["prices.dmn"] == price_file("1.3").decode()
    assert content["later.dmn"] == price_file("1.4", CONDITIONAL).decode()


def test_tests_that_cannot_be_read_are_shown_with_the_reason(draft: str, admin: SignedInClient) -> None:
    admin.put_file(f"{draft}/files/{TESTS}", '{"rows": [3]}', 0)
    known = data_of(admin.get(f"{draft}/edit/{FILE}").text)["tests"]["sample_approval"]
    assert known["problem"] == "The tests of sample_approval: row 1 is malformed."
    assert known["xml"] == '{"rows": [3]}'


def test_a_broken_decision_file_is_one_finding(draft: str, admin: SignedInClient) -> None:
    admin.put_file(f"{draft}/files/{TESTS}", '{"rows": []}', 0)
    file = admin.get(f"{draft}/files/{FILE}").get_json()
    broken = file["content"].replace("</definitions>", "")
    (finding,) = admin.post(f"{draft}/check", json={"name": FILE, "content": broken}).get_json()["findings"]
    assert finding["code"] == "not_xml"
    assert finding["file"] == FILE
    admin.put_file(f"{draft}/files/{FILE}", broken, file["revision"])
    assert f"{FILE} cannot be read" in admin.get(f"{draft}/scenarios").text


def test_a_cell_that_compares_with_a_test_is_refused_at_its_cell(draft: str, admin: SignedInClient) -> None:
    file = admin.get(f"{draft}/files/{FILE}").get_json()["content"]
    assert "&lt;= 5" in file
    content = file.replace("&lt;= 5", "&lt;= &lt;= 5", 1)
    found = admin.post(f"{draft}/check", json={"name": FILE, "content": content}).get_json()["findings"]
    (finding,) = [each for each in found if each["severity"] == "error"]
    assert (finding["code"], finding["element"]) == ("operand", "sample_approval_rule_3_in_2")
    assert "“<= 5”" in finding["text"]
