"""Whatever is changed, left out, put in or moved in a person's check events is found."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from engine.evidence import rules

BEGUN = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


def chain(length: int = 5) -> list[dict[str, Any]]:
    events: list[dict[str, Any]] = []
    for number in range(1, length + 1):
        event: dict[str, Any] = {
            "user_id": UUID(int=1), "number": number, "visit_id": UUID(int=number), "kind": "in", "method": "position",
            "at": BEGUN + timedelta(hours=number), "position_hash": rules.position_hash("salt", 31.2, 121.4, 20),
            "facts": {"distance_m": number, "mock": False}, "grade": "A", "explanation": None,
            "previous_hash": events[-1]["hash"] if events else rules.GENESIS,
        }  # fmt: skip
        events.append({**event, "hash": rules.event_hash(event)})
    return events


def test_a_chain_as_it_was_written_is_whole() -> None:
    assert rules.first_broken(chain()) is None
    assert rules.first_broken([]) is None


CHANGES = {
    "user_id": UUID(int=2), "visit_id": UUID(int=9), "kind": "out", "method": "manual", "at": BEGUN, "grade": "C",
    "position_hash": None, "facts": {"distance_m": 0, "mock": False}, "explanation": "x", "hash": "0" * 64,
}  # fmt: skip


@pytest.mark.parametrize("name", CHANGES)
def test_a_changed_column_is_found(name: str) -> None:
    events = chain()
    events[2][name] = CHANGES[name]
    assert rules.first_broken(events) == 3


@pytest.mark.parametrize("name", sorted(set(CHANGES) - {"hash"}))
def test_a_changed_event_with_a_new_hash_breaks_the_next_one(name: str) -> None:
    events = chain()
    events[2][name] = CHANGES[name]
    events[2]["hash"] = rules.event_hash(events[2])
    assert rules.first_broken(events) == 4


def test_a_missing_a_doubled_and_a_moved_event_are_found() -> None:
    events = chain()
    assert rules.first_broken(events[:2] + events[3:]) == 3
    assert rules.first_broken(events[:3] + events[2:]) == 4
    assert rules.first_broken([events[1], events[0], *events[2:]]) == 1
    assert rules.first_broken(events[1:]) == 1


def test_every_column_that_is_stored_is_covered() -> None:
    from engine.evidence.tables import CheckEvent

    columns = {column.name for column in CheckEvent.__table__.columns}
    assert columns - set(rules.CHAINED) == {"id", "hash", "position_id"}


def test_a_position_cannot_be_guessed_without_its_salt() -> None:
    known = rules.position_hash("a", 31.2304, 121.4737, 20)
    assert known == rules.position_hash("a", 31.2304, 121.4737, 20)
    assert known != rules.position_hash("b", 31.2304, 121.4737, 20)
    assert known != rules.position_hash("a", 31.2304001, 121.4737, 20)
