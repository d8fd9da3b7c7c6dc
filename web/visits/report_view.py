"""A report as people read it: the form's labels with the values, what was not given left out."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from engine.access import Actor
from engine.process import bundles, user_tasks
from engine.process.queries import TaskRow
from engine.visits.queries import ReportRow
from engine.visits.service import business_key
from forms import render
from forms.views import FieldView, FileView
from web.i18n import format_date, format_datetime, locale, translate
from web.i18n import translate as _

SKIPPED = ("note", "position")
FILES = ("photo", "file", "signature")


@dataclass(frozen=True)
class Line:
    """One field: its label and what was given; ``rows`` for a list, ``files`` for photos; a heading has neither."""

    label: str
    text: str = ""
    rows: tuple[tuple[str, ...], ...] = ()
    files: tuple[FileView, ...] = ()
    is_heading: bool = False


def read(session: Session, actor: Actor, report: ReportRow, tasks: tuple[TaskRow, ...]) -> tuple[Line, ...]:
    """Return the lines of a report, by the form of the version that its process runs on.

    Args:
        tasks: the tasks of the visit; their instance knows the version.
    """
    bundle = bundles.of_instance(session, tasks[-1].instance_id) if tasks else None
    definition = bundle.forms.get(report.form_key) if bundle else None
    if definition is None:
        return (Line(_("Summary"), report.summary),) if report.summary else ()
    choices = user_tasks.form_choices(session, actor, definition, business_key=business_key(report.visit_id))
    drawn = render.view(definition, report.values, locale=locale(), choices=choices, translate=translate)
    return tuple(lines(drawn.fields))


def lines(fields: tuple[FieldView, ...]) -> Iterator[Line]:
    """Return the lines of a form that was filled in, without what is empty or hidden."""
    for each in fields:
        if each.hidden or each.macro in SKIPPED:
            continue
        if each.macro == "section":
            inside = tuple(lines(each.children))
            if inside:
                yield Line(each.label, is_heading=True)
                yield from inside
        elif each.macro == "list":
            rows = tuple(tuple(_cells(row.fields)) for row in each.rows)
            if rows:
                yield Line(each.label, rows=rows)
        elif each.macro in FILES:
            if each.files:
                yield Line(each.label, files=each.files)
        elif text := _text(each):
            yield Line(each.label, text)


def _cells(fields: tuple[FieldView, ...]) -> Iterator[str]:
    return (text for each in fields if not each.hidden and (text := _text(each)))


def _text(each: FieldView) -> str:
    if each.macro == "checkbox":
        return _("Yes") if each.value == "True" else ""
    if each.options:
        return ", ".join(option.label for option in each.options if option.selected)
    if not each.value:
        return ""
    if each.macro == "date":
        return _moment(each.value, with_time=False)
    if each.macro == "datetime":
        return _moment(each.value, with_time=True)
    unit = each.attrs.get("currency") or ("¥" if each.macro == "money" else "")
    return f"{unit}{each.value} {each.attrs.get('unit') or ''}".strip()


def _moment(text: str, *, with_time: bool) -> str:
    try:
        return format_datetime(datetime.fromisoformat(text)) if with_time else format_date(date.fromisoformat(text))
    except ValueError:
        return text
