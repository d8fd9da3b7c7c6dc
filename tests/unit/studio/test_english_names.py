"""English readers of a diagram see whole words: a label is widened where its Chinese words were shorter."""

import json
from pathlib import Path

from tests.unit.forms.node_tests import run_node

WIDTH_OF_A_LETTER = 6


def test_no_english_word_breaks_beside_its_element() -> None:
    files = {path.name: path.read_text("utf-8") for path in Path("workflows").glob("*/*.bpmn")}
    shown = json.loads(run_node("tests/unit/studio/english_names.mjs", given=json.dumps(files)))
    labels = [tuple(label) for each in shown.values() for label in each]
    assert {"Yes", "No"} <= {name for name, _width in labels}
    broken = [name for name, width in labels if any(len(word) * WIDTH_OF_A_LETTER > width for word in name.split())]
    assert broken == []
