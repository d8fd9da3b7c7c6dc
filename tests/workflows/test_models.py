"""The files that ship: the gate accepts them, and everything they name is there."""

import re
from itertools import pairwise
from pathlib import Path

import pytest
from lxml import etree

from engine import wiring
from engine.bpmn import documents
from engine.feel import decisions
from engine.notifications.rules import TEMPLATES
from engine.process import bundles, deployment, topics
from engine.process.bundles import Bundle
from engine.settings import Settings

KEYS = bundles.factory_keys()
LANES = {
    "day": {"Rep"},
    "adverse_event": {"Rep", "Safety"},
    "report_correction": {"Rep", "Manager"},
    "reconcile": {"Owner"},
    "repair": {"Admin", "Second"},
    "visit": {"Rep", "Manager"},
    "sample_drop": {"Rep", "Manager", "Compliance"},
    "sample_fulfilment": {"Requester", "Manager", "Compliance", "Warehouse"},
    "support_request": {"Requester", "Ops", "Approver"},
}
MESSAGES = {
    "day": set(),
    "adverse_event": set(),
    "reconcile": set(),
    "repair": set(),
    "report_correction": set(),
    "sample_drop": set(),
    "sample_fulfilment": {"stock_arrived", "samples_settled", "fulfilment_cancelled"},
    "visit": {"visit_arrived_late", "visit_cancelled", "visit_rescheduled", "request_fulfilled"},
    "support_request": {
        "request_cancelled", "request_fulfilled", "samples_settled", "fulfilment_cancelled", "first_response_100",
        "resolve_75", "resolve_100", "resolve_150",
    },
}  # fmt: skip
DI = "{http://www.omg.org/spec/BPMN/20100524/DI}"
NAMED = {"userTask", "serviceTask", "businessRuleTask", "subProcess", "boundaryEvent", "intermediateThrowEvent"}


@pytest.fixture(autouse=True)
def _topics(tmp_path: Path) -> None:
    folder = {"FIELDFLOW_DATA": str(tmp_path), "FIELDFLOW_DATABASE_URL": "sqlite://"}
    wiring.build(Settings.from_environment(folder)).database.dispose()


def bundle(key: str) -> Bundle:
    return bundles.build(bundles.factory_sources(key))


def root(key: str):
    return documents.parse((bundles.WORKFLOWS / key / f"{key}.bpmn").read_bytes())


def test_the_processes_ship() -> None:
    assert sorted(LANES) == KEYS


@pytest.mark.parametrize("key", KEYS)
def test_the_gate_finds_nothing(key: str) -> None:
    assert deployment.check_bundle(bundles.factory_sources(key)) == []


@pytest.mark.parametrize("key", KEYS)
def test_decisions_fit_the_variables(key: str) -> None:
    found = bundle(key)
    problems = [decisions.check_decision(model, name, found.model.variables) for name, model in found.decisions.items()]
    assert all(problem == [] for problem in problems)


@pytest.mark.parametrize("key", KEYS)
def test_all_that_is_named_is_there(key: str) -> None:
    found = bundle(key)
    assert found.model.topics <= {topic.name for topic in topics.all_topics()}
    assert found.model.forms <= set(found.forms)
    assert found.model.decisions <= set(found.decisions)
    assert found.model.lanes == LANES[key]
    assert found.model.messages == MESSAGES[key]
    sources = {name for form in found.forms.values() for name in _sources(form.components)}
    assert [name for name in sources if topics.choice_source(name) is None] == []


def _sources(components) -> set[str]:
    own = {component.source for component in components if component.source}
    return own.union(*(_sources(component.children) for component in components))


@pytest.mark.parametrize("key", KEYS)
def test_every_notice_has_a_text(key: str) -> None:
    texts = [
        e.properties["param.template"] for e in bundle(key).model.elements.values() if "param.template" in e.properties
    ]
    literal = {text.strip('"') for text in texts if text.startswith('"')}
    assert literal
    assert literal <= TEMPLATES.keys()


@pytest.mark.parametrize("key", KEYS)
def test_everything_a_person_reads_has_a_chinese_and_an_english_name(key: str) -> None:
    chinese = re.compile(r"[\u4e00-\u9fff]")
    for element in bundle(key).model.elements.values():
        named = element.name.default != element.id
        assert named or element.kind not in NAMED, element.id
        assert not named or (chinese.search(element.name.default) and element.name.en), element.id
    for node in root(key).iter(*(f"{{{documents.BPMN}}}{kind}" for kind in ("sequenceFlow", "lane", "participant"))):
        assert not node.get("name") or documents.properties(node).get("name_en"), node.get("id")


@pytest.mark.parametrize("key", KEYS)
def test_every_user_task_fills_lists_and_one_variable(key: str) -> None:
    for task in bundle(key).model.user_tasks:
        assert {"form", "result", "field.subject", "field.text_1", "field.text_2"} <= task.properties.keys(), task.id


def test_what_a_visit_is_about_reads_in_english_too() -> None:
    for task in bundle("visit").model.user_tasks:
        assert "field.subject_en" in task.properties, task.id
    for element in bundle("visit").model.elements.values():
        values = element.properties.get("param.values", "")
        assert ("title:" in values) == ("title_en:" in values), element.id


@pytest.mark.parametrize("key", KEYS)
def test_every_element_is_drawn_and_no_two_overlap(key: str) -> None:
    tree = root(key)
    shapes = {node.get("bpmnElement"): _bounds(node) for node in tree.iter(f"{DI}BPMNShape")}
    drawn = shapes.keys() | {node.get("bpmnElement") for node in tree.iter(f"{DI}BPMNEdge")}
    elements = bundle(key).model.elements
    flows = {flow.id for element in elements.values() for flow in element.flows}
    assert elements.keys() | flows <= drawn
    solid = [e for e in elements.values() if e.kind != "boundaryEvent"]
    for number, one in enumerate(solid):
        for other in solid[number + 1 :]:
            if one.parent == other.parent:
                assert not _overlap(shapes[one.id], shapes[other.id]), (one.id, other.id)


def _bounds(shape: etree._Element) -> tuple[float, float, float, float]:
    box = next(child for child in shape if child.tag.endswith("Bounds"))
    x, y, width, height = (float(box.get(name)) for name in ("x", "y", "width", "height"))
    return x, y, x + width, y + height


def _overlap(one: tuple[float, ...], other: tuple[float, ...]) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


@pytest.mark.parametrize("key", KEYS)
def test_edges_are_orthogonal(key: str) -> None:
    flows = {flow.id for element in bundle(key).model.elements.values() for flow in element.flows}
    for edge in root(key).iter(f"{DI}BPMNEdge"):
        points = [(float(p.get("x")), float(p.get("y"))) for p in edge if p.tag.endswith("waypoint")]
        pairs = list(pairwise(points))
        assert edge.get("bpmnElement") not in flows or all(a[0] == b[0] or a[1] == b[1] for a, b in pairs)
