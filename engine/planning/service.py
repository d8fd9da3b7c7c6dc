"""Begin a rep's day, confirm or change its order, close it."""

import logging
from collections.abc import Sequence
from datetime import date, datetime, time
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from engine.access import Actor, Role, user_principal
from engine.errors import ConflictError, NotFoundError
from engine.people import queries as people
from engine.people import service as people_service
from engine.planning import route
from engine.planning.route import Planned
from engine.planning.tables import RepDay
from engine.process import bundles, user_tasks
from engine.process import queries as process
from engine.process import service as process_service
from engine.process.queries import TaskRow
from engine.visits import queries as visits
from engine.visits import service as visit_service

log = logging.getLogger(__name__)

PROCESS = "day"
BEGINS_AT, CLOSES_AT = time(6), time(22)
"""Local times between which a day begins by itself, and at which it closes by itself."""


def business_key(rep_id: UUID, day: date) -> str:
    """Return the key of a rep's day."""
    return f"day:{rep_id}:{day.isoformat()}"


def start_day(session: Session, actor: Actor, *, now: datetime) -> bool:
    """Begin the actor's day, once.

    Returns:
        whether it began now; False: it had begun before.

    Raises:
        ConflictError: it is too late for that day.
        NotFoundError: the process is not deployed.
    """
    assert actor.user_id is not None, "the system has no day"
    local = now.astimezone(ZoneInfo(actor.time_zone))
    if not may_start(actor, now=now):
        raise ConflictError("This day is over. The next one begins at 06:00.", code="day_over")
    return _start(session, actor, local.date(), now=now)


def may_start(actor: Actor, *, now: datetime) -> bool:
    """Tell whether the actor's day can still begin."""
    return now.astimezone(ZoneInfo(actor.time_zone)).time() < CLOSES_AT


def due_days(session: Session, now: datetime) -> list[tuple[UUID, date]]:
    """Return reps with visits to make whose day has not begun, where it is 06:00 or later for somebody."""
    days = {
        local.date()
        for zone in people.time_zones(session)
        if BEGINS_AT <= (local := now.astimezone(ZoneInfo(zone))).time() < CLOSES_AT
    }
    if not days:
        return []
    begun = select(RepDay.rep_id, RepDay.day).where(RepDay.day.in_(days))
    known = {(row.rep_id, row.day) for row in session.execute(begun)}
    return [each for each in visits.reps_with_visits(session, days) if each not in known]


def start_due_days(session: Session, now: datetime) -> int:
    """Begin the day of each rep who has visits and for whom it is 06:00 or later: a part of the sweep.

    A day that fails is logged and tried again at the next sweep; the others begin.

    Returns:
        how many days began.
    """
    waiting = due_days(session, now)
    if not waiting or not bundles.is_deployed(session, PROCESS):
        return 0
    at_work = {
        person.id
        for person in people.people(session, ids={rep_id for rep_id, _day in waiting})
        if person.is_active and Role.REP.value in person.roles
    }
    count = 0
    for rep_id, day in waiting:
        if rep_id not in at_work:
            continue
        actor = people_service.actor_for(session, rep_id)
        local = now.astimezone(ZoneInfo(actor.time_zone))
        if local.date() != day or not BEGINS_AT <= local.time() < CLOSES_AT:
            continue
        try:
            with session.begin_nested():
                count += _start(session, actor, day, now=now)
        except Exception as error:  # noqa: BLE001 - one rep's day must not keep the others' from beginning
            # The type and the rep's id only: a message of the database quotes names.
            log.error("the day %s of rep %s does not begin: %s", day, rep_id, type(error).__name__)
    return count


def _start(session: Session, actor: Actor, day: date, *, now: datetime) -> bool:
    rep_id = actor.user_id
    assert rep_id is not None, "the system has no day"
    if session.get(RepDay, (rep_id, day)) is not None:
        return False
    close_at = datetime.combine(day, CLOSES_AT, ZoneInfo(actor.time_zone))
    row = RepDay(rep_id=rep_id, day=day, stops=[], started_at=now, close_at=close_at, digest={})
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError:
        return False  # another sweep, or the rep's own button, was faster
    rep = [user_principal(rep_id)]
    process_service.start_instance(
        session,
        actor,
        PROCESS,
        business_key=business_key(rep_id, day),
        title=f"{actor.name} {day.isoformat()}",
        data={
            "rep_id": str(rep_id),
            "title": f"{actor.name} {day.isoformat()}",
            "day": day.isoformat(),
            "who": actor.name,
            "rep": rep,
            "manager": [each for each in visit_service.managers_of(session, rep_id) if each not in rep],
            "close_at": close_at.isoformat(),
        },
        lanes={"Rep": rep},
        now=now,
    )
    return True


def proposal(
    session: Session, actor: Actor, day: date, order: Sequence[UUID] | None, *, now: datetime
) -> tuple[Planned, ...]:
    """Return the actor's visits of a day in an order, with the times that follow from it: a look, nothing is kept.

    Args:
        order: ids; None: the order that is kept, or the best one.
    """
    assert actor.user_id is not None, "the system has no day"
    rows = {row.id: row for row in _to_make(session, actor.user_id, day)}
    if order is None:
        found = session.get(RepDay, (actor.user_id, day))
        if found is None or not found.stops:
            return route.best_order(session, list(rows.values()), time_zone=actor.time_zone, now=now)
        order = [UUID(stop["visit"]) for stop in found.stops]
    chosen = [rows[key] for key in dict.fromkeys(order) if key in rows]
    chosen += [row for key, row in rows.items() if key not in set(order)]
    return route.in_order(session, chosen, time_zone=actor.time_zone, now=now)


def best(session: Session, actor: Actor, day: date, *, now: datetime) -> tuple[Planned, ...]:
    """Return the actor's visits of a day in the best order that is found: a look, nothing is kept."""
    assert actor.user_id is not None, "the system has no day"
    rows = _to_make(session, actor.user_id, day)
    return route.best_order(session, rows, time_zone=actor.time_zone, now=now)


def confirm_order(session: Session, actor: Actor, day: date, order: Sequence[UUID], *, now: datetime) -> None:
    """Confirm the order of the day, or change it later in the day; visits keep their planned times.

    Raises:
        NotFoundError: the day has not begun.
        ConflictError: the day is closed.
    """
    row = _open_day(session, actor, day)
    task = open_task(session, actor, day, "confirm_order")
    if task is None:
        keep_order(session, row, actor.time_zone, order, now=now)
        return
    values = {"order": [{"visit": str(key)} for key in order]}
    user_tasks.complete_user_task(session, actor, task.id, values, submission_id=None, now=now)


def close_day(session: Session, actor: Actor, day: date, *, note: str, now: datetime) -> None:
    """Close the actor's day, whether or not its order was confirmed.

    Raises:
        NotFoundError: the day has not begun.
        ConflictError: it is closed already.
    """
    row = _open_day(session, actor, day)
    if open_task(session, actor, day, "confirm_order") is not None:
        confirm_order(session, actor, day, [UUID(stop["visit"]) for stop in row.stops], now=now)
    task = open_task(session, actor, day, "close_day")
    if task is None:
        raise ConflictError("This day is closed.", code="day_closed")
    values = {"note": note} if note else {}
    user_tasks.complete_user_task(session, actor, task.id, values, submission_id=None, now=now)


def open_task(session: Session, actor: Actor, day: date, element_id: str) -> TaskRow | None:
    """Return an open user task of the actor's day, or None."""
    assert actor.user_id is not None, "the system has no day"
    key = business_key(actor.user_id, day)
    rows = process.my_open_tasks_of(session, actor, [key])[key]
    return next((row for row in rows if row.element_id == element_id), None)


def keep_order(session: Session, row: RepDay, time_zone: str, order: Sequence[UUID], *, now: datetime) -> None:
    """Store an order as confirmed."""
    rows = {each.id: each for each in _to_make(session, row.rep_id, row.day)}
    chosen = [rows[key] for key in dict.fromkeys(order) if key in rows]
    chosen += [each for key, each in rows.items() if key not in set(order)]
    store(row, route.in_order(session, chosen, time_zone=time_zone, now=now))
    row.confirmed_at = now


def store(row: RepDay, planned: Sequence[Planned]) -> None:
    """Write an order with its times into a day."""
    row.stops = [{"visit": str(each.visit.id), "begins": each.begins.isoformat()} for each in planned]
    row.route_m = route.length_m(planned)


def _to_make(session: Session, rep_id: UUID, day: date) -> list[visits.VisitRow]:
    return [row for row in visits.visits_of_day(session, rep_id, day) if not row.is_cancelled]


def _open_day(session: Session, actor: Actor, day: date) -> RepDay:
    row = session.get(RepDay, (actor.user_id, day), with_for_update=True)
    if row is None:
        raise NotFoundError("This day has not begun.", code="day_unknown")
    if row.closed_at is not None:
        raise ConflictError("This day is closed.", code="day_closed")
    return row
