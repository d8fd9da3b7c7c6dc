"""What the editor's panel offers for what is typed before the caret."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.unit.forms.node_tests import run_node

SCRIPT = Path(__file__).parent / "completion.mjs"
GROUP = {"name": "handling", "type": "context"}
MINUTES = {"name": "handling.minutes_spent", "type": "number"}
KNOWN = {
    "wanted": "boolean",
    "variables": {"reason": "text", "order": "context", "order.count": "number", "is_late": "boolean"},
    "given": [
        ["handling", {"type": "context", "label": "", "titles": [], "declares": [GROUP]}],
        [
            MINUTES["name"],
            {
                "type": "number",
                "label": "用时（分钟）",
                "titles": ["用时（分钟）", "Time spent (minutes)"],
                "declares": [GROUP, MINUTES],
            },
        ],
        ["order.note", {"type": "text", "label": "", "titles": [], "declares": [{"name": "order", "type": "context"}]}],
    ],
    "functions": [
        {"name": name, "parameters": ["list"], "type": "any"}
        for name in ("count", "is defined", "min", "replace", "remove")
    ],
    "choices": [{"value": "high", "label": "紧急"}],
}  # fmt: skip


def offered(typed: str, **more: Any) -> Any:
    [found] = json.loads(run_node(str(SCRIPT), given=json.dumps({**KNOWN, **more, "typed": [typed]})))
    return found


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("min", ["|handling.minutes_spent", "|min("]),
        ("x + spent", ["x + |handling.minutes_spent"]),
        ("分钟", ["|handling.minutes_spent"]),
        ("time sp", ["|handling.minutes_spent"]),
        ("handling.用", ["|handling.minutes_spent"]),
        ("count", ["|order.count", "|count("]),
        ("re", ["|reason", "|replace(", "|remove("]),
        ("is d", ["|is defined("]),
        ("order.", ["|order.count", "|order.note"]),
        ('x = "紧', ['x = |"high"']),
        ('x = "re', []),
        ("紧急", ['|"high"']),
        ("amount > 1", []),
    ],
)
def test_names_are_found_by_any_part_and_by_title_variables_first(typed: str, expected: list[str]) -> None:
    assert offered(typed)["shown"] == expected


def test_enter_takes_the_first_unless_what_is_typed_is_whole_or_a_word_of_the_language() -> None:
    assert offered("rea")["at"] == 0
    assert offered("reason", variables={"reason": "text", "reason_en": "text"})["at"] == -1
    assert offered("x and", variables={"and_more": "text"})["at"] == -1


def test_only_what_is_not_known_yet_is_declared() -> None:
    assert offered("spent")["declares"] == [GROUP, MINUTES]
    assert offered("spent", variables={"handling": "context"})["declares"] == [MINUTES]
    assert offered("spent", variables={"handling.minutes_spent": "number"})["declares"] == []
    # A variable that is no group has no values of its own.
    assert offered("spent", variables={"handling": "text"})["shown"] == []
