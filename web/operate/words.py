"""States of jobs, types of variables and values, as pages of running work say them."""

import json
from typing import Any

from engine.feel import faults
from engine.process import topics
from engine.process.sentences import from_json
from web.i18n import explain, locale, translate
from web.i18n import translate as _
from web.labels import Label

SHORT = 160


def job_label(standing: str) -> Label:
    """Return the label of how a job stands."""
    labels = {
        "waiting": Label(_("waiting"), "info", "clock"),
        "leased": Label(_("with a worker"), "violet", "activity"),
        "retrying": Label(_("to be tried again"), "warning", "refresh"),
        "dead": Label(_("given up"), "danger", "alert"),
        "done": Label(_("done"), "success", "check"),
        "dropped": Label(_("dropped"), "", "x"),
    }
    return labels.get(standing, Label(standing))


def topic_label(name: str) -> str:
    """Return what a job does, in the reader's language."""
    found = topics.find(name)
    return found.label[1 if locale() == "en" else 0] if found else name


def type_label(type_: str) -> str:
    """Return the name of a variable's type."""
    names = {
        "text": _("Plain text"),
        "number": _("Numeric value"),
        "boolean": _("Yes or no"),
        "date": _("Day"),
        "datetime": _("Day and time"),
        "json": _("List or structure"),
    }
    return names.get(type_, type_)


def resolution_label(resolution: str | None) -> str:
    """Return how an incident came to its end."""
    names = {
        "retried": _("tried again"),
        "delivered": _("delivered after all"),
        "dropped": _("the job was dropped"),
    }
    return names.get(resolution or "", resolution or "")


def incident_text(found: Any) -> str:
    """Return why something failed: an incident, or the cause of many.

    What came before sentences were kept, and what somebody else's program says, stays as it is.
    """
    if found.sentence:
        return explain(from_json(found.sentence))
    return translate(found.message) if found.message else incident_kind(found.code)


def incident_kind(code: str) -> str:
    """Return what kind of failure a code stands for; the codes of a model's errors are its own words."""
    names = {
        "crm_refused": _("refused by the CRM"),
        "CrmRefusedError": _("refused by the CRM"),
        "timer_failed": _("timer failed"),
        "unexpected": _("unforeseen"),
        "topic_unknown": _("unknown topic"),
        "decision_unknown": _("unknown decision"),
        "delivery_dropped": _("dropped"),
        "invalid_values": _("values that do not fit"),
        "invalid_input": _("values that do not fit"),
    }
    return names.get(code) or (_("expression") if code in faults.SENTENCES else code)


def job_error(text: str | None) -> str:
    """Return why a job was not done, as far as it is ours to say."""
    ours = {
        "not awaited yet": _("Nobody waits for it yet."),
        "the message's time ran out": _("Nobody waited for it in time."),
    }
    return ours.get(text or "") or translate(text or "")


def value_text(value: Any) -> str:
    """Return a value as people read it."""
    if value is None:
        return "–"
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, str):
        return value
    if isinstance(value, int | float):
        return str(value)
    return json.dumps(value, ensure_ascii=False, indent=1)
