"""What has no name is told by its kind and what stands beside it, in both languages; ids only tell twins apart."""

from engine.bpmn import documents, elements
from engine.bpmn.check import Known, check
from tests.unit.bpmn.build import boundary, bpmn, node, timer

PARTS = (
    node("userTask", "a", name_en="Ask")
    + node("userTask", "b")
    + node("userTask", "c")
    + node("userTask", "d")
    + "".join(f'<bpmn:{kind} id="{key}"/>\n' for kind, key in (("exclusiveGateway", "x"), ("parallelGateway", "m")))
    + '<bpmn:task id="t1"/><bpmn:task id="t2"/>\n'
    + boundary("late", "a", timer("PT1H")).replace('name="late"', "")
)
SOURCE = bpmn(PARTS, "start a x [1] b m d end\nx [2] c m\nlate t1 end\nlate t2 end")


def called(locale: str) -> dict[str, str]:
    names = elements.names(documents.parse(SOURCE))
    return {key: label.text(locale) for key, label in names.items()}


def test_what_has_no_name_is_told_by_what_stands_beside_it() -> None:
    zh, en = called("zh_Hans_CN"), called("en")
    assert zh["x"] == "排他网关（a 之后）"
    assert en["x"] == "Exclusive gateway (after Ask)"
    # Where ways meet, what follows tells more.
    assert zh["m"] == "并行网关（d 之前）"
    assert en["late"] == "Boundary event (on Ask)"
    assert zh["f_x_b"] == "排他网关（a 之后） → b"
    assert en["a"] == "Ask"


def test_twins_are_told_apart_by_their_ids() -> None:
    en = called("en")
    assert en["t1"] == "Task (before end) t1"
    assert en["t2"] == "Task (before end) t2"


def test_the_gate_calls_elements_as_people_do() -> None:
    said = {(found.element_id, found.text("zh")) for found in check(SOURCE, Known(forms={"f"}))}
    assert ("x", "网关“排他网关（a 之后）”没有默认流：若所有条件都不成立，流程将停在此处。") in said
    twice = bpmn(node("userTask", "End"), "start End end")
    assert {found.text("en") for found in check(twice, Known()) if found.code == "reserved_id"} == {
        "The id “End” is reserved: it would cut the process short. Choose another."
    }
