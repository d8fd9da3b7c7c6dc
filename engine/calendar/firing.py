"""What deadlines do by themselves: send the messages of the marks that they reach, and follow a changed calendar.

A mark is a message to the process about the deadline's object. It is given to the instance at once, in the transaction
that moves the deadline on, some fifty to a commit: an outbox row for each took three transactions instead of a fiftieth
(10,000 in 200 s instead of 30). What cannot be given goes to the outbox: there it is kept until the instance waits for
it, tried again where it failed, and becomes an incident in the end. The instance's other work is not touched.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from engine.access import SYSTEM
from engine.calendar.company import versioned_calendar
from engine.calendar.rules import WorkingCalendar
from engine.calendar.service import schedule, used_minutes
from engine.calendar.tables import Deadline, WorkingWeek
from engine.errors import ConflictError
from engine.outbox import service as outbox
from engine.process import revision
from engine.process import service as process
from engine.process.steps import MESSAGE_KEPT_FOR, MESSAGE_TOPIC
from engine.store.database import is_passing

log = logging.getLogger(__name__)

BATCH = 50
RECOMPUTE_BATCH = 500


@dataclass(frozen=True)
class _Mark:
    """A mark that a deadline has reached; ``key`` is its own for ever."""

    business_key: str
    name: str
    key: str


def fire_due(session: Session, now: datetime) -> int:
    """Send the messages of a batch of marks that are reached, each exactly once; returns how many deadlines it moved.

    Instances that somebody works on just now are left for the next time: a sweeper waits for nobody, and so takes part
    in no deadlock (a person's step locks its instance first and its deadlines then, as this does).
    """
    due = session.execute(
        select(Deadline.id, Deadline.business_key)
        .where(Deadline.next_at <= now)
        .order_by(Deadline.next_at)
        .limit(BATCH)
    ).all()
    if not due:
        return 0
    instances = process.lock_free_instances(session, {row.business_key for row in due})
    free = [row.id for row in due if row.business_key not in instances.busy]
    deadlines = session.scalars(
        select(Deadline)
        .where(Deadline.id.in_(free), Deadline.next_at <= now)
        .order_by(Deadline.id)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    ).all()
    calendar, version = versioned_calendar(session)
    reached = [mark for deadline in deadlines for mark in _reach(session, deadline, calendar, version, now)]
    session.flush()  # a message may stop the clock that it comes from, and its step reads what is stored
    receivers: list[tuple[_Mark, UUID]] = []
    for mark in reached:
        waiting = instances.locked.get(mark.business_key, {})
        receiver = next((id_ for id_, awaiting in waiting.items() if mark.name in awaiting), None)
        if receiver is None:
            _keep(session, mark, next(iter(waiting), None), now)
        else:
            receivers.append((mark, receiver))
    if not _give(session, receivers, now):
        for mark, receiver in receivers:  # one of them fails: each by itself, so that the others pass
            if not _give(session, [(mark, receiver)], now):
                _keep(session, mark, receiver, now)
    return len(deadlines)


def recompute(session: Session, now: datetime) -> int:  # noqa: ARG001 - the parts of a sweep are called alike
    """Compute a batch of the running deadlines that an older calendar computed; returns how many.

    All that ran since its last start is judged by the new calendar, also what is past: a day that is declared free at
    noon was free in the morning. Marks that were sent stay sent.
    """
    newest = select(func.coalesce(func.max(WorkingWeek.version), 0)).scalar_subquery()
    rows = session.scalars(
        select(Deadline)
        .where(Deadline.calendar_version < newest)
        .order_by(Deadline.next_at, Deadline.id)
        .limit(RECOMPUTE_BATCH)
        .with_for_update(skip_locked=True)
    ).all()
    if rows:
        calendar, version = versioned_calendar(session)
        for deadline in rows:
            _follow(session, deadline, calendar, version)
    return len(rows)


def _follow(session: Session, deadline: Deadline, calendar: WorkingCalendar, version: int) -> None:
    before = deadline.due_at
    deadline.calendar_version = version
    schedule(deadline, calendar)
    if before is not None and deadline.due_at is not None and deadline.due_at != before:
        revision.move_due(session, deadline.business_key, old=before, new=deadline.due_at)


def _reach(session: Session, deadline: Deadline, calendar: WorkingCalendar, version: int, now: datetime) -> list[_Mark]:
    """Move a deadline on and return the marks that it has reached."""
    if deadline.calendar_version != version:
        _follow(session, deadline, calendar, version)
    if deadline.next_at is None or deadline.next_at > now:
        return []
    at = deadline.next_at.isoformat()
    used = used_minutes(deadline, calendar, now)
    reached = [mark for mark in deadline.marks if used >= deadline.length_minutes * mark / 100 - 1e-6]
    reached = reached or deadline.marks[:1]
    deadline.marks = deadline.marks[len(reached) :]
    schedule(deadline, calendar)
    # Once for each mark of each start: a clock that starts anew reaches its marks at other times.
    return [
        _Mark(deadline.business_key, f"{deadline.name}_{mark}", f"deadline:{deadline.id}:{mark}:{at}")
        for mark in reached
    ]


def _give(session: Session, receivers: Sequence[tuple[_Mark, UUID]], now: datetime) -> bool:
    """Give messages to instances, all in one savepoint; False, and nothing has changed, where one failed.

    Raises:
        DBAPIError: of others at work, for the whole batch to be tried again.
    """
    try:
        with session.begin_nested():
            for mark, instance_id in receivers:
                process.send_message(session, SYSTEM, instance_id, mark.name, {"mark": mark.name}, now=now)
    except ConflictError:
        return False  # an earlier mark of this batch has moved it on
    except Exception as error:
        if isinstance(error, DBAPIError) and is_passing(error):
            raise
        log.exception("marks of deadlines: %s", ", ".join(f"{mark.name} of {id_}" for mark, id_ in receivers))
        return False
    return True


def _keep(session: Session, mark: _Mark, instance_id: UUID | None, now: datetime) -> None:
    """Leave a message to the outbox; where it fails there, the incident is the instance's."""
    outbox.emit(
        session,
        MESSAGE_TOPIC,
        {"name": mark.name, "to": mark.business_key, "payload": {"mark": mark.name}, "from": "deadline"},
        key=mark.key,
        now=now,
        lane=outbox.USER_LANE,
        instance_id=instance_id,
        expires_at=now + MESSAGE_KEPT_FOR,
    )
