"""The company's calendar, and deadlines: start, pause, resume, stop, fire."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.calendar import presets
from engine.calendar.rules import WorkingCalendar, add_working_minutes, working_minutes_between
from engine.calendar.tables import Deadline
from engine.outbox import service as outbox
from engine.process.steps import MESSAGE_KEPT_FOR, MESSAGE_TOPIC

BATCH = 50


@dataclass(frozen=True)
class DeadlineRow:
    """A deadline as screens show it: ``due_at`` is None while it is paused or stopped."""

    business_key: str
    name: str
    due_at: datetime | None
    is_paused: bool
    stopped_at: datetime | None
    share_used: float


@cache
def company_calendar() -> WorkingCalendar:
    """Return the working calendar: the shipped preset for China until admins edit their own."""
    return presets.china()


def start_deadline(
    session: Session, business_key: str, name: str, *, length_minutes: float, marks: Sequence[int], now: datetime
) -> datetime:
    """Start a clock, or start it anew; returns when 100 % is reached.

    Args:
        length_minutes: working minutes.
        marks: shares in percent at which the message ``<name>_<mark>`` is sent, each once.
    """
    deadline = _find(session, business_key, name)
    if deadline is None:
        deadline = Deadline(business_key=business_key, name=name, length_minutes=length_minutes, marks=[])
        session.add(deadline)
    deadline.length_minutes = length_minutes
    deadline.used_minutes = 0.0
    deadline.marks = sorted(marks)
    deadline.stopped_at = None
    _run(deadline, now)
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
        deadline.used_minutes = _used(deadline, now)
        deadline.length_minutes = length_minutes
        deadline.due_at = None
        _run(deadline, now)
    return deadline.due_at


def pause(session: Session, business_key: str, *, now: datetime) -> None:
    """Pause every running clock of an object; paused ones stay as they are."""
    for deadline in _all(session, business_key):
        if deadline.running_since is not None:
            deadline.used_minutes = _used(deadline, now)
            deadline.running_since = deadline.next_at = deadline.due_at = None


def resume(session: Session, business_key: str, *, now: datetime) -> None:
    """Let every paused clock of an object run on: its due time has moved by exactly the paused working time."""
    for deadline in _all(session, business_key):
        if deadline.running_since is None and deadline.stopped_at is None:
            _run(deadline, now)


def stop(session: Session, business_key: str, name: str | None = None, *, now: datetime) -> None:
    """Stop one clock of an object, or all: the thing is done."""
    for deadline in _all(session, business_key):
        if deadline.stopped_at is None and name in {None, deadline.name}:
            if deadline.running_since is not None:
                deadline.used_minutes = _used(deadline, now)
            deadline.running_since = deadline.next_at = None
            deadline.stopped_at = now


def fire_due(session: Session, now: datetime) -> int:
    """Send the messages of the marks that are reached, each exactly once; returns how many deadlines it moved."""
    due = session.scalars(
        select(Deadline)
        .where(Deadline.next_at <= now)
        .order_by(Deadline.next_at)
        .limit(BATCH)
        .with_for_update(skip_locked=True)
    ).all()
    for deadline in due:
        # Once for each mark of each start: a clock that starts anew reaches its marks at other times.
        at = deadline.next_at.isoformat() if deadline.next_at else ""
        used = _used(deadline, now)
        reached = [mark for mark in deadline.marks if used >= deadline.length_minutes * mark / 100 - 1e-6]
        for mark in reached or deadline.marks[:1]:
            outbox.emit(
                session,
                MESSAGE_TOPIC,
                {
                    "name": f"{deadline.name}_{mark}",
                    "to": deadline.business_key,
                    "payload": {"mark": f"{deadline.name}_{mark}"},
                    "from": "deadline",
                },
                key=f"deadline:{deadline.id}:{mark}:{at}",
                now=now,
                lane=outbox.USER_LANE,
                expires_at=now + MESSAGE_KEPT_FOR,
            )
        deadline.marks = deadline.marks[len(reached) or 1 :]
        _schedule(deadline)
    return len(due)


def deadlines_of(session: Session, business_keys: Collection[str], *, now: datetime) -> dict[str, list[DeadlineRow]]:
    """Return the deadlines of objects, by business key."""
    found: dict[str, list[DeadlineRow]] = {key: [] for key in business_keys}
    rows = session.scalars(select(Deadline).where(Deadline.business_key.in_(business_keys)).order_by(Deadline.name))
    for row in rows:
        used = _used(row, now) if row.running_since else row.used_minutes
        found[row.business_key].append(
            DeadlineRow(
                business_key=row.business_key,
                name=row.name,
                due_at=row.due_at,
                is_paused=row.running_since is None and row.stopped_at is None,
                stopped_at=row.stopped_at,
                share_used=used / row.length_minutes if row.length_minutes else 1.0,
            )
        )
    return found


def _run(deadline: Deadline, now: datetime) -> None:
    deadline.running_since = now
    left = deadline.length_minutes - deadline.used_minutes
    calendar = company_calendar()
    if left > 0:
        deadline.due_at = add_working_minutes(calendar, now, left)
    else:
        deadline.due_at = deadline.due_at or now
    _schedule(deadline)


def _schedule(deadline: Deadline) -> None:
    if not deadline.marks or deadline.running_since is None:
        deadline.next_at = None
        return
    left = deadline.length_minutes * deadline.marks[0] / 100 - deadline.used_minutes
    since = deadline.running_since
    deadline.next_at = add_working_minutes(company_calendar(), since, left) if left > 0 else since


def _used(deadline: Deadline, now: datetime) -> float:
    if deadline.running_since is None:
        return deadline.used_minutes
    return deadline.used_minutes + working_minutes_between(company_calendar(), deadline.running_since, now)


def _find(session: Session, business_key: str, name: str) -> Deadline | None:
    return session.scalar(select(Deadline).where(Deadline.business_key == business_key, Deadline.name == name))


def _all(session: Session, business_key: str) -> Sequence[Deadline]:
    return session.scalars(select(Deadline).where(Deadline.business_key == business_key)).all()


def business_days_later(now: datetime, days: float) -> datetime:
    """Return the instant ``days`` business days (480 working minutes each) after ``now``."""
    return add_working_minutes(company_calendar(), now, days * 480)
