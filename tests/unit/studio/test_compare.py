"""What two bundles differ in is named by elements, fields and rows; where shapes stand is no difference."""

from engine.process import bundles
from engine.studio.compare import compare

FILES = {source.name: source.content for source in bundles.factory_sources("support_request")}


def changed(name: str, old: str, new: str) -> dict[str, bytes]:
    assert old in FILES[name].decode()
    return {**FILES, name: FILES[name].replace(old.encode(), new.encode(), 1)}


def test_the_same_files_differ_in_nothing() -> None:
    assert compare(FILES, dict(FILES)) == []


def test_moving_a_shape_is_no_difference() -> None:
    moved = changed("support_request.bpmn", '<dc:Bounds x="', '<dc:Bounds x="1')
    assert compare(FILES, moved) == []


def test_a_property_of_an_element_is_named_with_both_values() -> None:
    (change,) = compare(
        FILES, changed("support_request.bpmn", 'name="form" value="request_triage"', 'name="form" value="other"')
    )
    assert (change.kind, change.area, change.what) == ("changed", "element", "userTask")
    assert change.name.default != change.subject_id
    (detail,) = change.details
    assert (detail.property, detail.before, detail.after) == ("form", "request_triage", "other")


def test_elements_come_and_go() -> None:
    reduced = {**FILES, "support_request.bpmn": b""}
    from tests.unit.bpmn.build import bpmn  # a process of its own, with the same file name

    small = {**FILES, "support_request.bpmn": bpmn('<bpmn:startEvent id="s"/><bpmn:endEvent id="e"/>', "s e")}
    kinds = {(change.kind, change.area) for change in compare(FILES, small) if change.file.endswith(".bpmn")}
    assert {("added", "element"), ("removed", "element"), ("removed", "flow")} <= kinds
    # What cannot be read is one change of the file.
    (change,) = [each for each in compare(FILES, reduced) if each.file.endswith(".bpmn")]
    assert (change.kind, change.area) == ("changed", "file")


def test_a_row_of_a_table_is_named_by_table_number_and_column() -> None:
    changes = compare(FILES, changed("discount.dmn", "(5..15]", "(5..12]"))
    (change,) = changes
    assert (change.area, change.name.text("en")) == ("rule", "Row 2")
    assert change.place is not None
    (detail,) = change.details
    assert (detail.before, detail.after) == ("(5..15]", "(5..12]")


def test_a_field_of_a_form_is_named_by_its_label() -> None:
    (change,) = compare(FILES, changed("request_triage.json", '"required": true', '"required": false'))
    assert (change.kind, change.area) == ("changed", "field")
    assert change.name.en
    assert change.details[0].property == "required"


def test_files_come_and_go() -> None:
    less = {name: content for name, content in FILES.items() if name != "discount.dmn"}
    assert {(change.kind, change.file) for change in compare(FILES, less)} == {("removed", "discount.dmn")}
    more = {**FILES, "scenarios/one.json": b"{}"}
    (change,) = compare(FILES, more)
    assert (change.kind, change.area) == ("added", "file")


def test_what_is_new_shows_all_that_it_says() -> None:
    flow = '<bpmn:sequenceFlow id="new_way" sourceRef="handle" targetRef="reopen">'
    flow += "<bpmn:conditionExpression>amount &gt; 5</bpmn:conditionExpression></bpmn:sequenceFlow>"
    text = FILES["support_request.bpmn"].decode()
    end = text.index("</bpmn:process>")
    (change,) = compare(FILES, {**FILES, "support_request.bpmn": (text[:end] + flow + text[end:]).encode()})
    assert (change.kind, change.area) == ("added", "flow")
    assert "→" in change.name.default
    assert [(each.property, each.before, each.after) for each in change.details] == [("condition", "", "amount > 5")]

    rule = '<rule id="extra"><inputEntry id="e1"><text>99</text></inputEntry><outputEntry id="e2"><text>"x"</text>'
    table = FILES["discount.dmn"].decode()
    at = table.index("</decisionTable>")
    more = {**FILES, "discount.dmn": (table[:at] + rule + "</outputEntry></rule>" + table[at:]).encode()}
    (change,) = compare(FILES, more)
    assert (change.kind, change.area, change.subject_id.rpartition("/")[2]) == ("added", "rule", "extra")
    assert [each.after for each in change.details] == ["99", '"x"']
    (gone,) = compare(more, FILES)
    assert [(each.before, each.after) for each in gone.details] == [("99", ""), ('"x"', "")]
