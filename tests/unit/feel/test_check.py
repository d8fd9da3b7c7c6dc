"""What the linter says about expressions before they run."""

from datetime import UTC, datetime

import pytest
from test_expressions import RESULTS, TYPES

from engine.feel.expressions import FeelError, Function, Kind, Scope, check, evaluate, functions
from engine.feel.faults import EXAMPLES, SENTENCES

KNOWN = {**TYPES, "raw_date": "text", "planned end": "number"}


@pytest.mark.parametrize(
    ("expression", "kind", "codes"),
    [
        ("", "value", ["syntax"]),
        ("a b c +", "value", ["syntax"]),
        ("quantity >", "condition", ["syntax"]),
        ("unknown_one > 5", "condition", ["unknown_name"]),
        ("is defined(unknown_one)", "condition", []),
        ("shout(name)", "value", ["unknown_function"]),
        ("count(tags, tags)", "value", ["arguments"]),
        ('quantity = "7"', "condition", ["type"]),
        ("quantity > name", "condition", ["type"]),
        ("raw_date < visit_date", "condition", ["type"]),
        ("visit_date = starts_at", "condition", ["type"]),
        ("visit_date = lines.due", "condition", []),
        ("customer.since = name", "condition", ["type"]),
        ("quantity between 1 and name", "condition", ["type"]),
        ('quantity in (1, "b")', "condition", ["type"]),
        ("urgent > false", "condition", ["order"]),
        ("price = 19.9", "condition", ["fraction_equality"]),
        ("quantity / 3 = 2", "condition", ["fraction_equality"]),
        ("price > 19.9", "condition", []),
        ("quantity + name", "value", ["arithmetic"]),
        ("visit_date + 1", "value", ["arithmetic"]),
        ("quantity", "condition", ["not_condition"]),
        ("if quantity then 1 else 2", "value", ["not_boolean"]),
        ("urgent and quantity", "condition", ["not_boolean"]),
        ("some l in lines satisfies 5", "condition", ["not_boolean"]),
        ("quantity", "timer", ["not_timer"]),
        ("starts_at + wait", "timer", []),
        ('duration("PT1H")', "timer", []),
        ("some l in lines satisfies l.quantity > other", "condition", ["unknown_name"]),
        ("{a: 1, b: a}", "script", []),
        ("function(x) x", "script", ["not_data"]),
        ("visit_date.second_name", "value", ["missing_entry"]),
        ("name.length", "value", ["missing_entry"]),
        ("unknown_one > 5 and quantity = name", "condition", ["unknown_name", "type"]),
    ],
)
def test_check_finds(expression: str, kind: str, codes: list[str]) -> None:
    problems = check(expression, KNOWN, kind=kind)  # type: ignore[arg-type]
    assert [problem.code for problem in problems] == codes
    for problem in problems:
        assert "{" not in problem.template_en.format(**problem.params)
        assert "{" not in problem.template_zh.format(**problem.params)
        start, end = problem.position
        assert 0 <= start <= end <= max(len(expression), 1)


@pytest.mark.parametrize(
    ("cell", "kind", "codes"),
    [
        ("-", "text", []),
        ('"A", "B"', "text", []),
        ('not("A")', "text", []),
        ("5", "text", ["type"]),
        ("> 5", "text", ["type"]),
        ("> 5, [1..3]", "number", []),
        ('[1.."b"]', "number", ["type"]),
        ("true", "boolean", []),
        ("> true", "boolean", ["order"]),
        ('> date("2026-01-01")', "date", []),
        ('> date and time("2026-01-01T00:00:00")', "date", ["type"]),
        ("? > 5 and quantity > 1", "number", []),
        ("quantity", "text", ["type"]),
        ("null", "number", []),
        ("> ", "number", ["syntax"]),
        ("<= <= 3", "number", ["operand"]),
        ("< (< 3)", "number", ["operand"]),
        ("= <= 3", "number", ["operand"]),
        (">= [1..3]", "number", ["operand"]),
        ("[1..<3]", "number", ["operand"]),
        ("not(< < 3)", "number", ["operand"]),
        ("(<= <= 3)", "number", ["operand"]),
        ("1, > > 3", "number", ["operand"]),
        ("3 <= <= 4", "number", ["operand"]),
        ("<= 3 <= 4", "number", ["order"]),
        ("(<= 3)", "number", []),
        ("= [1..3]", "number", []),
        ("[1..3] = [1..3]", "number", []),
        ("< ?", "number", []),
    ],
)
def test_check_of_a_cell(cell: str, kind: str, codes: list[str]) -> None:
    problems = check(cell, {**KNOWN, "?": kind}, kind="unary")
    assert [problem.code for problem in problems] == codes


@pytest.mark.parametrize(
    ("expression", "kind", "english", "chinese"),
    [
        ("5到10", "unary", '[5..10], > 10 or "text".', '。写法例如 [5..10]、> 10 或 "文本"。'),
        ("2小时", "timer", "PT2H (2 hours) or P1D (1 day).", "。写法例如 PT2H（2 小时）或 P1D（1 天）。"),
        ("amount >", "condition", "amount > 10.", "。写法例如 amount > 10。"),
        ("2小时", "duration", 'duration("P1D") for 1 day.', 'duration("P1D")（1 天）。'),
    ],
)
def test_what_cannot_be_read_is_shown_how_it_is_written(
    expression: str, kind: Kind, english: str, chinese: str
) -> None:
    (problem,) = check(expression, {}, kind=kind)
    assert str(problem).startswith(f"The expression “{expression}” cannot be read as FEEL. Write for example ")
    assert str(problem).endswith(english)
    assert problem.template_zh.format(**problem.params).endswith(chinese)


@pytest.mark.parametrize(
    ("kind", "examples"),
    [
        ("unary", ["[5..10]", "> 10", '"text"']),
        ("condition", ["amount > 10"]),
        ("duration", ['duration("PT2H")', 'duration("P1D")']),
        ("value", ["10", '"text"', "amount * 2"]),
        ("text", ['"text"']),
        ("number", ["10", "amount * 2"]),
        ("boolean", ["true", "amount > 10"]),
        ("date", ["today()", 'date("2026-01-31")']),
        ("datetime", ['now() + duration("PT2H")']),
    ],
)
def test_what_is_shown_can_be_written(kind: Kind, examples: list[str]) -> None:
    for example in examples:
        assert example in EXAMPLES[kind][0]
        assert example.replace("text", "文本") in EXAMPLES[kind][1]
        assert check(example, {"amount": "number", "?": "any"}, kind=kind) == []


def test_a_problem_shows_its_place() -> None:
    (problem,) = check("urgent and quantity = name", KNOWN, kind="condition")
    assert problem.position == (11, 26)
    assert problem.params["source"] == "quantity = name"
    assert "quantity = name" in problem.template_zh.format(**problem.params)


# A bare equality of fractions, and a literal null as a condition, are surely mistakes though they evaluate.
STRICTER = {"0.1 + 0.2 = 0.3", "true and null", "false and null", "null or true"}


@pytest.mark.parametrize("expression", [row[0] for row in RESULTS if row[0] not in STRICTER])
def test_what_evaluates_passes_the_check(expression: str) -> None:
    assert [str(problem) for problem in check(expression, KNOWN, kind="value")] == []


def test_every_sentence_has_the_same_placeholders_in_both_languages() -> None:
    for code, (english, chinese) in SENTENCES.items():
        values = {"source": "·s·", "name": "·n·"}
        values |= {"owner": "·o·", "nearest": "·near·"}
        for each in ("left", "right", "type", "wanted"):
            values |= {f"{each}_en": f"·{each}·", f"{each}_zh": f"·{each}·"}
        used = {value for value in values.values() if value in english.format(**values)}
        assert used == {value for value in values.values() if value in chinese.format(**values)}, code


def test_a_checked_type_error_is_also_an_error_at_run_time() -> None:
    scope = Scope(variables={"a": 1, "b": "1"}, types={}, now=datetime(2026, 1, 1, tzinfo=UTC), time_zone="UTC")
    assert [p.code for p in check("a = b", {"a": "number", "b": "text"}, kind="condition")] == ["type"]
    with pytest.raises(FeelError):
        evaluate("a = b", scope)


@pytest.mark.parametrize(
    ("expression", "kind", "codes"),
    [
        ("total", "number", []), ("total", "money", []), ("name", "text", []), ("total", "text", []),
        ("name", "number", ["not_of_type"]), ("total > 1", "list", ["not_of_type"]), ("[1]", "list", []),
        ("{a: 1}", "context", []), ("null", "boolean", []), ("today()", "datetime", []),
        ("if total > 1 then name else null", "number", ["not_of_type"]), ("nobody", "text", ["unknown_name"]),
    ],
)  # fmt: skip
def test_a_value_may_have_to_be_of_a_type(expression: str, kind: Kind, codes: list[str]) -> None:
    types = {"total": "number", "name": "text"}
    assert [problem.code for problem in check(expression, types, kind=kind)] == codes


def test_types_have_names_in_both_languages() -> None:
    [problem] = check("name", {"name": "text"}, kind="datetime")
    assert str(problem) == "“name” should be a date and time, but it is text."
    assert problem.template_zh.format(**problem.params) == "“name”应为日期和时间，但实际为文本。"


def test_functions_are_listed_with_what_they_take_and_give() -> None:
    found = {each.name: each for each in functions()}
    assert (found["count"].parameters, found["count"].type) == (("list",), "number")
    assert found["now"] == Function("now", (), "datetime")
    assert found["substring"].type == "text"
    assert found["date and time"].type == "datetime"
    assert found["max"].type == "any"
    # What is listed can be called; the linter knows no other.
    for each in found.values():
        if each.name[0].isalpha():
            codes = [problem.code for problem in check(f"{each.name}()", {}, kind="value")]
            assert "unknown_function" not in codes, each.name
    assert "overlaps before" not in found


RECORD = {"handling": "record", "handling.minutes": "number", "handling.lines.price": "any", "other": "context"}


@pytest.mark.parametrize(
    ("expression", "codes"),
    [
        ("handling.minuts > 30", ["unknown_member"]), ("handling.minutes > 30", []), ("handling.lines", []),
        ("handling.lines.price", []), ("handling.minuts.x", ["unknown_member"]), ("other.minuts > 30", []),
        ("for handling in [1] return handling.x", []), ("[{handling: 1}][handling.x = 1]", []),
        ("is defined(handling.x)", []),
    ],
)  # fmt: skip
def test_an_entry_is_wrong_only_where_all_are_known(expression: str, codes: list[str]) -> None:
    assert [problem.code for problem in check(expression, RECORD, kind="value")] == codes


def test_a_wrong_entry_is_named_with_the_nearest_right_one() -> None:
    [problem] = check("handling.minuts > 30", RECORD, kind="condition")
    assert str(problem) == "“handling” has no entry “minuts” that is known here; the nearest is “handling.minutes”."
    assert check("empty.entry", {"empty": "record"}, kind="value") == []
