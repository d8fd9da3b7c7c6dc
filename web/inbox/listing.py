"""What the inbox shows: the list, saved filters with their counts, and the filter in words."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import orjson
from flask import g, request, url_for
from jinja2.utils import htmlsafe_json_dumps
from sqlalchemy.orm import Session

from engine.access import Actor, user_principal
from engine.desk import saved
from engine.desk.acts import ACTS
from engine.errors import InvalidInputError
from engine.people import queries as people
from engine.process import fields, filters, inbox
from engine.process.conditions import Standpoint, standpoint
from engine.process.fields import Catalogue
from engine.process.filters import EVERYTHING, ME, Filter
from engine.process.inbox import BY_DUE, COUNT_CAP, Order
from engine.process.rows import InboxPage, TaskRow
from web import context
from web.i18n import explain, locale
from web.inbox import words
from web.inbox.words import Chip, FieldWords
from web.labels import group_label, keep_task_count

PAGE_SIZE = 50


_COLONS = {"zh": "：", "en": ": "}


@dataclass(frozen=True)
class Asked:
    """What the address asks for; ``problems`` say what in it cannot be used."""

    show: Filter
    order: Order
    after: str
    saved_id: UUID | None
    problems: tuple[str, ...]

    @property
    def search(self) -> str:
        """What stands in the search box."""
        return next(iter(self.show.values_of("search", "has")), "")


@dataclass(frozen=True)
class SavedView:
    """A saved filter with its count."""

    row: saved.SavedRow
    count: int
    is_current: bool


@dataclass(frozen=True)
class RowView:
    """A task of the list; ``stands_for`` is whose it is when the reader only stands in."""

    task: TaskRow
    stands_for: str


@dataclass(frozen=True)
class Listing:
    """One page of the inbox."""

    asked: Asked
    page: InboxPage
    rows: tuple[RowView, ...]
    total: str
    matching: str
    saved: tuple[SavedView, ...]
    known: Catalogue
    chips: tuple[Chip, ...]
    fields: tuple[FieldWords, ...]


def ask(session: Session, actor: Actor) -> tuple[Asked, tuple[saved.SavedRow, ...]]:
    """Return what the request's address asks for, and the saved filters; without anything asked, the default one."""
    rows = saved.saved_filters(session, actor)
    args, problems = request.args, []
    chosen = next((row for row in rows if str(row.id) == args.get("saved", "")), None)
    if not args.keys() - {"task"}:
        chosen = next((row for row in rows if row.is_default), None)
    show, order = EVERYTHING, BY_DUE
    try:
        show = filters.parse(args.get("filter", chosen.filter if chosen else ""))
        show = _with_old_names(_with_new(_with_search(show)))
    except InvalidInputError as error:
        problems += _sentences(error)
    try:
        order = inbox.parse_order(args.get("sort", chosen.sort if chosen else ""))
    except InvalidInputError as error:
        problems += _sentences(error)
    return Asked(show, order, args.get("after", ""), chosen.id if chosen else None, tuple(problems)), rows


def address_of(asked: Asked, **other: str) -> str:
    """Return the address of a list in its one canonical form.

    Args:
        other: what is to be different in it: ``filter``, ``sort``, ``after``.
    """
    parts = {"filter": asked.show.text, "sort": "" if asked.order == BY_DUE else asked.order.text, **other}
    if asked.saved_id and "filter" not in other:
        parts["saved"] = str(asked.saved_id)
    query = urlencode({name: value for name, value in parts.items() if value or name == "filter"})
    return f"{url_for('inbox.inbox')}?{query}"


def _with_search(show: Filter) -> Filter:
    if "q" not in request.args:
        return show
    show, text = show.without("search"), request.args["q"].strip()[: filters.MAX_LENGTH]
    return show.and_also(filters.condition("search", "has", [text])) if text else show


def _with_new(show: Filter) -> Filter:
    name, operator = request.args.get("field", ""), request.args.get("operator", "")
    if not name or not operator:
        return show
    values = [value for value in request.args.getlist("value") if value.strip()]
    added = filters.condition(name, operator, values)
    if operator in {"in", "not_in"} and (known := show.values_of(name, operator)):
        # One more word for the same field widens the choice.
        show = Filter(tuple(each for each in show.conditions if (each.field, each.operator) != (name, operator)))
        added = filters.condition(name, operator, [*known, *added.values])
    return show.and_also(added)


def _with_old_names(show: Filter) -> Filter:
    # Addresses that people keep: before filters there were a process and "mine".
    if process := request.args.get("process", ""):
        show = show.and_also(filters.condition("process", "in", [process]))
    if request.args.get("mine") == "1":
        show = show.and_also(filters.condition("assignee", "in", [ME]))
    return show


def _sentences(error: InvalidInputError) -> list[str]:
    found = []
    for path, problems in error.errors.items():
        name = path.removeprefix("filter.")
        label = words.label_of(name, Catalogue((), {})) if name in filters.FIELDS else ""
        found += [
            f"{label}{'：' if locale() == 'zh' else ': '}{explain(each)}" if label else explain(each)
            for each in problems
        ]
    return found


def load(session: Session, actor: Actor, asked: Asked, rows: tuple[saved.SavedRow, ...]) -> Listing:
    """Return the page: one statement for the list, one for all counts."""
    view = standpoint(actor, context.now())
    page = _page(session, actor, asked, view)
    if asked.show or rows:
        shows = [EVERYTHING, asked.show, *(_usable(row.filter) for row in rows)]
        (total, matching, *each), generation = inbox.counts(session, actor, shows, view)
    else:
        # Nobody asked for an exact number: it would cost more the more there is.
        (total, generation), each = inbox.capped_count(session, actor), []
        matching = total
    keep_task_count(min(total, COUNT_CAP))
    known = fields.catalogue(session, generation=generation)
    # What a slot is called: by the process that is filtered by, else by those that are in sight.
    here = asked.show.values_of("process", "in") or tuple({task.process_key for task in page.tasks})
    return Listing(
        asked=asked,
        page=page,
        rows=tuple(RowView(task, stands_for(actor, task)) for task in page.tasks),
        total=_shown(total, is_exact=bool(asked.show or rows)),
        matching="0" if asked.problems else _shown(matching, is_exact=bool(asked.show or rows)),
        saved=tuple(
            SavedView(row, count, asked.saved_id == row.id or (asked.show.text == row.filter != ""))
            for row, count in zip(rows, each, strict=True)
        ),
        known=known,
        chips=tuple(words.chips(asked.show, known, _names(session, actor, asked.show), here)),
        fields=tuple(words.fields_of(known, here)),
    )


def _shown(count: int, *, is_exact: bool) -> str:
    return str(count) if is_exact or count < COUNT_CAP else f"{COUNT_CAP - 1}+"


def _usable(text: str) -> Filter:
    # Saved by an earlier release, it may name a field that is gone: it shows everything rather than nothing.
    try:
        return filters.parse(text)
    except InvalidInputError:
        return EVERYTHING


def _page(session: Session, actor: Actor, asked: Asked, view: Standpoint) -> InboxPage:
    if asked.problems:
        return InboxPage((), None)
    options = {"show": asked.show, "order": asked.order, "view": view, "main_only": True, "limit": PAGE_SIZE}
    try:
        return inbox.inbox(session, actor, after=asked.after, **options)  # type: ignore[arg-type]  # each has its own type
    except InvalidInputError:
        # A key that we did not give out starts the list anew.
        return inbox.inbox(session, actor, **options)  # type: ignore[arg-type]  # as above


def _names(session: Session, actor: Actor, show: Filter) -> words.Names:
    asked = {each.field for each in show.conditions}
    steps = (
        {key: en if locale() == "en" else zh for key, zh, en in inbox.steps(session, actor)}
        if "element" in asked
        else {}
    )
    ids = {UUID(value) for each in show.conditions if each.field == "assignee" for value in each.values if value != ME}
    return words.Names(steps, {str(key): name for key, name in people.names(session, ids).items()} if ids else {})


def stands_for(actor: Actor, task: TaskRow) -> str:
    """Return the name of the person on leave whose task this is, or nothing."""
    own = {user_principal(actor.user_id)} if actor.user_id else set()
    groups = {f"group:{name}" for name in actor.groups}
    if task.assignee_id == actor.user_id or (task.assignee_id is None and (own | groups) & {*task.candidates}):
        return ""
    for absent in actor.stands_in_for:
        theirs = {user_principal(absent.user_id), *(f"group:{name}" for name in absent.groups)}
        if absent.user_id in {task.assignee_id, task.owner_id} or (
            task.assignee_id is None and theirs & {*task.candidates}
        ):
            return absent.name
    return ""


def stamp(session: Session) -> str:
    """Return a text that is the same while nothing of a list has changed: no act on a task, no minute gone by."""
    g.setdefault("list_stamp", f"{inbox.stamp(session)}.{int(context.now().timestamp()) // 60}")
    return str(g.list_stamp)


def suggested(session: Session, actor: Actor, name: str, begin: str) -> list[tuple[str, str]]:
    """Return up to twenty values of a field among the actor's tasks, with their labels."""
    known = fields.catalogue(session)
    if name == "element":
        return _steps(session, actor)
    found = next((each for each in words.fields_of(known, ()) if each.name == name), None)
    if found is None or found.kind not in {"text", "choice"}:
        return []
    if name == "assignee":
        ids = {UUID(value) for value in inbox.suggestions(session, actor, name)}
        return [*found.choices.items(), *((str(key), text) for key, text in people.names(session, ids).items())]
    if found.choices:
        return list(found.choices.items())
    values = inbox.suggestions(session, actor, name, begin=begin[:80])
    return [(value, group_label(value) if name == "group" else value) for value in values]


def _steps(session: Session, actor: Actor) -> list[tuple[str, str]]:
    return [(key, en if locale() == "en" else zh) for key, zh, en in inbox.steps(session, actor)]


def bar(shown: Listing) -> dict[str, Any]:
    """Return what the bar above the list offers: orders, operators, fields, and acts on many tasks."""
    offered = {each.name: each for each in shown.fields}
    names = [name for name in inbox.SORTABLE if name in offered]
    orders = [(Order(name).text, offered[name].label) for name in names]
    backwards = [(Order(name, True).text, f"{offered[name].label} ↓") for name in names]
    operators = dict.fromkeys(operator for each in shown.fields for operator in each.operators)
    config = [
        {"name": each.name, "kind": each.kind, "operators": each.operators, "choices": list(each.choices.items())}
        for each in shown.fields
    ]
    return {
        "sorts": sorted(orders + backwards, key=lambda pair: names.index(pair[0].removeprefix("-"))),
        "operators": [(operator, words.operator_label(operator)) for operator in operators],
        "acts": [(act, words.act_label(act)) for act in ACTS],
        "fields_json": htmlsafe_json_dumps(config, dumps=_dumps),
    }


def _dumps(value: object, **_options: object) -> str:
    return orjson.dumps(value).decode()


def in_words(session: Session, actor: Actor, texts: Iterable[str]) -> dict[str, list[str]]:
    """Return saved filters in words, each by its text."""
    known = fields.catalogue(session)
    shows = {text: _usable(text) for text in texts}
    return {
        text: [
            *(f"“{word}”" for word in show.values_of("search", "has")),
            *(chip.text for chip in words.chips(show, known, _names(session, actor, show))),
        ]
        for text, show in shows.items()
    }
