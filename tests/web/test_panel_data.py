"""What the editor's panel gets: its page's data, and what it hears of expressions while they are typed."""

import html
import json
import re
from pathlib import Path
from typing import Any

import pytest

from engine.people import service as people
from tests.web.world import SignedInClient, World

KEY = "support_request"


def in_chinese(world: World) -> SignedInClient:
    actor = world.read(lambda session: people.actor_for(session, world.ids["admin"]))
    world.write(lambda session: people.change_appearance(session, actor, locale="zh"))
    return world.client("admin")


def data_of(client: SignedInClient, world: World) -> Any:
    page = client.get(f"/studio/{world.ids[KEY]}").text
    found = re.search(r'id="studio-data">(.*?)</script>', page, re.DOTALL)
    assert found is not None
    return json.loads(html.unescape(found[1]))


def named(rows: list[dict[str, Any]], name: str) -> dict[str, Any]:
    return next(row for row in rows if row.get("name", row.get("value")) == name)


def test_topics_come_with_what_they_take_and_give(world: World, admin: SignedInClient) -> None:
    topics = data_of(admin, world)["topics"]
    route = named(topics, "support.route")
    assert (route["kind"], route["label"]) == ("operation", "Route the request")
    queue, first, _resolve = route["takes"]
    assert [choice["value"] for choice in queue["choices"]] == ["support", "technical", "samples", "quotations"]
    assert (first["type"], first["required"]) == ("number", True)
    assert {each["name"]: each["type"] for each in route["gives"]}["resolve_due"] == "datetime"
    # The program's own deliveries are nothing for a process.
    assert not {"message.deliver", "notify.mail"} & {each["name"] for each in topics}


def test_what_an_admin_chooses_from_is_in_their_language(world: World) -> None:
    data = data_of(in_chinese(world), world)
    assert data["types"]["money"] == "金额"
    assert named(data["lanes"], "Ops")["who"] == "请求所在队列的组"
    assert named(named(data["topics"], "support.triage")["takes"], "priority")["label"] == "优先级"
    assert named(data["slots"], "number_1")["label"] == "数字字段"


def test_forms_decisions_and_functions_say_of_which_types_they_are(world: World, admin: SignedInClient) -> None:
    data = data_of(admin, world)
    triage = named(data["forms"], "request_triage")["gives"]
    titles = ["信息不全，需要询问申请人", "Something is missing: ask the requester"]
    assert named(triage, "incomplete") == {
        "name": "incomplete", "type": "boolean", "label": titles[1], "titles": titles,
    }  # fmt: skip
    assert {each["name"]: each["type"] for each in named(data["decisions"], "deadlines_by_type")["gives"]} == {
        "queue": "text", "first_response_minutes": "number", "resolve_minutes": "number",
    }  # fmt: skip
    assert named(data["functions"], "now") == {"name": "now", "parameters": [], "type": "datetime"}
    assert KEY in data["processes"]


def test_an_expression_is_judged_with_the_variables_as_they_are_drawn(world: World, admin: SignedInClient) -> None:
    checks = [
        {"expression": "amount > 100", "kind": "condition"},
        {"expression": "amount", "kind": "condition"},
        {"expression": "amuont > 1", "kind": "condition"},
        {"expression": "PT4H", "kind": "timer"},
        {"expression": "line.price * completed", "kind": "value"},
    ]
    types = {"amount": "number", "line": "any"}
    answer = admin.post("/studio/expressions", json={"checks": checks, "types": types})
    right, number, unknown, length, item = answer.get_json()["problems"]
    assert (right, length, item) == ([], [], [])
    assert number == ["The condition “amount” must be true or false, but it is a number."]
    assert "amuont" in unknown[0]
    zh = in_chinese(world).post("/studio/expressions", json={"checks": checks[1:2], "types": types})
    assert zh.get_json()["problems"] == [["条件“amount”必须为 true 或 false，但实际为数字。"]]


def test_an_entry_that_nobody_gives_is_named_while_it_is_typed(admin: SignedInClient) -> None:
    types = {"handling": "record", "handling.minutes": "number"}
    checks = [{"expression": "handling.minuts > 30", "kind": "condition"}]
    [[problem]] = admin.post("/studio/expressions", json={"checks": checks, "types": types}).get_json()["problems"]
    assert "“minuts”" in problem
    assert "“handling.minutes”" in problem


def test_the_check_tells_which_entries_are_known_for_sure(world: World, admin: SignedInClient) -> None:
    xml = Path("workflows/support_request/support_request.bpmn").read_text("utf-8")
    answer = admin.post(f"/studio/{world.ids[KEY]}/check", json={"xml": xml}).get_json()
    assert answer["closed"][KEY]["handling"] == "record"
    assert "handling.minutes_spent" in answer["closed"][KEY]
    broken = admin.post(f"/studio/{world.ids[KEY]}/check", json={"xml": "<nothing"}).get_json()
    assert KEY not in broken["closed"]


@pytest.mark.parametrize(
    "body",
    [
        None,
        [],
        {"checks": [], "types": []},
        {"checks": [{"expression": "1", "kind": "unary"}], "types": {}},
        {"checks": [{"expression": 1, "kind": "value"}], "types": {}},
        {"checks": [{"expression": "1" * 20_001, "kind": "value"}], "types": {}},
        {"checks": [{"expression": "1", "kind": "value"}] * 101, "types": {}},
    ],
)
def test_what_is_no_question_is_refused(admin: SignedInClient, body: Any) -> None:
    answer = admin.post("/studio/expressions", json=body, headers={"Accept": "application/json"})
    assert answer.status_code == 422


def test_only_admins_ask(world: World) -> None:
    answer = world.client("rep1").post("/studio/expressions", json={"checks": [], "types": {}})
    assert answer.status_code == 403
