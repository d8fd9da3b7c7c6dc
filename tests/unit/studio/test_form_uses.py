"""Where the files of a draft name the fields of a form."""

from typing import Any

import orjson
import pytest

from engine.studio.form_uses import Use, field_names, uses

BPMN = """<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"
  xmlns:spiffworkflow="http://spiffworkflow.org/bpmn/schema/1.0/core"><bpmn:process id="p" name="P">
  <bpmn:userTask id="fill" name="Fill"><bpmn:extensionElements><spiffworkflow:properties>
    <spiffworkflow:property name="form" value="order" /><spiffworkflow:property name="result" value="{result}" />
  </spiffworkflow:properties></bpmn:extensionElements></bpmn:userTask>
  <bpmn:sequenceFlow id="flow" name="Large"><bpmn:conditionExpression>{condition}</bpmn:conditionExpression>
  </bpmn:sequenceFlow></bpmn:process></bpmn:definitions>"""
DMN = """<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d"><decision id="who" name="Who">
  <decisionTable id="t"><input id="in_1" label="Amount"><inputExpression><text>order.total</text></inputExpression>
  </input></decisionTable></decision></definitions>"""
NAMES = ["total", "kind", "lines", "lines.amount"]


def bpmn(condition: str, result: str = "order") -> dict[str, bytes]:
    return {"p.bpmn": BPMN.format(condition=condition, result=result).encode()}


@pytest.mark.parametrize(
    ("condition", "result", "expected"),
    [
        ("order.total > 5", "order", ["total"]),
        ("total > 5", "order", []),
        ("total > 5", "", ["total"]),
        ("other.total > 5", "order", []),
        ('order.kind = "total"', "order", ["kind"]),
        ("sum(order.lines.amount) > 5", "order", ["lines", "lines.amount"]),
        ("some l in order.lines satisfies l.amount > 5", "order", ["lines", "lines.amount"]),
        ("order.subtotal > 5", "order", []),
    ],
)
def test_an_expression_names_fields_by_the_result_variable(condition: str, result: str, expected: list[str]) -> None:
    found = uses(bpmn(condition.replace(">", "&gt;"), result), "order", NAMES)
    assert sorted(found) == expected
    assert all(places == [Use("p.bpmn", "flow", "Large")] for places in found.values())


def test_decisions_forms_and_scenarios_count_too() -> None:
    files = {
        **bpmn("1 = 1"),
        "who.dmn": DMN.encode(),
        "later.json": orjson.dumps({"title": {"zh": "后"}, "components": [{"default": {"context": "kind"}}]}),
        "scenarios/a.json": orjson.dumps(
            {"title": "A", "started_at": "2026-03-02T01:00:00+00:00", "data": {}, "answers": {}, "acts": [
                {"act": "start"}, {"act": "complete", "element": "fill", "values": {"lines": [{"amount": 5}]}}]}
        ),
    }  # fmt: skip
    found = uses(files, "order", NAMES)
    assert found["total"] == [Use("who.dmn", "in_1", "Amount")]
    assert found["kind"] == [Use("later.json", "", "后")]
    assert found["lines.amount"] == [Use("scenarios/a.json", "", "A")]


def test_broken_files_name_nothing() -> None:
    broken = dict.fromkeys(("a.bpmn", "b.dmn", "c.json", "scenarios/d.json"), b"{<")
    assert uses(broken, "order", NAMES) == {}


@pytest.mark.parametrize("document", [None, 3, {}, {"components": 3}, {"components": [3, {"type": "text"}]}])
def test_whatever_is_malformed_has_no_fields(document: Any) -> None:
    assert field_names(document) == []


def test_a_section_opens_no_level_and_a_list_does() -> None:
    amount = {"type": "money", "key": "amount"}
    section = {"type": "section", "key": "s", "children": [{"type": "list", "key": "lines", "children": [amount]}]}
    assert field_names({"components": [section, {"type": "text", "key": "note"}]}) == ["lines", "lines.amount", "note"]
