import json
from pathlib import Path

import pytest

from forms.components import KINDS
from forms.compute import compute

from .building import component, form_of

HERE = Path(__file__).parent


@pytest.mark.parametrize("vector", json.loads((HERE / "compute_vectors.json").read_text("utf-8")), ids=str)
def test_computed_values(vector):
    assert compute(vector["expression"], vector["values"]) == vector["expected"]


@pytest.mark.parametrize("vector", json.loads((HERE / "number_vectors.json").read_text("utf-8")), ids=str)
def test_typed_numbers(vector):
    part = form_of(component(vector["type"])).components[0]
    assert KINDS[vector["type"]].read(part, [vector["text"]]) == vector["expected"]
