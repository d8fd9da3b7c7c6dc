"""Boxed expressions, knowledge models, services and item definitions: what they give, and what they refuse."""

from datetime import UTC, datetime
from typing import Any

import pytest
from dmn_files import column, decision, definitions, output, table, text

from engine.feel.decisions import DecisionError, check_decision, decide, explain, parse
from engine.feel.expressions import FeelError, Scope

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


def literal(value: str, attributes: str = "") -> str:
    return text("literalExpression", value, attributes)


def entry(name: str, logic: str, kind: str = "") -> str:
    reference = f' typeRef="{kind}"' if kind else ""
    variable = f'<variable name="{name}"{reference}/>' if name else ""
    return f"<contextEntry>{variable}{logic}</contextEntry>"


def knowledge(identifier: str, name: str, parameters: str, logic: str) -> str:
    return (
        f'<businessKnowledgeModel id="{identifier}" name="{name}">'
        f"<encapsulatedLogic>{parameters}{logic}</encapsulatedLogic></businessKnowledgeModel>"
    )


def calling(identifier: str, needs: str, logic: str) -> str:
    return decision(
        identifier, f'<knowledgeRequirement><requiredKnowledge href="#{needs}"/></knowledgeRequirement>{logic}'
    )


def result(*parts: str, wanted: str = "d", **variables: Any) -> Any:
    return decide(parse(definitions(*parts)), wanted, Scope(variables, {}, NOW, "Asia/Shanghai"))


def refused(*parts: str, wanted: str = "d", **variables: Any) -> str:
    with pytest.raises(FeelError) as caught:
        result(*parts, wanted=wanted, **variables)
    return str(caught.value.code)


LEVELLED = '<formalParameter name="level" typeRef="string"/>'
RATE = knowledge("k", "rate of", LEVELLED, literal('if level = "A" then 2 else 1'))


def context(*entries: str) -> str:
    return f"<context>{''.join(entries)}</context>"


def conditional(test: str, yes: str, no: str) -> str:
    parts = (("if", test), ("then", yes), ("else", no))
    return f"<conditional>{''.join(f'<{name}>{literal(each)}</{name}>' for name, each in parts)}</conditional>"


def filtered(items: str, match: str) -> str:
    return f"<filter><in>{literal(items)}</in><match>{literal(match)}</match></filter>"


def iterated(kind: str, items: str, body: str) -> str:
    holder = "return" if kind == "for" else "satisfies"
    return f'<{kind} iteratorVariable="n"><in>{literal(items)}</in><{holder}>{literal(body)}</{holder}></{kind}>'


FUNCTION = f'<functionDefinition><formalParameter name="n"/>{literal("n + x")}</functionDefinition>'
FEE = table([column(1, "x")], [output("o")], [["> 2", "20"], ["<= 2", "10"]])
RELATION = f'<relation><column name="a"/><column name="b"/><row>{literal("1")}{literal("x")}</row></relation>'


@pytest.mark.parametrize(
    ("logic", "expected"),
    [
        (
            context(entry("net sum", literal("2 * x")), entry("gross", literal("net sum + 1"))),
            {"net sum": 6, "gross": 7},
        ),
        (context(entry("a", literal("x")), entry("", literal("a + 1"))), 4),
        (f"<list>{literal('x')}{literal('x + 1')}</list>", [3, 4]),
        (RELATION, [{"a": 1, "b": 3}]),
        (conditional("x > 2", "1", "2"), 1),
        (filtered("[1, 2, 3, 4]", "item >= x"), [3, 4]),
        (filtered("[{a b: 1}, {a b: 5}]", "a b > x"), [{"a b": 5}]),
        (iterated("for", "[1, 2, x]", "n * n"), [1, 4, 9]),
        (iterated("some", "[1, x]", "n > 2"), True),
        (iterated("every", "[1, x]", "n > 2"), False),
        (context(entry("f", FUNCTION), entry("", literal("f(10)"))), 13),
        (context(entry("fee", FEE), entry("", literal("fee + 1"))), 21),
    ],
)
def test_a_boxed_expression_gives_its_value(logic: str, expected: Any) -> None:
    assert result(decision("d", logic), x=3) == expected


@pytest.mark.parametrize(
    ("logic", "code"),
    [
        (conditional("y", "1", "2"), "not_boolean"),
        (filtered("[1]", "y"), "not_boolean"),
        (iterated("for", "y", "n"), "null"),
        (context(entry("a", literal("y"), "number"), entry("b", literal("1 + x"), "string")), "type"),
        (f"<invocation>{literal('gone')}</invocation>", "unknown_name"),
    ],
)
def test_what_would_be_a_silent_null_is_refused(logic: str, code: str) -> None:
    assert refused(decision("d", logic), x=3, y=None) == code


def test_a_knowledge_model_is_called_by_text_and_by_invocation() -> None:
    binding = f'<binding><parameter name="level"/>{literal("x")}</binding>'
    invocation = f"<invocation>{literal('rate of')}{binding}</invocation>"
    assert result(RATE, calling("d", "k", literal('rate of("B") + 1')), x="A") == 2
    assert result(RATE, calling("d", "k", invocation), x="A") == 2


@pytest.mark.parametrize("call", ["rate of()", 'rate of("A", "B")', "rate of(5)", 'rate of(grade: "A")'])
def test_a_call_that_does_not_fit_is_refused(call: str) -> None:
    assert refused(RATE, calling("d", "k", literal(call))) in {"arguments", "type"}


def test_a_knowledge_model_does_not_see_the_process() -> None:
    sees_nothing = knowledge("k", "f", "", literal("x"))
    assert refused(sees_nothing, calling("d", "k", literal("f()")), x=1) == "unknown_name"


def test_a_decision_service_takes_decisions_as_given() -> None:
    parts = (
        decision("base", literal("100")),
        decision("d", literal("base * factor"), requires=["base"]),
        '<inputData id="i" name="factor"/>',
        '<decisionService id="s" name="priced"><outputDecision href="#d"/><inputDecision href="#base"/>'
        '<inputData href="#i"/></decisionService>',
        calling("e", "s", literal("priced(3, 5)")),
    )
    assert result(*parts, factor=2) == 200
    assert result(*parts, wanted="e", factor=2) == 15
    assert result(*parts, wanted="s", factor=2, base=7) == 14


LEVEL = (
    '<itemDefinition name="tLevel"><typeRef>string</typeRef>'
    '<allowedValues><text>"A", "B"</text></allowedValues></itemDefinition>'
    '<itemDefinition name="tPerson"><itemComponent name="birth date"><typeRef>date</typeRef></itemComponent>'
    '<itemComponent name="levels" isCollection="true"><typeRef>tLevel</typeRef></itemComponent></itemDefinition>'
    '<inputData id="p" name="person"><variable name="person" typeRef="tPerson"/></inputData>'
)


def test_a_structure_is_converted_on_the_way_in() -> None:
    person = {"birth date": "1990-02-03", "levels": ["A"]}
    assert result(LEVEL, decision("d", literal("person.birth date.year")), person=person) == 1990


@pytest.mark.parametrize(
    ("person", "code"),
    [
        ({"birth date": "1990-02-03", "levels": ["C"]}, "value_not_allowed"),
        ({"birth date": "soon", "levels": []}, "variable_type"),
        ({"birth date": 5, "levels": []}, "type"),
        ("Anna", "type"),
    ],
)
def test_a_value_that_its_type_does_not_allow_is_refused(person: Any, code: str) -> None:
    assert refused(LEVEL, decision("d", literal("person")), person=person) == code


def test_a_result_has_the_type_that_its_variable_declares() -> None:
    typed = '<variable name="d" typeRef="{}"/>'
    assert result(decision("d", typed.format("number") + literal("[5]"))) == 5
    assert refused(decision("d", typed.format("number") + literal('"5"'))) == "type"


def test_a_chain_is_explained_in_its_order_with_the_rules_that_matched() -> None:
    first = decision("a", table([column(1, "x")], [output("o")], [["> 2", "20"], ["<= 2", "10"]]))
    model = parse(definitions(decision("b", literal("a + 1"), requires=["a"]), first))
    outcomes = explain(model, "b", Scope({"x": 3}, {}, NOW, "UTC"))
    assert [(key, each.value, each.rules) for key, each in outcomes.items()] == [("a", 20, ("r1",)), ("b", 21, ())]


def test_the_check_knows_what_boxed_expressions_bind() -> None:
    logic = f"<context>{entry('a', literal('x'))}{entry('b', literal('a + gone'))}</context>"
    found = check_decision(parse(definitions(decision("d", logic))), "d", {"x": "number"})
    assert [(element, problem.code) for element, problem in found] == [("d", "unknown_name")]


def test_a_service_without_its_decision_is_refused() -> None:
    service = (
        '<inputData id="i" name="i"/><decisionService id="s" name="s"><outputDecision href="#i"/></decisionService>'
    )
    with pytest.raises(DecisionError) as caught:
        parse(definitions(decision("d", literal("1")), service))
    assert [(finding.code, finding.element_id) for finding in caught.value.findings] == [
        ("missing_element", "s"),
        ("missing_part", "s"),
    ]


def test_a_sum_that_is_too_large_to_be_exact_is_refused() -> None:
    rules = [["-", "9007199254740991"], ["-", "9007199254740991"]]
    logic = table([column(1, "x")], [output("o")], rules, policy="COLLECT", aggregation="SUM")
    assert refused(decision("d", logic), x=1) == "overflow"
