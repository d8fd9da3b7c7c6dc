"""The decision tables that ship, row by row."""

from datetime import UTC, datetime

import pytest

from engine.feel.decisions import decide
from engine.feel.expressions import Scope
from engine.process import bundles

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
MANUAL = {
    "method": "manual", "mock": False, "qr": False, "accuracy_m": None, "age_s": None, "distance_m": None,
    "radius_m": 200, "place_known": True,
}  # fmt: skip
FIX = {**MANUAL, "method": "position", "accuracy_m": 20, "age_s": 5, "distance_m": 35}


def ask(process: str, decision: str, variables: dict):
    bundle = bundles.build(bundles.factory_sources(process))
    scope = Scope(variables, bundle.model.variables, NOW, "Asia/Shanghai")
    return decide(bundle.decisions[decision], decision, scope)


@pytest.mark.parametrize(
    ("facts", "grade", "explain", "review"),
    [
        (FIX, "A", False, False),
        ({**FIX, "age_s": 60, "accuracy_m": 50, "distance_m": 200}, "A", False, False),
        ({**FIX, "age_s": 61}, "B", False, False),
        ({**FIX, "accuracy_m": 51}, "B", False, False),
        ({**FIX, "distance_m": 280, "accuracy_m": 150}, "B", False, False),
        ({**FIX, "distance_m": 221}, "C", True, False),
        ({**FIX, "distance_m": 220}, "B", False, False),
        ({**FIX, "age_s": 301}, "C", True, False),
        ({**FIX, "accuracy_m": 201}, "C", True, False),
        ({**FIX, "place_known": False, "distance_m": None}, "C", False, False),
        ({**FIX, "mock": True}, "D", True, True),
        (MANUAL, "C", False, False),
        ({**MANUAL, "place_known": False}, "C", False, False),
        ({**FIX, "qr": True}, "A", False, False),
        ({**FIX, "qr": True, "distance_m": 900}, "B", False, False),
        ({**MANUAL, "qr": True}, "B", False, False),
    ],
)
def test_evidence_grade(facts: dict, grade: str, explain: bool, review: bool) -> None:
    expected = {"grade": grade, "explain": explain, "review": review}
    assert ask("visit", "evidence_grade", {"facts": facts}) == expected


@pytest.mark.parametrize(
    ("type_", "priority", "queue", "first", "resolve"),
    [
        ("technical", "P1", "technical", 60, 240),
        ("technical", "P2", "technical", 240, 480),
        ("technical", "P3", "technical", 480, 1440),
        ("technical", "P4", "technical", 960, 2400),
        ("sample", "P1", "samples", 60, 240),
        ("sample", "P4", "samples", 480, 1440),
        ("quotation", "P3", "quotations", 240, 960),
        ("quotation", "P2", "quotations", 240, 480),
        ("material", "P3", "samples", 480, 1440),
        ("material", "P4", "samples", 480, 2400),
        ("other", "P4", "support", 960, 2400),
    ],
)
def test_support_routing_takes_the_earlier_deadline(
    type_: str, priority: str, queue: str, first: int, resolve: int
) -> None:
    found = ask("support_request", "support_routing", {"type": type_, "priority": priority})
    assert found == {"queue": queue, "first_response_minutes": first, "resolve_minutes": resolve}


@pytest.mark.parametrize(
    ("percent", "level"),
    [(0, "auto"), (5, "auto"), (5.01, "manager"), (15, "manager"), (15.5, "director"), (None, "auto")],
)
def test_discount(percent: float | None, level: str) -> None:
    assert ask("support_request", "discount", {"handling": {"max_discount_percent": percent}}) == level
