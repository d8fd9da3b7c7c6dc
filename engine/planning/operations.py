"""What the day's process may do: one function for each topic ``day.*``."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from engine.bpmn.step import BpmnError
from engine.people import service as people
from engine.planning import route, service
from engine.planning.tables import RepDay
from engine.process.topics import StepContext
from engine.support import queries as support
from engine.visits import queries as visits


def order(context: StepContext, _parameters: Mapping[str, Any]) -> Mapping[str, Any]:
    """Propose an order of the day's visits.

    Returns:
        stops: how many; late: how many of them cannot begin within their window.
    """
    row = _day(context)
    rep = people.actor_for(context.session, row.rep_id)
    planned = service.best(context.session, rep, row.day, now=context.now)
    service.store(row, planned)
    return {"stops": len(planned), "late": sum(each.late_min > 0 for each in planned)}


def confirm(context: StepContext, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
    """Keep the order that the rep confirmed; what is no visit of the day is left out.

    Args:
        context: of the step.
        parameters: order: rows with ``visit``, an id.
    """
    row = _day(context)
    chosen = [found for each in parameters.get("order") or [] if (found := _id(each.get("visit"))) is not None]
    rep = people.actor_for(context.session, row.rep_id)
    service.keep_order(context.session, row, rep.time_zone, chosen, now=context.event_at)
    return {}


def close(context: StepContext, _parameters: Mapping[str, Any]) -> Mapping[str, Any]:
    """Close the day and sum it up.

    Returns:
        the values of the digest: title, made, missed, open, promises, km (of the planned route, in straight lines),
        note.
    """
    row = _day(context)
    rows = [each for each in visits.visits_of_day(context.session, row.rep_id, row.day) if not each.is_cancelled]
    made = [each for each in rows if each.state in visits.MADE]
    missed = [each for each in rows if each.state not in visits.MADE and each.is_over]
    promised = support.of_visits(context.session, [each.id for each in rows]) if rows else {}
    rep = people.actor_for(context.session, row.rep_id)
    if row.confirmed_at is None:
        # Nobody confirmed an order, so the route is that of the planned times.
        row.route_m = route.length_m(route.in_order(context.session, rows, time_zone=rep.time_zone, now=row.started_at))
    closing = context.data.get("closing")
    row.closed_at = context.event_at
    row.digest = {
        "title": f"{rep.name} {row.day.isoformat()}",
        "made": len(made),
        "missed": len(missed),
        "open": len(rows) - len(made) - len(missed),
        "promises": sum(map(len, promised.values())),
        "km": f"{row.route_m / 1000:.1f}",
        "note": str(closing.get("note") or "") if isinstance(closing, dict) else "",
    }
    return row.digest


def _day(context: StepContext) -> RepDay:
    _kind, rep_id, day = context.business_key.split(":")
    row = context.session.get(RepDay, (UUID(rep_id), date.fromisoformat(day)))
    if row is None:
        raise BpmnError("day_unknown", "The day of this process does not exist.")
    return row


def _id(text: Any) -> UUID | None:
    try:
        return UUID(str(text))
    except ValueError:
        return None
