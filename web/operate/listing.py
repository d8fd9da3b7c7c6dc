"""The list of instances: what to show stands in the address."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from engine.access import Role
from engine.errors import InvalidInputError, NotFoundError
from engine.process import definitions, filters, instances, pictures
from engine.process.conditions import Standpoint, standpoint
from engine.process.fields import SlotMeaning, catalogue
from engine.process.filters import PRIORITIES, SLOTS, Condition, Filter, Kind
from engine.process.instances import Order, Search
from web import context
from web.i18n import explain, locale
from web.i18n import translate as _
from web.labels import priority_label
from web.operate.paging import key_from, key_of
from web.security import policy

blueprint = Blueprint("operate_list", __name__, template_folder="templates", url_prefix="/operate")

PAGE_SIZE = 50
STATES = ("running", "incident", "completed", "cancelled")
NAMES = (
    "q", "process", "version", "state", "element", "incident", "from", "to", "priority", *SLOTS, "order",
)  # fmt: skip
MAX = 200
OPERATORS = {Kind.TEXT: "contains", Kind.NUMBER: "eq", Kind.DATE: "on"}


@dataclass(frozen=True)
class Slot:
    """A business field of the chosen process that can be searched: its name, label, kind and words."""

    name: str
    label: str
    kind: str
    choices: tuple[tuple[str, str], ...]


@blueprint.get("/instances")
@policy(Role.ADMIN)
def instances_page() -> ResponseReturnValue:
    """List instances that fit, by keyset."""
    session, view = context.session(), standpoint(context.actor(), context.now())
    show = {name: request.args.get(name, "").strip()[:MAX] for name in NAMES}
    known = catalogue(session)
    errors: dict[str, str] = {}
    search = _search(show, view, errors)
    rows = instances.find(session, search, view, after=key_from(request.args.get("after", "")), limit=PAGE_SIZE + 1)
    more, rows = len(rows) > PAGE_SIZE, rows[:PAGE_SIZE]
    in_words = {name: value for name, value in show.items() if value}
    return render_template(
        "operate/instances.html",
        rows=rows,
        show=show,
        errors=errors,
        asked=in_words,
        is_narrowed=bool(set(in_words) - {"q", "process", "state", "order"}),
        states=STATES,
        processes=process_names(),
        versions=_versions(show["process"]),
        places=_places(show["process"], search.definition_id),
        slots=[_slot(each) for each in known.slots if each.process_key == show["process"]],
        counts=pictures.counts_by_state(session, show["process"]),
        next_key=key_of(*instances.key_of(rows[-1], search.order)) if more else None,
        orders=_orders(),
        priorities=[(name, f"{name} {priority_label(number)}") for name, number in PRIORITIES.items()],
    )


def process_names() -> dict[str, str]:
    """Return the names of all processes by key, in the reader's language."""
    names = pictures.process_names(context.session())
    return {key: pair[1] if locale() == "en" else pair[0] for key, pair in names.items()}


def day_bounds(text: str, view: Standpoint, *, plus: int = 0) -> datetime | None:
    """Return the first instant of a day that was typed, or of the one so many days later; None: it is no day."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return view.starts_at(day, plus=plus) if 1900 <= day.year <= 2200 else None


def _search(show: dict[str, str], view: Standpoint, errors: dict[str, str]) -> Search:
    states = (show["state"],) if show["state"] in STATES else ()
    order = Order(show["order"]) if show["order"] in set(Order) else Order.NEWEST
    for name in ("from", "to"):
        if show[name] and day_bounds(show[name], view) is None:
            errors[name] = _("Give a day, like 2026-11-25.")
    return Search(
        words=show["q"],
        process_key=show["process"],
        definition_id=_uuid(show["version"]) if show["process"] else None,
        states=states,
        element_id=show["element"] if show["process"] else "",
        has_incident=bool(show["incident"]),
        started_from=day_bounds(show["from"], view),
        started_before=day_bounds(show["to"], view, plus=1),
        fields=_fields(show, errors),
        order=order,
    )


def _fields(show: dict[str, str], errors: dict[str, str]) -> Filter:
    found: list[Condition] = []
    for name in ("priority", *SLOTS):
        # A slot means something in its process alone.
        if not show[name] or (name != "priority" and not show["process"]):
            continue
        operator = "in" if name == "priority" else OPERATORS[filters.FIELDS[name]]
        try:
            found.append(filters.condition(name, operator, [show[name]]))
        except InvalidInputError as error:
            errors[name] = explain(next(iter(error.errors.values()))[0])
    return filters.EVERYTHING.and_also(*found) if found else filters.EVERYTHING


def _slot(meaning: SlotMeaning) -> Slot:
    index = 1 if locale() == "en" else 0
    words = tuple((word, label[index]) for word, label in meaning.choices.items())
    return Slot(meaning.slot, meaning.label[index], filters.FIELDS[meaning.slot].value, words)


def _versions(process_key: str) -> list[tuple[str, str]]:
    rows = definitions.definitions(context.session(), key=process_key) if process_key else ()
    return [(str(row.id), _("Version {n}", n=row.version)) for row in rows]


def _places(process_key: str, definition_id: UUID | None) -> dict[str, str]:
    try:
        found = pictures.places(context.session(), process_key, definition_id, locale()) if process_key else {}
    except NotFoundError:
        found = {}  # the address names a process or version that is not there: nothing fits
    return found


def _orders() -> list[tuple[str, str]]:
    return [
        (Order.NEWEST, _("Newest first")),
        (Order.OLDEST, _("Oldest first")),
        (Order.QUIET, _("Longest without a step")),
        (Order.MOVED, _("Moved last")),
    ]


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
