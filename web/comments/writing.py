"""Write a comment with its mentions and files, on whatever object."""

from flask import request

from engine.access import Actor
from engine.attachments import service as attachments
from engine.attachments.service import Upload
from engine.comments import audience
from engine.comments import service as comments
from engine.comments.service import CommentRow, Sees
from engine.errors import FieldProblem, InvalidInputError
from web import context
from web.inbox import subject
from web.support.handling import is_back_office

MAX_FILES = 5


def uploads() -> list[Upload]:
    """Return the files of the request, cleaned; call it before the transaction, for it takes its time.

    Raises:
        InvalidInputError: too many, or one that cannot be taken.
    """
    sent = [each for each in request.files.getlist("files") if each.filename]
    if len(sent) > MAX_FILES:
        problem = FieldProblem("Add at most {max} files.", code="too_many", max=MAX_FILES)
        raise InvalidInputError(errors={"files": [problem]})
    try:
        return [attachments.clean_upload(each.read(), each.filename or "") for each in sent]
    except InvalidInputError as error:
        raise InvalidInputError(errors={"files": error.errors["file"]}) from error


def seers(business_key: str, *, is_internal: bool) -> Sees:
    """Return who may see a comment on an object."""
    session = context.session()

    def sees(person: Actor) -> bool:
        return (is_back_office(person) or not is_internal) and subject.is_visible(session, person, business_key)

    return sees


def write(business_key: str, files: list[Upload], *, is_internal: bool = False) -> CommentRow:
    """Add the comment that was typed, and tell those whom it mentions or concerns; needs a transaction.

    Raises:
        InvalidInputError: empty, too long, or somebody mentioned may not see it.
    """
    session, actor, text = context.session(), context.actor(), request.form.get("text", "")
    mentions = comments.mentions_in(session, actor, text, sees=seers(business_key, is_internal=is_internal))
    stored = [
        attachments.store_upload(session, actor, context.app().files, each, now=context.now()).digest for each in files
    ]
    comment_id = comments.write_comment(
        session, actor, business_key, text, is_internal=is_internal, mentions=mentions, files=stored, now=context.now()
    )
    session.flush()  # the files' owner is read from their rows
    attachments.attach(session, actor, comments.attachment_key(comment_id), stored)
    found = comments.comment(session, comment_id)
    audience.tell(session, actor, found, mentions=mentions, is_new=True, now=context.now())
    return found
