"""An export verifies as it was written, and whatever is done to it is named: by our code and by the script alike."""

import importlib.util
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import ModuleType
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as some

from engine.errors import InvalidInputError
from engine.evidence import export
from engine.evidence.queries import Chain
from tests.unit.test_evidence_chain import chain

KEY = b"k" * 32
NOW = datetime(2026, 3, 9, tzinfo=UTC)
SCRIPT = Path(__file__).resolve().parents[2] / "deploy" / "verify_evidence.py"
COUNT = 7


def load_script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("verify_evidence", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


script = load_script()


def exported(count: int = COUNT, after: int = 0) -> bytes:
    events = chain(count)[after:]
    previous = events[0]["previous_hash"] if events else "0" * 64
    return b"".join(export.lines(Chain(UUID(int=1), after, previous, events), key=KEY, now=NOW))


def broken(content: bytes) -> int | None:
    """Return what both verifiers name; they must agree."""
    ours = export.verify(content, key=KEY).broken
    found = script.first_broken(content)
    assert ours == (found[0] if found else None)
    return ours


@pytest.mark.parametrize(("count", "after"), [(0, 0), (1, 0), (COUNT, 0), (COUNT, 3)])
def test_an_export_is_whole(count: int, after: int) -> None:
    content = exported(count, after)
    assert broken(content) is None
    assert export.verify(content, key=KEY).is_ours
    assert export.verify(content, key=b"another").is_ours is False


def test_the_script_is_short_and_needs_nothing() -> None:
    lines = SCRIPT.read_text("utf-8").splitlines()
    assert len(lines) <= 60
    imported = {line.split()[1] for line in lines if line.startswith(("import ", "from "))}
    assert imported == {"hashlib", "json", "sys"}


events = some.integers(min_value=1, max_value=COUNT)


@given(events, some.data())
def test_a_changed_letter_is_named(number: int, data: some.DataObject) -> None:
    lines = exported().split(b"\n")
    at = data.draw(some.integers(min_value=0, max_value=len(lines[number]) - 1))
    letter = data.draw(some.integers(min_value=33, max_value=126).filter(lambda each: each != lines[number][at]))
    lines[number] = lines[number][:at] + bytes([letter]) + lines[number][at + 1 :]
    assert broken(b"\n".join(lines)) == number


@given(events)
def test_a_removed_event_is_named(number: int) -> None:
    lines = exported().split(b"\n")
    del lines[number]
    assert broken(b"\n".join(lines)) == number


@given(events, events)
def test_moved_events_are_named(one: int, other: int) -> None:
    lines = exported().split(b"\n")
    lines[one], lines[other] = lines[other], lines[one]
    assert broken(b"\n".join(lines)) == (None if one == other else min(one, other))


@given(events)
def test_a_cut_off_end_is_named(number: int) -> None:
    lines = exported().split(b"\n")[:number]
    assert broken(b"\n".join(lines)) == number


@given(events)
def test_a_doubled_event_is_named(number: int) -> None:
    lines = exported().split(b"\n")
    lines.insert(number, lines[number])
    assert broken(b"\n".join(lines)) == number + 1


@given(some.sampled_from(["count", "last", "after", "previous", "user", "exported_at", "format"]))
def test_a_changed_header_is_named(name: str) -> None:
    first, _newline, rest = exported().partition(b"\n")
    changed = first.replace(f'"{name}":'.encode(), f'"{name}":1'.encode() if name in {"count", "after"} else b'"x":')
    if name in {"count", "after"}:
        assert broken(changed + b"\n" + rest) == 0
    else:
        sealed = first.replace(b"2026-03-09", b"2026-03-10")
        assert broken(sealed + b"\n" + rest) == 0


@given(events)
def test_an_event_that_was_hashed_anew_breaks_the_next_one(number: int) -> None:
    """Someone who changes an event and its hash must change all that follow, and the header."""
    rows = chain(COUNT)
    from engine.evidence import rules

    rows[number - 1]["at"] += timedelta(minutes=5)
    rows[number - 1]["hash"] = rules.event_hash(rows[number - 1])
    lines = exported().split(b"\n")
    lines[number] = rows[number - 1]["hash"].encode() + b" " + rules.canonical(rows[number - 1])
    assert broken(b"\n".join(lines)) == (number + 1 if number < COUNT else number)


@pytest.mark.parametrize("content", [b"", b"hello", b"{}\n", b"[1]\n"])
def test_another_file_is_refused(content: bytes) -> None:
    with pytest.raises(InvalidInputError):
        export.verify(content)
