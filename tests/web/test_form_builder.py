"""The builder's page and what the server says of a form that stands in it unsaved."""

import re
from typing import Any
from uuid import uuid4

import orjson
import pytest

from tests.web.world import SignedInClient, World

KEY = "support_request"
FORM = "request_triage.json"


def form(admin: SignedInClient, draft: str) -> dict[str, Any]:
    found: dict[str, Any] = orjson.loads(admin.get(f"{draft}/files/{FORM}").get_json()["content"])
    return found


def look(admin: SignedInClient, draft: str, document: Any, **values: str) -> Any:
    content = document if isinstance(document, str) else orjson.dumps(document).decode()
    return admin.post(f"{draft}/look/{FORM}", json={"content": content, **values})


def test_a_form_opens_in_the_builder_and_as_text(draft: str, admin: SignedInClient) -> None:
    page = admin.get(f"{draft}/edit/{FORM}").text
    data = orjson.loads(re.search(r'id="studio-data">(.*?)</script>', page, re.DOTALL)[1])  # type: ignore[index]
    assert orjson.loads(data["xml"])["key"] == "request_triage"
    assert {"value": "queues", "label": "Queues"} in data["sources"]
    titles = {value["name"]: value["label"] for value in data["context"]}
    assert (titles["today"], titles["allocation"]) == ("Today", "Lots and quantities proposed")
    # A page fills these in: no condition may read them.
    assert not titles.keys() & {value["name"] for value in data["prefill"]}
    listed = [type_ for family in data["families"] for type_ in family["types"]]
    assert sorted(listed) == sorted(type_["type"] for type_ in data["types"])
    assert all(name in data["properties"] for type_ in data["types"] for name in type_["shapes"])
    assert "data-draft-text" in admin.get(f"{draft}/edit/{FORM}?as=text").text


def test_a_file_that_is_no_outline_opens_as_text(draft: str, admin: SignedInClient) -> None:
    file = admin.get(f"{draft}/files/{FORM}").get_json()
    assert admin.put_file(f"{draft}/files/{FORM}", "{ nothing", file["revision"]).status_code == 200
    assert "data-draft-text" in admin.get(f"{draft}/edit/{FORM}").text


def test_the_preview_is_drawn_in_both_languages_from_what_is_not_saved(draft: str, admin: SignedInClient) -> None:
    document = form(admin, draft)
    document["components"].append({"type": "text", "key": "extra", "label": {"zh": "新的", "en": "Extra"}})
    in_chinese = look(admin, draft, document, locale="zh").get_json()
    assert "新的" in in_chinese["html"]
    assert "(选填)" in in_chinese["html"]
    in_english = look(admin, draft, document, locale="en").get_json()
    assert "Extra" in in_english["html"]
    assert "(optional)" in in_english["html"]
    assert in_english["findings"] == []
    assert "extra" not in admin.get(f"{draft}/files/{FORM}").get_json()["content"]


def test_the_preview_is_tried_with_values_of_the_surroundings(draft: str, admin: SignedInClient) -> None:
    document = form(admin, draft)
    shown = {"visible_if": {"eq": [{"field": "context.presence"}, "near"]}}
    document["components"] = [{"type": "note", "key": "near", "label": {"zh": "近", "en": "Near"}, **shown}]
    content = orjson.dumps(document).decode()
    away = admin.post(f"{draft}/look/{FORM}", json={"content": content}).get_json()
    assert away["context"] == ["presence"]
    near = admin.post(f"{draft}/look/{FORM}", json={"content": content, "context": {"presence": "near", "x": []}})
    assert "data-hidden" in away["html"]
    assert "data-hidden" not in near.get_json()["html"]


def test_what_is_wrong_names_the_component_and_the_property(draft: str, admin: SignedInClient) -> None:
    document = form(admin, draft)
    document["components"][0]["key"] = "Wrong Key"
    answer = look(admin, draft, document).get_json()
    assert answer["html"] is None
    assert [(each["path"], each["code"]) for each in answer["findings"]] == [("components.0.key", "key")]
    document["components"][0] = {**document["components"][0], "key": "fine", "visible_if": {"empty": {"field": "no"}}}
    answer = look(admin, draft, document).get_json()
    assert ("components.0.visible_if", "unknown_field") in [(each["path"], each["code"]) for each in answer["findings"]]
    assert answer["html"]


DEEP = '{"type": "section", "children": [' * 400 + "]}" * 400
NESTED = '{"key": "a", "title": {"zh": "a"}, "components": [{"type": "text", "key": "a", "label": {}, "default": '


@pytest.mark.parametrize(
    "content",
    [
        "{ nothing",
        "",
        "[]",
        '{"components": 3}',
        '{"components": [3, null, {}]}',
        "3",
        f'{{"components": [{DEEP}]}}',
        f"{NESTED}{'[' * 1000}{']' * 1000}}}]}}",
    ],
    ids=len,
)
def test_whatever_is_sent_is_answered(draft: str, admin: SignedInClient, content: str) -> None:
    answer = look(admin, draft, content)
    assert answer.status_code in {200, 422}
    assert answer.status_code == 422 or answer.get_json()["findings"]


def test_fields_that_went_are_listed_with_who_names_them(draft: str, admin: SignedInClient) -> None:
    document = form(admin, draft)
    assert any("support_request.bpmn" in use for use in look(admin, draft, document).get_json()["uses"]["priority"])
    index = [part["key"] for part in document["components"]].index("priority")
    document["components"][index]["key"] = "urgency"
    answer = look(admin, draft, document).get_json()
    assert any("support_request.bpmn" in use for use in answer["gone"]["priority"])
    assert "priority" not in answer["uses"]
    # It stays a warning after the save: the version that the draft follows has the field.
    file = admin.get(f"{draft}/files/{FORM}").get_json()
    admin.put_file(f"{draft}/files/{FORM}", orjson.dumps(document).decode(), file["revision"])
    assert "priority" in look(admin, draft, document).get_json()["gone"]


def test_a_new_form_stands_in_the_draft_and_in_the_diagrams_list(draft: str, admin: SignedInClient) -> None:
    words = {"key": "answer_check", "title_zh": "复核", "title_en": "Check"}
    answer = admin.post(f"{draft}/forms", words)
    assert answer.location == f"{draft}/edit/answer_check.json"
    assert "data-builder" in admin.get(answer.location).text
    page = admin.get(f"{draft}/edit/support_request.bpmn").text
    data = orjson.loads(re.search(r'id="studio-data">(.*?)</script>', page, re.DOTALL)[1])  # type: ignore[index]
    [made] = [each for each in data["forms"] if each["value"] == "answer_check"]
    assert made["label"] == "Check"
    assert [(given["name"], given["type"]) for given in made["gives"]] == [("text", "text")]
    as_json = {"Accept": "application/json"}
    assert admin.post(f"{draft}/forms", words, headers=as_json).status_code == 409
    assert admin.post(f"{draft}/forms", {**words, "key": "No Key"}, headers=as_json).status_code == 422
    assert admin.post(f"{draft}/forms", {**words, "key": "other", "title_en": " "}, headers=as_json).status_code == 422


def test_the_builder_is_for_administrators(world: World, draft: str) -> None:
    rep = world.client("rep1")
    assert rep.post(f"{draft}/look/{FORM}", json={"content": "{}"}).status_code == 403
    assert (
        world.client("admin").post(f"/studio/drafts/{uuid4()}/look/{FORM}", json={"content": "{}"}).status_code == 404
    )
