"""Decision tables: cells, hit policies, required decisions."""

from datetime import UTC, datetime
from typing import Any

import pytest
from dmn_files import column, decision, definitions, output, table, text
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import NotFoundError
from engine.feel.decisions import DecisionModel, check_decision, decide, explain, parse
from engine.feel.expressions import FeelError, Scope

NOW = datetime(2026, 3, 1, tzinfo=UTC)


def scope(types: dict[str, str] | None = None, **variables: Any) -> Scope:
    return Scope(variables=variables, types=types or {}, now=NOW, time_zone="Asia/Shanghai")


def model_of(*args: Any, **options: Any) -> DecisionModel:
    return parse(definitions(decision("d", table(*args, **options), name="Discount")))


def decided(model: DecisionModel, types: dict[str, str] | None = None, **variables: Any) -> Any:
    return decide(model, "d", scope(types, **variables))


OVERLAPPING = [
    [">= 10", '"low"', "1"],
    [">= 20", '"high"', "2"],
    [">= 30", '"middle"', "3"],
    [">= 40", '"high"', "4"],
]
LEVELS = '"high", "middle", "low"'


def overlapping(policy: str, values: str = "") -> DecisionModel:
    rules = [rule[:2] for rule in OVERLAPPING]
    return model_of([column(1, "x", "number")], [output("level", "string", values)], rules, policy=policy)


@pytest.mark.parametrize(
    ("policy", "values", "x", "expected"),
    [
        ("UNIQUE", "", 15, "low"),
        ("UNIQUE", "", 5, None),
        ("FIRST", "", 45, "low"),
        ("ANY", "", 15, "low"),
        ("PRIORITY", LEVELS, 35, "high"),
        ("PRIORITY", '"middle", "high", "low"', 45, "middle"),
        ("RULE ORDER", "", 35, ["low", "high", "middle"]),
        ("OUTPUT ORDER", LEVELS, 45, ["high", "high", "middle", "low"]),
        ("OUTPUT ORDER", LEVELS, 5, None),
        ("COLLECT", "", 25, ["low", "high"]),
        ("COLLECT", "", 5, None),
    ],
)
def test_hit_policy(policy: str, values: str, x: int, expected: Any) -> None:
    assert decided(overlapping(policy, values), x=x) == expected


@pytest.mark.parametrize(
    ("aggregation", "x", "expected"),
    [
        ("SUM", 35, 0.6),
        ("MIN", 35, 0.1),
        ("MAX", 35, 0.3),
        ("COUNT", 35, 3),
        ("SUM", 5, None),
        ("MAX", 5, None),
        ("COUNT", 5, 0),
    ],
)
def test_aggregation(aggregation: str, x: int, expected: Any) -> None:
    rules = [[">= 10", "0.1"], [">= 20", "0.2"], [">= 30", "0.3"]]
    model = model_of([column(1, "x")], [output("n", "number")], rules, policy="COLLECT", aggregation=aggregation)
    assert decided(model, x=x) == expected


def test_unique_refuses_two_matches() -> None:
    with pytest.raises(FeelError) as caught:
        decided(overlapping("UNIQUE"), x=25)
    assert caught.value.code == "several_rules"
    assert "Discount" in str(caught.value)


def test_any_refuses_matches_that_differ() -> None:
    with pytest.raises(FeelError) as caught:
        decided(overlapping("ANY"), x=25)
    assert caught.value.code == "rules_disagree"
    same = model_of([column(1, "x")], [output("n")], [["> 1", '"a"'], ["> 2", '"a"']], policy="ANY")
    assert decided(same, x=5) == "a"


def test_sum_refuses_texts() -> None:
    model = model_of([column(1, "x")], [output("n")], [["-", '"a"']], policy="COLLECT", aggregation="SUM")
    with pytest.raises(FeelError) as caught:
        decided(model, x=5)
    assert caught.value.code == "not_numbers"


def test_several_outputs_give_a_dict() -> None:
    outputs = [output("level"), output("points")]
    rules = [["< 10", '"low"', "x * 2"], [">= 10", '"high"', "x * 3"]]
    assert decided(model_of([column(1, "x")], outputs, rules), x=4) == {"level": "low", "points": 8}
    collected = model_of([column(1, "x")], outputs, rules, policy="COLLECT")
    assert decided(collected, x=10) == [{"level": "high", "points": 30}]


def test_defaults_answer_when_no_rule_matches() -> None:
    outputs = [output("level", default='"none"'), output("points", default="0")]
    model = model_of([column(1, "x")], outputs, [["> 10", '"high"', "1"]])
    assert decided(model, x=1) == {"level": "none", "points": 0}
    assert decided(model, x=11) == {"level": "high", "points": 1}


CELLS: list[tuple[str, Any, bool]] = [
    ("-", 5, True),
    ("", 5, True),
    ("-", None, True),
    ("5", 5, True),
    ("5", 6, False),
    ("5, 6", 6, True),
    ("< 5", 5, False),
    ("<= 5", 5, True),
    ("!= 5", 6, True),
    ("[1..5]", 5, True),
    ("[1..5)", 5, False),
    ("]1..5]", 1, False),
    ("[1..3], > 10", 11, True),
    ("not(5)", 6, True),
    ("not(5, 6)", 6, False),
    ("not(> 5)", 5, True),
    ("? > 5", 6, True),
    ("? * 2 = 12", 6, True),
    ("limit", 10, True),
    ("limit", 9, False),
    ("> limit", 11, True),
    ("< limit * 2", 19, True),
    ("known", 2, True),
    ("known", 9, False),
    ("null", None, True),
    ("null", 5, False),
    ("not(null)", 5, True),
    ("5", None, False),
    ("> 5", None, False),
    ("< 5", None, False),
    ("[1..5]", None, False),
    ("not(5)", None, False),
    ("!= 5", None, False),
    ("? = null", None, True),
    ("is defined(?)", None, False),
    ('"gold"', "gold", True),
    ('"gold","silver"', "silver", True),
    ('not("gold")', "silver", True),
    ('starts with(?, "go")', "gold", True),
    ('matches(?, "^[a-z]+$") and string length(?) > 3', "gold", True),
    ("true", True, True),
    ("true", False, False),
    ("false", False, True),
    ("flag", False, True),
    ("flag", True, False),
    ("list contains([1, 2], ?)", 2, True),
]


@pytest.mark.parametrize(("cell", "value", "matches"), CELLS, ids=[f"{row[0]} with {row[1]}" for row in CELLS])
def test_cell(cell: str, value: Any, matches: bool) -> None:
    model = model_of([column(1, "x")], [output("n")], [[cell, '"yes"']])
    given_scope = {"x": value, "limit": 10, "known": [1, 2], "flag": False}
    assert decided(model, **given_scope) == ("yes" if matches else None)


@pytest.mark.parametrize(
    ("cell", "value", "code"),
    [
        ('"5"', 5, "type"),
        ("> 5", "6", "type"),
        ("[1..5]", "3", "type"),
        ('not("a")', 5, "type"),
        ("true", "true", "type"),
        ('< date("2026-01-01")', "2025-01-01", "type"),
        ("? + 1", 5, "type"),
        ("no_such_name", 5, "unknown_name"),
    ],
)
def test_a_cell_of_another_type_is_an_error_with_its_place(cell: str, value: Any, code: str) -> None:
    rules = [["-", "-", '"no"'], ["-", cell, '"yes"']]
    model = model_of([column(1, "y"), column(2, "x")], [output("n")], rules, policy="COLLECT")
    if cell == "? + 1":
        # A number as the result of a test is compared with the input, and is simply another number.
        assert decided(model, x=value, y=1) == ["no"]
        return
    with pytest.raises(FeelError) as caught:
        decided(model, x=value, y=1)
    assert caught.value.code == code
    assert (caught.value.params["rule"], caught.value.params["column"]) == (2, 2)


def test_dates_are_compared_as_dates() -> None:
    rules = [['< date("2026-03-01")', '"past"'], ['>= date("2026-03-01")', '"future"']]
    declared = model_of([column(1, "due")], [output("n")], rules)
    assert decided(declared, {"due": "date"}, due="2026-03-01") == "future"
    # The type of the column declares a variable that the process left open.
    typed = model_of([column(1, "due", "date")], [output("n")], rules)
    assert decided(typed, due="2026-02-28") == "past"


def test_a_date_comes_out_as_text() -> None:
    model = model_of([column(1, "due", "date")], [output("next", "date")], [["-", 'due + duration("P1D")']])
    assert decided(model, due="2026-02-28") == "2026-03-01"


def test_a_value_outside_the_listed_ones_is_an_error() -> None:
    model = model_of([column(1, "x", "string", '"a", "b"')], [output("n")], [["-", "1"]])
    assert decided(model, x="a") == 1
    with pytest.raises(FeelError) as caught:
        decided(model, x="c")
    assert caught.value.code == "input_not_allowed"
    results = model_of([column(1, "x")], [output("n", "string", '"a", "b"')], [["-", "x"]])
    with pytest.raises(FeelError) as caught:
        decided(results, x="c")
    assert caught.value.code == "output_not_allowed"


def test_an_input_or_output_of_another_type_than_its_column_is_an_error() -> None:
    for model in (
        model_of([column(1, "x + x", "number")], [output("n")], [["-", "1"]]),
        model_of([column(1, "x")], [output("n", "number")], [["-", "x"]]),
    ):
        with pytest.raises(FeelError) as caught:
            decided(model, x="a")
        assert caught.value.code == "type"


REQUIRED = definitions(
    decision(
        "approval",
        table(
            [column(1, "Risk.level"), column(2, "total", "number"), column(3, "Risk.until")],
            [output("who")],
            [
                ['"high"', "-", "-", '"compliance"'],
                ["-", "> 1000", "-", '"manager"'],
                ["-", "-", '> @"2026-01-01"', '"rep"'],
            ],
            policy="FIRST",
        ),
        requires=["risk", "total"],
    ),
    decision(
        "risk",
        table(
            [column(1, "customer.score", "number")],
            [output("level", "string"), output("until", "date")],
            [["> 80", '"low"', 'date("2026-06-01")'], ["<= 80", '"high"', 'date("2026-06-01")']],
        ),
        name="Risk",
    ),
    decision("total", text("literalExpression", "sum(lines.amount)")),
)


@pytest.mark.parametrize(
    ("score", "amounts", "expected"),
    [(10, [1], "compliance"), (90, [600, 600], "manager"), (90, [600], "rep")],
)
def test_required_decisions_come_first(score: int, amounts: list[int], expected: str) -> None:
    model = parse(REQUIRED)
    lines = [{"amount": amount} for amount in amounts]
    assert decide(model, "approval", scope(customer={"score": score}, lines=lines)) == expected


def test_explain_names_the_rules() -> None:
    outcomes = explain(parse(REQUIRED), "approval", scope(customer={"score": 90}, lines=[{"amount": 5}]))
    assert outcomes["approval"].rules == ("r3",)
    assert outcomes["risk"].value == {"level": "low", "until": "2026-06-01"}
    assert outcomes["total"].value == 5


def test_only_what_is_required_is_evaluated() -> None:
    assert decide(parse(REQUIRED), "total", scope(lines=[{"amount": 2}])) == 2


def test_an_unknown_decision_is_not_found() -> None:
    with pytest.raises(NotFoundError):
        decide(parse(REQUIRED), "nothing", scope())


def test_a_decision_is_checked_against_the_variables_of_its_process() -> None:
    model = parse(REQUIRED)
    complete = {"customer": "context", "customer.score": "number", "lines": "list"}
    assert check_decision(model, "approval", complete) == []
    wrong = {**complete, "customer.score": "text"}
    assert {(element, problem.code) for element, problem in check_decision(model, "risk", wrong)} == set()
    assert {problem.code for _, problem in check_decision(model, "approval", {"lines": "list"})} == {"unknown_name"}
    untyped = model_of([column(1, "x")], [output("n")], [['"a"', "1"], ["-", "y"]])
    found = {(element, problem.code) for element, problem in check_decision(untyped, "d", {"x": "number"})}
    assert found == {("r1c1", "type"), ("r2", "unknown_name")}


@settings(max_examples=40, deadline=None)
@given(
    bounds=st.lists(st.integers(-50, 50), min_size=1, max_size=6),
    x=st.integers(-60, 60),
)
def test_policies_agree_on_what_matches(bounds: list[int], x: int) -> None:
    rules = [[f">= {bound}", str(number)] for number, bound in enumerate(bounds)]
    matching = [number for number, bound in enumerate(bounds) if x >= bound]

    def result(policy: str, aggregation: str = "") -> Any:
        values = ", ".join(str(number) for number in reversed(range(len(bounds))))
        outputs = [output("n", "number", values if policy in {"PRIORITY", "OUTPUT ORDER"} else "")]
        model = model_of([column(1, "x", "number")], outputs, rules, policy=policy, aggregation=aggregation)
        return decided(model, x=x)

    assert result("RULE ORDER") == (matching or None)
    assert result("COLLECT") == (matching or None)
    assert result("OUTPUT ORDER") == (matching[::-1] or None)
    assert result("PRIORITY") == (matching[-1] if matching else None)
    assert result("FIRST") == (matching[0] if matching else None)
    assert result("COLLECT", "COUNT") == len(matching)
    assert result("COLLECT", "SUM") == (sum(matching) if matching else None)
