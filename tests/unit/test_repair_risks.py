"""Which repairs a second administrator must agree to."""

from collections.abc import Collection

import pytest

from engine.bpmn import step as steps
from engine.bpmn.elements import Element
from engine.bpmn.step import Edit
from engine.process.risks import Map, has_effect_by, is_approval, risks
from tests.unit.bpmn.build import boundary, bpmn, end, message, node, start, subprocess
from tests.unit.bpmn.harness import FakeHost, Instance

BODY = (
    subprocess(
        "body",
        start("in") + node("userTask", "a") + node("serviceTask", "look_up", topic="x.read")
        + node("serviceTask", "write", topic="x.write")
        + node("exclusiveGateway", "again", attrs='default="f_again_out"') + end("out"),
        "in a look_up write again out\nagain [more] a",
    )
    + boundary("stop", "body", message("stop"))
    + boundary("told", "body", message("told"), interrupting=False)
    + node("userTask", "approve_it")
    + node("intermediateThrowEvent", "tell", message("said"))
    + node("userTask", "z")
    + end("stopped") + end("was_told")
)  # fmt: skip
SOURCE = bpmn(BODY, "start body approve_it tell z end\nstop stopped\ntold was_told", messages="stop told said")
has_effect = has_effect_by(lambda topic: topic == "x.read")


def found(act: str, at: str, to: str = "", *, done: Collection[str] = ()) -> list[tuple[str, str]]:
    host = FakeHost()
    instance = Instance(SOURCE, {"more": False}, host=host)
    if at not in {"body", "a", "stop", "told", ""}:
        instance.complete("a")
    standing = steps.standing(instance.model, instance.step.state)
    token = next((each.token for each in standing if each.element_id == at), "")
    edit = Edit(act, token, to)  # type: ignore[arg-type]  # the table's words
    shape = Map(instance.model.elements, has_effect, done)
    return [(risk.code, risk.element_id) for risk in risks(shape, [edit], standing, standing, ends=False)]


RULES = {
    "a plain step": (("skip", "a"), []),
    "past what only reads": (("move", "a", "write"), []),
    "past what writes": (("move", "a", "out"), [("skips_effect", "write")]),
    "the whole body": (("skip", "body"), [("skips_effect", "write")]),
    "past the body and a decision": (
        ("move", "body", "z"), [("skips_effect", "write"), ("skips_approval", "approve_it"), ("skips_effect", "tell")],
    ),
    "a decision": (("skip", "approve_it"), [("skips_approval", "approve_it")]),
    "an event that interrupts": (("skip", "stop"), [("skips_effect", "write")]),
    "an event that does not": (("skip", "told"), []),
    "stop waiting for an event": (("cancel", "stop"), []),
    "a branch": (("cancel", "a"), [("ends_branch", "a")]),
    "one more token": (("add", "", "z"), [("second_token", "z")]),
    "try again": (("retry", "a"), []),
}  # fmt: skip


@pytest.mark.parametrize("name", RULES)
def test_the_rule(name: str) -> None:
    edit, expected = RULES[name]
    assert found(*edit) == expected


def test_what_a_body_has_done_is_not_left_undone() -> None:
    assert found("skip", "body", done=["write"]) == []


def test_going_back_repeats_what_was_done() -> None:
    assert found("move", "approve_it", "body", done=["write", "look_up"]) == [("repeats_effect", "write")]
    assert found("move", "approve_it", "body") == []


@pytest.mark.parametrize(
    ("element", "expected"),
    [("approve_visit", True), ("review", True), ("approval_note", False), ("decide", True), ("prepare", False)],
)
def test_decisions_are_known_by_their_ids(element: str, expected: bool) -> None:
    model = Instance(bpmn(node("userTask", element), f"start {element} end")).model
    assert is_approval(model.elements[element]) is expected
    marked: Element = Instance(bpmn(node("userTask", "x", approval="true"), "start x end")).model.elements["x"]
    assert is_approval(marked)
