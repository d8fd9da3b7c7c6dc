"""Corrections of a report as people read them: each field that changed, old and new."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from engine.access import Actor
from engine.people import queries as people
from engine.process import bundles, user_tasks
from engine.process import queries as process
from engine.visits import corrections
from engine.visits.corrections import CorrectionRow
from engine.visits.service import business_key
from forms import render
from forms.model import Choice, FormDefinition, level
from forms.views import FieldView
from web.i18n import locale, translate
from web.i18n import translate as _
from web.visits.report_view import lines


@dataclass(frozen=True)
class Change:
    """One field: what it said and what it says."""

    label: str
    old: str
    new: str


@dataclass(frozen=True)
class Corrected:
    """One correction with its changes."""

    row: CorrectionRow
    who: str
    decided_by: str
    changes: tuple[Change, ...]

    @property
    def state_text(self) -> str:
        """Where it stands, in words."""
        words = {"proposed": _("waits for the manager"), "applied": _("applied"), "rejected": _("not approved")}
        return words.get(self.row.state, self.row.state)


def corrected(session: Session, actor: Actor, rows: tuple[CorrectionRow, ...], form_key: str) -> tuple[Corrected, ...]:
    """Return corrections of one visit's report, the newest first."""
    if not rows:
        return ()
    key = business_key(rows[0].visit_id)
    instances = process.instances_of(session, key)
    bundle = bundles.of_instance(session, instances[0].id) if instances else None
    form = bundle.forms.get(form_key) if bundle else None
    choices = user_tasks.form_choices(session, actor, form, business_key=key) if form else {}
    names = people.names(session, {each for row in rows for each in (row.proposed_by, row.decided_by) if each})
    return tuple(
        Corrected(
            row=row,
            who=names.get(row.proposed_by, ""),
            decided_by=names.get(row.decided_by, "") if row.decided_by else "",
            changes=changes_of(form, row, choices) if form else (),
        )
        for row in reversed(rows)
    )


def changes_of(form: FormDefinition, row: CorrectionRow, choices: Mapping[str, list[Choice]]) -> tuple[Change, ...]:
    """Return the fields that a correction changed, in the order of the form."""
    keys = set(corrections.changed_keys(row.before, row.after))
    old, new = _texts(form, row.before, choices), _texts(form, row.after, choices)
    labels = {part.component.key: part.component.label.text(locale()) for part in level(form.components)}
    return tuple(
        Change(labels[key], old.get(key, ""), new.get(key, "")) for key in labels if key in keys and key in old | new
    )


def _texts(form: FormDefinition, values: Mapping[str, Any], choices: Mapping[str, list[Choice]]) -> dict[str, str]:
    drawn = render.view(form, values, locale=locale(), choices=choices, translate=translate)
    return dict(_flat(drawn.fields))


def _flat(fields: tuple[FieldView, ...]) -> "list[tuple[str, str]]":
    found: list[tuple[str, str]] = []
    for each in fields:
        if each.macro == "section":
            found += _flat(() if each.hidden else each.children)
            continue
        for line in lines((each,)):
            rows = "\n".join(" · ".join(row) for row in line.rows)
            files = ", ".join(file.name for file in line.files)
            found.append((each.name, line.text or rows or files))
    return found
