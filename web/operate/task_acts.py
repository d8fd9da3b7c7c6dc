"""What people did about who has a task, in sentences."""

from datetime import datetime
from typing import Any

from web.i18n import format_datetime
from web.i18n import translate as _


def sentence(detail: dict[str, Any], step: str) -> str:
    """Return the sentence of one act on a task.

    Args:
        detail: of the history's row.
        step: the task's name.
    """
    to = str(detail.get("to") or "")
    sentences = {
        "claimed": _("{step}: taken", step=step),
        "released": _("{step}: given back to all", step=step),
        "assigned": _("{step}: given to {name}", step=step, name=to),
        "delegated": _("{step}: {name} is to prepare it", step=step, name=to),
        "review_requested": _("{step}: {name} is to review it", step=step, name=to),
        "returned": _("{step}: prepared, back to {name}", step=step, name=to),
        "taken_back": _("{step}: taken back for {name}", step=step, name=to),
        "approved": _("{step}: approved, back to {name}", step=step, name=to),
        "changes_requested": _("{step}: changes asked for, back to {name}", step=step, name=to),
    }
    act = str(detail.get("act"))
    text = sentences.get(act) or _changed(detail.get("values") or {}, step)
    return f"{text}\n{detail['note']}" if detail.get("note") else text


def _changed(values: dict[str, Any], step: str) -> str:
    parts = []
    if "priority" in values:
        parts.append(_("priority {value}", value=f"P{values['priority']}"))
    for name, label in (("due_at", _("Due")), ("follow_up_at", _("Follow-up"))):
        if name in values:
            at = values[name]
            parts.append(f"{label} {format_datetime(datetime.fromisoformat(at)) if at else '–'}")
    return _("{step}: {changes}", step=step, changes=" · ".join(parts))
