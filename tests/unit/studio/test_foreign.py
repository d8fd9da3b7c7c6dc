"""The import assistant names each change, makes those that were accepted, and none besides."""

from pathlib import Path

import pytest

from engine.bpmn import documents
from engine.bpmn.documents import BPMN
from engine.bpmn.elements import FLOW_NODES
from engine.bpmn.model import Source
from engine.process import bundles, deployment
from engine.studio import foreign
from engine.studio.foreign_expressions import feel_of, value_of
from engine.studio.foreign_tree import DI, bounds_of

FOLDER = Path(__file__).parent
CAMUNDA = (FOLDER / "camunda.bpmn").read_bytes()


def codes(content: bytes) -> list[str]:
    return [mending.problem.code for mending in foreign.propose(content)]


def element(root: object, element_id: str) -> documents.Node:
    return next(node for node in root.iter() if node.get("id") == element_id)  # type: ignore[attr-defined]


def test_each_change_is_named() -> None:
    found = foreign.propose(CAMUNDA)
    assert {mending.problem.code for mending in found} == {
        "no_id", "reserved_id", "executable", "attribute", "extension", "expression", "no_end", "implicit_split",
        "default_flow", "left_out", "drawn",
    }  # fmt: skip
    assert all(str(mending.problem) for mending in found)
    assert len({mending.key for mending in found}) == len(found)
    assert [mending.key for mending in foreign.propose(CAMUNDA)] == [mending.key for mending in found]


def test_what_is_accepted_is_made_and_says_the_same_here() -> None:
    mended = foreign.mend(CAMUNDA, [mending.key for mending in foreign.propose(CAMUNDA)])
    root = documents.parse(mended)
    asked = documents.properties(element(root, "ask"))
    assert asked == {"form": "visit_prepare", "due": "due"}
    assert documents.properties(element(root, "score")) == {
        "topic": "score.find", "param.who": "customer", "param.kind": '"fast"',
    }  # fmt: skip
    assert element(root, "which").get("default") == "d"
    assert documents.text_of(element(root, "c"), "conditionExpression") == 'amount > 100 and kind = "new"'
    (split,) = documents.descendants(root, "parallelGateway")
    assert {
        flow.get("targetRef")
        for flow in documents.descendants(root, "sequenceFlow")
        if flow.get("sourceRef") == split.get("id")
    } == {"one", "two"}
    assert b"camunda:" not in mended.replace(b"xmlns:camunda", b"")
    assert foreign.propose(mended) == ()


def test_what_has_no_drawing_is_drawn_without_two_shapes_in_one_place() -> None:
    root = documents.parse(foreign.mend(CAMUNDA, [mending.key for mending in foreign.propose(CAMUNDA)]))
    process = next(documents.descendants(root, "process"))
    shapes = {node.get("id"): bounds_of(root, node.get("id")) for node in documents.children(process, *FLOW_NODES)}
    assert None not in shapes.values()
    corners = [(box[0], box[1]) for box in shapes.values() if box]
    assert len(set(corners)) == len(corners)
    edges = {edge.get("bpmnElement") for edge in root.iter(f"{{{DI}}}BPMNEdge")}
    assert edges == {flow.get("id") for flow in documents.children(process, "sequenceFlow")}


def test_what_is_not_accepted_stays() -> None:
    assert codes(foreign.mend(CAMUNDA, [])) == codes(CAMUNDA)
    only = [mending.key for mending in foreign.propose(CAMUNDA) if mending.problem.code == "default_flow"]
    root = documents.parse(foreign.mend(CAMUNDA, only))
    assert element(root, "which").get("default") == "d"
    assert element(root, "Start").tag == f"{{{BPMN}}}startEvent"
    assert documents.properties(element(root, "ask")) == {}


def test_the_gate_names_what_is_left() -> None:
    mended = foreign.mend(CAMUNDA, [mending.key for mending in foreign.propose(CAMUNDA)])
    errors = [found for found in deployment.check_bundle([Source("loan.bpmn", mended)]) if found.severity == "error"]
    assert errors
    assert all(found.element_id for found in errors)


def test_zeebe_and_flowable_are_understood() -> None:
    content = (FOLDER / "zeebe_and_flowable.bpmn").read_bytes()
    root = documents.parse(foreign.mend(content, [mending.key for mending in foreign.propose(content)]))
    assert documents.properties(element(root, "t")) == {"form": "visit_prepare"}
    assert documents.properties(element(root, "r")) == {"decision": "d", "result": "v"}
    assert documents.properties(element(root, "u")) == {"form": "visit_report"}


def test_our_own_processes_need_no_assistant() -> None:
    for key in bundles.factory_keys():
        for source in bundles.factory_sources(key):
            if source.name.endswith(".bpmn"):
                assert codes(source.content) == [], source.name


@pytest.mark.parametrize(
    ("text", "feel"),
    [
        ("${a && !b || c == 'x'}", 'a and not(b) or c = "x"'),
        ("#{a eq 1 and b gt 2}", "a = 1 and b > 2"),
        ("= total >= 3", "total >= 3"),
        ("${note == 'a && b'}", 'note = "a && b"'),
        ("a != b", "a != b"),
        ("PT1H", "PT1H"),
    ],
)
def test_expressions_say_the_same_in_feel(text: str, feel: str) -> None:
    assert feel_of(text) == feel


def test_plain_text_becomes_a_text() -> None:
    assert value_of('say "hi"') == '"say \\"hi\\""'
    assert value_of("${x}") == "x"
