"""What a form's values are, as a process declares its variables."""

import orjson
import pytest

from engine.bpmn.settings import VARIABLE_TYPES
from engine.process import bundles
from forms.definition import parse
from forms.value_types import value_types
from tests.unit.forms.building import component, form_of


@pytest.mark.parametrize(
    ("type_", "expected"),
    [
        ("text", "text"), ("number", "number"), ("money", "money"), ("date", "date"), ("datetime", "datetime"),
        ("checkbox", "boolean"), ("multiselect", "list"), ("photo", "list"), ("position", "text"),
    ],
)  # fmt: skip
def test_a_field_is_of_the_type_that_its_values_have(type_: str, expected: str) -> None:
    more = {"options": [{"value": "a", "label": {"zh": "甲", "en": "A"}}]} if type_ == "multiselect" else {}
    definition = form_of(component(type_, "x", **more))
    assert list(value_types(definition).values()) == [expected]


def test_every_field_that_ships_has_a_type_that_can_be_declared() -> None:
    for path in sorted(bundles.FORMS.glob("*.json")):
        types = value_types(parse(orjson.loads(path.read_bytes())))
        assert set(types.values()) <= VARIABLE_TYPES, path.name
