"""The stops of a rep's day as the solver takes them: windows, places, and minutes of travel."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from engine.connectors.maps.schematic import distance_m
from engine.customers import queries as customers
from engine.planning import rules
from engine.planning.rules import Point, Stop
from engine.visits.queries import VisitRow

DETOUR = 1.33
"""Roads against the straight line in China (Ballou, Rahardja and Sakai 2002, table 2); between cities it is less."""
SPEED_KMH = 25
"""Assumed mean speed by car in a big city by day."""
STOP_MINUTES = 5
"""Assumed minutes to park and to find the door."""
SERVICE_MINUTES = 30
"""Minutes that a visit takes, at least: a window that is longer leaves room for when it begins."""


@dataclass(frozen=True)
class Planned:
    """A visit in the order of the day.

    Args:
        begins: when it begins if everything goes as planned; aware.
        late_min: minutes after the last moment of its window.
        way_m: metres in a straight line from the stop before; None where a position is missing.
    """

    visit: VisitRow
    begins: datetime
    late_min: int
    way_m: float | None


def travel_minutes(one: Point | None, other: Point | None) -> float:
    """Return the minutes between two places; none where one is unknown or both are the same."""
    if one is None or other is None or one == other:
        return 0.0
    return STOP_MINUTES + distance_m(one, other) * DETOUR / (SPEED_KMH * 1000 / 60)


def best_order(session: Session, rows: Sequence[VisitRow], *, time_zone: str, now: datetime) -> tuple[Planned, ...]:
    """Return visits of one day in the best order: those that have begun first, in time order."""
    begun, ahead = _split(rows)
    day = _Day(session, [*begun, *ahead], time_zone, now)
    stops = day.stops(ahead)
    route = rules.order_stops(stops, travel_minutes, begin=day.begin, start=day.last_place(begun))
    return day.planned(begun, [ahead[number] for number in route.order])


def in_order(session: Session, rows: Sequence[VisitRow], *, time_zone: str, now: datetime) -> tuple[Planned, ...]:
    """Return visits of one day in the given order, with the times that follow from it."""
    begun, ahead = _split(rows)
    return _Day(session, [*begun, *ahead], time_zone, now).planned(begun, ahead)


def length_m(planned: Sequence[Planned]) -> int:
    """Return the metres of a route in straight lines."""
    return round(sum(each.way_m or 0 for each in planned))


def _split(rows: Sequence[VisitRow]) -> tuple[list[VisitRow], list[VisitRow]]:
    begun = sorted((row for row in rows if not row.is_ahead), key=lambda row: row.checked_in_at or row.planned_start)
    return begun, [row for row in rows if row.is_ahead]


class _Day:
    def __init__(self, session: Session, rows: Sequence[VisitRow], time_zone: str, now: datetime) -> None:
        zone = ZoneInfo(time_zone)
        first: date = min((row.local_date for row in rows), default=now.astimezone(zone).date())
        self._midnight = datetime.combine(first, time(0), zone)
        self.begin = max(0.0, self._minute(now))
        found = customers.places_by_id(session, [row.place_id for row in rows if row.place_id])
        self._places: dict[UUID, Point] = {}
        near: Point | None = None
        for row in sorted(rows, key=lambda row: row.planned_start):
            place = found.get(row.place_id) if row.place_id and row.channel == "face" else None
            if place is not None and place.position is not None:
                self._places[row.id] = near = place.position
            elif near is not None:
                # A call, or a place that nobody has pinned yet, happens where the rep is at that time.
                self._places[row.id] = near

    def stops(self, rows: Sequence[VisitRow]) -> list[Stop]:
        return [self._stop(row) for row in rows]

    def last_place(self, begun: Sequence[VisitRow]) -> Point | None:
        return next((self._places[row.id] for row in reversed(begun) if row.id in self._places), None)

    def planned(self, begun: Sequence[VisitRow], ahead: Sequence[VisitRow]) -> tuple[Planned, ...]:
        stops = self.stops(ahead)
        route = rules.route_as_given(stops, travel_minutes, begin=self.begin, start=self.last_place(begun))
        found: list[Planned] = []
        before: Point | None = None
        for row in begun:
            found.append(Planned(row, row.checked_in_at or row.planned_start, 0, self._way(before, row)))
            before = self._places.get(row.id, before)
        for row, stop, begins in zip(ahead, stops, route.begins, strict=True):
            late = max(0.0, begins - stop.latest) if stop.latest is not None else 0.0
            at = self._midnight + timedelta(minutes=round(begins))
            found.append(Planned(row, at, round(late), self._way(before, row)))
            before = self._places.get(row.id, before)
        return tuple(found)

    def _stop(self, row: VisitRow) -> Stop:
        earliest, end = self._minute(row.planned_start), self._minute(row.planned_end)
        service = min(SERVICE_MINUTES, end - earliest)
        return Stop(self._places.get(row.id), service, earliest, end - service)

    def _way(self, before: Point | None, row: VisitRow) -> float | None:
        place = self._places.get(row.id)
        return distance_m(before, place) if before is not None and place is not None else None

    def _minute(self, at: datetime) -> float:
        return (at - self._midnight).total_seconds() / 60
