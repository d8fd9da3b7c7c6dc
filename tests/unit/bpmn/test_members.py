"""Which entries of a variable are known for sure, and what the gate says of an expression that names another."""

import pytest

from engine.bpmn import documents, settings
from engine.bpmn.check import Known, check
from engine.process.deployment import check_expression
from tests.unit.bpmn.build import bpmn, end, node, script, start, subprocess

GIVES = {
    "form": {"fa": {"x"}, "fb": {"x", "y"}},
    "decision": {"grade": {"level"}, "only": {""}},
    "topic": {"a.b": {"bare"}, "a.c": {"state"}, "a.d": set[str]()},
}
TURNS = "<bpmn:multiInstanceLoopCharacteristics/>"
WRITERS = (
    node("userTask", "u1", form="fa", result="form")
    + node("userTask", "u2", form="fa", result="two")
    + subprocess("sub", start("i") + node("userTask", "u3", form="fb", result="two") + end("o"), "i u3 o")
    + node("userTask", "u4", form="=some_form", result="unread")
    + node("userTask", "u5", form="fa", result="mixed")
    + node("userTask", "u6", form="other", result="mixed")
    + node("userTask", "u7", form="fb")
    + node("userTask", "u8", form="fa", result="half")
    + node("businessRuleTask", "b1", decision="grade", result="grading")
    + node("businessRuleTask", "b2", decision="only", result="one")
    + node("serviceTask", "s1", topic="a.b")
    + node("serviceTask", "s2", topic="a.c", result="stock")
    + node("serviceTask", "s3", topic="a.d", result="silent")
    + node("task", "t", TURNS, loop__collection="xs", loop__item="item", loop__result="looped", loop__value="1")
    + script("c", '{scripted: 1, "quoted" : 2}')
)
PAYLOAD = {"payload": "{sent: {x: 1}}"}
LINKS = "start u1 u2 sub u4 u5 u6 u7 u8 b1 b2 s1 s2 s3 t c sending end"
WRITTEN_OTHERWISE = (
    "unread", "mixed", "x", "one", "bare", "silent", "item", "looped", "scripted", "quoted", "sent",
)  # fmt: skip
CONTEXTS = ("form", "two", "grading", "stock", "own", "plain", *WRITTEN_OTHERWISE)
DECLARED = (
    {f"var__{name}": "context" for name in CONTEXTS}
    | {f"var__{name}.entry": "text" for name in WRITTEN_OTHERWISE}
    | {
        "var__form.z": "number",
        "var__own.z": "number",
        "var__own.more.z": "text",
        "var__rows": "list",
        "var__half.z": "text",
        "var__loose.z": "text",
        "var__rows.z": "text",
    }
)
SURE = {
    "form": "record", "form.x": "any", "form.z": "number",
    "two": "record", "two.x": "any", "two.y": "any",
    "grading": "record", "grading.level": "any",
    "stock": "record", "stock.state": "any",
    "half": "record", "half.x": "any", "half.z": "text",
    "own": "record", "own.z": "number", "own.more.z": "text",
}  # fmt: skip


def everything(more: str = "", links: str = LINKS) -> bytes:
    """Write a process in which variables are written in every way that there is."""
    sending = node("intermediateThrowEvent", "sending", **PAYLOAD)
    return bpmn(WRITERS + sending + more, links, **DECLARED)


def closed(source: bytes) -> dict[str, str]:
    return settings.closed(documents.parse(source), Known(gives=GIVES))["p"]


def test_entries_are_known_where_every_writer_says_what_it_gives() -> None:
    assert closed(everything()) == SURE


def calling() -> bytes:
    return everything(node("callActivity", "call", attrs='calledElement="q"'), f"{LINKS}\nu1 call end")


def test_nothing_is_known_beside_a_called_process() -> None:
    assert closed(calling()) == {}


@pytest.mark.parametrize(
    ("expression", "said"),
    [
        ("form.x > 30", []),
        ("form.xx > 30", [("warning", "“form” has no entry “xx” that is known here; the nearest is “form.x”.")]),
        ("unread.xx > 30", []),
    ],
)
def test_a_wrong_entry_is_a_warning(expression: str, said: list[tuple[str, str]]) -> None:
    more = node("exclusiveGateway", "way", attrs='default="f_way_no"') + node("task", "no") + node("task", "yes")
    source = everything(more, f"{LINKS}\nu1 way [{expression}] yes\nway no")
    known = Known(topics=dict.fromkeys(GIVES["topic"], "lookup"), gives=GIVES, expression_check=check_expression)
    found = [each for each in check(source, known) if each.element_id == "f_way_yes"]
    assert [(each.severity, each.params["en"]) for each in found] == said
