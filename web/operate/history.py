"""What happened, as one timeline: the steps of processes and the comments of people.

Events and comments are rows of the engine's tables, whose classes pages do not import: hence ``Any``.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from engine.process.queries import TaskRow
from web.comments.entries import CommentEntry, comment_entries, filtered
from web.i18n import locale
from web.i18n import translate as _
from web.operate import task_acts


@dataclass(frozen=True)
class Entry:
    """One line of a timeline, as ``parts.timeline`` draws it."""

    at: datetime
    who: str
    text: str
    label: str = ""
    mark: str = ""
    trail: tuple[str, ...] = ()


def entries(
    events: Sequence[Any],
    tasks: Sequence[TaskRow],
    names: Mapping[str, str],
    comments: Sequence[Any] = (),
    *,
    started: str = "",
    with_trail: bool = False,
) -> list[Entry | CommentEntry]:
    """Return steps and comments, the oldest first.

    Args:
        names: element id → name, of the instance's version.
        started: what the start of the process means, in the words of the business.
        with_trail: name the elements that ran in each step, too.
    """
    labels = {task.id: task.label(locale()) for task in tasks}
    shown = [
        Entry(
            event.at,
            event.actor_name if event.actor_id else _("Fieldflow"),
            text,
            mark=_mark(event.kind),
            trail=_trail(event, names) if with_trail else (),
        )
        for event in events
        if (text := _sentence(event, labels, names, started))
    ]
    return filtered(sorted([*shown, *comment_entries(comments)], key=lambda entry: entry.at))


def _trail(event: Any, names: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(names.get(entry["id"]) or entry["id"] for entry in event.detail.get("trail", ()))


def _mark(kind: str) -> str:
    return {"cancelled": "is-danger", "completed": "is-done"}.get(kind, "")


def _sentence(event: Any, labels: Mapping[Any, str], names: Mapping[str, str], started: str) -> str:
    match event.kind:
        case "started":
            return started or _("Started")
        case "completed":
            name = labels.get(event.task_id) or names.get(event.element_id or "", event.element_id or "")
            return _("{step}: done", step=name)
        case "message":
            return _message(str(event.detail.get("message", "")))
        case "timer":
            return _("The time for “{step}” was reached.", step=_first(event, names))
        case "settled":
            return _("{step}: delivered", step=names.get(event.element_id or "", event.element_id or ""))
        case "retried":
            return _("{step}: tried again", step=names.get(event.element_id or "", event.element_id or ""))
        case "dropped":
            step = names.get(event.element_id or "", event.element_id or "")
            return _("{step}: an administrator dropped the job. {reason}", step=step, reason=event.detail["reason"])
        case "revised":
            return _revised(event, names)
        case "repaired" | "migrated" | "undone":
            return _by_hand(event)
        case "task":
            return task_acts.sentence(event.detail, labels.get(event.task_id, ""))
        case "cancelled":
            reason = str(event.detail.get("reason", ""))
            return _("Ended by an administrator: {reason}", reason=reason)
    return str(event.kind)


def _by_hand(event: Any) -> str:
    detail = event.detail
    if event.kind == "undone":
        return _("The migration was taken back.") if detail.get("act") == "migration" else _("The repair was undone.")
    reason = str(detail.get("reason", ""))
    if event.kind == "migrated":
        return _("Migrated from version {old} to {new}: {reason}", old=detail["from"], new=detail["to"], reason=reason)
    return _("Repaired: {reason}", reason=reason)


def _revised(event: Any, names: Mapping[str, str]) -> str:
    note, reason = event.detail.get("note") or {}, str(event.detail.get("reason", ""))
    step = names.get(event.element_id or "", event.element_id or "")
    sentences = {
        "variable_edited": _("The variable {name} was edited: {reason}", name=note.get("name", ""), reason=reason),
        "timer_moved": _("The timer “{step}” was moved: {reason}", step=step, reason=reason),
        "timer_dropped": _("The timer “{step}” was dropped: {reason}", step=step, reason=reason),
        "visit_moved": _("Moved to another time of the day"),
        "visit_handed_over": _("Handed over"),
        "visit_manager_changed": _("The rep changed teams: another manager is in charge."),
    }
    return sentences.get(str(event.detail.get("act"))) or _("Changed what the process works with.")


def _first(event: Any, names: Mapping[str, str]) -> str:
    trail = event.detail.get("trail") or [{}]
    element_id = str(trail[0].get("id", ""))
    return names.get(element_id, element_id)


def _message(name: str) -> str:
    sentences = {
        "request_cancelled": _("Cancelled"),
        "visit_cancelled": _("Cancelled"),
        "visit_rescheduled": _("Moved to another day"),
        "resolve_75": _("75 % of the time to resolve is used."),
        "resolve_100": _("The time to resolve is over."),
        "resolve_150": _("The time to resolve is over by half."),
        "samples_settled": _("The warehouse is done."),
        "stock_arrived": _("Stock has arrived."),
        "fulfilment_cancelled": _("The warehouse stops."),
        "first_response_100": _("The time for a first response is over."),
    }
    return sentences.get(name) or _("Message: {name}", name=name)
