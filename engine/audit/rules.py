"""What the hashes of the audit cover."""

import hashlib
from collections.abc import Mapping
from typing import Any

import orjson

FIRST = "0" * 64
"""The hash before the first event."""


def content_hash(salt: str, before: Mapping[str, Any] | None, after: Mapping[str, Any] | None) -> str:
    """Return what stands for the content of an event in the chain; nobody can guess a content from it."""
    text = orjson.dumps([salt, before, after], option=orjson.OPT_SORT_KEYS | orjson.OPT_NON_STR_KEYS)
    return hashlib.sha256(text).hexdigest()


def event_hash(previous: str, number: int, parts: Mapping[str, str | None]) -> str:
    """Return the hash of an event: of the one before it, of its number, and of all that may never change of it."""
    text = orjson.dumps([previous, number, dict(parts)], option=orjson.OPT_SORT_KEYS)
    return hashlib.sha256(text).hexdigest()
