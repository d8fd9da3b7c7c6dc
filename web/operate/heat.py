"""The heat map: how often and how long the steps of a version ran in a period, on its diagram and in a table."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from flask import Blueprint, jsonify, render_template, request
from flask.typing import ResponseReturnValue

from engine.access import Role
from engine.errors import NotFoundError
from engine.operate import heat as figures
from engine.operate.heat import Heat
from engine.process import definitions, pictures
from web import context
from web.i18n import format_number, format_span, locale
from web.i18n import translate as _
from web.operate.listing import process_names
from web.security import policy

blueprint = Blueprint("operate_heat", __name__, template_folder="templates", url_prefix="/operate/heat")

MEASURES = ("runs", "time")
DAYS = 28
MAX_DAYS = 3660


@dataclass(frozen=True)
class Asked:
    """What to show: a version, a period, and which measure colours the diagram."""

    definition: definitions.DefinitionRow
    first: date
    last: date
    measure: str


@blueprint.get("")
@policy(Role.ADMIN)
def heat() -> ResponseReturnValue:
    """Show how often and how long each step ran."""
    asked, processes = _asked(), process_names()
    if asked is None:
        return render_template("operate/heat.html", asked=None, processes=processes)
    session = context.session()
    found = figures.heat(session, asked.definition.id, first=asked.first, last=asked.last)
    names = pictures.names_of_version(session, asked.definition.id, locale())
    shown = _shown(found, names, asked.measure)
    levels = figures.levels({row.element_id: _measured(row, asked.measure) for row in shown})
    versions = definitions.definitions(session, key=asked.definition.key)
    return render_template(
        "operate/heat.html",
        asked=asked,
        processes=processes,
        versions=[(str(row.id), _("Version {n}", n=row.version)) for row in versions],
        rows=[(names[row.element_id], row, levels[row.element_id]) for row in shown],
        total_s=sum(row.seconds for row in shown),
        first=asked.first.isoformat(),
        last=asked.last.isoformat(),
        measures=[("runs", _("How often")), ("time", _("How long"))],
    )


@blueprint.get("/picture")
@policy(Role.ADMIN)
def picture() -> ResponseReturnValue:
    """Return the diagram with a level and a number for each step that ran."""
    asked = _asked()
    if asked is None:
        raise NotFoundError("There is no such version.", code="definition_unknown")
    session = context.session()
    found = figures.heat(session, asked.definition.id, first=asked.first, last=asked.last)
    names = pictures.names_of_version(session, asked.definition.id, locale())
    shown = _shown(found, names, asked.measure)
    levels = figures.levels({row.element_id: _measured(row, asked.measure) for row in shown})
    numbers = {row.element_id: {"text": _number(row, asked.measure), "level": levels[row.element_id]} for row in shown}
    files = definitions.definition_files(session, asked.definition.id)
    return jsonify(xml=pictures.diagram(files, asked.definition.key), tokens=[], done=[], numbers=numbers)


def _asked() -> Asked | None:
    session, today = context.session(), context.local_now().date()
    known = definitions.definitions(session, key=request.args.get("process", "")[:100]) if _given("process") else ()
    if not known:
        known = definitions.definitions(session)
    if not known:
        return None
    wanted = _uuid(request.args.get("version", ""))
    last = _day("to") or today
    first = _day("from") or last - timedelta(days=DAYS - 1)
    first = max(min(first, last), last - timedelta(days=MAX_DAYS))
    by_id = {each.id: each for each in known}
    if wanted not in by_id:
        # What there is something to see of.
        wanted = figures.busiest(session, list(by_id), first=first, last=last)
    row = by_id[wanted] if wanted else known[0]
    measure = request.args.get("measure", "")
    return Asked(row, first, last, measure if measure in MEASURES else MEASURES[0])


def _shown(found: dict[str, Heat], names: dict[str, str], measure: str) -> list[Heat]:
    rows = [row for row in found.values() if row.element_id in names and (measure == "runs" or row.timed)]
    return sorted(rows, key=lambda row: (-_measured(row, measure), row.element_id))


def _measured(row: Heat, measure: str) -> float:
    return row.runs if measure == "runs" else row.mean_s or 0.0


def _number(row: Heat, measure: str) -> str:
    return format_number(row.runs) if measure == "runs" else format_span((row.mean_s or 0) / 60)


def _given(name: str) -> bool:
    return bool(request.args.get(name))


def _day(name: str) -> date | None:
    try:
        day = date.fromisoformat(request.args.get(name, ""))
    except ValueError:
        return None
    return day if 1910 <= day.year <= 2200 else None


def _uuid(text: Any) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
