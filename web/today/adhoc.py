"""A visit that nobody planned, from now: whom the rep most likely stands before, nearest first."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from engine.access import Actor
from engine.customers import queries as customers
from engine.visits import queries as visits
from engine.visits.queries import VisitRow
from web.i18n import locale
from web.maps import distance_between

RECENT = timedelta(days=60)
OFFERED = 12
KNOWN = 200


@dataclass(frozen=True)
class Choice:
    """A customer that is offered.

    Args:
        address: of its first place.
        way_m: metres in a straight line from the last place of today's visits; None where it is not known.
    """

    id: UUID
    name: str
    address: str
    way_m: float | None


def choices(session: Session, actor: Actor, day: VisitRow | None, *, search: str, now: datetime) -> list[Choice]:
    """Return customers of the actor, those near the last visit of today first, then the recently visited.

    The rep's own position is not asked for: the place of the last visit says where they are.

    Args:
        day: the last visit of today that has begun, if any.
        search: part of a name; all of them are searched then.
    """
    assert actor.user_id is not None, "the system visits nobody"
    found = customers.customers(session, actor, search=search, limit=KNOWN)
    places = customers.first_places(session, [row.id for row in found]) if found else {}
    here = customers.places_by_id(session, [day.place_id]).get(day.place_id) if day and day.place_id else None
    today = now.date()
    past = visits.team_visits(session, [actor.user_id], today - RECENT, today)
    seen = {row.customer_id: number for number, row in enumerate(past)}
    offered = [
        Choice(
            row.id,
            row.label(locale()),
            places[row.id].address if row.id in places else "",
            distance_between(here, places.get(row.id)),
        )
        for row in found
    ]
    far = float("inf")
    offered.sort(key=lambda each: (far if each.way_m is None else each.way_m, -seen.get(each.id, -1), each.name))
    return offered[:OFFERED]


def last_begun(rows: tuple[VisitRow, ...]) -> VisitRow | None:
    """Return the visit of the day that began last."""
    begun = [row for row in rows if row.checked_in_at is not None and row.place_id is not None]
    return max(begun, key=lambda row: row.checked_in_at or row.planned_start, default=None)
