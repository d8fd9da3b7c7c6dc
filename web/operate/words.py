"""States of jobs, types of variables and values, as pages of running work say them."""

import json
from typing import Any

from engine.process import topics
from web.i18n import locale
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
        "number": _("Number"),
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
