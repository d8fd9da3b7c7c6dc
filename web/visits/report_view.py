"""A report as people read it: the form's labels with the values, what was not given left out."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

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
NUMBERS = ("number", "money", "date", "datetime", "computed")


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


def reason_labels(session: Session, instance_id: UUID) -> dict[str, str]:
    """Return the words of the reasons that the forms of an instance's version offer, by key."""
    bundle = bundles.of_instance(session, instance_id)
    parts = [part for form in bundle.forms.values() for part in form.components] if bundle else []
    return {
        option.value: option.label.text(locale())
        for part in parts
        if part.key in {"reason", "missed_reason"}
        for option in part.options
    }


def in_words(text: str | None, labels: Mapping[str, str]) -> str:
    """Return ``poor_signal: in the cellar`` with the reason's words instead of its key."""
    key, colon, rest = (text or "").partition(": ")
    return labels.get(key, key) + colon + rest


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
    for each in fields:
        text = "" if each.hidden else _text(each)
        if text:
            # A bare number in a row says nothing.
            yield f"{each.label} {text}" if each.macro in NUMBERS else text


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
