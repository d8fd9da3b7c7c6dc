"""What operators do with a running deadline: move its due time, reach its next mark now, or stop it; with a reason."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.access import Actor
from engine.audit import service as audit
from engine.calendar import service
from engine.calendar.company import company_calendar
from engine.calendar.rules import working_minutes_between
from engine.calendar.tables import Deadline
from engine.errors import ConflictError, FieldProblem, InvalidInputError, NotFoundError
from engine.process import revision

MAX_REASON = 500
FARTHEST = timedelta(days=3660)


def running_deadline(session: Session, deadline_id: UUID) -> Deadline:
    """Return a deadline that runs.

    Raises:
        NotFoundError: no such deadline, or it is paused, stopped or spent.
    """
    found = session.get(Deadline, deadline_id)
    if found is None or found.running_since is None:
        raise NotFoundError("This deadline does not run.", code="deadline_unknown")
    return found


def move(session: Session, actor: Actor, deadline_id: UUID, at: datetime, reason: str, *, now: datetime) -> None:
    """Let a deadline be due at another time: it gets as much working time as there is until then.

    Open tasks that are due with it follow. Marks that were sent stay sent.

    Raises:
        NotFoundError: no such deadline.
        ConflictError: it does not run.
        InvalidInputError: no working time is left until then, or there is no reason.
    """
    found, reason = _locked(session, deadline_id), _checked(reason)
    left = working_minutes_between(company_calendar(session), now, at) if now <= at <= now + FARTHEST else 0
    if left <= 0:
        problem = FieldProblem("Choose a time with working time before it.", code="time_invalid")
        raise InvalidInputError(errors={"at": [problem]})
    used = service.used_minutes(found, company_calendar(session), now)
    before = found.due_at
    due = service.change_length(session, found.business_key, found.name, length_minutes=used + left, now=now)
    if before is not None and due is not None:
        revision.move_due(session, found.business_key, old=before, new=due)
    _record(session, actor, "deadline.moved", found, reason, before, due, now)


def reach_next(session: Session, actor: Actor, deadline_id: UUID, reason: str, *, now: datetime) -> None:
    """Let the next mark of a deadline be reached now; the sweep sends it.

    Raises:
        NotFoundError: no such deadline.
        ConflictError: it does not run, or has no mark to come.
        InvalidInputError: there is no reason.
    """
    found, reason = _locked(session, deadline_id), _checked(reason)
    if found.next_at is None:
        raise ConflictError("This deadline has no mark to come.", code="deadline_spent")
    before, found.next_at = found.next_at, min(found.next_at, now)
    _record(session, actor, "deadline.reached", found, reason, before, now, now)


def stop(session: Session, actor: Actor, deadline_id: UUID, reason: str, *, now: datetime) -> None:
    """Let a deadline never be reached; what it is about goes on without it.

    Raises:
        NotFoundError: no such deadline.
        ConflictError: it does not run.
        InvalidInputError: there is no reason.
    """
    found, reason = _locked(session, deadline_id), _checked(reason)
    before = found.due_at
    service.stop(session, found.business_key, found.name, now=now)
    _record(session, actor, "deadline.stopped", found, reason, before, None, now)


def _locked(session: Session, deadline_id: UUID) -> Deadline:
    query = select(Deadline).where(Deadline.id == deadline_id).with_for_update()
    found = session.scalar(query.execution_options(populate_existing=True))
    if found is None:
        raise NotFoundError("This deadline does not run.", code="deadline_unknown")
    if found.running_since is None:
        raise ConflictError("This deadline does not run.", code="deadline_halted")
    return found


def _checked(reason: str) -> str:
    reason = reason.strip()
    if not reason or len(reason) > MAX_REASON:
        problem = FieldProblem("Enter a reason of at most {max} characters.", code="reason_invalid", max=MAX_REASON)
        raise InvalidInputError(errors={"reason": [problem]})
    return reason


def _record(
    session: Session,
    actor: Actor,
    action: str,
    found: Deadline,
    reason: str,
    before: datetime | None,
    after: datetime | None,
    now: datetime,
) -> None:
    times = [{"due_at": at.isoformat() if at else None} for at in (before, after)]
    audit.record(
        session,
        actor,
        action,
        subject=("deadline", str(found.id)),
        name=f"{found.business_key} {found.name}",
        reason=reason,
        before=times[0],
        after=times[1],
        now=now,
    )
