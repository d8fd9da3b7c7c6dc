"""A case as people read it: each stage by its form."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from engine.access import Actor
from engine.process import bundles, user_tasks
from engine.process import queries as process
from engine.safety.queries import CaseRow
from engine.safety.rules import FLAG
from engine.safety.service import business_key
from forms import render
from web.i18n import locale, translate
from web.i18n import translate as _
from web.labels import Label
from web.visits.report_view import Line, lines

FORMS = {
    "report": "adverse_event_complete",
    "intake": "adverse_event_intake",
    "assessment": "adverse_event_assess",
    "submission": "adverse_event_submit",
}
FOLLOW_UP = "adverse_event_follow_up"
OWN = ("by", "at")


@dataclass(frozen=True)
class Stage:
    """What one step of a case entered, by whom and when."""

    title: str
    who: str
    at: datetime
    lines: tuple[Line, ...]


def stages(session: Session, actor: Actor, case: CaseRow) -> tuple[Stage, ...]:
    """Return the stages of a case in their order."""
    key = business_key(case.id)
    instances = process.instances_of(session, key)
    bundle = bundles.of_instance(session, instances[0].id) if instances else None
    if bundle is None:
        return ()

    def stage(form_key: str, entered: dict[str, Any], who: str, at: str) -> Stage:
        form = bundle.forms[form_key]
        values = {name: value for name, value in entered.items() if name not in OWN}
        choices = user_tasks.form_choices(session, actor, form, business_key=key)
        drawn = render.view(form, values, locale=locale(), choices=choices, translate=translate)
        return Stage(form.title.text(locale()), who, datetime.fromisoformat(at), tuple(lines(drawn.fields)))

    found = [
        stage(form_key, case.record[name], case.record[name]["by"], case.record[name]["at"])
        for name, form_key in FORMS.items()
        if name in case.record and form_key in bundle.forms
    ]
    follow_up = case.record.get("follow_up", {})
    for entry in follow_up.get("entries", []):
        found.append(stage(FOLLOW_UP, entry, follow_up["by"], follow_up["at"]))
    return tuple(found)


def case_state_label(state: str) -> Label:
    """Return the label of a case's state."""
    labels = {
        "draft": Label(_("To be completed by the rep"), "warning", "edit"),
        "reported": Label(_("With the safety desk"), "info", "inbox"),
        "accepted": Label(_("Taken in"), "info", "check"),
        "assessed": Label(_("Assessed"), "violet", "check"),
        "submitted": Label(_("Submitted"), "success", "check"),
        "closed": Label(_("Closed"), "", "check"),
        "no_event": Label(_("No adverse event"), "", "x"),
    }
    return labels.get(state, Label(state))


def found_text(found_by: str) -> str:
    """Return what found the event, in words."""
    return _("marked in the report") if found_by == FLAG else _("the word “{word}” in the report", word=found_by)
