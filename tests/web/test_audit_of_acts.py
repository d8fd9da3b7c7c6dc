"""Whatever an administrator changes is in the audit: each address that changes anything is called once and looked for.

A new address fails here until it says what it writes, or why it writes nothing.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from engine.access import Role
from engine.audit import service as audit
from engine.calendar import queries as calendar
from engine.customers import service as customers
from engine.ids import new_id
from engine.notifications import hooks, rooms
from engine.notifications.hooks import WEBHOOK_TOPIC
from engine.notifications.tables import WebhookAttempt
from engine.outbox import service as outbox
from engine.people import service as people
from engine.process import definitions
from engine.process import queries as process
from tests.web import upkeep_calls
from tests.web.operate_world import delivery, incident, request_instance, timer_of, visit_instance
from tests.web.world import World, make_world
from web.operate import audit_words
from web.security import SAFE_METHODS, policy_of

STUDIO = {
    "begin": "draft.created", "begin_with": "draft.created", "copy_with": "draft.created", "rename": "draft.renamed",
    "save_file": "draft.saved", "add_form": "draft.saved", "remove_file": "draft.saved",
    "remove_scenario": "draft.saved",
    "discard": "draft.discarded", "follow": "draft.rebased", "publish": "definition.published",
    "roll_back": "definition.rolled_back", "set_gate": "definition.gate_changed",
    "set_draft_gate": "definition.gate_changed", "upload_bundle": "bundle.uploaded", "accept_import": "draft.created",
    "begin_scenario": "scenario.recording_begun", "record_again": "scenario.recording_begun",
    "record_case": "scenario.recording_begun", "complete_recorded": "scenario.act_added",
    "jump_to_timer": "scenario.act_added", "send_recorded": "scenario.act_added",
    "answer_recorded": "scenario.answered", "undo_recorded": "scenario.act_taken_back",
    "keep_recording": "scenario.kept", "drop_recording": "scenario.recording_dropped",
}  # fmt: skip
"""What the studio's endpoints write: tests/integration/test_drafts.py and the tests of scenarios call them."""
SILENT = {
    "studio.check": "it only looks",
    "studio.check_draft": "it only looks",
    "studio.check_expressions": "it only looks",
    "studio.look_at_form": "it only looks",
    "studio.run_decision_tests": "it only looks",
    "customers.note": "a note of everybody's work, with its author, in the customer's own history",
}
OF_VARIABLES = {"variable.edited"}
"""Actions that keep what variables were, by their names."""
ROOT = Path(__file__).resolve().parents[2]
AREAS = (
    "definition", "incident", "instance", "migration", "variable", "deadline", "draft", "bundle", "scenario", "person",
    "purpose", "webhook", "room", "stock", "retention",
)  # fmt: skip
ROOM = "wecombot://693a91f6-7xxx-4bc4-97a0-0ec2sifa5aaa"
PURPOSE = {"name": "调研", "name_en": "Survey", "form_key": "visit_survey", "is_active": "1"}
OTHER_PURPOSE = PURPOSE | {"name": "走访", "name_en": "Round"}
DAY = {"kind": "holiday", "name": "厂庆", "name_en": "Anniversary"}
HOURS = {f"hours_{weekday}": "09:00-17:00" if weekday < 5 else "" for weekday in range(7)}


@pytest.fixture
def world(tmp_path: Path, pages_url: str) -> Iterator[World]:
    made = make_world(tmp_path / "data", url=pages_url)
    yield made
    made.application.database.dispose()


@dataclass(frozen=True)
class Call:
    """What to send where, and the action that must then be in the audit."""

    path: str
    data: dict[str, Any]
    action: str


Make = Callable[[World], Call]


def _retry(world: World) -> Call:
    instance_id = request_instance(world)
    incident_id, _cause = incident(world, instance_id)
    return Call(f"/operate/instances/{instance_id}/incidents/{incident_id}/retry", {}, "incident.retried")


def _retry_one(world: World) -> Call:
    incident_id, cause = incident(world, request_instance(world))
    return Call(f"/operate/incidents/{cause}/{incident_id}/retry", {}, "incident.retried")


def _retry_many(world: World) -> Call:
    _incident, cause = incident(world, request_instance(world))
    return Call("/operate/incidents/retry", {"cause": cause, "run_id": str(new_id())}, "incident.retried_many")


def _note(world: World) -> Call:
    _incident, cause = incident(world, request_instance(world))
    return Call(f"/operate/incidents/{cause}/note", {"note": "Ticket 7", "assignee": ""}, "incident.noted")


def _cancel(world: World) -> Call:
    return Call(f"/operate/instances/{request_instance(world)}/cancel", {"reason": "x"}, "instance.cancelled")


def _variable(world: World) -> Call:
    instance_id = request_instance(world)
    version = world.read(lambda session: process.instance(session, instance_id)).version
    data = {"name": "subject", "type": "text", "value": "New", "reason": "typo", "version": str(version)}
    return Call(f"/operate/instances/{instance_id}/variables", data, "variable.edited")


def _job(world: World) -> Call:
    return Call(f"/operate/jobs/{delivery(world)}", {"act": "drop", "reason": "x"}, "delivery.dropped")


def _jobs(world: World) -> Call:
    delivery(world, dead=True)
    return Call("/operate/jobs/retry", {"run_id": str(new_id())}, "delivery.retried_many")


def _timer(world: World) -> Call:
    timer = timer_of(world, visit_instance(world))
    path = f"/operate/instances/{timer.instance_id}/timers/{timer.token}"
    return Call(path, {"act": "drop", "reason": "x"}, "timer.dropped")


def _deadline(world: World) -> Call:
    request_instance(world)
    rows = world.read(
        lambda session: calendar.next_due(session, ["resolve"], groups=None, is_paused=False, now=world.now, limit=1)
    )
    return Call(f"/operate/deadlines/{rows[0].id}", {"act": "drop", "reason": "x"}, "deadline.stopped")


def _hook(world: World) -> UUID:
    saved: UUID = world.write(
        lambda session: hooks.save(
            session, None, name="ERP", url="https://example.com/x", kinds=["requests"], is_active=True, now=world.now
        )
    )
    return saved


def _replay(world: World) -> Call:
    hook_id = _hook(world)

    def work(session: Any) -> UUID:
        key = f"webhook:{hook_id}:1"
        session.add(WebhookAttempt(id=new_id(), webhook_id=hook_id, delivery_key=key, at=world.now))
        return outbox.emit(session, WEBHOOK_TOPIC, {"event": "1"}, key=key, now=world.now)

    return Call(f"/notices/webhooks/{hook_id}/replay/{world.write(work)}", {}, "webhook.replayed")


def _room(world: World) -> UUID:
    saved: UUID = world.write(
        lambda session: rooms.save(
            session, None, name="Ops", address=ROOM, kinds=["requests"], groups=[], locale="zh", is_active=True,
            now=world.now,
        )
    )  # fmt: skip
    return saved


def _place(world: World) -> Call:
    place_id = world.write(
        lambda session: customers.add_place(session, world.ids["customer"], name="门诊", address="浣纱路 261 号")
    )
    return Call(f"/places/{place_id}/code", {}, "place.code_renewed")


NEW_PERSON = {"login": "new", "name": "新人", "password": "correct horse", "roles": ["rep"], "locale": "zh"}
ROOM_FORM = {"name": "Ops", "address": ROOM, "kinds": ["requests"], "locale": "zh", "is_active": "1"}
TEXT = {"zh": "您好", "en": "Hello", "act": "save"}
HOOK = {"name": "ERP", "url": "https://93.184.215.14/hook", "kinds": ["requests"], "is_active": "1"}
STOCK = {"item": "P-01", "lot": "L1", "expiry": "2028-01-01", "quantity": "5"}


def _of(prepared: Callable[[World], upkeep_calls.Prepared]) -> Make:
    return lambda world: Call(*prepared(world))


CALLS: dict[str, Make] = {
    "repairs.work": _of(upkeep_calls.work),
    "repairs.decide": _of(upkeep_calls.decide),
    "repairs.undo": _of(upkeep_calls.undo),
    "operate_migrations.prepare": _of(upkeep_calls.prepare),
    "operate_migrations.start": _of(upkeep_calls.start),
    "operate_migrations.undo": _of(upkeep_calls.take_back),
    "operate_migrations.undo_one": _of(upkeep_calls.take_one_back),
    "operate.retry": _retry,
    "operate.cancel": _cancel,
    "operate_variables.change": _variable,
    "operate_incidents.note": _note,
    "operate_incidents.retry_one": _retry_one,
    "operate_incidents.retry_many": _retry_many,
    "operate_jobs.act": _job,
    "operate_jobs.retry_many": _jobs,
    "operate_jobs.change_timer": _timer,
    "operate_clocks.change": _deadline,
    "purposes.add": lambda _world: Call("/purposes/new", PURPOSE, "purpose.added"),
    "purposes.change": lambda _world: Call("/purposes/call", OTHER_PURPOSE, "purpose.changed"),
    "people.add_user": lambda _world: Call("/people/new", NEW_PERSON, "person.added"),
    "people.change_user": lambda world: Call(
        f"/people/{world.ids['rep2']}", {"roles": ["rep"], "team_id": ""}, "person.changed"
    ),
    "people.add_team": lambda _world: Call("/people/teams", {"team_name": "南区"}, "team.added"),
    "calendar.change_day": lambda _world: Call("/calendar/days/2026-12-07", DAY, "calendar.day_changed"),
    "calendar.load_year": lambda _world: Call("/calendar/years/2026", {}, "calendar.year_loaded"),
    "calendar.change_hours": lambda _world: Call(
        "/calendar/hours", {**HOURS, "time_zone": "Asia/Shanghai"}, "calendar.hours_changed"
    ),
    "notices.add_room": lambda _world: Call("/notices/rooms/new", ROOM_FORM, "room.added"),
    "notices.change_room": lambda world: Call(f"/notices/rooms/{_room(world)}", ROOM_FORM, "room.changed"),
    "notices.try_room": lambda world: Call(f"/notices/rooms/{_room(world)}/try", {}, "room.tried"),
    "notices.replay": _replay,
    "notices.add_webhook": lambda _world: Call("/notices/webhooks/new", HOOK, "webhook.added"),
    "notices.change_webhook": lambda world: Call(f"/notices/webhooks/{_hook(world)}", HOOK, "webhook.changed"),
    "notices.save_text": lambda _world: Call("/notices/texts/comment", TEXT, "notice.text_changed"),
    "positions.renew_code": _place,
    "operate_retention.start": lambda _world: Call("/retention/runs", {}, "retention.asked"),
    "warehouse.receive": lambda _world: Call("/warehouse/deliveries", STOCK, "stock.received"),
}


def test_every_change_of_an_administrator_is_in_the_audit(world: World) -> None:
    unsafe = {
        rule.endpoint
        for rule in world.app.url_map.iter_rules()
        if (declared := policy_of(world.app, rule.endpoint)) is not None
        and (rule.methods or set()) - SAFE_METHODS
        and Role.ADMIN in declared.roles
    }
    by_token = {"api_processes.deploy"}  # see below
    # A review writes ``draft.`` and its kind.
    studio = {f"studio.{name}" for name in (*STUDIO, "review")}
    assert unsafe == CALLS.keys() | SILENT.keys() | by_token | studio
    assert set(STUDIO.values()) <= _actions()
    client = world.client("admin")
    for endpoint, make in CALLS.items():
        call = make(world)
        before = _events(world)
        answer = client.post(call.path, data=call.data)
        assert answer.status_code in {200, 201, 302}, f"{endpoint}: {_problems(answer.text)}"
        new = [row for row in _events(world) if row not in before]
        assert call.action in {row.action for row in new}, endpoint
        assert all(row.actor_name == "管理员" and row.subject_key for row in new), endpoint
        kept = [row for row in new if row.action not in OF_VARIABLES]
        with world.app.test_request_context():
            names = {name for row in kept for each in (row.before, row.after) for name in each or {}}
            assert [name for name in names if audit_words.field_label(name) == name] == [], endpoint
        assert not any(ROOM in str(row) or "hook" in str(row.after) for row in new), f"{endpoint}: an address is secret"


def _problems(page: str) -> list[str]:
    return re.findall(r'class="error"[^>]*>([^<]*)<|"detail": ?"([^"]*)"', page)


def _events(world: World) -> list[audit.AuditRow]:
    return list(world.read(lambda session: audit.events(session, limit=500)))


def test_where_an_instance_stood_is_told_in_words(world: World) -> None:
    before = {
        "tokens": [["check_in", "open"], ["gone", "waiting"]],
        "edits": [{"act": "skip", "token": "t", "element": "check_in"}],
    }
    with world.app.test_request_context():
        shown = [each.old for each in audit_words.changes(before, {"mapping": {}}, {"check_in": "签到"})]
        person = audit_words.changes({}, {"roles": ["admin"], "locale": "zh"}, {})
    assert shown == ["签到: 等待人工处理\ngone: 等待中", "跳过：签到", ""]
    assert [each.new for each in person] == ["管理员", "中文"]


def test_words_are_known_for_what_drafts_write(world: World) -> None:
    written = {
        name
        for path in (ROOT / "engine/studio").rglob("*.py")
        for kept in re.findall(r"(?:before|after)=(\{\"[^\n]*)", path.read_text("utf-8"))
        for name in re.findall(r"\"([a-z_]+)\":", kept)
    }
    assert {"revision", "version", "files_of"} <= written
    with world.app.test_request_context():
        assert [name for name in sorted(written) if audit_words.field_label(name) == name] == []


def test_deploying_by_a_token_is_in_the_audit(world: World) -> None:
    token = world.write(lambda session: people.create_token(session, "admin", name="ci", now=world.now))
    files = world.read(lambda session: definitions.definition_files(session, world.ids["day"]))
    texts = {name: content.decode() for name, content in files.items()}
    texts["day.bpmn"] += "<!-- x -->"
    answer = world.app.test_client().post(
        "/api/v1/definitions", json={"files": texts, "note": "x"}, headers={"Authorization": f"Bearer {token}"}
    )
    assert answer.status_code == 201, answer.text
    [event] = _events(world)
    assert (event.action, event.subject_key, event.after) == ("definition.deployed", "day", {"version": 2, "note": "x"})


def test_words_are_known_for_every_action(world: World) -> None:
    with world.app.test_request_context():
        assert [call for call in sorted(_actions()) if audit_words.action_label(call) == call] == []


def _actions() -> set[str]:
    """Return the actions that the code writes."""
    found = set()
    for folder in ("engine", "web"):
        for path in (ROOT / folder).rglob("*.py"):
            if path.name == "audit_words.py":
                continue
            found |= set(re.findall(rf"\"((?:{'|'.join(AREAS)})\.[a-z_]+)\"", path.read_text("utf-8")))
    return found
