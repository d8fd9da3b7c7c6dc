"""Who is told of a comment on a visit: its rep."""

from uuid import UUID

from sqlalchemy.orm import Session

from engine.access import Actor, user_principal
from engine.comments.audience import Audience
from engine.customers import queries as customers
from engine.visits.tables import Visit


def of_visit(session: Session, _author: Actor, visit_id: UUID, _is_internal: bool) -> Audience:
    """Return the rep of the visit."""
    visit = session.get_one(Visit, visit_id)
    customer = customers.by_id(session, [visit.customer_id])[visit.customer_id]
    titles = {"title": customer.label("zh"), "title_en": customer.label("en")}
    return Audience(titles, (user_principal(visit.rep_id),))
