"""The pages of repairs and migrations, without a script: forms alone."""

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import orjson
import pytest

from engine.access import SYSTEM
from engine.audit import service as audit
from engine.process import bundles, definitions, deployment, repair
from engine.process import queries as process
from engine.support import service as support
from tests.web.world import World, make_world


@pytest.fixture
def world(tmp_path: Path, pages_url: str) -> Iterator[World]:
    made = make_world(tmp_path, url=pages_url)
    yield made
    made.application.database.dispose()


def request_of(world: World) -> UUID:
    key = support.business_key(world.request("rep1", "Display fault"))
    return world.read(lambda session: process.instances_of(session, key)[0].id)


def token_at(world: World, instance_id: UUID, element_id: str) -> str:
    _version, tokens = world.read(lambda session: repair.standing(session, instance_id))
    return next(token.token for token in tokens if token.element_id == element_id)


def hidden(page: str, name: str) -> str:
    """Return the value of a hidden field."""
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found, name
    return found[1].replace("&#34;", '"').replace("&quot;", '"')


def press(world: World, instance_id: UUID, page: str, **values: Any) -> Any:
    """Press a button of the page of a repair."""
    sent = {"edits": hidden(page, "edits"), "version": hidden(page, "version"), **values}
    return world.client("admin").post(f"/operate/instances/{instance_id}/repair", sent)


def test_edits_are_collected_tried_and_applied_with_a_reason(world: World) -> None:
    instance_id, client = request_of(world), world.client("admin")
    where = f"/operate/instances/{instance_id}/repair"
    page = client.get(where).text
    late = token_at(world, instance_id, "reached_first_response_100")
    page = press(world, instance_id, page, add=f"cancel:{late}").text
    assert "Cancel: First response late" in page
    page = press(world, instance_id, page, add="set:", variable="priority", value="P1").text
    assert "Set: priority = P1" in page
    assert "Repair now" in page
    page = press(world, instance_id, page, remove="1").text
    assert "priority = P1" not in page
    answer = press(world, instance_id, page, do="apply", reason=" ")
    assert answer.status_code == 422
    assert "Enter a reason" in answer.text
    assert "Cancel: First response late" in answer.text
    stale = press(world, instance_id, answer.text, do="apply", reason="Nobody waits.", version="99")
    assert stale.status_code == 409
    assert "The process has changed meanwhile." in stale.text
    assert "Nobody waits." in stale.text
    answer = press(world, instance_id, stale.text, do="apply", reason="Nobody waits.")
    assert answer.status_code == 302
    result = client.get(answer.location).text
    assert "Nobody waits." in result
    assert "Repaired" in client.get(f"/operate/instances/{instance_id}").text
    undo = re.search(rf'action="(/operate/instances/{instance_id}/repairs/[^"]+/undo)"', result)
    assert undo
    assert client.post(undo[1], {"reason": " "}).status_code == 422
    assert client.post(undo[1], {"reason": "Wrong."}).status_code == 302
    assert "undone by" in client.get(where).text
    assert client.post(undo[1], {"reason": "Wrong."}).status_code == 409
    events = world.read(lambda session: audit.events(session, subject=("instance", str(instance_id))))
    assert [event.action for event in events] == ["instance.repair_undone", "instance.repaired"]


def test_what_is_impossible_is_said_beside_the_edit(world: World) -> None:
    instance_id = request_of(world)
    page = world.client("admin").get(f"/operate/instances/{instance_id}/repair").text
    triage = token_at(world, instance_id, "triage_request")
    page = press(world, instance_id, page, add=f"cancel:{triage}").text
    assert "Nothing is left inside of Handling" in page
    assert "Repair now" not in page
    for values, sentence in (
        ({"add": "set:", "variable": "priority_", "value": "x"}, "There is no such variable."),
        ({"add": "set:", "variable": "resolve_due", "value": "soon"}, "This value does not fit."),
        ({"add": f"skip:{triage}", f"result-{triage}": "done"}, "Write the result as named values"),
    ):
        answer = press(world, instance_id, page, **values)
        assert answer.status_code == 422, sentence
        assert sentence in answer.text
    assert press(world, instance_id, page, edits="nonsense").status_code == 422


def test_variables_are_listed_and_typed_in_the_words_and_the_zone_of_the_reader(world: World) -> None:
    instance_id = request_of(world)
    page = world.client("admin").get(f"/operate/instances/{instance_id}/repair").text
    options = dict(re.findall(r'<option value="(\w+)"[^>]*>\1 \(([^<]*)', page))
    assert options["priority"].startswith("Plain text) = P")
    assert re.fullmatch(r"Day and time\) = \w{3} \d+ \w{3}( \d{4})? \d\d:\d\d", options["resolve_due"])
    assert options["routing"].startswith("List or structure) = {")
    page = press(world, instance_id, page, add="set:", variable="resolve_due", value="2026-03-05T18:00").text
    (edit,) = orjson.loads(hidden(page, "edits"))
    assert edit["values"] == {"resolve_due": "2026-03-05T18:00:00+08:00"}
    assert re.search(r"resolve_due</dt><dd><del[^>]*>\w{3} \d+ \w{3}[^<]*</del> → Thu 5 Mar 18:00<", page)


def test_a_token_goes_nowhere_until_a_step_is_chosen(world: World) -> None:
    instance_id = request_of(world)
    page = world.client("admin").get(f"/operate/instances/{instance_id}/repair").text
    triage = token_at(world, instance_id, "triage_request")
    for name, add in ((f"to-{triage}", f"move:{triage}"), ("place", "add:")):
        menu = re.search(rf'<select[^>]* id="{name}"[^>]*><option value="([^"]*)">([^<]*)', page)
        assert menu, name
        assert menu.groups() == ("", "Choose a step …")
        answer = press(world, instance_id, page, add=add, **{name: ""})
        assert answer.status_code == 422
        assert f'id="{name}-error" role="alert">Choose a step first.' in answer.text
        assert "Nothing chosen yet" in answer.text


def test_the_result_of_a_skipped_task_is_typed_in_the_fields_of_its_form(world: World) -> None:
    instance_id = request_of(world)
    page = world.client("admin").get(f"/operate/instances/{instance_id}/repair").text
    group = f"result-{token_at(world, instance_id, 'triage_request')}"
    skip = f"skip:{group.removeprefix('result-')}"
    assert f'<select id="{group}:priority"' in page
    assert '<option value="P1">P1' in page
    assert f'name="{group}-type:incomplete" value="boolean?"' in page
    assert f'name="{group}"' not in page
    typed = {
        f"{group}-type:priority": "text?", f"{group}:priority": "P1", f"{group}-type:note": "text?",
        f"{group}:note": "", f"{group}-type:incomplete": "boolean?", f"{group}:incomplete": "false",
    }  # fmt: skip
    wrong = press(world, instance_id, page, add=skip, **typed | {f"{group}:incomplete": "perhaps"})
    assert wrong.status_code == 422
    assert f'id="{group}:incomplete-error">Choose yes or no.' in wrong.text
    assert '<option value="P1" selected>' in wrong.text
    moved = press(world, instance_id, page, add="", **typed).text
    assert '<option value="P1" selected>' in moved
    page = press(world, instance_id, page, add=skip, **typed).text
    (edit,) = orjson.loads(hidden(page, "edits"))
    assert edit["values"] == {"priority": "P1", "queue": None, "incomplete": False, "question": None, "note": None}
    assert "Skip: Triage (priority = P1, incomplete = false)" in page
    assert '<option value="P1" selected>' not in page


def test_a_risky_repair_says_why_and_that_nobody_could_agree(world: World) -> None:
    instance_id = request_of(world)
    page = world.client("admin").get(f"/operate/instances/{instance_id}/repair").text
    triage = token_at(world, instance_id, "triage_request")
    page = press(world, instance_id, page, **{"add": f"move:{triage}", f"to-{triage}": "answer_technical"}).text
    assert "Risky: a second administrator must agree." in page
    assert "Record the triage" in page
    assert "There is no other administrator" in page
    assert press(world, instance_id, page, do="apply", reason="x").status_code == 409


def test_pages_are_for_administrators_and_unknown_things_are_not_found(world: World) -> None:
    instance_id = request_of(world)
    for login in ("rep1", "ops1", "manager1"):
        for path in (f"/operate/instances/{instance_id}/repair", "/operate/repairs", "/operate/migrations"):
            assert world.client(login).get(path).status_code == 403, (login, path)
    client = world.client("admin")
    assert "Nothing waits" in client.get("/operate/repairs").text
    unknown = uuid4()
    for path in (f"instances/{unknown}/repair", f"repairs/{unknown}", f"migrations/{unknown}", "migrations/new"):
        assert client.get(f"/operate/{path}").status_code == 404, path
    for path in (f"/operate/repairs/{uuid4()}/decide", f"/operate/instances/{instance_id}/repairs/{uuid4()}/undo",
                 f"/operate/migrations/{uuid4()}/start"):  # fmt: skip
        assert client.post(path, {"reason": "x", "decision": "agreed"}).status_code == 404, path


def next_version(world: World) -> None:
    def store(session: Any) -> None:
        files = {source.name: source.content for source in bundles.factory_sources("support_request")}
        files["support_request.bpmn"] = files["support_request.bpmn"].replace("支持请求".encode(), "请求".encode())
        deployment.store(session, SYSTEM, bundles.sources_from(files), now=world.now)

    world.write(store)


def test_instances_are_tried_migrated_and_taken_back(world: World) -> None:
    instance_id, other = request_of(world), request_of(world)
    next_version(world)
    client = world.client("admin")
    new, old = world.read(lambda session: definitions.definitions(session, key="support_request"))
    page = client.get("/operate/migrations").text
    assert f"/operate/migrations/new?from={old.id}&amp;to={new.id}" in page
    assert 'href="/operate/migrations" aria-current="page"' in page
    assert 'href="/operate/jobs" aria-current="page"' in client.get("/operate/timers").text
    studio = client.get("/studio").text
    assert f"/operate/migrations/new?from={old.id}&amp;to={new.id}" in studio
    running = re.search(rf'href="([^"]*version={old.id}[^"]*)"', studio)
    assert running is not None
    assert str(instance_id) in client.get(unescape(running[1])).text
    page = client.get(f"/operate/migrations/new?from={old.id}&to={new.id}").text
    assert "Which instances" in page
    assert '<details class="card">' in page
    assert "nothing has to be mapped" in page
    chosen = {"run_id": str(uuid4()), "from": str(old.id), "to": str(new.id), "which": "some"}
    assert client.post("/operate/migrations/new", chosen).status_code == 422
    wrong = {**chosen, "which": "all", "map.triage_request": "route"}
    assert client.post("/operate/migrations/new", wrong).status_code == 422
    answer = client.post("/operate/migrations/new", {**chosen, "instance_id": str(instance_id)})
    assert answer.status_code == 302
    where = answer.location
    tried = client.get(where).text
    assert "Tried: nothing is changed yet" in tried
    assert "Can be migrated" in tried
    assert f'/operate/instances/{instance_id}"' in tried
    assert world.read(lambda session: process.instance(session, instance_id)).business_key in tried
    assert client.post(f"{where}/start", {"reason": ""}).status_code == 422
    assert client.post(f"{where}/start", {"reason": "New rules."}).status_code == 302
    world.application.worker.run_until_idle()
    assert "Finished" in client.get(where).text
    version = world.read(lambda session: process.instance(session, instance_id)).definition_version
    assert (version, world.read(lambda session: process.instance(session, other)).definition_version) == (2, 1)
    assert client.post(f"{where}/0/undo", {"reason": "Wrong."}).status_code == 302
    assert "taken back" in client.get(where).text
    client.post(f"{where}/undo", {"reason": "Wrong."})
    assert "There is nothing to take back here." in client.get(where).text
    events = world.read(lambda session: audit.events(session, action="migration."))
    assert [event.action for event in events] == ["migration.started", "migration.prepared"]
