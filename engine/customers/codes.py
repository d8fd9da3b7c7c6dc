"""The code that hangs at a place: signed with the place's secret, to be scanned or typed. Plain functions, no I/O."""

import base64
import hashlib
import hmac
from dataclasses import dataclass
from uuid import UUID

PREFIX = "FIELDFLOW1"
SHORT_LENGTH = 8
"""Letters that a person types: 40 bits, at a server that knows which place it must be."""


@dataclass(frozen=True)
class PlaceCode:
    """What is printed: the payload of the picture, and the short code beneath it, in two groups of four."""

    payload: str
    short: str


def code_of(place_id: UUID, secret: str) -> PlaceCode:
    """Return the code of a place: HMAC-SHA-256 over its id, in Base32 (only letters and digits that QR packs well)."""
    signature = _signature(place_id, secret)
    short = signature[:SHORT_LENGTH]
    return PlaceCode(f"{PREFIX}:{place_id.hex.upper()}:{signature[:26]}", f"{short[:4]} {short[4:]}")


def matches(text: str, place_id: UUID, secret: str) -> bool:
    """Tell whether a text is the whole code or the short one; blanks, hyphens and the case do not matter."""
    given = "".join(text.upper().replace("-", "").split())
    code = code_of(place_id, secret)
    wanted = (code.payload, code.short.replace(" ", ""))
    # Both are compared whatever the first says, in constant time.
    return any([hmac.compare_digest(given.encode(), each.encode()) for each in wanted])


def _signature(place_id: UUID, secret: str) -> str:
    digest = hmac.new(bytes.fromhex(secret), place_id.bytes, hashlib.sha256).digest()
    return base64.b32encode(digest).decode().rstrip("=")
