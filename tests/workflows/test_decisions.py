"""The decision tables that ship, row by row."""

from datetime import UTC, datetime

import pytest

from engine.feel.decisions import decide
from engine.feel.expressions import Scope
from engine.process import bundles

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
MANUAL = {
    "method": "manual", "mock": False, "qr": False, "accuracy_m": None, "age_s": None, "distance_m": None,
    "radius_m": 200, "place_known": True, "impossible_speed": False,
}  # fmt: skip
FIX = {**MANUAL, "method": "position", "accuracy_m": 20, "age_s": 5, "distance_m": 35}


def ask(process: str, decision: str, variables: dict):
    bundle = bundles.build(bundles.factory_sources(process))
    scope = Scope(variables, bundle.model.variables, NOW, "Asia/Shanghai")
    return decide(bundle.decisions[decision], decision, scope)


A, B, C, ASKED, CONTRADICTION = (
    ("A", False, False), ("B", False, False), ("C", False, False), ("C", True, False), ("D", True, True),
)  # fmt: skip
QR = {**MANUAL, "method": "qr", "qr": True}
OUTSIDE = {**FIX, "distance_m": 900}

GRADES: list[tuple[str, dict, tuple[str, bool, bool]]] = [
    # PRODUCT.md, section 5, "Evidence grade (first hit)", row by row, with both sides of every boundary.
    ("a mock is a contradiction, whatever else", {**FIX, "mock": True}, CONTRADICTION),
    ("a mock with a code too", {**FIX, "mock": True, "qr": True, "method": "qr"}, CONTRADICTION),
    ("nobody moves that fast", {**FIX, "impossible_speed": True}, CONTRADICTION),
    (
        "nobody moves that fast, with a code too",
        {**FIX, "impossible_speed": True, "qr": True, "method": "qr"},
        CONTRADICTION,
    ),
    ("a code within the radius", {**QR, "distance_m": 200, "accuracy_m": 180, "age_s": 280}, A),
    ("a code a metre outside", {**QR, "distance_m": 201, "accuracy_m": 5, "age_s": 5}, B),
    ("a code alone", QR, B),
    ("a code at a place without a position", {**QR, "place_known": False, "accuracy_m": 5, "age_s": 5}, B),
    ("a code with an old fix far away", {**QR, "distance_m": 900, "accuracy_m": 500, "age_s": 900}, B),
    ("by hand", MANUAL, C),
    ("by hand, permission denied", {**MANUAL, "permission": "denied"}, C),
    ("by hand at a place without a position", {**MANUAL, "place_known": False}, C),
    ("no position of the place yet", {**FIX, "place_known": False, "distance_m": None}, C),
    (
        "no position of the place yet, an old fix",
        {**FIX, "place_known": False, "distance_m": None, "age_s": 900},
        C,
    ),
    ("a fix of 301 s", {**FIX, "age_s": 301}, ASKED),
    ("a fix of 300 s", {**FIX, "age_s": 300}, B),
    ("R6, a fix of 900 s on the spot", {**FIX, "age_s": 900, "distance_m": 0}, ASKED),
    ("accurate to 201 m", {**FIX, "accuracy_m": 201}, ASKED),
    ("accurate to 200 m", {**FIX, "accuracy_m": 200}, B),
    ("60 s, 50 m, on the radius", {**FIX, "age_s": 60, "accuracy_m": 50, "distance_m": 200}, A),
    ("R3", FIX, A),
    ("61 s", {**FIX, "age_s": 61}, B),
    ("51 m accurate", {**FIX, "accuracy_m": 51}, B),
    ("a metre outside, but perhaps inside", {**FIX, "distance_m": 201}, B),
    ("R4", {**FIX, "distance_m": 280, "accuracy_m": 150}, B),
    ("distance less accuracy is the radius", {**FIX, "distance_m": 220}, B),
    ("distance less accuracy is a metre more", {**FIX, "distance_m": 221}, ASKED),
    ("R5", OUTSIDE, ASKED),
    ("the smallest radius, on it", {**FIX, "radius_m": 30, "distance_m": 30}, A),
    ("the smallest radius, less accuracy", {**FIX, "radius_m": 30, "distance_m": 50}, B),
    ("the smallest radius, outside", {**FIX, "radius_m": 30, "distance_m": 51}, ASKED),
    ("the largest radius", {**FIX, "radius_m": 2000, "distance_m": 2000}, A),
    ("a position without a distance", {**FIX, "distance_m": None}, CONTRADICTION),
    ("a position without an accuracy", {**OUTSIDE, "accuracy_m": None}, CONTRADICTION),
]


@pytest.mark.parametrize(("facts", "expected"), [row[1:] for row in GRADES], ids=[row[0] for row in GRADES])
def test_evidence_grade(facts: dict, expected: tuple[str, bool, bool]) -> None:
    grade, explain, review = expected
    found = ask("visit", "evidence_grade", {"facts": facts})
    assert found == {"grade": grade, "explain": explain, "review": review}


def test_every_rule_of_the_grade_table_is_hit() -> None:
    """The table above leaves no row of the shipped decision out."""
    source = next(each for each in bundles.factory_sources("visit") if each.name.endswith("evidence_grade.dmn"))
    assert source.content.count(b"<rule ") == 12
    assert {expected for _name, _facts, expected in GRADES} == {A, B, C, ASKED, CONTRADICTION}


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


@pytest.mark.parametrize(
    ("eligible", "quantity", "cycle", "level"),
    [
        (True, 5, 5, "auto"),
        (True, 5, 10, "auto"),
        (True, 5, 11, "manager"),
        (True, 6, 6, "manager"),
        (True, 20, 20, "manager"),
        (True, 21, 21, "compliance"),
        (False, 1, 1, "reject"),
        (False, 30, 30, "reject"),
    ],
)
def test_sample_approval(eligible: bool, quantity: int, cycle: int, level: str) -> None:
    sample = {"eligible": eligible, "quantity": quantity, "cycle_quantity": cycle}
    assert ask("sample_drop", "sample_approval", {"sample": sample})["level"] == level


@pytest.mark.parametrize(
    ("criterion", "serious", "days"),
    [("none", False, 30), ("death", True, 1), ("hospitalisation", True, 15), ("important", True, 15)],
)
def test_seriousness(criterion: str, serious: bool, days: int) -> None:
    found = ask("adverse_event", "seriousness", {"intake": {"criterion": criterion}})
    assert found == {"serious": serious, "submit_within_days": days}
