"""Who is told of a comment on a request: the other side of the desk."""

from uuid import UUID

from sqlalchemy.orm import Session

from engine.access import Actor, Role, group_principal, user_principal
from engine.comments.audience import Audience
from engine.support.tables import SupportRequest


def of_request(session: Session, author: Actor, request_id: UUID, is_internal: bool) -> Audience:
    """Return the requester for what the desk writes, the queue for all else; internal words stay at the desk."""
    request = session.get_one(SupportRequest, request_id)
    to = [] if is_internal else [user_principal(request.requester_id)]
    if is_internal or not author.has(Role.OPS, Role.ADMIN):
        to.append(group_principal(request.queue or "support"))
    return Audience({"title": f"{request.number} {request.subject}"}, tuple(to))
