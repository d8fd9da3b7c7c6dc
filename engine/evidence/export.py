"""A person's check events as a file that anyone can verify without this installation.

The first line is the header: whose events, how many, where they begin, the last hash, and a seal over all of that, so
that a cut-off end is found too. Each line after it is one event: its SHA-256, a blank, and the canonical JSON that was
hashed. ``deploy/verify_evidence.py`` reads the same with nothing but Python's standard library.
"""

import hashlib
import hmac
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from engine.errors import InvalidInputError
from engine.evidence import rules
from engine.evidence.queries import Chain

FORMAT = "fieldflow-evidence/1"


@dataclass(frozen=True)
class Verdict:
    """What became of verifying a file.

    Args:
        count: events that the header names.
        broken: the number of the first event that is changed, missing or out of order; 0 the header; None if whole.
        is_ours: the header bears the mark of the key it was checked with; None if it was checked without one.
    """

    count: int
    broken: int | None
    is_ours: bool | None


def lines(chain: Chain, *, key: bytes, now: datetime) -> Iterator[bytes]:
    """Yield the lines of a file.

    Args:
        key: of the installation; its mark says that the header comes from here.
    """
    yield orjson.dumps(_header(chain, key=key, now=now), option=orjson.OPT_SORT_KEYS) + b"\n"
    for event in chain.events:
        yield event["hash"].encode() + b" " + rules.canonical(event) + b"\n"


def verify(content: bytes, *, key: bytes | None = None) -> Verdict:
    """Verify a file.

    Raises:
        InvalidInputError: it is no such file.
    """
    first, *rest = content.split(b"\n")
    try:
        header = orjson.loads(first)
        count, after, previous = int(header["count"]), int(header["after"]), str(header["previous"])
    except (ValueError, KeyError, TypeError) as error:
        raise InvalidInputError("This is no file of check events.", code="not_evidence") from error
    sealed = {name: value for name, value in header.items() if name not in {"seal", "mark"}}
    is_ours = None if key is None else hmac.compare_digest(_mark(sealed, key), str(header.get("mark")))
    if header.get("format") != FORMAT or header.get("seal") != _seal(sealed):
        return Verdict(count, 0, is_ours)
    events = [line for line in rest if line]
    for number, line in enumerate(events, start=after + 1):
        digest, _blank, body = line.decode(errors="replace").partition(" ")
        if hashlib.sha256(body.encode()).hexdigest() != digest or not _follows(body, number, previous, header["user"]):
            return Verdict(count, number, is_ours)
        previous = digest
    if len(events) != count or previous != header["last"]:
        return Verdict(count, after + min(len(events), count) + (len(events) != count), is_ours)
    return Verdict(count, None, is_ours)


def _follows(body: str, number: int, previous: str, user: str) -> bool:
    event = orjson.loads(body)
    return bool(event["number"] == number and event["previous_hash"] == previous and event["user_id"] == user)


def _header(chain: Chain, *, key: bytes, now: datetime) -> dict[str, Any]:
    sealed = {
        "format": FORMAT,
        "user": str(chain.user_id),
        "count": len(chain.events),
        "after": chain.after,
        "previous": chain.previous,
        "last": chain.events[-1]["hash"] if chain.events else chain.previous,
        "exported_at": now.isoformat(),
    }
    return {**sealed, "seal": _seal(sealed), "mark": _mark(sealed, key)}


def _seal(sealed: Mapping[str, Any]) -> str:
    return hashlib.sha256(orjson.dumps(sealed, option=orjson.OPT_SORT_KEYS)).hexdigest()


def _mark(sealed: Mapping[str, Any], key: bytes) -> str:
    return hmac.new(key, orjson.dumps(sealed, option=orjson.OPT_SORT_KEYS), hashlib.sha256).hexdigest()
