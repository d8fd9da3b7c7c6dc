"""The editor's reading and writing loses nothing that SpiffWorkflow or the engine reads."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import SpiffWorkflow
from lxml import etree

from engine.bpmn import elements, structure
from tests.unit.bpmn.conformance import CASES
from tests.unit.forms.node_tests import run_node
from tests.unit.studio.semantics import lost
from tests.web.every_element import drawing

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
EVERY = HERE / "every_element.bpmn"
PARSERS = [Path(SpiffWorkflow.__file__).parent / name for name in ("bpmn/parser", "spiff/parser")]
ELEMENTS = (r"bpmn:(\w+)", r"full_tag\('(\w+)'")
EXTENSIONS = (r"spiffworkflow:(\w+)", r"name == '(\w+)'", r"by_tag_name\(\w+, '(\w+)'", r"xtensions\.get\('(\w+)'")
ATTRIBUTES = (r"\.get\('(\w+)'", r"attrib\['(\w+)'", r"\.attribute\('(\w+)'")
NO_NAMES = {"messageDefinition", "line_number", "retryBackoffBase"} | {"error_code", "escalation_code", "tag"}
"""A slip of the library's, and keys of its own dictionaries."""


def files() -> dict[str, str]:
    shipped = [*(ROOT / "workflows").glob("*/*.bpmn"), *(ROOT / "tests").rglob("*.bpmn")]
    models = {f"conformance: {name}": source.decode() for name, (source, _data, _acts) in CASES.items()}
    return {**{path.name: path.read_text("utf-8") for path in shipped}, **models, "drawing": drawing()}


def saved(given: dict[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(run_node(str(HERE / "round_trip.mjs"), given=json.dumps(given)))
    return found


def test_nothing_is_lost_of_any_file() -> None:
    given = files()
    assert len(given) > 40
    for name, after in saved(given).items():
        assert lost(given[name], after["xml"]) == [], name
        assert after["warnings"] == [], name


def read_by_the_parsers(patterns: tuple[str, ...]) -> Iterator[str]:
    for folder in PARSERS:
        for path in folder.glob("*.py"):
            source = path.read_text("utf-8").replace('"', "'")
            for pattern in patterns:
                yield from re.findall(pattern, source)


def test_the_model_of_every_element_has_what_spiffworkflow_and_the_engine_read() -> None:
    root = etree.parse(EVERY)
    there = {etree.QName(each).localname for each in root.iter("{*}*")}
    there |= {etree.QName(name).localname for each in root.iter("{*}*") for name in each.attrib}
    ours = elements.FLOW_NODES | set(structure.UNSUPPORTED) | set(structure.IGNORED) | set(structure.EVENT_NAMES)
    ours |= set(structure.REFERENCES) | set(elements.TIMER_PARTS)
    read = {pattern: set(read_by_the_parsers(pattern)) for pattern in (ELEMENTS, EXTENSIONS, ATTRIBUTES)}
    assert min(len(names) for names in read.values()) > 15
    assert ours | set[str]().union(*read.values()) - NO_NAMES <= there


@pytest.mark.parametrize("part", ["<bpmn:unheardOf>x</bpmn:unheardOf>", '<spiffworkflow:unheardOf id="x"/>'])
def test_the_comparison_sees_what_is_lost(part: str) -> None:
    before = EVERY.read_text("utf-8").replace("</spiffworkflow:properties>", f"</spiffworkflow:properties>{part}", 1)
    after = saved({"it": before})["it"]
    assert after["warnings"]
    assert {etree.QName(each[0]).localname for each in lost(before, after["xml"])} == {"unheardOf"}


def test_the_comparison_sees_what_is_lost_without_a_warning() -> None:
    behaviour = (
        '<bpmn:complexBehaviorDefinition><bpmn:condition id="c">x</bpmn:condition></bpmn:complexBehaviorDefinition>'
    )
    end = "</bpmn:multiInstanceLoopCharacteristics>"
    before = EVERY.read_text("utf-8").replace(end, behaviour + end, 1)
    after = saved({"it": before})["it"]
    assert after["warnings"] == []
    assert {each[1] for each in lost(before, after["xml"])} == {"c"}
