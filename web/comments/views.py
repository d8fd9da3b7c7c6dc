"""Change an own comment, take it back, and find whom to mention."""

from uuid import UUID

from flask import Blueprint, flash, jsonify, redirect, request
from flask.typing import ResponseReturnValue

from engine.comments import audience
from engine.comments import service as comments
from engine.comments.service import CommentRow
from engine.errors import InvalidInputError, NotFoundError
from web import context
from web.comments import entries, writing
from web.i18n import explain
from web.i18n import translate as _
from web.inbox import subject
from web.security import policy
from web.support.handling import is_back_office
from web.transactions import transactional

blueprint = Blueprint("comments", __name__)
blueprint.app_template_global("timeline_shown")(entries.shown)


@blueprint.get("/comments/people")
@policy()
def people() -> ResponseReturnValue:
    """Name people who may see an object and whose name fits what was typed after an @."""
    session, actor, key = context.session(), context.actor(), request.args.get("about", "")
    if not subject.is_visible(session, actor, key):
        raise NotFoundError("There is no such comment.", code="comment_unknown")
    sees = writing.seers(key, is_internal=request.args.get("internal") == "1")
    found = comments.suggestions(session, actor, request.args.get("q", "")[:40], sees=sees)
    return jsonify(people=[{"name": each.name, "login": each.login} for each in found])


@blueprint.post("/comments/<uuid:comment_id>/edit")
@policy()
@transactional
def edit(comment_id: UUID) -> ResponseReturnValue:
    """Change the words of an own comment."""
    session, actor, text = context.session(), context.actor(), request.form.get("text", "")
    found = visible(comment_id)
    try:
        sees = writing.seers(found.business_key, is_internal=found.is_internal)
        mentions = comments.mentions_in(session, actor, text, sees=sees)
        new = comments.edit_comment(session, actor, comment_id, text, mentions=mentions, now=context.now())
    except InvalidInputError as error:
        flash(explain(error.errors["text"][0]), "danger")
        return _back(found)
    audience.tell(session, actor, found, mentions=new, is_new=False, now=context.now())
    flash(_("The comment is changed."), "success")
    return _back(found)


@blueprint.post("/comments/<uuid:comment_id>/delete")
@policy()
@transactional
def delete(comment_id: UUID) -> ResponseReturnValue:
    """Take an own comment back."""
    found = visible(comment_id)
    comments.delete_comment(context.session(), context.actor(), comment_id, now=context.now())
    flash(_("The comment is deleted."), "success")
    return _back(found)


def visible(comment_id: UUID) -> CommentRow:
    """Return a comment that the actor may see.

    Raises:
        NotFoundError: no such comment, or not the actor's to see.
    """
    session, actor = context.session(), context.actor()
    found = comments.comment(session, comment_id)
    hidden = found.is_internal and not is_back_office(actor)
    if hidden or not subject.is_visible(session, actor, found.business_key):
        raise NotFoundError("There is no such comment.", code="comment_unknown")
    return found


def _back(found: CommentRow) -> ResponseReturnValue:
    return redirect(f"{subject.address_of(found.business_key)}#timeline")
