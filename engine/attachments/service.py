"""Take uploads: sniffed, images re-encoded (no EXIF, at most 50 Mpx), stored by content.

A file is its owner's until a form is submitted with it. From then on it belongs to the object that the form is about as
well, and whoever may see the object may see the file. Nobody can submit a file that is neither theirs nor the object's
already: its SHA-256 alone opens nothing.
"""

import io
import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from PIL import Image, ImageOps
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.access import Actor
from engine.attachments.tables import Attachment, AttachmentUse
from engine.connectors.files import Files
from engine.errors import FieldProblem, InvalidInputError, NotFoundError

MAX_BYTES = 15_000_000
MAX_PIXELS = 50_000_000
MAX_SIDE = 2400
JPEG_QUALITY = 85
PDF_MAGIC = b"%PDF-"
FORMATS = ("JPEG", "PNG", "WEBP")
"""What Pillow may try: others of its readers start programs (EPS), or are hardly ever used and hardly ever tested."""

# Our own limit is stricter, and is checked before a pixel is read.
Image.MAX_IMAGE_PIXELS = None

log = logging.getLogger(__name__)


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
    target = io.BytesIO()
    _read_image(content).save(target, "JPEG", quality=JPEG_QUALITY)
    stem = name.rpartition(".")[0] or name
    return Upload(target.getvalue(), "image/jpeg", f"{stem}.jpg")


def _read_image(content: bytes) -> Image.Image:
    try:
        with Image.open(io.BytesIO(content), formats=FORMATS) as image:
            pixels = image.width * image.height
            upright = ImageOps.exif_transpose(image).convert("RGB") if pixels <= MAX_PIXELS else None
    except Exception as error:
        log.info("an upload could not be read: %s", type(error).__name__)
        raise refused_upload("Choose a photo (JPEG, PNG, WebP) or a PDF.", "file_kind") from error
    if upright is None:
        raise refused_upload("The photo has more than 50 million pixels.", "photo_too_large")
    upright.thumbnail((MAX_SIDE, MAX_SIDE))
    # Pillow would write comments and XMP again, which may say where the photo was taken.
    upright.info = {}
    return upright


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


def find(session: Session, actor: Actor, digest: str, *, sees: Callable[[str], bool]) -> Attachment:
    """Return an attachment of the actor's, or of an object that the actor may see.

    Args:
        sees: whether the actor may see the object of a business key.

    Raises:
        NotFoundError: no such attachment, or not one that the actor may see.
    """
    own = session.get(Attachment, (digest, actor.user_id)) if actor.user_id else None
    if own is not None:
        return own
    keys = session.scalars(select(AttachmentUse.business_key).where(AttachmentUse.digest == digest))
    if any(sees(key) for key in keys):
        found = session.scalar(select(Attachment).where(Attachment.digest == digest).order_by(Attachment.stored_at))
        if found is not None:
            return found
    raise NotFoundError("There is no such file.", code="file_unknown")


def attach(session: Session, actor: Actor, business_key: str, digests: Iterable[str]) -> tuple[str, ...]:
    """Note that files were submitted about an object; they are then to be seen by all who may see it.

    Returns:
        digests that are neither the actor's nor the object's already: nothing was noted, the caller refuses them.
    """
    wanted = tuple(dict.fromkeys(digests))
    if not wanted:
        return ()
    known = set(
        session.scalars(
            select(AttachmentUse.digest).where(
                AttachmentUse.business_key == business_key, AttachmentUse.digest.in_(wanted)
            )
        )
    )
    own = set(
        session.scalars(
            select(Attachment.digest).where(Attachment.owner_id == actor.user_id, Attachment.digest.in_(wanted))
        )
    )
    foreign = tuple(digest for digest in wanted if digest not in known | own)
    if not foreign:
        new = (digest for digest in wanted if digest not in known)
        session.add_all(AttachmentUse(digest=digest, business_key=business_key) for digest in new)
    return foreign


def refused_upload(template: str, code: str, **params: Any) -> InvalidInputError:
    """Return the error for a file that cannot be taken."""
    return InvalidInputError(template, errors={"file": [FieldProblem(template, code=code, **params)]}, **params)
