"""What happened to a visit, in sentences: the steps of its process and the comments, the newest first."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from engine.process.queries import TaskRow
from web.i18n import locale
from web.i18n import translate as _


class Step(Protocol):
    """A row of the process's history."""

    @property
    def at(self) -> datetime: ...  # noqa: D102 - the field's name says it

    @property
    def kind(self) -> str: ...  # noqa: D102

    @property
    def actor_id(self) -> UUID | None: ...  # noqa: D102

    @property
    def actor_name(self) -> str: ...  # noqa: D102

    @property
    def element_id(self) -> str | None: ...  # noqa: D102

    @property
    def task_id(self) -> UUID | None: ...  # noqa: D102

    @property
    def detail(self) -> Mapping[str, Any]: ...  # noqa: D102


class Written(Protocol):
    """A comment."""

    @property
    def author_name(self) -> str: ...  # noqa: D102

    @property
    def text(self) -> str: ...  # noqa: D102

    @property
    def written_at(self) -> datetime: ...  # noqa: D102


@dataclass(frozen=True)
class Entry:
    """One entry, as ``parts.timeline`` draws it."""

    at: datetime
    who: str
    text: str
    mark: str = ""
    label: str = ""


def timeline(history: Iterable[Step], tasks: Iterable[TaskRow], comments: Iterable[Written]) -> tuple[Entry, ...]:
    """Return the entries; steps that say nothing to a person are left out."""
    names = {task.id: task.label(locale()) for task in tasks}
    entries = [
        Entry(event.at, _who(event), text, mark)
        for event in history
        for text, mark in [_sentence(event, names)]
        if text
    ]
    entries += [Entry(each.written_at, each.author_name, each.text, "is-comment", _("Comment")) for each in comments]
    # The later of two at the same instant comes first too.
    return tuple(sorted(reversed(entries), key=lambda entry: entry.at, reverse=True))


def _who(event: Step) -> str:
    return event.actor_name if event.actor_id else _("Fieldflow")


def _sentence(event: Step, names: Mapping[UUID, str]) -> tuple[str, str]:
    if event.kind == "started":
        return _("Planned the visit."), ""
    if event.kind == "completed":
        return _("Done: {task}", task=_task_name(event, names)), ""
    if event.kind == "message":
        return _message(event)
    if event.kind == "timer":
        return _("A time was reached; the process went on."), ""
    if event.kind == "cancelled":
        return _with_reason(_("Stopped the process."), str(event.detail.get("reason") or "")), "is-danger"
    return "", ""


def _task_name(event: Step, names: Mapping[UUID, str]) -> str:
    known = names.get(event.task_id) if event.task_id else None
    return known or event.element_id or ""


def _message(event: Step) -> tuple[str, str]:
    payload = event.detail.get("payload") or {}
    reason = str(payload.get("reason") or "")
    if event.detail.get("message") == "visit_cancelled":
        return _with_reason(_("Cancelled the visit."), reason), "is-danger"
    if event.detail.get("message") == "visit_rescheduled":
        start = str(payload.get("new_start") or "")
        moved = _("Moved the visit to {when}.", when=datetime.fromisoformat(start)) if start else _("Moved the visit.")
        return _with_reason(moved, reason), ""
    return _("Something new arrived; the process went on."), ""


def _with_reason(sentence: str, reason: str) -> str:
    return f"{sentence}\n{reason}" if reason else sentence
