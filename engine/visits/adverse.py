"""Watch reports for adverse events: the flag that the rep set, or a word in what the rep wrote."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from engine.access import Actor
from engine.safety import rules, service
from engine.visits.tables import Visit, VisitReport


def watch(session: Session, actor: Actor, visit: Visit, *, now: datetime, happened_at: datetime | None = None) -> bool:
    """Open a case if the visit's report speaks of an adverse event; tells whether it does."""
    report = session.get_one(VisitReport, visit.id)
    found_by = sign_of(session, report.values, now=now)
    if not found_by:
        return False
    service.open_case(
        session,
        actor,
        visit_id=visit.id,
        customer_id=visit.customer_id,
        reporter_id=visit.rep_id,
        found_by=found_by,
        what_happened=str(report.values.get("adverse_event_text") or report.summary),
        happened_at=happened_at or now,
        now=now,
    )
    return True


def sign_of(session: Session, values: Mapping[str, Any], *, now: datetime) -> str:
    """Return what in a report speaks of an adverse event: the flag, a word, or nothing."""
    if values.get("adverse_event"):
        return rules.FLAG
    return service.find_word(session, " \n".join(texts_of(dict(values))), now=now)


def texts_of(value: Any) -> Iterator[str]:
    """Yield every text in the values of a form."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for each in value.values():
            yield from texts_of(each)
    elif isinstance(value, list):
        for each in value:
            yield from texts_of(each)
