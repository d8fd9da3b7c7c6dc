"""A comment on a visit, and telling its rep."""

from uuid import UUID

from sqlalchemy.orm import Session

from engine.access import Actor, user_principal
from engine.attachments.service import Upload
from engine.outbox import service as outbox
from engine.visits import queries as visits
from engine.visits.service import business_key
from web import context
from web.comments import writing


def write_comment(session: Session, actor: Actor, visit_id: UUID, files: list[Upload]) -> None:
    """Add the comment that was typed; needs a transaction.

    Raises:
        NotFoundError: no such visit, or not the actor's.
        InvalidInputError: empty, too long, or somebody mentioned may not see it.
    """
    visit = visits.visit_detail(session, actor, visit_id).visit
    key = business_key(visit_id)
    written = writing.write(key, files)
    if visit.rep_id == actor.user_id or visit.rep_id in written.mentions:
        return
    payload = {
        "to": [user_principal(visit.rep_id)],
        "template": "comment",
        "values": {"who": actor.name, **writing.titles_of(key)},
        "business_key": key,
    }
    outbox.emit(session, "notify.send", payload, key=f"comment:{written.id}", now=context.now(), lane=outbox.USER_LANE)
