"""Filters in words: fields, operators and values as people read them."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from engine.process.fields import Catalogue
from engine.process.filters import FIELDS, ME, SLOTS, Condition, Filter, Kind, operators_of
from web.i18n import locale
from web.i18n import translate as _
from web.labels import group_label, priority_label

FIXED = (
    "process", "element", "deadline", "priority", "assignee", "group", "due", "follow_up", "created", "subject",
)  # fmt: skip


@dataclass(frozen=True)
class FieldWords:
    """A field that can be filtered by: its label, its kind, and value → label where it has few values."""

    name: str
    kind: str
    label: str
    operators: tuple[str, ...]
    choices: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Chip:
    """A condition in words, and the filter that is left without it."""

    text: str
    rest: str


@dataclass(frozen=True)
class Names:
    """Names that a filter's conditions may need: steps by element id, people by id."""

    steps: Mapping[str, str] = field(default_factory=dict)
    people: Mapping[str, str] = field(default_factory=dict)


def fields_of(known: Catalogue, processes: Collection[str]) -> list[FieldWords]:
    """Return the fields to offer: the fixed ones, and the slots that these processes, or any, have declared."""
    slots = [slot for slot in SLOTS if known.meanings(slot, processes)]
    return [
        FieldWords(
            name, FIELDS[name].value, label_of(name, known, processes), operators_of(name), _choices(name, known)
        )
        for name in (*FIXED, *slots)
    ]


def label_of(name: str, known: Catalogue, processes: Collection[str] = ()) -> str:
    """Return a field's label: of a slot, what the processes call it."""
    index = 1 if locale() == "en" else 0
    if name in SLOTS:
        labels = dict.fromkeys(each.label[index] for each in known.meanings(name, processes))
        return " / ".join(labels) or name
    labels_of = {
        "process": _("Process"),
        "element": _("Step"),
        "deadline": _("Deadline"),
        "priority": _("Priority"),
        "assignee": _("Taken by"),
        "group": _("Offered to"),
        "due": _("Due"),
        "follow_up": _("Follow-up"),
        "created": _("Waiting since"),
        "subject": _("Subject"),
        "search": _("Search"),
    }
    return labels_of[name]


def operator_label(operator: str) -> str:
    """Return how an operator reads between a field and its value."""
    labels = {
        "is": _("is"),
        "is_not": _("is not"),
        "contains": _("contains"),
        "starts": _("starts with"),
        "in": _("is one of"),
        "not_in": _("is none of"),
        "empty": _("is empty"),
        "filled": _("is filled in"),
        "eq": "=",
        "ne": "≠",
        "lt": "<",
        "le": "≤",
        "gt": ">",
        "ge": "≥",
        "between": _("is between"),
        "before": _("is before"),
        "after": _("is after"),
        "on": _("is on"),
        "last": _("in the last days"),
        "next": _("in the next days"),
        "has": _("contains"),
    }
    return labels[operator]


def deadline_label(state: str) -> str:
    """Return the name of a deadline's state."""
    labels = {
        "late": _("Late"),
        "soon": _("Within two hours"),
        "today": _("Within 24 hours"),
        "later": _("Later"),
        "none": _("No due time"),
    }
    return labels[state]


def _choices(name: str, known: Catalogue) -> dict[str, str]:
    index = 1 if locale() == "en" else 0
    if name == "process":
        return {key: label[index] for key, label in known.processes.items()}
    if name == "deadline":
        return {state: deadline_label(state) for state in ("late", "soon", "today", "later", "none")}
    if name == "priority":
        return {f"P{number}": f"P{number} {priority_label(number)}" for number in (1, 2, 3, 4)}
    if name == "assignee":
        return {ME: _("me")}
    merged: dict[str, str] = {}
    for meaning in known.meanings(name):
        merged.update({word: label[index] for word, label in meaning.choices.items()})
    return merged


def chips(show: Filter, known: Catalogue, names: Names, processes: Collection[str] = ()) -> list[Chip]:
    """Return a filter's conditions in words, but what was typed into the search box."""
    processes = show.values_of("process", "in") or processes
    return [
        Chip(
            _sentence(each, label_of(each.field, known, processes or _meant(each, known)), known, names),
            Filter(tuple(other for other in show.conditions if other != each)).text,
        )
        for each in show.conditions
        if each.field != "search"
    ]


def _meant(each: Condition, known: Catalogue) -> list[str]:
    # Of a slot that means several things, the one whose words these are.
    return [meaning.process_key for meaning in known.meanings(each.field) if {*each.values} <= {*meaning.choices}]


def _sentence(each: Condition, label: str, known: Catalogue, names: Names) -> str:
    values = [_value(each.field, value, known, names) for value in each.values]
    if each.operator == "last":
        return _("{field} in the last {n} days", field=label, n=values[0])
    if each.operator == "next":
        return _("{field} in the next {n} days", field=label, n=values[0])
    if each.operator == "between":
        return _("{field} from {first} to {last}", field=label, first=values[0], last=values[-1])
    if each.operator == "in" and FIELDS[each.field] is Kind.CHOICE:
        return _("{field}: {values}", field=label, values=_listed(values))
    return " ".join(part for part in (label, operator_label(each.operator), _listed(values)) if part)


def _listed(values: list[str]) -> str:
    return ("、" if locale() == "zh" else ", ").join(values)


def _value(name: str, value: str, known: Catalogue, names: Names) -> str:
    if name == "group":
        return group_label(value)
    if name == "element":
        return names.steps.get(value, value)
    if name == "assignee" and value != ME:
        return names.people.get(value, value)
    if name == "subject" or FIELDS[name] in {Kind.DATE, Kind.NUMBER}:
        return value.replace("T", " ")[:16]
    return _choices(name, known).get(value, value)


def act_label(act: str) -> str:
    """Return the name of an act on many tasks."""
    labels = {
        "claim": _("Take"),
        "release": _("Give back"),
        "assign": _("Assign"),
        "priority": _("Priority"),
        "due": _("Due"),
        "follow_up": _("Follow-up"),
        "complete": _("Complete"),
        "comment": _("Comment"),
    }
    return labels.get(act, act)
