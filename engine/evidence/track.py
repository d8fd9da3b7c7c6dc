"""The track of working time (PRODUCT.md, S4): opt-in, from the foreground only, refused outside working hours."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.access import Actor
from engine.calendar.company import company_calendar
from engine.calendar.rules import WorkingCalendar, is_working_time
from engine.connectors.maps.coordinates import to_wgs84
from engine.consent import rules as consent_rules
from engine.consent import service as consent
from engine.errors import ConflictError, FieldProblem, ForbiddenError, InvalidInputError, NotFoundError
from engine.evidence import looks
from engine.evidence.looks import offset_m
from engine.evidence.service import Reading
from engine.evidence.tables import TrackBatch, TrackPoint

MAX_POINTS = 500
GAP = timedelta(minutes=10)
"""A longer silence than this is shown as "no data"."""
LATEST = timedelta(hours=12)
"""A point is taken this long after it was read, for a phone that was without a signal."""
EARLY = timedelta(minutes=2)
"""How far ahead a phone's clock may be."""


@dataclass(frozen=True)
class Stored:
    """What became of a batch."""

    stored: int
    refused: int


@dataclass(frozen=True)
class Stretch:
    """A stretch of a day: with data, or silent; silence says nothing about the person."""

    begins: datetime
    ends: datetime
    has_data: bool


@dataclass(frozen=True)
class TrackDay:
    """A person's track of one local day.

    Args:
        lines: for each stretch with data its points, metres east and north of the first point of the day.
        stretches: in order, from the first working minute (or point) to now or the last one.
    """

    lines: tuple[tuple[tuple[float, float], ...], ...]
    stretches: tuple[Stretch, ...]


def record_batch(
    session: Session, actor: Actor, batch_id: UUID, readings: Sequence[Reading], *, now: datetime
) -> Stored:
    """Store the points of a batch that lie in working time; sending it again stores nothing and answers the same.

    Args:
        batch_id: minted by the phone.

    Raises:
        ForbiddenError: no consent to a track, or none of it lies in working time; nothing is stored.
        ConflictError: the id belongs to someone else's batch.
        InvalidInputError: not positions, or too many.
    """
    assert actor.user_id is not None, "the system has no position"
    state = consent.state(session, actor, consent_rules.TRACK)
    if state is None or not consent_rules.may_store_position(state, now=now):
        raise ForbiddenError("Your track is not recorded: you have not agreed to it.", code="no_consent")
    known = session.get(TrackBatch, batch_id)
    if known is not None:
        if known.user_id != actor.user_id:
            raise ConflictError("This id is in use.", code="id_in_use")
        return Stored(known.stored, known.refused)
    if not 0 < len(readings) <= MAX_POINTS or not all(reading.is_possible for reading in readings):
        raise InvalidInputError(errors={"points": [FieldProblem("This is not a position.", code="position_invalid")]})
    calendar = _calendar(session, actor.time_zone)
    begin = max(now - LATEST, state.given_at)
    taken = [
        reading
        for reading in readings
        if begin <= reading.fix_at <= now + EARLY and is_working_time(calendar, reading.fix_at)
    ]
    if not taken:
        raise ForbiddenError("Outside working time no track is recorded.", code="outside_working_time")
    batch = TrackBatch(
        id=batch_id,
        user_id=actor.user_id,
        received_at=now,
        stored=len(taken),
        refused=len(readings) - len(taken),
    )
    session.add(batch)
    session.flush()  # the points refer to it
    session.add_all(
        TrackPoint(
            batch_id=batch_id,
            user_id=actor.user_id,
            consent_id=state.id,
            at=reading.fix_at,
            latitude=reading.latitude,
            longitude=reading.longitude,
            accuracy_m=reading.accuracy_m,
            system=reading.system,
        )
        for reading in taken
    )
    return Stored(batch.stored, batch.refused)


def own_day(session: Session, actor: Actor, day: date, *, now: datetime) -> TrackDay:
    """Return the actor's own track of a local day: no look is recorded."""
    assert actor.user_id is not None, "the system has no track"
    return _day(session, actor.user_id, day, actor.time_zone, now)


def look_at_day(
    session: Session, actor: Actor, subject_id: UUID, day: date, *, purpose: str, now: datetime
) -> TrackDay:
    """Show a rep's track of a local day to the manager, after the look is written down.

    Raises:
        NotFoundError: nothing is stored of that day, or not for this actor.
        ForbiddenError: the person no longer agrees, or the actor has looked twenty times today.
        InvalidInputError: no such purpose.
    """
    found = _day(session, subject_id, day, actor.time_zone, now)
    if not found.lines:
        raise NotFoundError("No track is stored of this day.", code="no_track")
    looks.record_look(session, actor, subject_id, purpose=purpose, what=looks.TRACK, now=now)
    return found


def has_track(session: Session, user_id: UUID, day: date, time_zone: str) -> bool:
    """Tell whether any point of a person is stored of a local day."""
    begins, ends = _bounds(day, time_zone)
    query = select(TrackPoint.id).where(TrackPoint.user_id == user_id, TrackPoint.at >= begins, TrackPoint.at < ends)
    return session.scalar(query.limit(1)) is not None


def _day(session: Session, user_id: UUID, day: date, time_zone: str, now: datetime) -> TrackDay:
    begins, ends = _bounds(day, time_zone)
    rows = session.scalars(
        select(TrackPoint)
        .where(TrackPoint.user_id == user_id, TrackPoint.at >= begins, TrackPoint.at < ends)
        .order_by(TrackPoint.at)
    ).all()
    runs: list[list[TrackPoint]] = []
    for row in rows:
        if not runs or row.at - runs[-1][-1].at > GAP:
            runs.append([])
        runs[-1].append(row)
    middle = to_wgs84((rows[0].latitude, rows[0].longitude), rows[0].system) if rows else (0.0, 0.0)
    lines = tuple(
        tuple(offset_m(middle, to_wgs84((row.latitude, row.longitude), row.system)) for row in run) for run in runs
    )
    return TrackDay(
        lines, _stretches(_calendar(session, time_zone), day, [(run[0].at, run[-1].at) for run in runs], now)
    )


def _stretches(
    calendar: WorkingCalendar, day: date, runs: Sequence[tuple[datetime, datetime]], now: datetime
) -> tuple[Stretch, ...]:
    spans = calendar.spans_on(day)
    if not spans and not runs:
        return ()
    edges = [datetime.combine(day, edge, calendar.zone).astimezone(UTC) for span in spans for edge in span]
    at = min([*edges[:1], *(begin for begin, _end in runs[:1])])
    last = max([min([*edges[-1:], now]), *(end for _begin, end in runs[-1:])])
    found: list[Stretch] = []
    for begins, ends in runs:
        if begins - at > GAP:
            found.append(Stretch(at, begins, has_data=False))
        found.append(Stretch(begins, ends, has_data=True))
        at = ends
    if last - at > GAP:
        found.append(Stretch(at, last, has_data=False))
    return tuple(found)


def _calendar(session: Session, time_zone: str) -> WorkingCalendar:
    # The company's days and hours, in the zone where the person is.
    return replace(company_calendar(session), time_zone=time_zone)


def _bounds(day: date, time_zone: str) -> tuple[datetime, datetime]:
    zone = ZoneInfo(time_zone)
    return (
        datetime.combine(day, time(0), zone).astimezone(UTC),
        datetime.combine(day + timedelta(days=1), time(0), zone).astimezone(UTC),
    )
