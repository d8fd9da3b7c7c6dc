"""A comment on a visit, and telling its rep."""

from uuid import UUID

from sqlalchemy.orm import Session

from engine.access import Actor
from engine.attachments.service import Upload
from engine.visits import queries as visits
from engine.visits.service import business_key
from web.comments import writing


def write_comment(session: Session, actor: Actor, visit_id: UUID, files: list[Upload]) -> None:
    """Add the comment that was typed; needs a transaction.

    Raises:
        NotFoundError: no such visit, or not the actor's.
        InvalidInputError: empty, too long, or somebody mentioned may not see it.
    """
    visits.visit_detail(session, actor, visit_id)
    writing.write(business_key(visit_id), files)
