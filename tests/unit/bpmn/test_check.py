"""The deploy gate: each fault is found on its element, in both languages, in time, and never raises."""

import string
import time

import pytest

from engine.bpmn import check as gate
from engine.bpmn import structure
from engine.bpmn.check import Finding, Known, check
from engine.bpmn.findings import SENTENCES
from engine.bpmn.settings import expression_problems
from tests.unit.bpmn.build import (
    boundary,
    bpmn,
    definitions,
    end,
    error,
    node,
    process,
    script,
    start,
    subprocess,
    timer,
)
from tests.unit.bpmn.conformance import CASES

USER = node("userTask", "a")
AB = USER + node("userTask", "b")
XOR = node("exclusiveGateway", "x")
KNOWN = Known(topics={"a.b": "lookup"}, forms={"fa"}, decisions={"grade"})
EMPTY_SUB = subprocess("sub", start("i") + end("o"), "i o")
DANGLING = subprocess(
    "sub",
    start("i")
    + node(
        "userTask",
        "a",
        '<bpmn:dataInputAssociation id="d"><bpmn:sourceRef>r</bpmn:sourceRef></bpmn:dataInputAssociation>',
    )
    + '<bpmn:dataObjectReference id="r" dataObjectRef="nowhere"/>'
    + end("o"),
    "i a o",
)
BOMB = b'<?xml version="1.0"?><!DOCTYPE b [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]><b>&b;</b>'

REFUSED: dict[str, tuple[bytes, str, str | None]] = {
    "billion laughs": (BOMB, "doctype", None),
    "doctype in UTF-16": (BOMB.decode().replace("1.0", "1.0").encode("utf-16"), "doctype", None),
    "too large": (b" " * 2_000_001, "too_large", None),
    "not XML": (b"<a><b></a>", "not_xml", None),
    "empty": (b"", "not_xml", None),
    "not BPMN": (b"<html/>", "not_bpmn", None),
    "no process": (definitions(""), "no_process", None),
    "401 elements": (bpmn("".join(node("task", f"t{i}") for i in range(399)), "start end"), "too_many_nodes", "p"),
    "no id": (bpmn('<bpmn:userTask name="x"/>', "start end"), "no_id", None),
    "id twice": (bpmn(USER + USER, "start a end"), "id_twice", "a"),
    "reserved id": (bpmn(node("userTask", "End"), "start End end"), "reserved_id", "End"),
    "dangling target": (bpmn(USER, "start a nowhere"), "dangling", "f_a_nowhere"),
    "dangling data object": (bpmn(DANGLING, "start sub end"), "dangling", "r"),
    "dangling message": (bpmn(node("receiveTask", "r", attrs='messageRef="m_x"'), "start r end"), "dangling", "r"),
    "dangling error": (bpmn(USER + boundary("e", "a", error("E")), "start a end\ne end"), "dangling", "e"),
    "dangling default": (
        bpmn(XOR.replace('name="x"', 'name="x" default="f"') + AB, "start x [1] a end\nx [1] b end"),
        "dangling",
        "x",
    ),
    "dangling boundary": (bpmn(USER + boundary("e", "z", timer("PT1H")), "start a end\ne end"), "dangling", "e"),
    "flow out of a sub-process": (bpmn(EMPTY_SUB + USER, "start sub a end\ni a"), "crosses_scope", "f_i_a"),
    "transaction": (bpmn(EMPTY_SUB.replace("subProcess", "transaction"), "start sub end"), "unsupported", "sub"),
    "ad hoc": (bpmn(EMPTY_SUB.replace("subProcess", "adHocSubProcess"), "start sub end"), "unsupported", "sub"),
    "event sub-process": (
        bpmn(EMPTY_SUB.replace('name="sub"', 'triggeredByEvent="true"'), "start end"),
        "unsupported",
        "sub",
    ),
    "complex gateway": (bpmn(node("complexGateway", "g"), "start g end"), "unsupported", "g"),
    "signal": (
        bpmn(node("intermediateCatchEvent", "s", "<bpmn:signalEventDefinition/>"), "start s end"),
        "unsupported",
        "s",
    ),
    "conditional": (
        bpmn(node("intermediateCatchEvent", "s", "<bpmn:conditionalEventDefinition/>"), "start s end"),
        "unsupported",
        "s",
    ),
    "link": (
        bpmn(node("intermediateThrowEvent", "s", "<bpmn:linkEventDefinition/>"), "start s end"),
        "unsupported",
        "s",
    ),
    "compensation": (
        bpmn(node("intermediateThrowEvent", "s", "<bpmn:compensateEventDefinition/>"), "start s end"),
        "unsupported",
        "s",
    ),
    "error thrown in between": (bpmn(node("intermediateThrowEvent", "s", error()), "start s end"), "unsupported", "s"),
    "timer start": (
        definitions(process("p", start("start", timer("PT1H")) + end(), "start end")),
        "unsupported",
        "start",
    ),
    "several triggers": (
        bpmn(node("intermediateCatchEvent", "s", timer("PT1H") + "<bpmn:messageEventDefinition/>"), "start s end"),
        "unsupported",
        "s",
    ),
    "data store": (
        definitions('<bpmn:dataStore id="ds" name="x"/>' + process("p", start() + end(), "start end")),
        "unsupported",
        "defs",
    ),
    "no start": (definitions(process("p", USER + end(), "a end")), "no_start", "p"),
    "no end": (definitions(process("p", start() + USER, "start a")), "no_end", "p"),
    "two starts": (bpmn(start("s2"), "start end\ns2 end"), "starts_twice", "p"),
    "several flows": (bpmn(AB, "start a end\na b end"), "several_flows", "a"),
    "unreachable": (bpmn(AB, "start a end\nb end"), "unreachable", "b"),
    "end goes on": (bpmn(USER, "start end a"), "end_goes_on", "end"),
    "into the start": (bpmn(USER, "start a start"), "no_incoming", "start"),
    "boundary without a flow": (bpmn(USER + boundary("t", "a", timer("PT1H")), "start a end"), "boundary_no_way", "t"),
    "boundary on a gateway": (bpmn(XOR + boundary("t", "x", timer("PT1H")), "start x end\nt end"), "dangling", "t"),
    "boundary loops straight back": (
        bpmn(USER + boundary("t", "a", timer("PT1H")), "start a end\nt a"),
        "boundary_loops",
        "t",
    ),
    "error does not interrupt": (
        bpmn(USER + boundary("e", "a", error(), interrupting=False), "start a end\ne end"),
        "error_boundary",
        "e",
    ),
    "no condition": (bpmn(XOR + AB, "start x a end\nx [n] b end"), "no_condition", "f_x_a"),
    "condition on a task": (bpmn(USER, "start a [n] end"), "condition_ignored", "f_a_end"),
    "event gateway to a task": (
        bpmn(node("eventBasedGateway", "g") + AB, "start g a end\ng b end"),
        "gateway_events",
        "g",
    ),
    "no topic": (bpmn(node("serviceTask", "s"), "start s end"), "no_topic", "s"),
    "unknown topic": (bpmn(node("serviceTask", "s", topic="x.y"), "start s end"), "unknown_topic", "s"),
    "unknown form": (bpmn(node("userTask", "a", form="fx"), "start a end"), "unknown_form", "a"),
    "no decision": (bpmn(node("businessRuleTask", "r"), "start r end"), "no_decision", "r"),
    "unknown decision": (bpmn(node("businessRuleTask", "r", decision="x"), "start r end"), "unknown_decision", "r"),
    "no message": (bpmn(node("receiveTask", "r"), "start r end"), "no_message", "r"),
    "empty script": (bpmn(node("scriptTask", "s"), "start s end"), "no_script", "s"),
    "Python": (
        bpmn(script("s", "{}").replace("<bpmn:scriptTask", '<bpmn:scriptTask scriptFormat="python"'), "start s end"),
        "script_language",
        "s",
    ),
    "timer without a time": (bpmn(node("intermediateCatchEvent", "t", timer("")), "start t end"), "no_timer", "t"),
    "cycle": (
        bpmn(node("intermediateCatchEvent", "t", timer("R3/PT1H", "timeCycle")), "start t end"),
        "timer_cycle",
        "t",
    ),
    "call of nothing": (bpmn(node("callActivity", "c"), "start c end"), "no_called", "c"),
    "loop without an end": (
        bpmn(node("userTask", "a", "<bpmn:standardLoopCharacteristics/>"), "start a end"),
        "loop_needs",
        "a",
    ),
    "instances of nothing": (
        bpmn(node("userTask", "a", "<bpmn:multiInstanceLoopCharacteristics/>"), "start a end"),
        "loop_needs",
        "a",
    ),
    "unknown type": (bpmn("", "start end", var__x="number?"), "variable_type", "p"),
}


def errors(findings: list[Finding]) -> list[Finding]:
    return [found for found in findings if found.severity == "error"]


@pytest.mark.parametrize("name", REFUSED)
def test_fault_is_refused_on_its_element(name: str) -> None:
    source, code, element_id = REFUSED[name]
    found = errors(check(source, KNOWN))
    assert (code, element_id) in {(entry.code, entry.element_id) for entry in found}
    for entry in found:
        assert entry.text("en") != entry.text("zh_Hans_CN")
        assert entry.line is not None or entry.element_id is None


def test_sentences_exist_in_both_languages_with_the_same_parameters() -> None:
    for code, (en, zh) in SENTENCES.items():
        names = [
            {name for _, name, _, _ in string.Formatter().parse(text) if name} - {"what", "what_zh", "en", "zh"}
            for text in (en, zh)
        ]
        assert names[0] == names[1], code
        assert any("\u4e00" <= letter <= "\u9fff" for letter in zh) or code == "expression"


def test_dangling_data_object_in_a_sub_process_takes_no_time() -> None:
    begun = time.monotonic()
    assert errors(check(bpmn(DANGLING, "start sub end"), KNOWN))
    assert time.monotonic() - begun < 5


@pytest.mark.parametrize(
    "name", ["sequence", "sub-process, interrupted", "call activity", "multi-instance of sub-processes"]
)
def test_sound_models_pass_the_parser_too(name: str) -> None:
    assert errors(check(CASES[name][0], KNOWN)) == []


def test_lanes_messages_and_required_topics_are_compared_with_what_is_known() -> None:
    lane = '<bpmn:lane id="l1" name="x"><bpmn:flowNodeRef>a</bpmn:flowNodeRef></bpmn:lane>'
    lanes = f'<bpmn:laneSet id="ls">{lane}</bpmn:laneSet>'
    body = lanes + AB + node("receiveTask", "r", attrs='messageRef="m_in"')
    known = Known(lanes={"rep"}, messages={"out"}, required_topics={"p": {"visit.close"}})
    found = {(entry.code, entry.element_id) for entry in check(bpmn(body, "start a b r end", messages="in"), known)}
    assert {("unknown_lane", "a"), ("no_lane", "b"), ("unknown_message", "r"), ("required_topic", "p")} <= found


def test_every_expression_is_compiled() -> None:
    asked: list[tuple[str, str]] = []

    def compile_it(text: str, kind: str, types: dict[str, str]) -> list[tuple[str, str, str]]:
        asked.append((text, kind))
        assert types["n"] == "number"
        return [("bad", "不好 {x}", "bad {x}")] if text == "cond {" else []

    body = (
        node("exclusiveGateway", "x", attrs='default="f_x_b"')
        + node("userTask", "a", form="=frm", due="du", field__text_1="fld")
        + node(
            "userTask",
            "b",
            "<bpmn:multiInstanceLoopCharacteristics><bpmn:completionCondition>unt</bpmn:completionCondition></bpmn:multiInstanceLoopCharacteristics>",
            loop__collection="col",
            loop__result="r",
            loop__value="val",
        )
        + node("serviceTask", "s", topic="a.b", param__p="par")
        + node("sendTask", "m", attrs='messageRef="m_o"', payload="pay", to="to_")
        + script("c", "scr")
        + boundary("t", "a", timer("tim"))
        + boundary("t2", "a", timer("PT1H"))
    )
    source = bpmn(body, "start x b end\nx [cond {] a s m c end\nt end\nt2 end", messages="o", var__n="number")
    found = errors(
        check(
            source,
            Known(topics={"a.b": "lookup"}, parameter_types={"a.b": {"p": "number"}}, expression_check=compile_it),
        )
    )
    assert [(entry.element_id, entry.text("en")) for entry in found] == [("f_x_a", "“x → a”: bad {x}")]
    assert set(asked) == {
        ("cond {", "condition"),
        ("frm", "text"),
        ("du", "timer"),
        ("fld", "text"),
        ("unt", "condition"),
        ("col", "list"),
        ("val", "value"),
        ("par", "number"),
        ("pay", "context"),
        ("to_", "text"),
        ("scr", "script"),
        ("tim", "timer"),
    }


def test_the_item_of_a_loop_is_known_inside_of_it() -> None:
    seen: dict[str, set[str]] = {}

    def note(text: str, _kind: str, types: dict[str, str]) -> list[str]:
        seen[text] = set(types)
        return []

    each = "<bpmn:multiInstanceLoopCharacteristics/>"
    inner = subprocess(
        "sub", each + start("i") + script("inside", "ins") + end("o"), "i inside o", loop__collection="cs"
    )
    body = inner + node("userTask", "a", each, loop__collection="xs", loop__item="line", due="du") + script("c", "out")
    assert not errors(check(bpmn(body, "start sub a c end"), Known(expression_check=note)))
    assert "item" in seen["ins"]
    assert "line" in seen["du"]
    assert not {"item", "line"} & seen["out"]


def test_what_a_topic_needs_is_asked_for() -> None:
    known = Known(topics={"a.b": "lookup"}, needed_parameters={"a.b": {"to", "what"}})
    source = bpmn(node("serviceTask", "s", topic="a.b", param__to="x", param__what=""), "start s end")
    assert [found.text("en") for found in check(source, known)] == ["“s”: the topic “a.b” needs the parameter “what”."]


def test_one_expression_is_judged_as_the_gate_judges_it() -> None:
    assert not list(expression_problems("PT1H", "timer", {}, None))
    assert [code for code, _zh, _en in expression_problems("R3/PT10M", "timer", {}, None)] == ["timer_cycle"]
    assert list(expression_problems("PT1H", "value", {}, lambda *_: ["no"])) == [("expression", "no", "no")]


def test_400_elements_in_a_row_parse_and_run() -> None:
    from tests.unit.bpmn.harness import Instance

    names = [f"t{number}" for number in range(398)]
    source = bpmn("".join(node("task", name) for name in names), "start " + " ".join(names) + " end")
    assert errors(check(source, KNOWN)) == []
    assert Instance(source).status == "completed"


@pytest.mark.parametrize("cut", range(0, 1600, 97))
def test_mutilated_files_never_raise(cut: int) -> None:
    source = CASES["sub-process, disturbed"][0]
    assert isinstance(check(source[:cut] + source[cut + 40 :], KNOWN), list)


def test_parser_that_takes_too_long_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gate, "PARSER_LIMIT_S", 0.001)
    monkeypatch.setattr(gate, "_accepted", {})
    assert [found.code for found in errors(check(bpmn(USER, "start a end"), KNOWN))] == ["parser_time"]


def test_what_the_parser_accepted_it_need_not_read_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gate, "_accepted", {})
    source = bpmn(USER, "start a end")
    assert errors(check(source, KNOWN)) == []
    monkeypatch.setattr(gate, "PARSER_LIMIT_S", 0.001)
    assert errors(check(source, KNOWN)) == []
    assert [found.code for found in errors(check(source + b"\n", KNOWN))] == ["parser_time"]


def test_fault_that_only_the_parser_finds_is_a_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(structure.UNSUPPORTED, "complexGateway")
    found = errors(check(bpmn(node("complexGateway", "g"), "start g end"), KNOWN))
    assert [entry.code for entry in found] == ["parser"]


def test_ignored_extensions_are_pointed_out() -> None:
    inner = "<bpmn:extensionElements><spiffworkflow:preScript>x = 1</spiffworkflow:preScript></bpmn:extensionElements>"
    found = check(bpmn(node("userTask", "a", inner), "start a end"), KNOWN)
    assert ("ignored", "a", "warning") in {(entry.code, entry.element_id, entry.severity) for entry in found}


def test_a_task_without_a_type_is_pointed_out() -> None:
    found = check(bpmn(node("task", "t"), "start t end"), KNOWN)
    assert [(entry.code, entry.element_id, entry.severity) for entry in found] == [("plain_task", "t", "warning")]
