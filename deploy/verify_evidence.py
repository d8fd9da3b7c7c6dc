"""Verify a file of check events: python3 verify_evidence.py FILE. Needs nothing but Python.

Line 1 is the header (count, where the chain begins, last hash, and a seal over them); each other line is the SHA-256 of
an event, a blank, and the event as JSON. Every event holds its number and the hash of the event before it.
"""

import hashlib
import json
import sys


def first_broken(content: bytes) -> tuple[int, str] | None:
    """Return the number of the first event that is not as it was written, with the reason; None if all are."""
    first, *rest = content.split(b"\n")
    header = json.loads(first)
    sealed = {name: value for name, value in header.items() if name not in ("seal", "mark")}
    plain = json.dumps(sealed, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    if header.get("seal") != hashlib.sha256(plain.encode()).hexdigest():
        return 0, "the header was changed"
    number, previous = header["after"], header["previous"]
    lines = [line for line in rest if line]
    for line in lines:
        number += 1
        digest, _, body = line.decode(errors="replace").partition(" ")
        if hashlib.sha256(body.encode()).hexdigest() != digest:
            return number, "it was changed"
        event = json.loads(body)
        if event["number"] != number or event["previous_hash"] != previous or event["user_id"] != header["user"]:
            return number, "it, or the one before it, was changed, removed or moved"
        previous = digest
    if len(lines) < header["count"]:
        return number + 1, "it and what follows is missing"
    if len(lines) > header["count"] or previous != header["last"]:
        return header["after"] + header["count"] + (len(lines) > header["count"]), "it is not what the header names"
    return None


if __name__ == "__main__":
    with open(sys.argv[1], "rb") as file:  # noqa: PTH123 - a script that stands alone
        found = first_broken(file.read())
    if found:
        print(f"BROKEN: event {found[0]}: {found[1]}.")  # noqa: T201
        sys.exit(1)
    print("OK: every event is as it was written.")  # noqa: T201
