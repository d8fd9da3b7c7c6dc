"""The audit in words: actions, what was changed, and values as they were and are."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from engine.process.repair_edits import from_json
from web.i18n import format_datetime
from web.i18n import translate as _
from web.labels import data_class, role_label
from web.operate.repair_view import lines, risk_texts, state_text
from web.operate.words import value_text

OF_ELEMENTS = frozenset({"tokens", "edits", "risks", "mapping", "element"})
"""Kept properties that name elements of a diagram."""


@dataclass(frozen=True)
class Change:
    """One thing that changed, as it was and as it is."""

    label: str
    old: str
    new: str


def areas() -> list[tuple[str, str]]:
    """Return the beginnings of actions that can be chosen, with their names."""
    return [
        ("instance.", _("Instances")),
        ("migration.", _("Migrations")),
        ("variable.", _("Variables")),
        ("incident.", _("Incidents")),
        ("delivery.", _("Jobs")),
        ("timer.", _("Timers")),
        ("deadline.", _("Deadlines")),
        ("definition.", _("Processes")),
        ("draft.", _("Drafts")),
        ("person.", _("People")),
        ("team.", _("Teams")),
        ("purpose.", _("Purposes")),
        ("calendar.", _("Calendar")),
        ("webhook.", _("Webhooks")),
        ("room.", _("Chat rooms")),
        ("notice.", _("Notices")),
        ("place.", _("Places")),
        ("stock.", _("Warehouse")),
        ("retention.", _("Retention")),
    ]


def action_label(action: str) -> str:
    """Return what was done."""
    labels = {
        "definition.published": _("Process published"),
        "definition.deployed": _("Process deployed"),
        "definition.rolled_back": _("Process rolled back"),
        "definition.gate_changed": _("Condition of publishing changed"),
        "draft.created": _("Draft begun"),
        "draft.saved": _("Draft saved"),
        "draft.renamed": _("Draft renamed"),
        "draft.rebased": _("Draft put on the newest version"),
        "draft.discarded": _("Draft discarded"),
        "draft.asked": _("Review of a draft asked for"),
        "draft.approved": _("Draft approved"),
        "draft.comment": _("Draft commented"),
        "draft.change_wanted": _("Change of a draft wanted"),
        "bundle.uploaded": _("Bundle uploaded"),
        "scenario.recording_begun": _("Recording of a scenario begun"),
        "scenario.act_added": _("Recording of a scenario continued"),
        "scenario.answered": _("Answer of a scenario recorded"),
        "scenario.act_taken_back": _("Recording of a scenario taken back"),
        "scenario.kept": _("Scenario kept"),
        "scenario.recording_dropped": _("Recording of a scenario dropped"),
        "incident.retried": _("Tried again"),
        "incident.retried_many": _("Incidents tried again"),
        "incident.noted": _("Note written"),
        "incident.assigned": _("Incident assigned"),
        "instance.cancelled": _("Instance ended"),
        "instance.repaired": _("Instance repaired"),
        "instance.repair_proposed": _("Repair prepared"),
        "instance.repair_declined": _("Repair declined"),
        "instance.repair_outdated": _("Repair not applied: outdated"),
        "instance.repair_undone": _("Repair undone"),
        "instance.migrated": _("Instance migrated"),
        "instance.migration_undone": _("Migration of an instance taken back"),
        "migration.prepared": _("Migration tried"),
        "migration.started": _("Migration started"),
        "migration.undone": _("Migration taken back"),
        "variable.edited": _("Variable edited"),
        "delivery.run_now": _("Job run now"),
        "delivery.retried": _("Job tried again"),
        "delivery.retried_many": _("Jobs tried again"),
        "delivery.rescheduled": _("Job moved to another time"),
        "delivery.dropped": _("Job dropped"),
        "timer.moved": _("Timer moved"),
        "timer.dropped": _("Timer dropped"),
        "deadline.moved": _("Deadline moved"),
        "deadline.reached": _("Mark of a deadline reached by hand"),
        "deadline.stopped": _("Deadline stopped"),
        "person.added": _("Person added"),
        "person.changed": _("Person changed"),
        "team.added": _("Team added"),
        "purpose.added": _("Purpose added"),
        "purpose.changed": _("Purpose changed"),
        "calendar.day_changed": _("Day of the calendar changed"),
        "calendar.year_loaded": _("Year of the calendar loaded"),
        "calendar.hours_changed": _("Working hours changed"),
        "webhook.added": _("Webhook added"),
        "webhook.changed": _("Webhook changed"),
        "webhook.replayed": _("Webhook sent again"),
        "room.added": _("Chat room added"),
        "room.changed": _("Chat room changed"),
        "room.tried": _("Chat room tried"),
        "notice.text_changed": _("Text of a notice changed"),
        "place.code_renewed": _("Code of a place renewed"),
        "stock.received": _("Delivery received"),
        "retention.asked": _("Retention run begun"),
        "retention.finished": _("Retention run done"),
    }
    return labels.get(action, action)


def field_label(name: str) -> str:
    """Return the name of what changed; a variable or a field that has none of its own has its key."""
    labels = {
        "version": _("Version"),
        "without_review_of": _("Published without the review of"),
        "title": _("Title"),
        "file": _("File"),
        "files": _("Files"),
        "files_of": _("With the files of version"),
        "base": _("From version"),
        "revision": _("Saved the time"),
        "asked": _("Asked"),
        "requires_green": _("Only with green scenarios"),
        "tokens": _("Where it stands"),
        "edits": _("Edits"),
        "variables": _("Variables"),
        "risks": _("Risks"),
        "proposed_by": _("Prepared by"),
        "instances": _("Instances"),
        "mapping": _("Mapping"),
        "state": _("State"),
        "incident": _("Code"),
        "element": _("Step"),
        "message": _("Message"),
        "note": _("Note"),
        "assignee": _("Assigned to"),
        "at": _("Time"),
        "due_at": _("Due"),
        "topic": _("Job"),
        "error": _("Last error"),
        "number": _("Number"),
        "run": _("Run"),
        "name": _("Name"),
        "name_en": _("English name"),
        "login": _("Login"),
        "email": _("E-mail"),
        "roles": _("Roles"),
        "groups": _("Groups"),
        "team_name": _("Team"),
        "territories": _("Territories"),
        "manager": _("Manager"),
        "is_active": _("Active"),
        "locale": _("Language"),
        "form_key": _("Form"),
        "kinds": _("Kinds"),
        "expiry": _("Expiry"),
        "delivery": _("Delivery"),
        "is_working": _("Working day"),
        "days": _("Days"),
        "hours": _("Working hours"),
        "time_zone": _("Time zone"),
        "address": _("Address"),
        "zh": _("Chinese text"),
        "en": _("English text"),
        "item": _("Item"),
        "lot": _("Lot"),
        "quantity": _("Quantity"),
    }
    return labels.get(name) or data_class(name)


def changes(
    before: Mapping[str, Any] | None, after: Mapping[str, Any] | None, names: Mapping[str, str]
) -> list[Change]:
    """Return what differs; of what is the same on both sides only what says what it is about.

    Args:
        names: of elements, by id.
    """
    old, new = before or {}, after or {}
    return [
        Change(field_label(name), _text(name, old.get(name), names), _text(name, new.get(name), names))
        for name in dict.fromkeys([*old, *new])
    ]


def _text(name: str, value: Any, names: Mapping[str, str]) -> str:
    if value is None or value in ("", [], {}):
        return ""
    if name == "tokens":
        return "\n".join(f"{names.get(element, element)}: {state_text(state)}" for element, state in value)
    if name == "edits":
        tokens = {each["token"]: each["element"] for each in value if "element" in each}
        return "\n".join(line.text for line in lines(from_json(value), names, tokens))
    if name == "risks":
        return "\n".join(risk_texts(value, names))
    if name == "mapping":
        return "\n".join(f"{names.get(key, key)} → {names.get(to, to)}" for key, to in value.items())
    if name == "element":
        return names.get(str(value), str(value))
    if name == "roles":
        return ", ".join(role_label(role) for role in value)
    if name == "locale":
        return {"zh": "中文", "en": "English"}.get(str(value), str(value))
    return _value(value)


def _value(value: Any) -> str:
    if isinstance(value, str) and len(value) >= 19 and value[4:5] == "-" and value[10:11] == "T":
        try:
            return format_datetime(datetime.fromisoformat(value))
        except ValueError:
            return value
    if isinstance(value, list) and all(isinstance(each, str | int | float) for each in value):
        return ", ".join(str(each) for each in value)
    return value_text(value)
