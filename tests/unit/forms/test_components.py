from dataclasses import dataclass, field
from typing import Any

import pytest

from forms.components import KINDS
from forms.schema import validate

from .building import CHOICES, component, form_of

SHA = "ab" * 32
OPTIONS = [{"value": "x", "label": {"zh": "甲", "en": "X"}}, {"value": "y", "label": {"zh": "乙", "en": "Y"}}]


@dataclass
class Row:
    """A component, a value that fits with what is kept of it, and values that do not fit with their codes."""

    type: str
    valid: Any
    clean: Any
    missing: str
    wrong: dict[str, list[Any]]
    more: dict[str, Any] = field(default_factory=dict)


ROWS = [
    Row(
        "text",
        " hello\nworld ",
        "hello world",
        "required",
        {"text": [5, True, ["x"], {"a": 1}], "max_length": ["x" * 12], "characters": ["a\x00b", "\ud800"]},
        {"max_length": 11},
    ),
    Row(
        "text",
        "name@example.com",
        "name@example.com",
        "required",
        {"email": ["name", "a@b", "a b@c.de"]},
        {"format": "email"},
    ),
    Row(
        "text", "+86 138-0000 0000", "+86 138-0000 0000", "required", {"phone": ["12", "call me"]}, {"format": "phone"}
    ),
    Row("textarea", "one\r\ntwo", "one\ntwo", "required", {"text": [5], "max_length": ["x" * 4001]}),
    Row(
        "number",
        2.5,
        2.5,
        "required_number",
        {
            "number": ["2", True, [1], 1e300, float("nan"), float("inf"), 10**400],
            "min": [-1],
            "max": [11],
            "step": [2.25],
        },
        {"min": 0, "max": 10, "step": 0.5},
    ),
    Row("number", 3.0, 3, "required_number", {"integer": [3.5, "3"]}, {"integer": True}),
    Row("money", 12050, 12050, "required_money", {"money": ["120.50", 120.5, False, 10**13], "min": [-1]}, {"min": 0}),
    Row(
        "date",
        "2026-03-27",
        "2026-03-27",
        "required_date",
        {
            "date": ["2026-02-30", "27.3.2026", 20260327, "2026-3-7"],
            "date_min": ["2025-12-31"],
            "date_max": ["2027-01-01"],
        },
        {"min": {"context": "today"}, "max": "2026-12-31"},
    ),
    Row(
        "datetime",
        "2026-03-27T14:30",
        "2026-03-27T06:30:00Z",
        "required_date",
        {"datetime": ["2026-03-27", "2026-03-27T25:00", 5, "0001-01-01T00:00"], "date_min": ["2025-12-31T23:59"]},
        {"min": {"context": "today"}},
    ),
    Row("select", "x", "x", "required_choice", {"option": ["z", 5, ["x"], "x" * 500]}, {"options": OPTIONS}),
    Row("select", "c1", "c1", "required_choice", {"option": ["c3"]}, {"source": "mine"}),
    Row(
        "multiselect",
        ["y", "x", "y"],
        ["y", "x"],
        "required_choice",
        {"list": ["x", {"x": 1}], "option": [["z"], [5]], "max_choices": [["x"] * 101]},
        {"options": OPTIONS},
    ),
    Row(
        "multiselect",
        ["y"],
        ["y"],
        "required_choice",
        {"max_choices": [["x", "y"]]},
        {"options": OPTIONS, "max_choices": 1},
    ),
    Row("checkbox", True, True, "required_tick", {"boolean": ["true", 1, 0, []]}),
    Row("customer", "c1", "c1", "required_choice", {"option": ["someone else's"]}),
    Row("contact", "c2", "c2", "required_choice", {"option": ["c9"]}),
    Row("item", "c2", "c2", "required_choice", {"option": ["c9"]}),
    Row(
        "photo",
        [{"file": SHA, "name": "a\x00.jpg"}],
        [{"file": SHA, "name": "a.jpg"}],
        "required_photo",
        {
            "list": [SHA],
            "file": [[SHA], [{"file": "../etc"}], [{"file": SHA, "path": "x"}]],
            "max_files": [[{"file": SHA}] * 3],
        },
        {"max_files": 2},
    ),
    Row(
        "file",
        [{"file": SHA}],
        [{"file": SHA, "name": ""}],
        "required_file",
        {"list": [{"file": SHA}], "file": [[{"file": SHA.upper()}]], "max_files": [[{"file": SHA}] * 7]},
    ),
    Row(
        "signature",
        [{"file": SHA, "name": "s.png"}],
        [{"file": SHA, "name": "s.png"}],
        "required_signature",
        {"max_files": [[{"file": SHA}] * 2], "file": [[{}]]},
    ),
    Row(
        "position",
        "0192f0c1-7a7b-7000-8000-000000000001",
        "0192f0c1-7a7b-7000-8000-000000000001",
        "required_position",
        {"evidence": ["31.23,121.47", {"lat": 31.2}, [31.2, 121.5], 31.2, "x" * 65]},
    ),
    Row("permission", "denied", "denied", "required", {"option": ["31.23,121.47", 5, "perhaps", ["granted"]]}),
    Row("scan", "QR 123", "QR 123", "required", {"text": [5], "max_length": ["x" * 501]}),
    Row(
        "list",
        [{"q": 1}],
        [{"q": 1}],
        "required_rows",
        {"list": ["x", {"q": 1}], "max_rows": [[{"q": 1}] * 3]},
        {"children": [component("number", "q")], "max_rows": 2},
    ),
    Row(
        "table",
        [{"q": 1}, {}],
        [{"q": 1}, {"q": None}],
        "required_rows",
        {"min_rows": [[{"q": 1}]], "max_rows": [[{}] * 101]},
        {"children": [component("number", "q")], "min_rows": 2, "max_rows": 200},
    ),
]
CONTEXT = {"today": "2026-01-01", "timezone": "Asia/Shanghai"}
BLANKS = {"multiselect": [], "photo": [], "file": [], "signature": [], "list": [], "table": [], "checkbox": False}


def check(row: Row, value: Any, **more: Any):
    definition = form_of(component(row.type, **row.more, **more))
    return validate(definition, {"a": value}, context=CONTEXT, choices=CHOICES)


def test_every_type_that_holds_a_value_has_a_row():
    assert {row.type for row in ROWS} | {"computed", "section", "note"} == set(KINDS)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.type)
def test_valid_value_is_cleaned_and_stable(row: Row):
    result = check(row, row.valid)
    assert result.ok, result.errors
    assert result.values == {"a": row.clean}
    assert check(row, row.clean).values == {"a": row.clean}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.type)
def test_missing_required_value_is_named(row: Row):
    definition = form_of(component(row.type, required=True, **row.more))
    for values in ({}, {"a": None}, {"a": BLANKS.get(row.type)}):
        errors = validate(definition, values, context=CONTEXT, choices=CHOICES).errors
        assert [problem.code for problem in errors["a"]] == [row.missing]
        assert "A" in str(errors["a"][0])


@pytest.mark.parametrize("row", [row for row in ROWS if not row.more.get("min_rows")], ids=lambda row: row.type)
def test_missing_optional_value_becomes_blank(row: Row):
    definition = form_of(component(row.type, **row.more))
    for values in ({}, {"a": None}):
        result = validate(definition, values, context=CONTEXT, choices=CHOICES)
        assert result.ok and result.values == {"a": BLANKS.get(row.type)}


WRONG = [(row, code, value) for row in ROWS for code, values in row.wrong.items() for value in values]


@pytest.mark.parametrize(
    ("row", "code", "value"), WRONG, ids=[f"{row.type}-{code}-{n}" for n, (row, code, _) in enumerate(WRONG)]
)
def test_wrong_value_is_refused_with_a_sentence(row: Row, code: str, value: Any):
    result = check(row, value)
    assert [problem.code for problem in result.errors["a"]] == [code]
    assert result.errors["a"][0].text("zh").count("{") == 0
