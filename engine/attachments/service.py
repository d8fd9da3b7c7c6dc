"""Take uploads: sniffed, images re-encoded (no EXIF, at most 50 Mpx), stored by content."""

import io
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from PIL import Image, ImageOps, UnidentifiedImageError
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.access import Actor
from engine.attachments.tables import Attachment
from engine.connectors.files import Files
from engine.errors import FieldProblem, InvalidInputError, NotFoundError

MAX_BYTES = 15_000_000
MAX_PIXELS = 50_000_000
MAX_SIDE = 2400
JPEG_QUALITY = 85
PDF_MAGIC = b"%PDF-"


@dataclass(frozen=True)
class Upload:
    """Clean bytes, ready to be stored."""

    content: bytes
    media_type: str
    name: str


def clean_upload(content: bytes, name: str) -> Upload:
    """Return the bytes to store: images re-encoded as JPEG without metadata, PDF as it is.

    Raises:
        refused_upload: (an ``InvalidInputError``) too large, or neither an image nor a PDF.
    """
    if len(content) > MAX_BYTES:
        raise refused_upload("Choose a file of at most {max} MB.", "file_too_large", max=MAX_BYTES // 1_000_000)
    name = "".join(letter for letter in name if letter.isprintable() and letter not in '/\\"<>')[:120] or "file"
    if content.startswith(PDF_MAGIC):
        return Upload(content, "application/pdf", name)
    try:
        with Image.open(io.BytesIO(content)) as image:
            if image.width * image.height > MAX_PIXELS:
                raise refused_upload("The photo has more than 50 million pixels.", "photo_too_large")
            upright = ImageOps.exif_transpose(image).convert("RGB")
    except (UnidentifiedImageError, OSError, Image.DecompressionBombError, ValueError) as error:
        raise refused_upload("Choose a photo (JPEG, PNG, WebP) or a PDF.", "file_kind") from error
    upright.thumbnail((MAX_SIDE, MAX_SIDE))
    target = io.BytesIO()
    upright.save(target, "JPEG", quality=JPEG_QUALITY)
    return Upload(target.getvalue(), "image/jpeg", f"{name.rpartition('.')[0] or name}.jpg")


def store_upload(session: Session, actor: Actor, files: Files, upload: Upload, *, now: datetime) -> Attachment:
    """Store clean bytes for the actor; the same bytes again are the same attachment."""
    assert actor.user_id is not None, "the system uploads nothing"
    digest = files.put(upload.content)
    known = session.get(Attachment, (digest, actor.user_id))
    if known is not None:
        return known
    attachment = Attachment(
        digest=digest,
        owner_id=actor.user_id,
        media_type=upload.media_type,
        name=upload.name,
        size=len(upload.content),
        stored_at=now,
    )
    session.add(attachment)
    return attachment


def find(session: Session, digest: str) -> Attachment:
    """Return an attachment by its digest. The digest is unguessable and is only shown to those who see the object.

    Raises:
        NotFoundError: no such attachment.
    """
    found = session.scalar(select(Attachment).where(Attachment.digest == digest).limit(1))
    if found is None:
        raise NotFoundError("There is no such file.", code="file_unknown")
    return found


def refused_upload(template: str, code: str, **params: Any) -> InvalidInputError:
    """Return the error for a file that cannot be taken."""
    return InvalidInputError(template, errors={"file": [FieldProblem(template, code=code, **params)]}, **params)
