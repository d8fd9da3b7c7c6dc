"""What deadlines do by themselves: send the messages of the marks that they reach, and follow a changed calendar.

A mark is a message to the process about the deadline's object. It is given to the instance at once, in the transaction
that moves the deadline on, some fifty to a commit: an outbox row for each took three transactions instead of a fiftieth
(10,000 in 200 s instead of 30). What cannot be given goes to the outbox: there it is kept until the instance waits for
it, tried again where it failed, and becomes an incident in the end. The instance's other work is not touched.
"""

import logging
from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from engine.access import SYSTEM
from engine.calendar.company import calendar_version, company_calendar
from engine.calendar.rules import WorkingCalendar
from engine.calendar.service import schedule, used_minutes
from engine.calendar.tables import Deadline
from engine.errors import ConflictError
from engine.outbox import service as outbox
from engine.process import revision
from engine.process import service as process
from engine.process.steps import MESSAGE_KEPT_FOR, MESSAGE_TOPIC

log = logging.getLogger(__name__)

BATCH = 50
RECOMPUTE_BATCH = 500


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
    calendar, version = company_calendar(session), calendar_version(session)
    moved = 0
    for row in due:
        if row.business_key in instances.busy:
            continue
        deadline = session.scalar(
            select(Deadline)
            .where(Deadline.id == row.id, Deadline.next_at <= now)
            .with_for_update(skip_locked=True)
            .execution_options(populate_existing=True)
        )
        if deadline is None:
            continue
        moved += 1
        if deadline.calendar_version != version:
            _follow(session, deadline, calendar, version)
        if deadline.next_at is not None and deadline.next_at <= now:
            _fire(session, deadline, calendar, instances.locked.get(row.business_key, {}), now)
    return moved


def recompute(session: Session, now: datetime) -> int:  # noqa: ARG001 - the parts of a sweep are called alike
    """Compute a batch of the running deadlines that an older calendar computed; returns how many.

    All that ran since its last start is judged by the new calendar, also what is past: a day that is declared free at
    noon was free in the morning. Marks that were sent stay sent.
    """
    version = calendar_version(session)
    rows = session.scalars(
        select(Deadline)
        .where(Deadline.calendar_version < version)
        .order_by(Deadline.next_at, Deadline.id)
        .limit(RECOMPUTE_BATCH)
        .with_for_update(skip_locked=True)
    ).all()
    calendar = company_calendar(session) if rows else None
    for deadline in rows:
        assert calendar is not None, "there are rows"
        _follow(session, deadline, calendar, version)
    return len(rows)


def _follow(session: Session, deadline: Deadline, calendar: WorkingCalendar, version: int) -> None:
    before = deadline.due_at
    deadline.calendar_version = version
    schedule(deadline, calendar)
    if before is not None and deadline.due_at is not None and deadline.due_at != before:
        revision.move_due(session, deadline.business_key, old=before, new=deadline.due_at)


def _fire(
    session: Session,
    deadline: Deadline,
    calendar: WorkingCalendar,
    instances: Mapping[UUID, frozenset[str]],
    now: datetime,
) -> None:
    # Once for each mark of each start: a clock that starts anew reaches its marks at other times.
    at = deadline.next_at.isoformat() if deadline.next_at else ""
    used = used_minutes(deadline, calendar, now)
    reached = [mark for mark in deadline.marks if used >= deadline.length_minutes * mark / 100 - 1e-6]
    reached = reached or deadline.marks[:1]
    deadline.marks = deadline.marks[len(reached) :]
    schedule(deadline, calendar)
    session.flush()  # a message may stop this very clock, and its step reads what is stored
    for mark in reached:
        name = f"{deadline.name}_{mark}"
        receiver = next((id_ for id_, awaiting in instances.items() if name in awaiting), None)
        if receiver is None or not _give(session, receiver, name, now):
            _keep(
                session, deadline, name, next(iter(instances), None), key=f"deadline:{deadline.id}:{mark}:{at}", now=now
            )


def _give(session: Session, instance_id: UUID, name: str, now: datetime) -> bool:
    """Give a message to an instance; False, and nothing has changed, where that failed.

    Raises:
        DBAPIError: of the database, for the whole batch to be tried again.
    """
    try:
        with session.begin_nested():
            process.send_message(session, SYSTEM, instance_id, name, {"mark": name}, now=now)
    except DBAPIError:
        raise
    except ConflictError:
        return False  # an earlier mark of this batch has moved it on
    except Exception:
        log.exception("deadline %s of instance %s", name, instance_id)
        return False
    return True


def _keep(
    session: Session, deadline: Deadline, name: str, instance_id: UUID | None, *, key: str, now: datetime
) -> None:
    """Leave a message to the outbox."""
    outbox.emit(
        session,
        MESSAGE_TOPIC,
        {"name": name, "to": deadline.business_key, "payload": {"mark": name}, "from": "deadline"},
        key=key,
        now=now,
        lane=outbox.USER_LANE,
        instance_id=instance_id,
        expires_at=now + MESSAGE_KEPT_FOR,
    )
