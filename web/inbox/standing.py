"""How a task stands with its reader: who has it, what for, and what the reader may do about it."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from engine.access import Actor, Role
from engine.process import queries
from engine.process.queries import TaskDetail
from engine.process.rows import TaskRow
from engine.process.states import Handoff, TaskState
from web.comments.entries import CommentEntry
from web.i18n import translate as _
from web.inbox.listing import stands_for
from web.operate import history
from web.operate.history import Entry


@dataclass(frozen=True)
class Standing:
    """What the page of a task shows of it.

    Args:
        is_mine: the reader has it.
        is_borrowed: the reader has it from its owner, to prepare or to review.
        may_claim: nobody has it.
        may_hand_out: the reader may let a colleague prepare or review it.
        may_take_back: it is the reader's and a colleague has it.
        may_change: priority and dates are the reader's to change.
        stands_for: the person on leave whose task it is.
        news: what became of it when it was handed out: a sentence, a tone and an icon.
    """

    is_mine: bool = False
    is_borrowed: bool = False
    is_review: bool = False
    may_claim: bool = False
    may_hand_out: bool = False
    may_take_back: bool = False
    may_change: bool = False
    stands_for: str = ""
    news: tuple[str, str, str] | None = None


def of(actor: Actor, detail: TaskDetail) -> Standing:
    """Return how a task stands with the actor."""
    task = detail.task
    if task.state != TaskState.OPEN or not detail.may_see_acts:
        return Standing()
    has_it = task.assignee_id in actor.acts_for
    is_owner = task.owner_id in actor.acts_for
    return Standing(
        is_mine=has_it and not task.is_away,
        is_borrowed=has_it and task.is_away and not (is_owner and not has_it),
        is_review=task.handoff == Handoff.IN_REVIEW,
        may_claim=task.assignee_id is None and detail.is_shared,
        may_hand_out=detail.may_complete,
        may_take_back=task.is_away and is_owner and not has_it,
        # A step of a rep's own visit is nobody else's business, and a phone's page has no room for it.
        may_change=detail.is_shared or task.handoff is not None or not actor.has(Role.REP),
        stands_for=stands_for(actor, task),
        news=_news(detail, has_it=has_it),
    )


def _news(detail: TaskDetail, *, has_it: bool) -> tuple[str, str, str] | None:
    task, who, owner = detail.task, detail.task.assignee_name, detail.task.owner_name
    match task.handoff:
        case Handoff.DELEGATED if has_it:
            return _("{owner} asks you to prepare this. It returns to {owner}.", owner=owner), "info", "hand"
        case Handoff.DELEGATED:
            return _("{who} prepares this and gives it back to {owner}.", who=who, owner=owner), "", "hand"
        case Handoff.IN_REVIEW if has_it:
            return _("{owner} asks you to review this.", owner=owner), "info", "info"
        case Handoff.IN_REVIEW:
            return _("{who} reviews this for {owner}.", who=who, owner=owner), "", "info"
        case Handoff.RETURNED:
            return _("This came back prepared: check it and complete it."), "success", "back"
        case Handoff.APPROVED:
            return _("The review approved this: you can complete it."), "success", "check"
        case Handoff.CHANGES:
            return _("The review asks for changes."), "warning", "alert"
    return None


def acts(session: Session, task: TaskRow, tasks: Sequence[TaskRow]) -> list[Entry | CommentEntry]:
    """Return who took, gave and changed a task, the oldest first."""
    return history.entries(queries.acts_of_task(session, task), tasks, {})
