"""The slim line of steps: what is done and by whom, what is due now, what is likely to come, and whose turn it is."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from flask import url_for
from sqlalchemy.orm import Session

from engine.access import Actor, user_principal
from engine.people import queries as people
from engine.process.outlook import Outlook, outlook
from engine.process.queries import TaskRow
from engine.visits.rules import task_rank
from web import context
from web.i18n import locale
from web.i18n import translate as _
from web.labels import group_label


@dataclass(frozen=True)
class LineStep:
    """One step: ``done``, ``now`` (of this page), ``open`` beside it, or ``next``; ``note`` says whose it is."""

    name: str
    state: str
    note: str
    address: str = ""


def line_of(session: Session, actor: Actor, rows: Sequence[TaskRow], *, now_id: UUID | None) -> list[LineStep]:
    """Return the line of an instance's tasks: the done ones as they were done, then open ones, then likely ones.

    Args:
        rows: every task of the instance.
        now_id: the task that the reader has before them; None: the one that comes first.
    """
    done = sorted((row for row in rows if row.ended_at and not row.is_withdrawn), key=_ended_at)
    waiting = sorted(
        (row for row in rows if row.is_open), key=lambda row: (row.id != now_id, task_rank(row.element_id))
    )
    steps = [LineStep(row.label(locale()), "done", row.completed_by_name or "") for row in done]
    if not waiting:
        return steps
    ahead = outlook(session, actor, waiting[0].instance_id, now=context.now())
    whose = _Whose(session, actor, waiting, ahead)
    for number, row in enumerate(waiting):
        word, state = (_("also open"), "open") if number else (_("now"), "now")
        may_open = number > 0 and whose.is_mine(row)
        address = url_for("inbox.task", task_id=row.id) if may_open else ""
        steps.append(LineStep(row.label(locale()), state, whose.note(word, whose.of(row)), address))
    for task in ahead.tasks:
        note = whose.note(_("next"), ahead.lanes.get(task.lane or "", []))
        steps.append(LineStep(task.label(locale()), "next", note))
    return steps


class _Whose:
    """Names for principals, read once for the whole line."""

    def __init__(self, session: Session, actor: Actor, waiting: Iterable[TaskRow], ahead: Outlook) -> None:
        self.actor, self.lanes = actor, ahead.lanes
        principals = [each for row in waiting for each in self.of(row)]
        principals += [each for task in ahead.tasks for each in self.lanes.get(task.lane or "", [])]
        ids = {UUID(each.removeprefix("user:")) for each in principals if each.startswith("user:")}
        others = ids - {actor.user_id} if actor.user_id else ids
        self.names: Mapping[UUID, str] = people.names(session, others)

    def of(self, row: TaskRow) -> list[str]:
        return [user_principal(row.assignee_id)] if row.assignee_id else self.lanes.get(row.lane or "", [])

    def is_mine(self, row: TaskRow) -> bool:
        return not self.actor.principals.isdisjoint(self.of(row))

    def note(self, word: str, principals: Sequence[str]) -> str:
        """Return ``now`` for the reader's own, ``now · 林晓岚`` for somebody else's."""
        if not self.actor.principals.isdisjoint(principals):
            return word
        names = [self._name(each) for each in principals]
        return " · ".join([word, *(name for name in names if name)])

    def _name(self, principal: str) -> str:
        kind, _separator, name = principal.partition(":")
        return self.names.get(UUID(name), "") if kind == "user" else group_label(name)


def _ended_at(row: TaskRow) -> datetime:
    assert row.ended_at is not None, "only tasks that are over are in this order"
    return row.ended_at
