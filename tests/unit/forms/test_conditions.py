import json
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms.conditions import fields_of, holds, is_well_formed

from .node_tests import run_node_tests

VECTORS = json.loads((files("forms") / "condition_vectors.json").read_text("utf-8"))


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["name"])
def test_golden_vectors(vector):
    assert is_well_formed(vector["condition"])
    assert holds(vector["condition"], vector["values"]) is vector["expected"]


def test_the_browser_agrees_on_every_vector():
    run_node_tests("runtime.test.mjs")


BROKEN = [
    None, [], {}, {"eq": []}, {"eq": ["a"]}, {"eq": "ab"}, {"all": {}}, {"all": [5]}, {"not": []}, {"nope": []},
    {"eq": [1, 2], "ne": [1, 2]}, {"empty": {"field": 5}}, {"empty": {"field": "a", "x": 1}}, {"eq": [{"x": 1}, 2]},
    {"in": [{"field": "a"}, [{"field": "b"}]]},
]  # fmt: skip


@pytest.mark.parametrize("condition", BROKEN, ids=str)
def test_broken_conditions_are_told_apart(condition):
    assert not is_well_formed(condition)


def test_conditions_nested_too_deeply_are_refused():
    condition = {"eq": [1, 1]}
    for _ in range(20):
        condition = {"not": condition}
    assert not is_well_formed(condition)


def test_fields_of_names_every_field():
    condition = {"all": [{"eq": [{"field": "a"}, {"field": "b"}]}, {"not": {"empty": {"field": "c.d"}}}]}
    assert list(fields_of(condition)) == ["a", "b", "c.d"]


SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5)
OPERANDS = st.sampled_from([{"field": "a"}, {"field": "b"}, {"field": "a.b"}]) | SCALARS | st.lists(SCALARS, max_size=3)
CONDITIONS = st.recursive(
    st.builds(
        lambda op, a, b: {op: [a, b]},
        st.sampled_from(["eq", "ne", "in", "contains", "gt", "ge", "lt", "le"]),
        OPERANDS,
        OPERANDS,
    )
    | st.builds(lambda op, a: {op: a}, st.sampled_from(["empty", "not_empty"]), OPERANDS),
    lambda inner: (
        st.builds(lambda op, parts: {op: parts}, st.sampled_from(["all", "any"]), st.lists(inner, max_size=3))
        | st.builds(lambda part: {"not": part}, inner)
    ),
    max_leaves=5,
)


@given(CONDITIONS, st.dictionaries(st.sampled_from("ab"), SCALARS | st.lists(SCALARS, max_size=2)))
def test_well_formed_conditions_never_fail(condition, values):
    if is_well_formed(condition):
        assert holds({"not": condition}, values) is not holds(condition, values)
