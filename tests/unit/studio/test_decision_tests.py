"""Tests of decisions: what passes, what fails and why, what is refused."""

from typing import Any

import orjson
import pytest

from engine.errors import InvalidInputError
from engine.feel import decisions
from engine.feel.inputs import inputs_of, outputs_of
from engine.process import bundles
from engine.studio import decision_tests, running
from engine.studio.decision_tests import RowOutcome

FILE = "decision_tests/sample_approval.json"
SAMPLE = {"sample.eligible": True, "sample.quantity": 3, "sample.cycle_quantity": 3}


def files(*rows: dict[str, Any]) -> dict[str, bytes]:
    found = {source.name: source.content for source in bundles.factory_sources("sample_drop")}
    return {**found, FILE: orjson.dumps({"rows": rows})}


def codes(found: dict[str, bytes]) -> set[str]:
    return {each.code for each in running.check(found)}


def outcome(*rows: dict[str, Any]) -> list[RowOutcome]:
    return decision_tests.run_all(files(*rows))["sample_approval"]


def test_a_row_passes_when_the_named_outputs_come_out() -> None:
    assert decision_tests.CODE not in codes(files({"inputs": SAMPLE}))
    (row,) = outcome({"inputs": SAMPLE, "expected": {"level": "auto"}})
    assert (row.state, row.rules) == ("passes", (("sample_approval", (3,)),))


def test_a_row_that_differs_says_both_results() -> None:
    (row,) = outcome({"inputs": SAMPLE, "expected": {"level": "manager"}})
    assert row.state == "fails"
    assert str(row.problem) == "level = auto comes out instead of level = manager."


def test_a_row_without_an_expected_result_neither_passes_nor_fails() -> None:
    found = files({"inputs": SAMPLE})
    (row,) = decision_tests.run_all(found)["sample_approval"]
    assert (row.state, row.value) == ("open", {"level": "auto", "reason": ""})
    assert decision_tests.failing(found) == []


def test_an_input_that_is_not_said_is_null() -> None:
    (row,) = outcome({"inputs": {"sample.quantity": 30}, "expected": {"level": "compliance"}})
    assert row.state == "passes"


def test_a_value_of_another_type_fails_with_its_reason() -> None:
    (row,) = outcome({"inputs": {**SAMPLE, "sample.quantity": "many"}, "expected": {"level": "auto"}})
    assert row.state == "fails"
    assert row.problem is not None


def test_true_is_not_one() -> None:
    (row,) = outcome({"inputs": SAMPLE, "expected": {"level": 1}})
    assert row.state == "fails"


def test_the_inputs_of_a_decision_are_those_of_all_that_it_requires() -> None:
    content = (bundles.WORKFLOWS / "support_request/support_routing.dmn").read_bytes()
    model = decisions.parse(content)
    assert [(each.name, each.type) for each in inputs_of(model, "support_routing")] == [
        ("priority", "text"),
        ("type", "text"),
    ]
    assert [each.name for each in outputs_of(model, "support_routing")] == [""]


def test_names_within_an_expression_are_inputs() -> None:
    model = decisions.parse((bundles.WORKFLOWS / "support_request/discount.dmn").read_bytes())
    assert [each.name for each in inputs_of(model, "discount")] == ["handling.max_discount_percent"]


@pytest.mark.parametrize(
    "content",
    [
        b"{",
        b"[]",
        b'{"rows": 1}',
        b'{"rows": [1]}',
        b'{"rows": [{"inputs": 1}]}',
        b'{"at": "soon", "rows": []}',
        orjson.dumps({"rows": [{"inputs": {}}] * 201}),
    ],
)
def test_malformed_tests_are_refused_and_found(content: bytes) -> None:
    with pytest.raises(InvalidInputError):
        decision_tests.parse(FILE, content)
    assert decision_tests.CODE in codes({**files(), FILE: content})


def test_tests_of_a_decision_that_is_gone_are_found() -> None:
    gone = {**files(), "decision_tests/gone.json": b'{"rows": []}'}
    assert decision_tests.CODE in codes(gone)
    # Of a file that cannot be read nobody knows which decisions it holds: the check says what is wrong with it.
    assert decision_tests.CODE not in codes({**gone, "sample_approval.dmn": b"<x/>"})
    assert decision_tests.failing({"decision_tests/gone.json": b'{"rows": []}'}) == ["gone"]
