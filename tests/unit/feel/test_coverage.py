"""Gaps and overlaps of decision tables: what the rules say must be what trying every value says."""

from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import product
from typing import Any

import pytest
from dmn_files import column, decision, definitions, output, table
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.feel.coverage import gaps, overlaps
from engine.feel.decisions import decide, parse
from engine.feel.expressions import FeelError, Scope
from engine.feel.model import Input, ItemType, Output, Rule, Table
from engine.feel.table_findings import SENTENCES, table_findings

TEXTS = ("a", "b, c", "d")
DAYS = tuple(f"2026-01-{day:02}" for day in range(1, 13))


@dataclass(frozen=True)
class Drawn:
    """A cell as text, and the values of its grid that it matches."""

    text: str
    matches: frozenset[Any]


@dataclass(frozen=True, eq=False)
class Kind:
    """A kind of column: the grid of its values, each as FEEL writes it."""

    base: str
    grid: dict[Any, str]
    limits: str | None


# Halves stand for everything between two whole numbers, which are the only ones that cells name.
NUMBERS = Kind("number", {n / 2: f"{n / 2:g}" for n in range(-1, 14)}, "[-0.5..6.5]")
DATES = Kind("date", {n: f'date("{day}")' for n, day in enumerate(DAYS)}, f'[date("{DAYS[0]}")..date("{DAYS[-1]}")]')
WORDS = Kind("text", {text: f'"{text}"' for text in TEXTS}, ", ".join(f'"{text}"' for text in TEXTS))
TRUTHS = Kind("boolean", {True: "true", False: "false"}, None)


def simple(kind: Kind) -> st.SearchStrategy[Drawn]:
    values = [value for value in kind.grid if kind is not NUMBERS or value.is_integer()]
    single = st.sampled_from(values).map(lambda value: Drawn(kind.grid[value], frozenset({value})))
    if kind in {WORDS, TRUTHS}:
        return single

    def compared(operator: str, bound: Any) -> Drawn:
        tests = {"<": bound.__gt__, "<=": bound.__ge__, ">": bound.__lt__, ">=": bound.__le__}
        return Drawn(f"{operator} {kind.grid[bound]}", frozenset(filter(tests[operator], kind.grid)))

    def between(ends: tuple[Any, Any], start: str, end: str) -> Drawn:
        low, high = sorted(ends)
        inside = {
            value
            for value in kind.grid
            if (low < value or (low == value and start == "[")) and (value < high or (value == high and end == "]"))
        }
        return Drawn(f"{start}{kind.grid[low]}..{kind.grid[high]}{end}", frozenset(inside))

    point = st.sampled_from(values)
    ends = st.tuples(point, point)
    return st.one_of(
        single,
        st.builds(compared, st.sampled_from(["<", "<=", ">", ">="]), point),
        st.builds(between, ends, st.sampled_from(["[", "]", "("]), st.sampled_from(["]", "[", ")"])),
    )


def cells(kind: Kind) -> st.SearchStrategy[Drawn]:
    everything = frozenset(kind.grid)

    def joined(parts: list[Drawn]) -> Drawn:
        return Drawn(", ".join(part.text for part in parts), frozenset().union(*(part.matches for part in parts)))

    lists = st.lists(simple(kind), min_size=1, max_size=3).map(joined)
    negated = lists.map(lambda cell: Drawn(f"not({cell.text})", everything - cell.matches))
    return st.one_of(st.just(Drawn("-", everything)), lists, negated)


@st.composite
def tables(draw: st.DrawFn) -> tuple[Table, list[Kind], list[list[Drawn]]]:
    kinds = draw(st.lists(st.sampled_from([NUMBERS, DATES, WORDS, TRUTHS]), min_size=1, max_size=3))
    rows = [[draw(cells(kind)) for kind in kinds] for _ in range(draw(st.integers(1, 4)))]
    inputs = tuple(Input("", "", f"x{n}", ItemType(kind.base), kind.limits) for n, kind in enumerate(kinds))
    rules = tuple(Rule(f"r{n}", tuple(cell.text for cell in row), ("1",)) for n, row in enumerate(rows))
    return Table(inputs, (Output("", "o", "o", None, None, None),), rules), kinds, rows


def matching(row: list[Drawn], point: tuple[Any, ...]) -> bool:
    return all(value in cell.matches for cell, value in zip(row, point, strict=True))


def fits(example: tuple[tuple[str, str], ...], kinds: list[Kind], point: tuple[Any, ...]) -> bool:
    named = dict(example)
    return all(
        kind.grid[value] == named.get(f"x{n}", kind.grid[value])
        for n, (kind, value) in enumerate(zip(kinds, point, strict=True))
    )


@settings(max_examples=150, deadline=None)
@given(tables())
def test_trying_every_value_finds_the_same(drawn: tuple[Table, list[Kind], list[list[Drawn]]]) -> None:
    made, kinds, rows = drawn
    points = list(product(*(kind.grid for kind in kinds)))
    uncovered = [point for point in points if not any(matching(row, point) for row in rows)]
    found = list(gaps(made))
    assert bool(found) == bool(uncovered)
    for gap in found:
        assert all(point in uncovered for point in points if fits(gap.example, kinds, point))
    shared = {
        (first + 1, second + 1)
        for second in range(len(rows))
        for first in range(second)
        if any(matching(rows[first], point) and matching(rows[second], point) for point in points)
    }
    assert {(each.first, each.second) for each in overlaps(made)} == shared


def codes(*parts: str) -> list[tuple[str, str]]:
    found = table_findings(parse(definitions(*parts)))
    return [(each.code, str(each)) for each in found]


def one(rules: list[list[str]], *columns: str, policy: str = "UNIQUE") -> str:
    return decision("d", table(list(columns), [output("n")], rules, policy=policy))


AMOUNT = column(1, "amount", "number")
LEVEL = column(2, "level", "string", '"A", "B", "C"')


@pytest.mark.parametrize(
    ("logic", "expected"),
    [
        (one([["< 10", "1"], ["> 10", "2"]], AMOUNT), [("gap", "amount = 10")]),
        (one([["<= 10", "1"], [">= 10", "2"]], AMOUNT), [("overlap", "amount = 10")]),
        (one([["<= 10", "1"], [">= 11", "2"]], AMOUNT), [("gap", "amount = 10.5")]),
        (one([['"A"', "1"], ['"B"', "2"]], LEVEL), [("gap", "level = “C”")]),
        (one([['"A"', "1"], ['not("A")', "2"]], LEVEL), []),
        (one([["-", "1"], ["-", "2"]], AMOUNT), [("overlap_always", "match the same inputs")]),
        (one([["< 0", "-", "1"], [">= 0", '"A", "B"', "2"]], AMOUNT, LEVEL), [("gap", "amount = 0, level = “C”")]),
        (one([["<= 10", "1"], [">= 10", "1"]], AMOUNT, policy="ANY"), []),
        (one([["<= 10", "1"], [">= 10", "2"]], AMOUNT, policy="ANY"), [("disagreement", "amount = 10")]),
        (one([["< 10", "1"], ["> 9", "2"]], AMOUNT, policy="FIRST"), []),
        (one([['"A"', "1"]], column(1, "word", "string")), []),
        (one([["true", "1"]], column(1, "agreed", "boolean")), [("gap", "agreed = no")]),
        (one([["? > limit", "1"]], AMOUNT), []),
        (one([["< 5", "1"], [">= 5", "2"]], column(1, "size", "number", "? > 0")), []),
    ],
)
def test_each_finding_names_rules_and_an_example(logic: str, expected: list[tuple[str, str]]) -> None:
    found = codes(logic)
    assert [code for code, _ in found] == [code for code, _ in expected]
    for (_, sentence), (_, part) in zip(found, expected, strict=True):
        assert part in sentence


def labelled(number: int, label: str, expression: str, type_: str) -> str:
    return column(number, expression, type_).replace("<input ", f'<input label="{label}" ', 1)


@pytest.mark.parametrize(
    ("rules", "columns", "english", "chinese"),
    [
        (
            [["<= 5", "1"]],
            [labelled(1, "最高折扣&#10;Discount", "if is defined(most) then most else 0", "number")],
            "最高折扣 Discount = 6",
            "最高折扣 Discount = 6",
        ),
        (
            [["true", '"A"', "1"], ["-", "-", "2"]],
            [labelled(1, "老客户", "known", "boolean"), labelled(2, "级别", "level", "string")],
            "老客户 = yes, 级别 = “A”",
            "老客户 = 是，级别 = “A”",
        ),
        (
            [['not("A")', "1"], ['not("B")', "2"]],
            [labelled(1, "级别", "level", "string")],
            "级别 = another text",
            "级别 = 其他文本",
        ),
        (
            [['< date("2026-03-01")', "1"], ['> date("2026-03-01")', "2"]],
            [column(1, "day", "date")],
            "day = 2026-03-01",
            "day = 2026-03-01",
        ),
        (
            [["1", "2", "1"], ["-", "-", "2"]],
            [labelled(1, "数量", "asked", "number"), labelled(2, "数量", "sent", "number")],
            "数量 (asked) = 1, 数量 (sent) = 2",
            "数量 (asked) = 1，数量 (sent) = 2",
        ),
    ],
)
def test_examples_are_written_as_the_head_of_the_table_and_people_write_them(
    rules: list[list[str]], columns: list[str], english: str, chinese: str
) -> None:
    (found, *_others) = table_findings(parse(definitions(one(rules, *columns))))
    assert f" {english}" in str(found)
    assert f"当 {chinese} 时" in found.template_zh.format(**found.params)


def test_a_default_output_fills_gaps() -> None:
    logic = table([AMOUNT], [output("n", default="0")], [["< 10", "1"]])
    assert codes(decision("d", logic)) == []


def test_the_examples_are_what_the_evaluation_does() -> None:
    model = parse(definitions(one([["< 10", "1"], ["[12..20]", "2"], [">= 20", "3"]], AMOUNT)))
    now = datetime(2026, 3, 2, tzinfo=UTC)
    assert decide(model, "d", Scope({"amount": 10}, {}, now, "UTC")) is None
    with pytest.raises(FeelError) as caught:
        decide(model, "d", Scope({"amount": 20}, {}, now, "UTC"))
    assert caught.value.code == "several_rules"
    assert [(each.code, each.params["example"]) for each in table_findings(model)] == [
        ("gap", "amount = 10"),
        ("overlap", "amount = 20"),
    ]


def test_a_table_of_a_hundred_rules_is_searched_quickly() -> None:
    columns = [column(n, f"x{n}", "number") for n in range(6)]
    rules = [[*(f"[{n + k}..{n + k + 2}]" for k in range(6)), "1"] for n in range(100)]
    assert len(table_findings(parse(definitions(one(rules, *columns))))) == 20


def test_sentences_have_the_same_placeholders() -> None:
    for english, chinese in SENTENCES.values():
        for name in ("name", "first", "second"):
            assert (f"{{{name}}}" in english) == (f"{{{name}}}" in chinese)
        assert ("{example}" in english) == ("{example_zh}" in chinese)


def unquoted(*parts: str, given: tuple[str, ...] = ()) -> list[tuple[str | None, str]]:
    found = table_findings(parse(definitions(*parts)), given)
    return [(each.element_id, each.params["name"]) for each in found if each.code == "unquoted"]


@pytest.mark.parametrize(
    ("cell", "result", "expected"),
    [
        ("-", "director", [("r1", "director")]),
        ("-", "总监", [("r1", "总监")]),
        ("-", "regional director", [("r1", "regional director")]),
        ("clerk", "1", [("r1c1", "clerk")]),
        ('"a", clerk, chief', "1", [("r1c1", "clerk"), ("r1c1", "chief")]),
        ("not(clerk)", "1", [("r1c1", "clerk")]),
        ("amount", "amount", []),
        ("-", "customer", []),
        ('"clerk, chief"', "true", []),
        ("null", "null", []),
        ("-", "count", []),
        ("-", "list", [("r1", "list")]),
        ("-", "limit", []),
        ("-", "bonus", []),
        ("contains(?, clerk)", "1 + clerk", []),
        ("-", "applicant.name", []),
    ],
)
def test_a_name_that_nothing_gives_is_likely_a_text_without_quotes(
    cell: str, result: str, expected: list[tuple[str, str]]
) -> None:
    columns = [column(1, 'if customer.kind = "clerk" then amount else 0')]
    own = decision("d", table(columns, [output("n")], [[cell, result]], policy="FIRST"), requires=["limit"])
    limit = decision("limit", "<literalExpression><text>5</text></literalExpression>")
    assert unquoted(limit, own, given=("bonus",)) == expected


def test_a_default_without_quotes_is_found_and_a_parameter_is_none() -> None:
    columns, outputs = [column(1, "x")], [output("n", default="director")]
    assert unquoted(decision("d", table(columns, outputs, [["1", "2"]]))) == [("out_n", "director")]
    rule = table([column(1, "x")], [output("n")], [["1", "level"], ["2", "grade"]])
    parameter = '<formalParameter name="level"/><formalParameter name="x"/>'
    model = f'<encapsulatedLogic id="e">{parameter}{rule}</encapsulatedLogic>'
    knows = f'<businessKnowledgeModel id="k" name="k"><variable name="k"/>{model}</businessKnowledgeModel>'
    plain = decision("d", "<literalExpression><text>1</text></literalExpression>")
    assert unquoted(knows, plain) == [("r2", "grade")]
