"""The visit that stands in the way of a check-in: one visit is open at a time."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from engine.access import Actor
from engine.customers import queries as customers
from engine.ids import new_id
from engine.process import queries as process
from engine.process.queries import TaskRow
from engine.visits import presence
from engine.visits import queries as visits
from engine.visits.service import business_key
from web.i18n import locale


@dataclass(frozen=True)
class OpenVisit:
    """The visit that is still open.

    Args:
        check_out_id: its task, with which it is closed in one tap; None if it is not the reader's.
        submission_id: of that one tap, so that two taps close it once.
    """

    visit_id: UUID
    name: str
    check_out_id: UUID | None
    submission_id: UUID


def in_the_way(session: Session, actor: Actor, task: TaskRow) -> OpenVisit | None:
    """Return the visit that must be closed before this check-in, if any."""
    if task.form_key != presence.CHECK_IN_FORM or not task.is_open or not task.business_key.startswith("visit:"):
        return None
    visit = visits.visit_detail(session, actor, UUID(task.business_key.removeprefix("visit:"))).visit
    other_id = presence.open_elsewhere(session, visit.rep_id, visit.id)
    if other_id is None:
        return None
    other = visits.visit_detail(session, actor, other_id).visit
    key = business_key(other_id)
    tasks = process.my_open_tasks_of(session, actor, [key])[key]
    check_out = next((each.id for each in tasks if each.form_key == presence.CHECK_OUT_FORM), None)
    customer = customers.by_id(session, [other.customer_id])[other.customer_id]
    return OpenVisit(other_id, customer.label(locale()), check_out, new_id())
