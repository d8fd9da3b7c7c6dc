"""Uploads and their bytes, and the icon."""

from flask import Blueprint, Response, jsonify, request
from flask.typing import ResponseReturnValue

from engine.attachments import service as attachments
from engine.errors import FieldProblem, InvalidInputError
from web import context
from web.inbox import subject
from web.security import policy
from web.transactions import transactional

blueprint = Blueprint("files", __name__)

ICON = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24"><rect width="24" height="24" rx="6" fill="#0a6e6b"/>'
    '<g fill="none" stroke="#fff" stroke-width="1.7" stroke-linecap="round" stroke-linejoin="round">'
    '<path d="M12 19.5s5.8-5 5.8-9.6a5.8 5.8 0 0 0-11.6 0c0 4.6 5.8 9.6 5.8 9.6Z"/><path d="m9.6 10 1.8 1.8 3-3"/>'
    "</g></svg>"
)


@blueprint.post("/files")
@policy()
@transactional
def upload() -> ResponseReturnValue:
    """Take one file of a form; answers with its SHA-256."""
    sent = request.files.get("file")
    if sent is None:
        raise InvalidInputError(errors={"file": [FieldProblem("Choose a file.", code="required")]})
    clean = attachments.clean_upload(sent.read(), sent.filename or "")
    stored = attachments.store_upload(context.session(), context.actor(), context.app().files, clean, now=context.now())
    return jsonify(file=stored.digest, name=stored.name), 201


@blueprint.get("/files/<digest>")
@policy()
def download(digest: str) -> ResponseReturnValue:
    """Send a file's bytes to its owner, and to whoever may see what it was submitted with."""
    session, actor = context.session(), context.actor()
    found = attachments.find(session, actor, digest, sees=lambda key: subject.is_visible(session, actor, key))
    response = Response(context.app().files.get(found.digest), mimetype=found.media_type)
    response.headers["Cache-Control"] = "private, max-age=31536000, immutable"
    response.headers["Content-Disposition"] = "inline"
    return response


@blueprint.get("/icon.svg")
@policy(public=True)
def icon() -> ResponseReturnValue:
    """Send the product's icon."""
    response = Response(ICON, mimetype="image/svg+xml")
    response.headers["Cache-Control"] = "public, max-age=86400"
    return response
