"""What happened to a visit, in sentences: the steps of its process and the comments, the newest first."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from engine.comments.service import CommentRow
from engine.process.queries import HistoryRow, TaskRow
from web.comments.entries import CommentEntry, comment_entries, filtered
from web.i18n import locale
from web.i18n import translate as _
from web.operate import task_acts


@dataclass(frozen=True)
class Entry:
    """One entry, as ``parts.timeline`` draws it."""

    at: datetime
    who: str
    text: str
    mark: str = ""
    label: str = ""


def timeline(
    history: Iterable[HistoryRow], tasks: Iterable[TaskRow], comments: Iterable[CommentRow]
) -> tuple[Entry | CommentEntry, ...]:
    """Return the entries; steps that say nothing to a person are left out."""
    names = {task.id: task.label(locale()) for task in tasks}
    entries = [
        Entry(event.at, _who(event), text, mark)
        for event in history
        for text, mark in [_sentence(event, names)]
        if text
    ]
    # The later of two at the same instant comes first too.
    together: list[Entry | CommentEntry] = [*entries, *comment_entries(comments)]
    return tuple(filtered(sorted(reversed(together), key=lambda entry: entry.at, reverse=True)))


def _who(event: HistoryRow) -> str:
    return event.actor_name if event.actor_id else _("Fieldflow")


def _sentence(event: HistoryRow, names: dict[UUID, str]) -> tuple[str, str]:
    if event.kind == "started":
        return _("Planned the visit."), ""
    if event.kind == "completed":
        return _("Done: {task}", task=names.get(event.task_id, event.element_id or "") if event.task_id else ""), ""
    if event.kind == "message":
        return _message(event)
    if event.kind == "timer":
        return _("A time was reached; the process went on."), ""
    if event.kind == "task":
        return task_acts.sentence(event.detail, names.get(event.task_id, "") if event.task_id else ""), ""
    if event.kind == "revised":
        return _revised(event), ""
    if event.kind == "cancelled":
        return _with_reason(_("Stopped the process."), str(event.detail.get("reason") or "")), "is-danger"
    return "", ""


def _message(event: HistoryRow) -> tuple[str, str]:
    payload = event.detail.get("payload") or {}
    reason = str(payload.get("reason") or "")
    if event.detail.get("message") == "visit_cancelled":
        return _with_reason(_("Cancelled the visit."), reason), "is-danger"
    if event.detail.get("message") == "visit_rescheduled":
        start = str(payload.get("new_start") or "")
        moved = _("Moved the visit to {when}.", when=datetime.fromisoformat(start)) if start else _("Moved the visit.")
        return _with_reason(moved, reason), ""
    return _("Something new arrived; the process went on."), ""


def _revised(event: HistoryRow) -> str:
    values, note = event.detail.get("values") or {}, event.detail.get("note") or {}
    if event.detail.get("act") == "visit_moved":
        start = datetime.fromisoformat(str(values["planned_start"]))
        return _with_reason(_("Moved the visit to {when}.", when=start), str(note.get("reason") or ""))
    if event.detail.get("act") == "visit_handed_over":
        return _("Handed the visit over from {giver} to {taker}.", giver=note.get("from", ""), taker=note.get("to", ""))
    if event.detail.get("act") == "visit_manager_changed":
        return _("The rep changed teams: another manager is in charge.")
    return _("Changed what the process works with.")


def _with_reason(sentence: str, reason: str) -> str:
    return f"{sentence}\n{reason}" if reason else sentence
