"""What a DMN file may hold, and how the rest is refused."""

import pytest
from dmn_files import NAMESPACE, column, decision, definitions, output, table, text

from engine.feel.decisions import DecisionError, parse
from engine.feel.dmn import MAX_BYTES, SENTENCES

GOOD = table([column(1, "x")], [output("n")], [["> 1", "2"]])


def refused(source: bytes) -> dict[str, str | None]:
    with pytest.raises(DecisionError) as caught:
        parse(source)
    for finding in caught.value.findings:
        assert "{" not in finding.template_en.format(**finding.params)
        assert "{" not in finding.template_zh.format(**finding.params)
    return {finding.code: finding.element_id for finding in caught.value.findings}


def test_a_table_is_read() -> None:
    model = parse(definitions(decision("d", GOOD, name="Discount")))
    read = model.decisions["d"]
    assert read.table is not None
    assert (read.name, read.table.inputs[0].expression, read.table.rules[0].cells) == ("Discount", "x", ("> 1",))


def test_documentation_and_drawing_are_ignored() -> None:
    extra = (
        '<inputData id="i" name="x"/><textAnnotation id="a"><text>hello</text></textAnnotation>'
        '<dmndi:DMNDI xmlns:dmndi="https://www.omg.org/spec/DMN/20191111/DMNDI/"><dmndi:DMNDiagram/></dmndi:DMNDI>'
    )
    assert set(parse(definitions(decision("d", GOOD), extra)).decisions) == {"d"}


@pytest.mark.parametrize(
    ("source", "code", "element"),
    [
        (b"<definitions", "not_xml", None),
        (b"", "not_xml", None),
        (b'<!DOCTYPE x [<!ENTITY a "b">]>' + definitions(decision("d", GOOD)), "doctype", None),
        (b" " * (MAX_BYTES + 1), "too_large", None),
        (definitions(decision("d", GOOD), namespace="http://www.omg.org/spec/DMN/20151101/dmn.xsd"), "not_dmn", "d"),
        (b"<html/>", "not_dmn", None),
        (definitions(), "no_decision", "d"),
        (definitions(decision("a", GOOD), decision("a", GOOD)), "duplicate_id", "a"),
        (definitions(decision("a", "")), "no_logic", "a"),
        (definitions(decision("a", "<invocation/>")), "empty", "a"),
        (definitions(decision("a", GOOD), '<businessKnowledgeModel id="k" name="k"/>'), "no_logic", "k"),
        (definitions(decision("a", GOOD), '<import namespace="y" importType="z"/>'), "import", "d"),
        (
            definitions(decision("a", GOOD), '<itemDefinition id="i" name="t"><typeRef>t</typeRef></itemDefinition>'),
            "type",
            "i",
        ),
        (definitions(decision("a", '<functionDefinition id="f" kind="Java"/>')), "external", "f"),
        (definitions(decision("a", '<conditional id="c"/>')), "missing_part", "c"),
        (definitions(decision("a", '<for id="f"/>')), "missing_part", "f"),
        (definitions(decision("a", GOOD), '<decisionService id="s" name="s"/>'), "missing_part", "s"),
        (
            definitions(
                decision("a", '<knowledgeRequirement><requiredKnowledge href="#k"/></knowledgeRequirement>' + GOOD)
            ),
            "missing_element",
            None,
        ),
        (definitions(decision("a", GOOD, requires=["gone"])), "missing_decision", None),
        (definitions(decision("a", GOOD, requires=["b"]), decision("b", GOOD, requires=["a"])), "cycle", None),
        (definitions(decision("a", table([column(1, "")], [output("n")], [["1", "2"]]))), "empty", "in1"),
        (definitions(decision("a", table([column(1, "x")], [], [["1"]]))), "no_output", "t"),
        (definitions(decision("a", table([column(1, "x")], [output("n")], [["1", "2", "3"]]))), "entries", "r1"),
        (definitions(decision("a", GOOD.replace("UNIQUE", "MOST"))), "hit_policy", "t"),
        (definitions(decision("a", table([column(1, "x")], [output("n")], [], policy="PRIORITY"))), "no_values", "t"),
        (definitions(decision("a", table([column(1, "x")], [output("n")], [], aggregation="SUM"))), "aggregation", "t"),
        (definitions(decision("a", table([], [output("n"), output("n")], []))), "output_name", "t"),
        (definitions(decision("a", table([column(1, "x", "tLevel")], [output("n")], []))), "type", "in1"),
        (
            definitions(decision("a", text("literalExpression", "1", ' expressionLanguage="juel"'))),
            "language",
            "a",
        ),
        (
            definitions(decision("a", GOOD.replace("<input ", '<input xmlns:c="http://c" c:inputVariable="v" '))),
            "unsupported",
            "in1",
        ),
        (definitions(decision("a", table([column(1, "x")], [output("n")], [["> ", "2"]]))), "syntax", "r1c1"),
        (definitions(decision("a", table([column(1, "x +")], [output("n")], []))), "syntax", "in1"),
        (definitions(decision("a", table([column(1, "x")], [output("n")], [["1", "1 +"]]))), "syntax", "r1"),
        (definitions(decision("a", text("literalExpression", "shout(1)"))), "unknown_function", "a"),
        (definitions(decision("a", table([column(1, "x", "string")], [output("n")], [["5", "2"]]))), "type", "r1c1"),
    ],
)
def test_a_file_is_refused_at_the_element(source: bytes, code: str, element: str | None) -> None:
    found = refused(source)
    assert code in found
    assert found[code] == element


def test_each_fault_is_found_with_its_line() -> None:
    source = definitions(
        decision("a", table([column(1, "x +")], [output("n")], [["> ", "2"]])), decision("b", "<shape/>")
    )
    with pytest.raises(DecisionError) as caught:
        parse(source)
    lines = {(finding.code, finding.line) for finding in caught.value.findings}
    assert lines == {("unsupported", 3), ("no_logic", 3), ("syntax", 2)}


def test_a_long_chain_is_put_in_order() -> None:
    last = 2_000
    chain = [decision(f"d{n}", text("literalExpression", f"d{n + 1} + 1"), requires=[f"d{n + 1}"]) for n in range(last)]
    model = parse(definitions(*chain, decision(f"d{last}", text("literalExpression", "1"))))
    assert list(model.decisions) == [f"d{n}" for n in range(last, -1, -1)]


def test_entities_are_not_expanded() -> None:
    entities = '<!ENTITY a0 "aaaaaaaaaa">' + "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 9))
    bomb = f'<!DOCTYPE d [{entities}]><definitions xmlns="{NAMESPACE}">&a8;</definitions>'
    assert "doctype" in refused(bomb.encode())
    # libxml2 itself stops the same in another encoding.
    assert set(refused(bomb.encode("utf-16"))) <= {"doctype", "not_xml"}


def test_sentences_have_the_same_placeholders() -> None:
    for english, chinese in SENTENCES.values():
        for name in ("name", "detail", "found", "expected"):
            assert (f"{{{name}}}" in english) == (f"{{{name}}}" in chinese)
