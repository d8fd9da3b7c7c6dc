"""Filters as texts: one canonical form, whatever order, case of words and spaces they were typed in."""

import pytest

from engine.errors import InvalidInputError
from engine.process.filters import MAX_CONDITIONS, Condition, Filter, condition, operators_of, parse


@pytest.mark.parametrize(
    ("typed", "canonical"),
    [
        ("", ""),
        (" ; ;", ""),
        ("priority:in:P2,P1,P2", "priority:in:P1,P2"),
        ("text_1:is:b;priority:in:P1", "priority:in:P1;text_1:is:b"),
        ("priority:in:P1;priority:in:P1", "priority:in:P1"),
        ("text_1:contains:a,b", "text_1:contains:a%2Cb"),
        ("text_1:contains:100%25 x%3Ay", "text_1:contains:100%25 x%3Ay"),
        ("number_1:between:7,-2.50", "number_1:between:-2.5,7"),
        ("due:between:2026-11-30,2026-11-02", "due:between:2026-11-02,2026-11-30"),
        ("due:next:007", "due:next:7"),
        ("due:before:2026-11-30T09:00:00%2B08:00", "due:before:2026-11-30T01%3A00%3A00+00%3A00"),
        ("assignee:in:ME", "assignee:in:me"),
        ("search:has:  仁济   R000007 ", "search:has:仁济 R000007"),
    ],
)
def test_texts_have_one_canonical_form(typed: str, canonical: str) -> None:
    assert parse(typed).text == canonical
    assert parse(canonical).text == canonical


def test_a_problem_with_each_of_two_fields_is_told_at_once() -> None:
    with pytest.raises(InvalidInputError) as caught:
        parse("due:on:tomorrow;priority:in:P1;colour:is:red")
    assert set(caught.value.errors) == {"filter.due", "filter.colour"}


def test_conditions_have_a_limit() -> None:
    parts = ";".join(f"text_1:contains:{number}" for number in range(MAX_CONDITIONS + 1))
    with pytest.raises(InvalidInputError) as caught:
        parse(parts)
    assert set(caught.value.errors) == {"filter"}


def test_a_field_that_is_never_empty_is_not_asked_whether_it_is() -> None:
    assert "empty" not in operators_of("created")
    assert "empty" in operators_of("due")


def test_conditions_are_added_and_taken_away() -> None:
    show = Filter().and_also(condition("text_1", "is", ["x"]), condition("priority", "in", ["P1"]))
    assert show.without("text_1").conditions == (Condition("priority", "in", ("P1",)),)
    assert show.values_of("priority", "in") == ("P1",)
    assert show.values_of("due", "on") == ()
