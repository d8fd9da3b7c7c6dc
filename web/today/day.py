"""A rep's day: the visits in their order with the way between them, what is next and what is left over."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from engine.access import Actor
from engine.consent import rules as consent_rules
from engine.consent import service as consent
from engine.customers import queries as customers
from engine.planning import queries as planning
from engine.planning import service as days
from engine.process import queries as process
from engine.process.queries import TaskRow
from engine.support import queries as support
from engine.visits import queries as visits
from engine.visits.queries import MADE, VisitRow
from engine.visits.rules import task_rank
from engine.visits.service import business_key
from web.i18n import locale
from web.maps import RoutePoint, TileMap, distance_between, route_picture, tile_map

LATE_AFTER = timedelta(minutes=15)
"""As the process reminds: fifteen minutes after the planned start (PRODUCT.md, P1)."""


@dataclass(frozen=True)
class Stop:
    """One visit of the day.

    Args:
        number: from 1, as in the route picture.
        task: the open task of the visit that waits for the reader.
        way_m: metres in a straight line from the visit before; None for the first or where a position is missing.
        promises: open requests of the customer.
        begins: when it begins by the confirmed order.
        late_since: the planned start, where the reader should have checked in by now.
    """

    number: int
    visit: VisitRow
    name: str
    place: customers.PlaceRow | None
    purpose: str
    task: TaskRow | None
    way_m: float | None
    late_since: datetime | None
    is_made: bool
    is_over: bool
    promises: int = 0
    begins: datetime | None = None

    @property
    def is_off_plan(self) -> bool:
        """Whether by the confirmed order it begins outside of its window."""
        if self.begins is None or not self.visit.is_ahead:
            return False
        return not self.visit.planned_start <= self.begins <= self.visit.planned_end


@dataclass(frozen=True)
class Day:
    """What the page shows."""

    day: date
    stops: tuple[Stop, ...]
    next: Stop | None
    earlier: tuple[Stop, ...]
    drafts: tuple[Stop, ...]
    route: tuple[RoutePoint, ...]
    asks_location_mode: bool
    plan: planning.DayRow | None = None
    asks_order: bool = False
    may_start: bool = False
    tiles: TileMap | None = None

    @property
    def made(self) -> int:
        """How many are made."""
        return sum(stop.is_made for stop in self.stops)

    @property
    def total(self) -> int:
        """How many were to be made: cancelled ones do not count."""
        return sum(not stop.visit.is_cancelled for stop in self.stops)

    @property
    def unfinished(self) -> tuple[Stop, ...]:
        """What is still to be done, of today and of earlier days."""
        return tuple(stop for stop in (*self.stops, *self.earlier) if not stop.is_over and not stop.visit.is_cancelled)


def rep_day(session: Session, actor: Actor, day: date, *, now: datetime) -> Day:
    """Return the actor's day; the number of statements does not depend on the number of visits."""
    assert actor.user_id is not None, "the system has no day"
    plan = planning.day_of(session, actor.user_id, day)
    today = planning.in_confirmed_order(plan, visits.visits_of_day(session, actor.user_id, day))
    earlier = visits.unfinished_before(session, actor.user_id, day)
    drafts = visits.drafts_of(session, actor.user_id)
    every = (*today, *earlier, *drafts)
    draw = _Drawer(session, actor, every, now, plan)
    stops = draw.in_order(today)
    return Day(
        day=day,
        stops=stops,
        next=_next(stops),
        earlier=tuple(draw.stop(number, visit, None) for number, visit in enumerate(earlier, start=1)),
        drafts=tuple(draw.stop(number, visit, None) for number, visit in enumerate(drafts, start=1)),
        route=tuple(route_picture([(str(stop.number), stop.place) for stop in stops])),
        asks_location_mode=consent_rules.location_mode(consent.states(session, actor), now=now) is None,
        plan=plan,
        asks_order=plan is not None and plan.confirmed_at is None and plan.closed_at is None and len(today) > 1,
        may_start=plan is None and bool(today) and days.may_start(actor, now=now),
        tiles=tile_map([(str(stop.number), stop.name, stop.place) for stop in stops]),
    )


class _Drawer:
    def __init__(
        self, session: Session, actor: Actor, rows: tuple[VisitRow, ...], now: datetime, plan: planning.DayRow | None
    ) -> None:
        self.now = now
        keys = [business_key(row.id) for row in rows]
        self.customers = customers.by_id(session, [row.customer_id for row in rows]) if rows else {}
        self.places = customers.places_by_id(session, [row.place_id for row in rows if row.place_id]) if rows else {}
        self.tasks = process.my_open_tasks_of(session, actor, keys) if rows else {}
        self.promises = support.open_counts(session, [row.customer_id for row in rows]) if rows else {}
        self.begins = plan.begins if plan is not None and plan.confirmed_at is not None else {}
        self.purposes = {each.key: each.label(locale()) for each in visits.purposes(session)} if rows else {}

    def in_order(self, rows: tuple[VisitRow, ...]) -> tuple[Stop, ...]:
        stops: list[Stop] = []
        before: customers.PlaceRow | None = None
        for number, row in enumerate(rows, start=1):
            stop = self.stop(number, row, before)
            stops.append(stop)
            before = stop.place or before
        return tuple(stops)

    def stop(self, number: int, row: VisitRow, before: customers.PlaceRow | None) -> Stop:
        place = self.places.get(row.place_id) if row.place_id else None
        tasks = sorted(self.tasks[business_key(row.id)], key=lambda task: task_rank(task.element_id))
        return Stop(
            number=number,
            visit=row,
            name=self.customers[row.customer_id].label(locale()),
            place=place,
            purpose=self.purposes.get(row.purpose_key, row.purpose_key),
            task=tasks[0] if tasks else None,
            way_m=distance_between(before, place),
            late_since=row.planned_start if row.is_ahead and row.planned_start + LATE_AFTER < self.now else None,
            is_made=row.state in MADE,
            is_over=row.is_over,
            promises=self.promises.get(row.customer_id, 0),
            begins=self.begins.get(row.id),
        )


def _next(stops: tuple[Stop, ...]) -> Stop | None:
    # Where the rep is now comes before what is planned; then by time. One that waits for the manager is not next.
    there = [stop for stop in stops if stop.visit.is_there]
    due = [stop for stop in stops if not stop.is_over and stop.task is not None]
    planned = [stop for stop in stops if stop.visit.is_ahead]
    return next(iter(there or due or planned), None)
