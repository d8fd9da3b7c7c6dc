"""Files for forms."""

from typing import Any

import marshmallow as ma
from flask_smorest.fields import Upload
from marshmallow import fields

from engine.attachments import service
from web import context
from web.api import schemas
from web.api.blueprint import ApiBlueprint
from web.security import policy
from web.transactions import transactional

blueprint = ApiBlueprint(
    "api_attachments", __name__, url_prefix="/api/v1/attachments", description="Photos and PDF for the fields of forms"
)


class NewAttachment(schemas.Strict):
    """The parts of an upload."""

    file = Upload(required=True)


class Attachment(ma.Schema):
    """A stored file; `file` is its SHA-256, by which values of forms name it."""

    file = fields.String(attribute="digest")
    name = fields.String()
    media_type = fields.String()
    size = fields.Integer()


@blueprint.route("", methods=["POST"])
@policy(by_token=True)
@blueprint.arguments(NewAttachment, location="files", content_type="multipart/form-data")
@blueprint.response(201, Attachment)
@blueprint.alt_response(413, schema=schemas.Problem)
@blueprint.alt_response(422, schema=schemas.Problem)
@transactional
def upload(parts: dict[str, Any]) -> Any:
    """Send a photo (JPEG, PNG, WebP) or a PDF; a form that is submitted names it by `file`.

    Photos are turned upright, made smaller and stored as JPEG without what tells where and with what they were taken.
    The same bytes again are the same file.
    """
    sent = parts["file"]
    clean = service.clean_upload(sent.read(), sent.filename or "")
    return service.store_upload(context.session(), context.actor(), context.app().files, clean, now=context.now())
