"""The page on which a rep confirms the order of the day or changes it, with and without scripts."""

from dataclasses import dataclass
from datetime import datetime
from functools import partial
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from engine.access import Actor
from engine.customers import queries as customers
from engine.planning import queries as planning
from engine.planning import route
from engine.planning import service as days
from engine.planning.route import Planned
from web.i18n import locale


@dataclass(frozen=True)
class Line:
    """A visit in the order of the day."""

    number: int
    name: str
    planned: Planned
    is_fixed: bool


@dataclass(frozen=True)
class OrderPage:
    """The order that is shown; ``order`` is what a button sends back."""

    lines: tuple[Line, ...]
    order: str
    route_m: int
    has_begun: bool
    is_closed: bool

    @property
    def late(self) -> int:
        """How many visits cannot begin within their window."""
        return sum(line.planned.late_min > 0 for line in self.lines)


def order_page(session: Session, actor: Actor, order: list[UUID] | None, *, is_best: bool, now: datetime) -> OrderPage:
    """Return the page for an order.

    Args:
        order: the visits as the reader has moved them; None: the order that is kept.
        is_best: the reader asks for the best order again.
    """
    day = now.astimezone(ZoneInfo(actor.time_zone)).date()
    assert actor.user_id is not None, "policies let people in"
    look = days.best if is_best else partial(days.proposal, order=order)
    planned = look(session, actor, day, now=now)
    kept = planning.day_of(session, actor.user_id, day)
    names = customers.by_id(session, [each.visit.customer_id for each in planned]) if planned else {}
    return OrderPage(
        lines=tuple(
            Line(number, names[each.visit.customer_id].label(locale()), each, not each.visit.is_ahead)
            for number, each in enumerate(planned, start=1)
        ),
        order=",".join(str(each.visit.id) for each in planned),
        route_m=route.length_m(planned),
        has_begun=kept is not None,
        is_closed=kept is not None and kept.closed_at is not None,
    )
