"""What the pages of repairs say: of each token what may be done, of a plan what would happen, in words."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy.orm import Session

from engine.errors import FieldProblem
from engine.process import queries as process
from engine.process import repair
from engine.process import variables as readings
from engine.process.repair_edits import RepairEdit
from engine.process.repair_places import Place, places, variables
from engine.process.sentences import from_json
from web.i18n import explain, format_date, format_datetime, locale
from web.i18n import translate as _
from web.operate.words import incident_text, type_label, value_text
from web.value_fields import NOT_SIMPLE

STANDING = {"open": "user", "waiting": "clock", "running": "activity", "incident": "alert"}
_TONES = {"open": "info", "waiting": "violet", "running": "info", "incident": "danger"}


@dataclass(frozen=True)
class Token:
    """A token of the page: where it stands, how, and what may be done to it."""

    key: str
    element_id: str
    name: str
    state: str
    note: str
    acts: tuple[str, ...]
    targets: tuple[Place, ...]

    @property
    def tone(self) -> str:
        """Colour of its badge."""
        return _TONES[self.state]

    @property
    def icon(self) -> str:
        """Icon of its badge."""
        return STANDING[self.state]

    @property
    def state_text(self) -> str:
        """How it stands, in words."""
        return state_text(self.state)


@dataclass(frozen=True)
class Failure:
    """A delivery that was given up."""

    incident_id: UUID
    name: str
    message: str


@dataclass(frozen=True)
class Variable:
    """A variable, and in the reader's words of which type it is and what it holds."""

    name: str
    type: str
    text: str


@dataclass(frozen=True)
class Line:
    """An edit of the list, in words, and why it is impossible, if it is."""

    text: str
    problem: str


@dataclass(frozen=True)
class Patient:
    """An instance on the page of its repair."""

    row: process.InstanceRow
    version: int
    tokens: tuple[Token, ...]
    failures: tuple[Failure, ...]
    places: tuple[Place, ...]
    variables: tuple[Variable, ...]
    names: Mapping[str, str]


def state_text(state: str) -> str:
    """Return how a token stands, in words."""
    return {
        "open": _("waits for a person"),
        "waiting": _("waits"),
        "running": _("runs"),
        "incident": _("failed"),
    }[state]


def names_of(places: Sequence[Place]) -> dict[str, str]:
    """Return what elements are called in the reader's language."""
    return {place.id: place.name.text(locale()) for place in places}


def gather(session: Session, instance_id: UUID) -> Patient:
    """Return what the page of a repair shows.

    Raises:
        NotFoundError: no such instance.
    """
    row = process.instance(session, instance_id)
    version, standing = repair.standing(session, instance_id)
    where = places(session, instance_id)
    names = names_of(where)
    tokens = []
    for each in standing:
        targets = tuple(place for place in where if place.scope == each.scope and place.id != each.element_id)
        note = _("due {at}", at=format_datetime(datetime.fromisoformat(each.due_at))) if each.due_at else ""
        if each.is_stranded:
            note = _("waits for a token that can no longer come")
        name = names.get(each.element_id, each.element_id)
        tokens.append(Token(each.token, each.element_id, name, each.state, note, each.acts, targets))
    incidents = process.open_incidents(session, instance_id=instance_id)
    failures = [
        Failure(found.id, names.get(found.element_id, found.element_id), incident_text(found))
        for found in incidents
        if found.delivery_id is not None
    ]
    held = variables(session, instance_id) if standing else ()
    shown = tuple(_variable(name, kind, value) for name, kind, value in held)
    beside = {place.id for place in where if not place.takes_token}
    tokens.sort(key=lambda token: (token.element_id in beside, token.state not in {"incident", "open"}))
    return Patient(row, version, tuple(tokens), tuple(failures), where, shown, names)


def _variable(name: str, kind: str, value: Any) -> Variable:
    type_ = "json" if kind in NOT_SIMPLE else readings.type_of(name, value, {name: kind} if kind else {})
    return Variable(name, type_label(type_), _in_words(name, value, {name: kind}))


def _in_words(name: str, value: Any, types: Mapping[str, str]) -> str:
    if value is None:
        return ""
    match readings.type_of(name, value, types):
        case "datetime":
            return format_datetime(datetime.fromisoformat(value))
        case "date":
            return format_date(date.fromisoformat(value))
        case "boolean":
            return value_text(value)
    return _text(value)


def _text(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else orjson.dumps(value).decode()


def lines(
    edits: Sequence[RepairEdit],
    names: Mapping[str, str],
    tokens: Mapping[str, str],
    problems: Iterable[tuple[int, FieldProblem]] = (),
    failures: Mapping[UUID, str] | None = None,
) -> list[Line]:
    """Return the edits in words.

    Args:
        tokens: key → id of the element.
        failures: incident → name of the element.
    """
    wrong = {number: sentence(problem, names) for number, problem in problems}
    return [Line(_edit(edit, names, tokens, failures or {}), wrong.get(n, "")) for n, edit in enumerate(edits)]


def sentence(problem: FieldProblem, names: Mapping[str, str]) -> str:
    """Return a problem in words, with the names of elements for their ids."""
    params = {
        name: names.get(value, value) if name in {"element", "to"} and isinstance(value, str) else value
        for name, value in problem.params.items()
    }
    return explain(FieldProblem(problem.template, code=problem.code, **params))


def _edit(edit: RepairEdit, names: Mapping[str, str], tokens: Mapping[str, str], failures: Mapping[UUID, str]) -> str:
    if edit.edit is None:
        name = failures.get(edit.incident, "") if edit.incident else ""
        if edit.act == "redeliver":
            return _("Send again: {element}", element=name)
        return _("Give up sending: {element}", element=name)
    element = tokens.get(edit.edit.token, edit.edit.token)
    name, to = names.get(element, element), names.get(edit.edit.to, edit.edit.to)
    match edit.act:
        case "move":
            return _("Move: {element} → {to}", element=name, to=to)
        case "add":
            return _("Add a token: {to}", to=to)
        case "cancel":
            return _("Cancel: {element}", element=name)
        case "skip":
            return _("Skip: {element}", element=name) + _result(edit.edit.values)
        case "retry":
            return _("Try again: {element}", element=name)
    return _("Set: {values}", values=", ".join(f"{key} = {_text(v)}" for key, v in edit.edit.values.items()))


def _result(values: Mapping[str, Any]) -> str:
    told = [f"{name} = {_text(value)}" for name, value in values.items() if value not in (None, "", [])]
    return f" ({', '.join(told)})" if told else ""


@dataclass(frozen=True)
class PlanView:
    """A plan in words; every list may be empty."""

    before: tuple[tuple[str, str], ...]
    after: tuple[tuple[str, str], ...]
    facts: tuple[tuple[str, str], ...]
    risks: tuple[str, ...]
    failed: tuple[str, ...]
    changed: tuple[tuple[str, str, str], ...]
    ends: str
    marks: dict[str, list[str]]


def plan_view(plan: Mapping[str, Any], places: Sequence[Place], types: Mapping[str, str]) -> PlanView:
    """Return a plan (as ``repair_plan`` writes it) in words.

    ``marks`` says for the picture: elements that are left, and that are reached. Events that only wait beside their
    activity are no news.

    Args:
        types: of variables, as the process declares them.
    """
    names = names_of(places)
    beside = {place.id for place in places if not place.takes_token}

    def name(element_id: str) -> str:
        return names.get(element_id, element_id)

    def telling(when: str) -> list[tuple[str, str]]:
        tokens = [(element, state) for _key, element, state in plan[when]]
        return [each for each in tokens if each[0] not in beside or each[1] == "incident"] or tokens

    facts = [(_("Tasks that open"), name(each)) for each in plan["opened"]]
    facts += [(_("Tasks that are withdrawn"), name(each)) for each in plan["withdrawn"]]
    for label, key in ((_("Timers that start"), "timers_started"), (_("Timers that stop"), "timers_stopped")):
        facts += [(label, f"{name(each)}, {format_datetime(datetime.fromisoformat(at))}") for each, at in plan[key]]
    facts += [(_("Done outside of the process, and not taken back by an undo"), name(each)) for each in plan["effects"]]
    was = {key for key, _element, _state in plan["before"]}
    stays = {key for key, _element, _state in plan["after"]}
    return PlanView(
        before=tuple((name(key), state) for key, state in telling("before")),
        after=tuple((name(key), state) for key, state in telling("after")),
        facts=_grouped(facts),
        risks=risk_texts(plan["risks"], names),
        failed=tuple(f"{name(element)}: {_why(*why)}" for element, *why in plan["failed"]),
        changed=tuple(
            (key, _in_words(key, old, types), _in_words(key, new, types)) for key, (old, new) in plan["changed"].items()
        ),
        ends={"cancelled": _("The process ends."), "completed": _("The process ends normally.")}.get(
            plan["status"], ""
        ),
        marks={
            "left": [element for key, element, _state in plan["before"] if key not in stays],
            "reached": [element for key, element, _state in plan["after"] if key not in was],
        },
    )


def _grouped(facts: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    found: dict[str, list[str]] = {}
    for label, text in facts:
        found.setdefault(label, []).append(text)
    return tuple((label, "; ".join(texts)) for label, texts in found.items())


def risk_texts(risks: Iterable[Sequence[str]], names: Mapping[str, str]) -> tuple[str, ...]:
    """Return what a repair risks (code and element each) in words."""
    found: dict[str, list[str]] = {}
    for code, element in risks:
        found.setdefault(code, []).append(names.get(element, element))
    return tuple(_risk(code, "; ".join(elements)) for code, elements in found.items())


def _risk(code: str, elements: str) -> str:
    sentences = {
        "skips_effect": _("Not done, although it has an effect outside of the process: {elements}", elements=elements),
        "repeats_effect": _("Has run already and may run again: {elements}", elements=elements),
        "skips_approval": _("Nobody decides: {elements}", elements=elements),
        "second_token": _("One more token, so that what follows may be done twice: {elements}", elements=elements),
        "ends_branch": _("The branch ends, and what follows is not done: {elements}", elements=elements),
        "ends_instance": _("No token is left: the process ends."),
        "strands": _("Waits for a token that can no longer come: {elements}", elements=elements),
        "gives_up": _("What was to be sent is given up: {elements}", elements=elements),
    }
    return sentences[code]


def _why(message: str, sentence: Mapping[str, Any] | None = None) -> str:
    """Return why something would fail; plans of earlier releases hold the message alone."""
    return explain(from_json(sentence)) if sentence else message
