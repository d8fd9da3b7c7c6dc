"""The words of drafts and comparisons: what changed, in sentences; names of properties as the editor calls them."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from engine.process import bundles
from engine.studio.changes import KINDS, Label, Rule, Shown
from web.i18n import locale
from web.i18n import translate as _
from web.studio.condition_words import condition_text
from web.studio.panel_texts import slot_names, type_names


@dataclass(frozen=True)
class ChangeRow:
    """A change as lists show it; ``details`` are property, before, after."""

    kind: str
    subject_id: str
    area: str
    what: str
    name: str
    place: str
    details: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True)
class ChangeGroup:
    """The changes of one file."""

    file: str
    title: str
    rows: tuple[ChangeRow, ...]


def grouped(changes: Sequence[Any]) -> list[ChangeGroup]:
    """Return changes by file, in the reader's language."""
    return [
        ChangeGroup(file, file_kind(file), tuple(_row(change) for change in group))
        for file, group in groupby(changes, key=lambda change: change.file)
    ]


def _row(change: Any) -> ChangeRow:
    details = tuple(
        (property_name(each.property), _value(each.property, each.before), _value(each.property, each.after))
        for each in change.details
    )
    place = change.place.text(locale()) if change.place else ""
    name = change.name.text(locale())
    return ChangeRow(change.kind, change.subject_id, change.area, kind_name(change.what), name, place, details)


def sentence(change: Any) -> str:
    """Return a change in one line: what it is about, and what was done to it."""
    row = _row(change)
    where = f"{row.place} · {row.name}" if row.place else row.name
    return f"{change_words()[row.kind]}: {where}" + (
        f" ({', '.join(name for name, _before, _after in row.details)})" if row.kind == "changed" else ""
    )


def change_words() -> dict[str, str]:
    """Return what the kinds of changes are called."""
    return {"added": _("Added"), "removed": _("Removed"), "changed": _("Changed")}


def review_words() -> dict[str, tuple[str, str, str]]:
    """Return words, tone and icon of what people say about a draft."""
    return {
        "asked": (_("Asked for a review"), "info", "user"),
        "comment": (_("Comment"), "", "edit"),
        "approved": (_("Agrees"), "success", "check"),
        "change_wanted": (_("Wishes for a change"), "warning", "alert"),
    }


def file_kind(name: str) -> str:
    """Return what a file of a bundle is."""
    if name.endswith(".bpmn"):
        return _("Process")
    if name.endswith(".dmn"):
        return _("Decision tables")
    if name.startswith(bundles.DECISION_TESTS):
        return _("Decision tests")
    return _("Form") if bundles.is_form(name) else _("Scenario test")


def _value(name: str, value: Shown) -> str:
    if isinstance(value, Rule):
        return condition_text(value.document, value.fields)
    text = value.text(locale()) if isinstance(value, Label) else value
    if name == "type":
        return kind_name(text)
    if name.startswith("var."):
        return type_names().get(text, text)
    if name == "event":
        words = {"message": _("Message"), "timer": _("Timer"), "error": _("Error"), "terminate": _("Terminates")}
        return words.get(text, text)
    return {"yes": _("Yes"), "no": _("No")}.get(text, text)


def kind_name(kind: str) -> str:
    """Return what a kind of element, field or row is called; what has no word here keeps its own."""
    if kind in KINDS:
        return KINDS[kind].text(locale())
    return {
        "form": _("Form"),
        "decision": _("Decision"),
        "rule": _("Row"),
        "file": _("File"),
        "text": _("Short text"),
        "textarea": _("Long text"),
        "number": _("Numeric value"),
        "money": _("Money"),
        "date": _("Date"),
        "datetime": _("Date and time"),
        "select": _("Choice"),
        "multiselect": _("Several choices"),
        "checkbox": _("Tick box"),
        "list": _("List"),
        "photo": _("Photo"),
        "signature": _("Signature"),
        "section": _("Section"),
        "note": _("Note"),
        "computed": _("Computed"),
    }.get(kind, kind)


_PREFIXES = ("param.", "var.", "field.", "label.", "values.", "loop.")


def property_name(name: str) -> str:
    """Return what the editor calls a property."""
    for prefix in _PREFIXES:
        if name.startswith(prefix):
            rest = name.removeprefix(prefix)
            return f"{_prefix_name(prefix)} {slot_names().get(rest, rest)}"
    return {
        "name": _("Name"),
        "name_en": _("English name"),
        "type": _("Type"),
        "lane": _("Lane"),
        "form": _("Form"),
        "topic": _("Topic"),
        "decision": _("Decision"),
        "result": _("Result variable"),
        "due": _("Due"),
        "optional": _("Optional"),
        "script": _("Script"),
        "timer": _("Timer"),
        "event": _("Trigger"),
        "message": _("Message"),
        "condition": _("Condition"),
        "default_flow": _("Default flow"),
        "source": _("Begins at"),
        "target": _("Leads to"),
        "called": _("Called process"),
        "attached_to": _("Attached to"),
        "interrupting": _("Interrupting"),
        "payload": _("Payload"),
        "to": _("Send to"),
        "title_zh": _("Chinese title"),
        "title_en": _("English title"),
        "label_zh": _("Chinese label"),
        "label_en": _("English label"),
        "help": _("Help"),
        "submit": _("Button"),
        "order": _("Order"),
        "required": _("Required"),
        "visible_if": _("Shown if"),
        "default": _("Default"),
        "options": _("Options"),
        "remember": _("Remembered"),
        "hit_policy": _("Hit policy"),
        "inputs": _("Inputs"),
        "outputs": _("Outputs"),
        "rows": _("Rows"),
        "requires": _("Requires"),
        "logic": _("Logic"),
    }.get(name, name)


def _prefix_name(prefix: str) -> str:
    return {
        "param.": _("Parameter"),
        "var.": _("Variable"),
        "field.": _("Business field"),
        "label.": _("Label"),
        "values.": _("Values"),
        "loop.": _("Loop"),
    }[prefix]
