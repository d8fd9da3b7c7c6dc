"""The pages of running work: what they find, refuse and keep of what was typed."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from engine.audit import sealing
from engine.connectors.crm import CrmRefusedError
from engine.errors import FieldProblem
from engine.feel.faults import FeelError
from engine.ids import new_id
from engine.operate import heat
from engine.outbox import queries as deliveries
from engine.outbox import service as outbox
from engine.process import causes
from engine.process import queries as process
from engine.process.steps import MESSAGE_TOPIC
from engine.process.tables import HistoryEvent, ProcessInstance
from tests.web.operate_world import delivery, incident, request_instance, timer_of, visit_instance
from tests.web.world import World, make_world


@pytest.fixture
def world(tmp_path: Path, pages_url: str) -> Iterator[World]:
    made = make_world(tmp_path / "data", url=pages_url)
    yield made
    made.application.database.dispose()


PAGES = ("incidents", "jobs", "timers", "heat", "heat/picture", "audit", "audit/chain")


@pytest.mark.parametrize("page", PAGES)
def test_running_work_is_for_admins(world: World, page: str) -> None:
    for login in ("rep1", "manager1", "ops1", "admin"):
        answer = world.client(login).get(f"/operate/{page}")
        assert answer.status_code == (200 if login == "admin" else 403), login


def version(world: World, instance_id: UUID) -> str:
    return str(world.read(lambda session: process.instance(session, instance_id)).version)


@pytest.mark.parametrize(
    ("query", "is_found"),
    [
        ("q=display+fault", True),
        ("q=nothing+like+it", False),
        ("process=support_request&element=triage_request", True),
        ("process=support_request&element=answer_technical", False),
        ("process=support_request&text_2=technical", True),
        ("process=support_request&text_2=sample", False),
        ("process=visit", False),
        ("state=running&from=2026-11-23&to=2026-11-23", True),
        ("from=2026-11-24", False),
        ("to=2026-11-22", False),
        ("incident=1", False),
        ("priority=P3&order=quiet", True),
        ("priority=P1", False),
        ("process=support_request&version=00000000-0000-0000-0000-000000000000", False),
    ],
)
def test_the_address_says_which_instances_are_shown(world: World, query: str, is_found: bool) -> None:
    request_instance(world)
    page = world.client("admin").get(f"/operate/instances?{query}").text
    assert ("Display fault" in page) == is_found
    assert is_found or "Nothing fits what you look for." in page


def test_a_condition_that_means_nothing_is_said_at_its_field(world: World) -> None:
    request_instance(world)
    answer = world.client("admin").get("/operate/instances?from=yesterday&process=support_request&date_1=soon")
    assert answer.status_code == 200
    assert answer.text.count("like 2026-11-25.") == 2
    assert "Display fault" in answer.text, "it narrows nothing"


def test_more_instances_follow_by_their_key(world: World) -> None:
    for number in range(52):
        request_instance(world, f"Case {number:02d}")
    client = world.client("admin")
    first = client.get("/operate/instances?process=support_request").text
    assert first.count("data-row") == 50
    after = first.split("after=")[1].split('"')[0].replace("&amp;", "&")
    second = client.get(f"/operate/instances?after={after}").text
    assert second.count("data-row") == 2
    assert "Case 00" in second


def test_a_variable_keeps_what_was_typed_until_it_is_right(world: World) -> None:
    instance_id = request_instance(world)
    client, path = world.client("admin"), f"/operate/instances/{instance_id}/variables"
    assert ">Display fault</textarea>" in client.get(f"{path}?name=subject").text
    assert client.get(f"{path}?name=nothing").status_code == 404
    data = {"name": "subject", "type": "number", "value": "many", "reason": "", "version": version(world, instance_id)}
    answer = client.post(path, data)
    assert answer.status_code == 422
    assert all(text in answer.text for text in ("Give a number.", "Enter a reason", ">many</textarea>"))
    data |= {"type": "text", "value": "Screen fault", "reason": "a typo"}
    assert client.post(path, data | {"version": "1000"}).status_code == 409
    assert client.post(path, data).status_code == 302
    assert "Screen fault" in client.get(f"/operate/instances/{instance_id}?variable=screen").text
    assert "No variable fits." in client.get(f"/operate/instances/{instance_id}?variable=zzz").text
    client.post(f"/operate/instances/{instance_id}/cancel", {"reason": "x"})
    assert client.post(path, data | {"version": version(world, instance_id)}).status_code in {404, 409}


def test_a_cause_shows_its_incidents_and_what_is_known(world: World) -> None:
    first, second = request_instance(world, "One"), request_instance(world, "Two")
    incident_id, cause = incident(world, first, "Record 1 is locked.")
    incident(world, second, "Record 2 is locked.")
    client = world.client("admin")
    page = client.get("/operate/incidents").text
    assert page.count("data-row") == 1
    assert "Record # is locked." in page
    page = client.get(f"/operate/incidents/{cause}").text
    assert all(text in page for text in ("Record 1 is locked.", "Record 2 is locked.", "One", "Two"))
    assert client.post(f"/operate/incidents/{cause}/note", {"note": "x" * 1001}).status_code == 422
    assert client.post(f"/operate/incidents/{cause}/note", {"assignee": str(world.ids["rep1"])}).status_code == 422
    good = {"note": "Ticket 7", "assignee": str(world.ids["admin"])}
    assert client.post(f"/operate/incidents/{cause}/note", good).status_code == 302
    page = client.get("/operate/incidents").text
    assert "Ticket 7" in page
    assert "管理员" in page
    assert client.post(f"/operate/incidents/{cause}/{incident_id}/retry").status_code == 302
    assert client.post(f"/operate/incidents/{cause}/{incident_id}/retry").status_code == 409
    run_id = str(new_id())
    answer = client.post("/operate/incidents/retry", {"cause": cause, "run_id": run_id})
    assert answer.location.endswith(f"/operate/runs/{run_id}")
    counts = client.get(f"/operate/runs/{run_id}", headers={"Accept": "application/json"}).get_json()
    assert counts == {"total": 1, "ok": 1, "failed": 0, "skipped": 0, "waiting": 0}
    assert "1 tried again" in client.get(f"/operate/runs/{run_id}").text
    assert client.post("/operate/incidents/retry", {"cause": cause, "run_id": str(new_id())}).status_code == 422
    assert client.post("/operate/incidents/retry", {"run_id": "x"}).status_code == 422


def test_why_something_failed_reads_in_the_readers_language(world: World) -> None:
    instance_id = request_instance(world)
    faults = (
        FieldProblem.of(FeelError({"code": "null"}, "total > 77")),
        FieldProblem.of(CrmRefusedError("LOCKED-77")),
        FieldProblem("Paper jam.", code="jam"),
    )

    def fail(session: Any) -> list[str]:
        instance = session.get_one(ProcessInstance, instance_id)
        for each in faults:
            message = str(each)
            # An incident of an earlier release left its cause without a sentence.
            for problem in (None, each):
                causes.add_incident(
                    session, instance, element_id="", code=each.code, message=message, problem=problem, now=world.now
                )
        causes.add_incident(
            session, instance, element_id="", code="CrmRefusedError", message="No such customer.", now=world.now
        )
        session.flush()
        return [str(row.cause) for row in causes.of_instance(session, instance_id) if row.sentence]

    found = world.write(fail)
    assert len(found) == 3
    client = world.client("admin")
    english = client.get("/operate/incidents").text + client.get(f"/operate/instances/{instance_id}").text
    assert "A value in “total &gt; #” is empty" in english and "A value in “total &gt; 77” is empty" in english
    assert "The CRM refuses it: LOCKED-77" in english
    assert "CrmRefusedError" not in english

    client.post("/me/appearance", {"locale": "zh", "theme": "auto"})
    chinese = client.get("/operate/incidents").text + client.get(f"/operate/instances/{instance_id}").text
    for said in ("“total &gt; #”中有空值", "“total &gt; 77”中有空值", "CRM 拒绝接受：LOCKED-77", "表达式", "CRM 拒绝"):
        assert said in chinese, said
    # What the model says, and what was stored before there were sentences, stays readable.
    assert "Paper jam." in chinese and "No such customer." in chinese
    for cause in found:
        assert "is empty" not in client.get(f"/operate/incidents/{cause}").text.partition("<tbody>")[0]


def test_a_run_of_incidents_is_for_admins_alone(world: World) -> None:
    """The page of bulk work on tasks takes no act that is about something else."""
    incident_id, _cause = incident(world, request_instance(world))
    data = {"_act": "retry_incident", "_ready": "1", "_task_id": str(incident_id), "_run_id": str(new_id())}
    for login in ("rep1", "admin"):
        assert world.client(login).post("/tasks/bulk", data).status_code == 422


def test_an_instance_shows_whom_it_sent_to_and_who_sent_to_it(world: World) -> None:
    sender, receiver = visit_instance(world), request_instance(world)
    key = world.read(lambda session: process.instance(session, receiver)).business_key
    payload = {"name": "promised", "to": key, "payload": {}}
    world.write(
        lambda session: outbox.emit(
            session, MESSAGE_TOPIC, payload, key="told:1", now=world.now, origin_id=sender, receiver=key
        )
    )

    def related(instance_id: UUID) -> str:
        page = str(world.client("admin").get(f"/operate/instances/{instance_id}").text)
        return page.partition("<h2>Related instances</h2>")[2].partition("</section>")[0]

    assert f"/operate/instances/{receiver}" in related(sender)
    assert "Got a message" in related(sender) and "Sent a message" not in related(sender)
    assert f"/operate/instances/{sender}" in related(receiver)
    assert "Sent a message" in related(receiver) and "Got a message" not in related(receiver)


def test_a_job_is_moved_dropped_and_not_touched_any_more(world: World) -> None:
    delivery_id = delivery(world)
    client, path = world.client("admin"), f"/operate/jobs/{delivery_id}"
    assert "data-row" in client.get("/operate/jobs?standing=waiting").text
    answer = client.post(path, {"act": "later", "at": "yesterday", "reason": "x"})
    assert answer.status_code == 422
    assert "Give a day and a time." in answer.text
    assert client.post(path, {"act": "later", "at": "2026-11-22T09:00", "reason": "x"}).status_code == 422
    assert client.post(path, {"act": "later", "at": "2026-11-25T09:00", "reason": "x"}).status_code == 302
    row = world.read(lambda session: deliveries.delivery(session, delivery_id))
    assert row.next_at is not None
    assert row.next_at.isoformat() == "2026-11-25T01:00:00+00:00", "nine o'clock where the admin is"
    assert client.post(path, {"act": "drop", "reason": " "}).status_code == 422
    assert client.post(path, {"act": "drop", "reason": "no need"}).status_code == 302
    page = client.get(path).text
    assert "This job is over." in page
    assert "no need" in page
    assert client.post(path, {"act": "drop", "reason": "again"}).status_code == 409
    assert client.post(path, {"act": "explode"}).status_code == 422


def test_dead_letters_are_retried_by_kind(world: World) -> None:
    for topic in ("notify.mail", "notify.mail", "notify.webhook"):
        delivery(world, dead=True, topic=topic)
    client = world.client("admin")
    page = client.get("/operate/jobs").text
    assert page.count("data-row") == 3, "what was given up comes first"
    run_id = str(new_id())
    client.post("/operate/jobs/retry", {"topic": "notify.mail", "run_id": run_id})
    assert "2 tried again" in client.get(f"/operate/runs/{run_id}").text
    assert client.get("/operate/jobs").text.count("data-row") == 1


def test_a_timer_is_fired_and_moved_from_its_page(world: World) -> None:
    instance_id = visit_instance(world)
    timer = timer_of(world, instance_id)
    client, path = world.client("admin"), f"/operate/instances/{instance_id}/timers/{timer.token}"
    assert client.get("/operate/timers").text.count(str(instance_id)) >= 2
    assert client.post(path, {"act": "now", "reason": ""}).status_code == 422
    assert client.post(path, {"act": "later", "at": "2026-11-30T09:00", "reason": "holiday"}).status_code == 302
    page = client.get(f"/operate/instances/{instance_id}").text
    assert "Mon 30 Nov 09:00" in page
    assert "was moved: holiday" in page
    assert client.post(path, {"act": "now", "reason": "enough"}).status_code == 302
    assert client.get(path).status_code == 404
    assert client.post(path, {"act": "now", "reason": "enough"}).status_code == 409


def test_the_audit_shows_what_was_and_is_and_verifies(world: World) -> None:
    client = world.client("admin")
    instance_id = request_instance(world)
    data = {"name": "subject", "type": "text", "value": "Screen", "reason": "a typo"}
    client.post(f"/operate/instances/{instance_id}/variables", data | {"version": version(world, instance_id)})
    client.post("/people/teams", {"team_name": "South"})
    page = client.get("/operate/audit").text
    assert page.index("Team added") < page.index("Variable edited")
    assert "Reason: a typo" in page
    page = client.get(f"/operate/audit?kind=instance&key={instance_id}").text
    assert "Team added" not in page
    assert page.count("audit-entry") == 1
    assert "Nothing fits" in client.get("/operate/audit?to=2026-11-22").text
    assert "Team added" in client.get(f"/operate/audit?person={world.ids['admin']}&action=team.&q=sou").text
    assert "All 0 events" in client.get("/operate/audit/chain").text
    world.write(lambda session: sealing.seal(session, world.now))
    assert "All 2 events are as they were written." in client.get("/operate/audit/chain").text


def test_the_heat_map_has_a_table_and_a_picture(world: World) -> None:
    instance_id = request_instance(world)
    assert "Nothing ran in this time" in world.client("admin").get("/operate/heat").text
    later = world.now + timedelta(minutes=5)
    while world.write(lambda session: heat.count(session, later)):
        pass
    client = world.client("admin")
    page = client.get("/operate/heat?process=support_request").text
    assert "Route" in page or "Request" in page
    found = client.get("/operate/heat/picture?process=support_request").get_json()
    assert found["numbers"]
    # Nobody has chosen a process: it begins with what there is something to see of.
    assert client.get("/operate/heat/picture").get_json()["numbers"] == found["numbers"]
    assert {each["level"] for each in found["numbers"].values()} <= {1, 2, 3, 4, 5}
    running = client.get(f"/operate/instances/{instance_id}/picture").get_json()
    assert running["numbers"] == {}, "nothing ran twice"
    assert "Nothing ran" in client.get("/operate/heat?process=support_request&from=2020-01-01&to=2020-01-31").text


def test_an_instance_with_500_events_is_one_page(world: World) -> None:
    instance_id = request_instance(world)

    def fill(session):  # type: ignore[no-untyped-def]  # a short closure over the session
        session.add_all(
            HistoryEvent(instance_id=instance_id, at=world.now, kind="timer", actor_name="", detail={"trail": []})
            for _ in range(500)
        )

    world.write(fill)
    assert world.client("admin").get(f"/operate/instances/{instance_id}").text.count("The time for") >= 500
