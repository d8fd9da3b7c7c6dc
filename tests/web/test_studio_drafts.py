"""Pages and endpoints of drafts: files with revisions, comparing, reviews, publishing, export and import."""

import io
import re
from pathlib import Path
from typing import Any
from uuid import uuid4

import orjson
import pytest

from engine.access import Role
from engine.audit import service as audit
from engine.people import service as people
from engine.process import definitions
from tests.web.operate_world import request_instance
from tests.web.world import SignedInClient, World

KEY = "support_request"
FILE = f"{KEY}.bpmn"


def test_a_draft_shows_its_files_and_what_it_changes(draft: str, admin: SignedInClient) -> None:
    page = admin.get(draft).text
    assert "Quicker answers" in page
    assert FILE in page
    assert ">Support request</span>" in page, "files are called as people call what is in them"
    assert ">折扣审批级别</span>" in page
    assert "Nothing yet." in page
    file = admin.get(f"{draft}/files/discount.dmn").get_json()
    assert (
        admin.put_file(
            f"{draft}/files/discount.dmn", file["content"].replace("(5..15]", "(5..12]"), file["revision"]
        ).status_code
        == 200
    )
    page = admin.get(draft).text
    assert "(5..12]" in page
    assert "Row 2" in page
    assert "Quicker answers" in admin.get("/studio").text


def test_a_file_is_saved_only_on_the_revision_that_was_read(world: World, draft: str, admin: SignedInClient) -> None:
    address = f"{draft}/files/request_triage.json"
    read = admin.get(address).get_json()
    saved = admin.put_file(
        address, read["content"].replace('"required": true', '"required": false', 1), read["revision"]
    )
    assert saved.get_json()["revision"] == read["revision"] + 1
    late = admin.put_file(address, read["content"].replace("P1 紧急", "P1 很急"), read["revision"])
    assert late.status_code == 409
    body = late.get_json()
    assert body["code"] == "draft_overtaken"
    assert body["revision"] == saved.get_json()["revision"]
    assert "管理员" in body["detail"]
    assert any("Priority" in change["text"] for change in body["changes"])
    # Nothing typed is lost: it can become a draft of its own.
    copied = admin.post(body["copyUrl"], json={"name": "request_triage.json", "content": "{}"}).get_json()
    assert admin.get(copied["saveUrl"]).get_json()["content"] == "{}"
    assert admin.put_file(f"{draft}/files/nothing.sh", "x", 0).status_code == 422
    assert admin.get(f"{draft}/files/nothing.json").status_code == 404
    assert admin.put_file(f"/studio/drafts/{uuid4()}/files/{FILE}", "x", 0).status_code == 404
    headers = {"X-CSRF-Token": admin.csrf_token}
    gone = admin.client.delete(address, json={"revision": body["revision"]}, headers=headers)
    assert gone.status_code == 200
    assert admin.get(address).status_code == 404


def test_the_text_page_and_the_check_say_what_is_wrong_with_a_file(draft: str, admin: SignedInClient) -> None:
    assert "data-draft-text" in admin.get(f"{draft}/edit/discount.dmn?as=text").text
    found = admin.post(f"{draft}/check", json={"name": "request_triage.json", "content": "{ nothing"}).get_json()
    assert any("request_triage.json" in each["text"] for each in found["findings"])
    fine = admin.post(f"{draft}/check", json={}).get_json()
    assert [each for each in fine["findings"] if each["severity"] == "error"] == []


def test_a_draft_is_published_from_its_page(world: World, draft: str, admin: SignedInClient) -> None:
    answer = admin.post(f"{draft}/publish", {"revision": "1", "note": "From the page"})
    assert answer.status_code == 303
    # The files are the version's own: nothing new is made of them.
    assert len(world.read(lambda session: definitions.definitions(session, key=KEY))) == 1
    assert "Published as version 1" in admin.get(draft).text
    assert admin.post(f"{draft}/rename", {"title": "x"}, headers={"Accept": "application/json"}).status_code == 409


def test_a_broken_draft_is_not_published_and_says_why(world: World, draft: str, admin: SignedInClient) -> None:
    file = admin.get(f"{draft}/files/{FILE}").get_json()
    admin.put_file(f"{draft}/files/{FILE}", "<nothing", file["revision"])
    answer = admin.post(f"{draft}/publish", {"revision": "2", "note": "Said for nothing?"})
    assert answer.status_code == 422
    assert "Mend the errors first (1): The file is not well-formed XML" in answer.text
    assert ">Said for nothing?</textarea>" in answer.text, "what was typed stays"
    assert admin.get(f"{draft}/scenarios").status_code == 200
    assert "cannot run as it is" in admin.get(f"{draft}/replay").text


def test_who_is_asked_for_a_review_is_told_and_so_is_who_asked(world: World, draft: str, admin: SignedInClient) -> None:
    world.ids["admin2"] = world.write(
        lambda session: people.add_user(
            session, login="admin2", name="吴管理", password="correct horse", roles=[Role.ADMIN], now=world.now
        )
    )

    def told(login: str) -> str:
        world.application.worker.run_until_idle()
        return str(world.client(login).get("/notifications").text)

    admin.post(f"{draft}/review", {"kind": "asked", "asked": str(world.ids["admin2"])})
    assert "管理员 请您复核草稿“Quicker answers”" in told("admin2")
    assert f'href="{draft}#review"' in told("admin2")
    assert "Quicker" not in told("admin")

    world.client("admin2").post(f"{draft}/review", {"kind": "change_wanted", "text": "Too quick."})
    assert "吴管理 wishes for a change of the draft “Quicker answers”" in told("admin")
    assert f'href="{draft}#review"' in told("admin")
    assert "希望修改草稿" not in told("admin2")
    admin.post(f"{draft}/review", {"kind": "comment", "text": "Slower, then."})
    assert "commented on the draft" not in told("admin")


def test_publishing_without_an_answer_is_confirmed_and_audited(world: World, draft: str, admin: SignedInClient) -> None:
    world.ids["admin2"] = world.write(
        lambda session: people.add_user(
            session, login="admin2", name="吴管理", password="correct horse", roles=[Role.ADMIN], now=world.now
        )
    )
    assert "without_review" not in admin.get(draft).text
    admin.post(f"{draft}/review", {"kind": "asked", "asked": str(world.ids["admin2"])})
    for address in (draft, f"{draft}/edit/{FILE}"):
        assert "吴管理 was asked for a review and has not answered. Publish without it." in admin.get(address).text
    assert 'value="approved"' in world.client("admin2").get(draft).text
    refused = admin.post(f"{draft}/publish", {"revision": "1", "note": ""})
    assert "Confirm on the draft&#39;s page" in refused.text
    admin.post(f"{draft}/publish", {"revision": "1", "note": "", "without_review": "yes"})
    assert "Published as version 1" in admin.get(draft).text
    (event,) = [row for row in world.read(audit.events) if row.action == "definition.published"]
    assert event.after == {"version": 1, "without_review_of": ["吴管理"]}
    assert "Published without the review of" in admin.get("/operate/audit").text


def test_reviews_stand_on_the_page(draft: str, admin: SignedInClient) -> None:
    admin.post(f"{draft}/review", {"kind": "comment", "text": "Why quicker?"})
    page = admin.get(draft).text
    assert "Why quicker?" in page
    assert "you are the only administrator" in page
    assert 'value="approved"' not in page
    own = admin.post(f"{draft}/review", {"kind": "approved"}, headers={"Accept": "application/json"})
    assert own.status_code == 403
    assert "Agrees" not in admin.get(draft).text
    assert admin.post(f"{draft}/review", {"kind": "comment"}, headers={"Accept": "application/json"}).status_code == 422


def test_a_refused_draft_leads_to_the_first_error(world: World, draft: str, admin: SignedInClient) -> None:
    file = admin.get(f"{draft}/files/{FILE}").get_json()
    admin.put_file(f"{draft}/files/{FILE}", file["content"].replace('value="support.reopen"', 'value="no.such"'), 1)
    answer = admin.post(f"{draft}/publish", {"revision": "2", "note": ""})
    assert answer.status_code == 422
    assert "nothing serves the topic “no.such”" in answer.text
    assert f'href="{draft}/edit/{FILE}#reopen"' in answer.text


def test_versions_and_drafts_are_compared(world: World, draft: str, admin: SignedInClient) -> None:
    file = admin.get(f"{draft}/files/{FILE}").get_json()
    admin.put_file(
        f"{draft}/files/{FILE}",
        file["content"].replace('value="request_triage"', 'value="visit_prepare"'),
        file["revision"],
    )
    ref = f"draft-{draft.rpartition('/')[2]}"
    page = admin.get(f"/studio/compare?before={world.ids[KEY]}&after={ref}").text
    assert "1 changed" in page
    assert "visit_prepare" in page
    assert 'data-jump="triage_request"' in page
    data = orjson.loads(re.search(r'id="compare-data">(.*?)</script>', page, re.DOTALL)[1])  # type: ignore[index]
    assert data["changes"] == [{"id": "triage_request", "kind": "changed"}]
    assert admin.get(f"/studio/compare?before={world.ids[KEY]}&after=nothing").status_code == 404


def test_what_is_new_is_told_in_words(world: World, draft: str, admin: SignedInClient) -> None:
    rival = {"type": "checkbox", "key": "rival", "label": {"zh": "涉及竞品", "en": "A rival's product"}}
    met = {"all": [{"eq": [{"field": "rival"}, True]}, {"not": {"in": [{"field": "price"}, ["1", "2"]]}}]}
    price = {"type": "text", "key": "price", "label": {"zh": "竞品价格", "en": "Its price"}, "visible_if": met}
    form = {"key": "extra", "title": {"zh": "补充", "en": "Extra"}, "components": [rival, price]}
    assert admin.put_file(f"{draft}/files/extra.json", orjson.dumps(form).decode(), 0).status_code == 200
    page = admin.get(f"/studio/compare?before={world.ids[KEY]}&after=draft-{draft.rpartition('/')[2]}").text
    assert "“A rival&#39;s product” is Yes and not “Its price” is one of 1, 2" in page
    assert "Tick box" in page


def test_what_runs_on_older_versions_counts_too(world: World, draft: str, admin: SignedInClient) -> None:
    request_instance(world)
    file = admin.get(f"{draft}/files/{FILE}").get_json()
    admin.put_file(f"{draft}/files/{FILE}", file["content"].replace('name="回答问题"', 'name="答"'), file["revision"])
    assert admin.post(f"{draft}/publish", {"revision": "2", "note": ""}).status_code == 303
    listed = re.search(
        rf'href="/operate/instances\?process={KEY}&amp;state=running">([^<]*)<', admin.get("/studio").text
    )
    assert listed is not None
    assert listed[1] == "1 running"


def test_a_version_is_rolled_back_with_a_reason(world: World, draft: str, admin: SignedInClient) -> None:
    file = admin.get(f"{draft}/files/{FILE}").get_json()
    admin.put_file(f"{draft}/files/{FILE}", file["content"].replace('name="回答问题"', 'name="答"'), file["revision"])
    assert admin.post(f"{draft}/publish", {"revision": "2", "note": ""}).status_code == 303
    admin.post(f"/studio/{world.ids[KEY]}/roll-back", {"reason": "It was better"})
    rows = world.read(lambda session: definitions.definitions(session, key=KEY))
    assert [row.version for row in rows] == [3, 2, 1]
    assert rows[0].digest == rows[2].digest
    assert "Rolled back to version 1: It was better" in admin.get("/studio").text


# Moving


def upload(admin: SignedInClient, name: str, content: bytes) -> Any:
    return admin.post("/studio/imports", {"file": (io.BytesIO(content), name)}, content_type="multipart/form-data")


def test_a_bundle_is_exported_and_imported(world: World, admin: SignedInClient) -> None:
    exported = admin.get(f"/studio/{world.ids[KEY]}/export")
    assert exported.mimetype == "application/zip"
    held = upload(admin, "bundle.zip", exported.data)
    page = admin.get(held.location).text
    assert "is here already" in page
    accepted = admin.post(f"{held.location}/accept")
    assert accepted.status_code == 303
    assert admin.get(f"{accepted.location}/export").data
    assert "Begun with version 1" in admin.get(accepted.location).text


def test_a_foreign_diagram_lists_its_changes_and_makes_those_accepted(admin: SignedInClient) -> None:
    content = (Path(__file__).parents[1] / "unit" / "studio" / "camunda.bpmn").read_bytes()
    held = upload(admin, "loan.bpmn", content)
    page = admin.get(held.location).text
    assert "Camunda" in page
    keys = re.findall(r'name="accept" value="([^"]+)"', page)
    assert len(keys) > 10
    accepted = admin.post(f"{held.location}/accept", {"accept": [key for key in keys if "default" in key]})
    text = admin.get(f"{accepted.location}/files/loan.bpmn").get_json()["content"]
    assert 'default="d"' in text
    assert "camunda:formKey" in text
    assert "A new process" in admin.get(accepted.location).text
    assert "Drafts of new processes" in admin.get("/studio").text


def test_a_process_with_any_id_is_exported(admin: SignedInClient) -> None:
    content = (Path(__file__).parents[1] / "unit" / "studio" / "camunda.bpmn").read_bytes()
    held = upload(admin, "loan.bpmn", content.replace(b'id="loan"', 'id="贷款&quot;&#10;x"'.encode()))
    draft = admin.post(f"{held.location}/accept").location
    exported = admin.get(f"{draft}/export")
    assert exported.status_code == 200
    assert exported.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("content", [b"", b"hello", b"<a/>", b"PK\x03\x04 broken"])
def test_what_cannot_be_imported_says_why(admin: SignedInClient, content: bytes) -> None:
    answer = upload(admin, "a.bpmn", content)
    assert answer.status_code == 422
    assert "cannot be imported" in answer.text
    assert upload(admin, "", b"").status_code == 422
