"""Deadlines: start, pause, resume, stop. ``engine.calendar.firing`` sends what they have to say."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.calendar.company import company_calendar, versioned_calendar
from engine.calendar.rules import WorkingCalendar, add_working_minutes, working_minutes_between
from engine.calendar.tables import Deadline


def start_deadline(
    session: Session,
    business_key: str,
    name: str,
    *,
    length_minutes: float,
    marks: Sequence[int],
    now: datetime,
    group: str = "",
) -> datetime:
    """Start a clock, or start it anew; returns when 100 % is reached.

    Args:
        length_minutes: working minutes.
        marks: shares in percent at which the message ``<name>_<mark>`` is sent, each once.
        group: whose work it measures.
    """
    deadline = _find(session, business_key, name)
    if deadline is None:
        deadline = Deadline(business_key=business_key, name=name, length_minutes=length_minutes, marks=[])
        session.add(deadline)
    deadline.length_minutes = length_minutes
    deadline.used_minutes = 0.0
    deadline.marks = sorted(marks)
    deadline.group_key = group
    deadline.stopped_at = None
    _run(session, deadline, now)
    assert deadline.due_at is not None, "a running deadline has a due time"
    return deadline.due_at


def change_length(
    session: Session, business_key: str, name: str, *, length_minutes: float, now: datetime
) -> datetime | None:
    """Give a running clock more or less time; what it has used stays used, and marks that were sent stay sent.

    Args:
        length_minutes: working minutes, from the start of the clock.

    Returns:
        when 100 % is reached now; None if the clock does not run.
    """
    deadline = _find(session, business_key, name)
    if deadline is None or deadline.running_since is None:
        return None
    if deadline.length_minutes != length_minutes:
        deadline.used_minutes = used_minutes(deadline, company_calendar(session), now)
        deadline.length_minutes = length_minutes
        deadline.due_at = None
        _run(session, deadline, now)
    return deadline.due_at


def hand_to_group(session: Session, business_key: str, group: str) -> None:
    """Let the clocks of an object measure another group's work."""
    for deadline in _all(session, business_key):
        deadline.group_key = group


def pause(session: Session, business_key: str, *, now: datetime) -> None:
    """Pause every running clock of an object; paused ones stay as they are."""
    for deadline in _all(session, business_key):
        if deadline.running_since is not None:
            deadline.used_minutes = used_minutes(deadline, company_calendar(session), now)
            deadline.due_at = None
            _halt(deadline)


def resume(session: Session, business_key: str, *, now: datetime) -> None:
    """Let every paused clock of an object run on: its due time has moved by exactly the paused working time."""
    for deadline in _all(session, business_key):
        if deadline.running_since is None and deadline.stopped_at is None:
            _run(session, deadline, now)


def stop(session: Session, business_key: str, name: str | None = None, *, now: datetime) -> None:
    """Stop one clock of an object, or all: the thing is done."""
    for deadline in _all(session, business_key):
        if deadline.stopped_at is None and name in {None, deadline.name}:
            if deadline.running_since is not None:
                deadline.used_minutes = used_minutes(deadline, company_calendar(session), now)
            _halt(deadline)
            deadline.stopped_at = now


def due_at(session: Session, business_key: str, name: str) -> datetime | None:
    """Return when a running clock reaches 100 %; None if it does not run."""
    deadline = _find(session, business_key, name)
    return deadline.due_at if deadline is not None and deadline.running_since is not None else None


def used_minutes(deadline: Deadline, calendar: WorkingCalendar, now: datetime) -> float:
    """Return the working minutes that a clock has run."""
    if deadline.running_since is None:
        return deadline.used_minutes
    return deadline.used_minutes + working_minutes_between(calendar, deadline.running_since, now)


def schedule(deadline: Deadline, calendar: WorkingCalendar) -> None:
    """Compute when a running clock is due and when it reaches its next mark."""
    since = deadline.running_since
    if since is None:
        deadline.next_at = None
        return
    left = deadline.length_minutes - deadline.used_minutes
    deadline.due_at = add_working_minutes(calendar, since, left) if left > 0 else deadline.due_at or since
    if not deadline.marks:
        deadline.next_at = None
        return
    to_mark = deadline.length_minutes * deadline.marks[0] / 100 - deadline.used_minutes
    deadline.next_at = add_working_minutes(calendar, since, to_mark) if to_mark > 0 else since


def _run(session: Session, deadline: Deadline, now: datetime) -> None:
    deadline.running_since = now
    calendar, deadline.calendar_version = versioned_calendar(session)
    schedule(deadline, calendar)


def _halt(deadline: Deadline) -> None:
    deadline.running_since = deadline.next_at = deadline.calendar_version = None


def _find(session: Session, business_key: str, name: str) -> Deadline | None:
    return session.scalar(select(Deadline).where(Deadline.business_key == business_key, Deadline.name == name))


def _all(session: Session, business_key: str) -> Sequence[Deadline]:
    return session.scalars(select(Deadline).where(Deadline.business_key == business_key)).all()
