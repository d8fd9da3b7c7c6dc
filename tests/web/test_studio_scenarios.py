"""Pages of scenarios and of replay: recording by clicking, running, and cases of the past on a draft."""

import re
from datetime import timedelta
from html import unescape
from uuid import UUID, uuid4

import orjson

from engine.audit import service as audit
from engine.process import definitions
from engine.process.states import InstanceState
from engine.process.tables import ProcessInstance
from engine.studio import drafts
from engine.studio.tables import StudioRecording
from tests.web.world import SignedInClient, World
from tests.workflows.runs import ANSWERS, REQUEST

KEY = "support_request"
FILE = f"{KEY}.bpmn"


def record(admin: SignedInClient, draft: str) -> str:
    """Click through a technical request up to its answer; return the address of the recording."""
    assert "Variables at the start" in admin.get(f"{draft}/scenarios/new").text
    begun = admin.post(
        f"{draft}/scenarios/new",
        {"title": "Technical", "data": orjson.dumps(REQUEST).decode(), "answers": "", "started_at": "2026-03-02T09:00"},
    )
    assert begun.status_code == 303
    return str(begun.location)


def test_what_a_scenario_begins_with_is_typed_in_fields(world: World, draft: str, admin: SignedInClient) -> None:
    page = admin.get(f"{draft}/scenarios/new").text
    assert 'name="data:subject"' in page
    typed = {
        "title": "Much",
        "started_at": "2026-03-02T09:00",
        "data": '{"requester": ["user:1"]}',
        "data:subject": "接口",
        "data-type:subject": "text",
        "data:quantity": "many",
        "data-type:quantity": "number?",
        "data:needed_by": "",
        "data-type:needed_by": "date?",
        "answers": "[",
    }
    refused = admin.post(f"{draft}/scenarios/new", typed)
    assert refused.status_code == 422
    assert 'id="data:quantity-error">Give a number.' in refused.text
    assert 'id="answers-error">This is not written as JSON' in refused.text
    for kept in ('value="Much"', 'value="many"', 'value="接口"', "user:1"):
        assert kept in refused.text
    begun = admin.post(f"{draft}/scenarios/new", typed | {"data:quantity": "12", "answers": ""})
    assert begun.status_code == 303
    document = world.read(
        lambda session: session.get(StudioRecording, UUID(begun.location.rpartition("/")[2])).document
    )
    assert document["data"] == {"requester": ["user:1"], "subject": "接口", "quantity": 12, "needed_by": None}


def answer_services(admin: SignedInClient, recording: str) -> str:
    """Answer what services are asked until none is; return the page."""
    for _ in range(20):
        page = admin.get(recording).text
        asked = re.search(r"/answer/([a-z_0-9]+)\"", page)
        if asked is None:
            return str(page)
        topic = re.search(r" asks ([a-z_.]+)\. ", page)
        assert topic is not None
        given = orjson.dumps(ANSWERS.get(topic[1], {})).decode()
        assert admin.post(f"{recording}/answer/{asked[1]}", {"answer": given}).status_code == 303
    raise AssertionError("services ask without end")


def test_a_wrong_answer_of_a_service_is_shown_again(draft: str, admin: SignedInClient) -> None:
    recording = record(admin, draft)
    asked = re.search(r"/answer/([a-z_0-9]+)\"", admin.get(recording).text)
    assert asked is not None
    given = {"answer": "[1]", "answer:minutes": "soon", "answer-type:minutes": "number"}
    refused = admin.post(f"{recording}/answer/{asked[1]}", given)
    assert refused.status_code == 422
    assert "An object is needed here" in refused.text
    assert 'id="answer:minutes-error">Give a number.' in refused.text
    assert 'value="soon"' in refused.text


def test_a_scenario_is_recorded_kept_run_and_fails_when_the_draft_changes(
    world: World, draft: str, admin: SignedInClient
) -> None:
    recording = record(admin, draft)
    page = answer_services(admin, recording)
    assert "Triage" in page
    assert "Sales operations" in page, "the lane is named as it is drawn, not by its key"
    refused = admin.post(f"{recording}/complete/triage_request", {"priority": ""})
    assert refused.status_code == 422
    queue = re.search(r'value="([a-z_]+)"[^>]*>', page[page.index('name="queue"') :])
    assert queue is not None
    done = admin.post(f"{recording}/complete/triage_request", {"priority": "P3", "queue": queue[1]})
    assert done.status_code == 303, done.text
    answer_services(admin, recording)
    assert admin.post(f"{recording}/complete/answer_technical", {"answer": "Half"}).status_code == 303
    answer_services(admin, recording)
    assert admin.post(f"{recording}/undo").status_code == 303
    assert admin.post(f"{recording}/keep").status_code == 303
    page = admin.get(f"{draft}/scenarios").text
    assert "All 1 pass" in page
    assert "What the scenarios touch" in page
    # Nothing outside of the draft came of it.
    assert (
        world.read(lambda session: [row.action for row in audit.events(session) if row.subject_kind == "instance"])
        == []
    )
    file = admin.get(f"{draft}/files/{FILE}").get_json()
    admin.put_file(
        f"{draft}/files/{FILE}", file["content"].replace('type = "technical"', 'type = "none"'), file["revision"]
    )
    page = admin.get(f"{draft}/scenarios").text
    assert "0 of 1 pass" in page
    assert "Act 2" in page
    admin.post(f"{draft}/gate", {"green": "yes"})
    row = world.read(lambda session: drafts.draft(session, UUID(draft.rpartition("/")[2])))
    admin.post(f"{draft}/publish", {"revision": str(row.revision), "note": ""})
    assert "must pass" in admin.get(draft).text
    again = admin.post(f"{draft}/scenarios/technical/record")
    assert again.status_code == 303
    assert admin.post(f"{again.location}/drop").status_code == 303
    assert admin.post(f"{draft}/scenarios/technical/remove").status_code == 303
    assert "No scenario tests yet" in admin.get(f"{draft}/scenarios").text


def test_a_recording_is_not_shown_to_others(world: World, draft: str, admin: SignedInClient) -> None:
    recording = record(admin, draft)
    assert world.client("manager1").get(recording).status_code == 403
    assert admin.get(f"/studio/recordings/{uuid4()}").status_code == 404


def test_replay_shows_finished_cases_part_by_part(world: World, draft: str, admin: SignedInClient) -> None:
    assert "No finished cases" in admin.get(f"{draft}/replay").text
    part = admin.get(f"{draft}/replay/part?offset=0").get_json()
    assert part["count"] == 0
    assert part["verdicts"] == {"same": 0, "changed": 0, "stopped": 0, "not_comparable": 0}


def test_what_replay_counts_are_the_cases_that_it_shows(world: World, draft: str, admin: SignedInClient) -> None:
    digest = world.read(lambda session: definitions.definition(session, world.ids[KEY]).digest)
    world.write(
        lambda session: session.add_all(
            ProcessInstance(
                definition_id=world.ids[KEY],
                digest=digest,
                process_key=KEY,
                business_key=f"request:{n}",
                state=InstanceState.COMPLETED,
                lanes={},
                state_bytes=b"",
                started_at=world.now - timedelta(days=n + 1),
                ended_at=world.now - timedelta(days=n),
            )
            for n in range(34)
        )
    )

    def replayed(n: str) -> tuple[int, int, int]:
        page = admin.get(f"{draft}/replay?n={n}").text
        total = int(re.search(r'data-total="(\d+)"', page)[1])  # type: ignore[index]
        address = unescape(re.search(r'data-replay="([^"]+)"', page)[1])  # type: ignore[index]
        parts = [admin.get(f"{address}&offset={offset}").get_json() for offset in range(0, total, 20)]
        rows = sum(part["html"].count("<tr data-is") for part in parts)
        assert all(part["kinds"]["stop"] == part["verdicts"]["stopped"] for part in parts)
        return total, rows, sum(count for part in parts for count in part["verdicts"].values())

    assert replayed("30") == (30, 30, 30)
    assert replayed("100") == (34, 34, 34)
    assert replayed("days") == (31, 31, 31)
    assert "31 cases that were finished in the last 30 days" in admin.get(f"{draft}/replay?n=days").text
