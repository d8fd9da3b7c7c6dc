"""An admin fills in the panel of the editor: every setting is chosen or completed, none is a magic name to type."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from lxml import etree
from playwright.sync_api import Locator, Page, expect

from engine.bpmn import documents
from engine.process import definitions
from tests.e2e.conftest import SignIn, Site, on_one_database
from tests.e2e.test_accessibility import faults

pytestmark = pytest.mark.e2e

KEY = "report_correction"
OFFER = ".feel-offers [role=option]"


def insert(admin: Page, type_: str, flow: str, **event: str) -> str:
    """Put an element into a sequence flow, as dropping it there does, and select it; returns its id."""
    leave(admin)
    made: str = admin.evaluate(
        """([type, flow, event]) => {
            const modeler = document.querySelector('[data-ready]').modeler;
            const connection = modeler.get('elementRegistry').get(flow);
            const [start, end] = connection.waypoints;
            const shape = modeler.get('elementFactory').createShape({ type, ...event });
            const middle = { x: (start.x + end.x) / 2, y: (start.y + end.y) / 2 };
            const created = modeler.get('modeling').createShape(shape, middle, connection);
            modeler.get('selection').select(created);
            return created.id;
        }""",
        [type_, flow, event],
    )
    return made


def leave(admin: Page) -> None:
    """Take the focus out of the panel, as a click into the picture does first."""
    admin.evaluate("document.activeElement.blur()")


def select(admin: Page, element_id: str) -> None:
    leave(admin)
    admin.evaluate(
        """(id) => {
            const modeler = document.querySelector('[data-ready]').modeler;
            modeler.get('selection').select(modeler.get('elementRegistry').get(id));
        }""",
        element_id,
    )


def group(admin: Page, name: str) -> Locator:
    return admin.locator(f"[data-group-id='group-fieldflow-{name}']")


def entry(admin: Page, name: str) -> Locator:
    return admin.locator(f"[data-entry-id='fieldflow-{name}']").locator("textarea, input, select")


def complete(field: Locator, typed: str) -> None:
    """Type the beginning of something, and take what is offered first."""
    field.press_sequentially(typed)
    expect(field).to_have_attribute("aria-activedescendant", re.compile("-0$"))
    field.press("Enter")
    expect(field).not_to_have_attribute("aria-activedescendant", re.compile("."))


def open_editor(site: Site, sign_in: SignIn, name: str) -> Page:
    admin = sign_in("admin")
    admin.goto(f"{site.url}/studio")
    admin.click(f"a[href^='/studio/']:has-text('{name}')")
    admin.wait_for_selector("[data-ready]")
    return admin


def fill_in_user_task(admin: Page) -> None:
    entry(admin, "form").select_option("correction_approve")
    entry(admin, "result").fill("second_look")
    admin.get_by_label("英文名称", exact=True).fill("Look again")
    entry(admin, "due-variable").select_option("approve_by")
    expect(entry(admin, "due")).to_have_value("approve_by")
    admin.get_by_role("button", name=re.compile("声明 3 个变量")).click()
    expect(admin.get_by_role("button", name=re.compile("声明"))).to_have_count(0)

    group(admin, "loop").locator(".bio-properties-panel-group-header").click()
    entry(admin, "loop-kind").select_option("parallel")
    complete(entry(admin, "loop-collection"), "man")
    entry(admin, "loop-item").fill("person")
    complete(entry(admin, "loop-until"), "second_look.dec")
    entry(admin, "loop-until").press_sequentially(' = "approve"')
    leave(admin)

    group(admin, "fields").locator(".bio-properties-panel-add-entry").click()
    group(admin, "fields").locator("select").select_option("text_2")
    complete(group(admin, "fields").locator("textarea"), "purp")
    admin.get_by_label("中文标签", exact=True).fill("目的")
    admin.get_by_label("英文标签", exact=True).fill("Purpose")


def fill_in_service_task(admin: Page) -> None:
    expect(admin.locator("[data-panel]")).to_contain_text("请选择程序在这里做什么")
    entry(admin, "topic").select_option("notify.send")
    expect(admin.locator("[data-panel]")).to_contain_text("这一步保存后才发送")
    expect(admin.get_by_label("通知谁 列表 · 必填", exact=True)).to_be_visible()
    to = entry(admin, "param-to")
    to.press_sequentially("rep")
    expect(admin.locator(OFFER).first).to_contain_text("replace(")
    expect(to).not_to_have_attribute("aria-activedescendant", re.compile("."))  # a whole name is nothing to complete
    leave(admin)
    expect(admin.locator(OFFER)).to_have_count(0)
    entry(admin, "param-template-word").select_option('"correction_rejected"')
    template = entry(admin, "param-template")
    expect(template).to_have_value('"correction_rejected"')
    template.fill("")
    complete(template, '"correction_ap')
    expect(entry(admin, "param-template-word")).to_have_value('"correction_applied"')
    entry(admin, "param-values").fill("{title: customer}")


def mend_condition(admin: Page) -> None:
    """Name a variable that is not there: it is said at once, beside the field, and mended by completing it."""
    select(admin, "flow_is_approved_reject")
    condition = entry(admin, "condition")
    condition.fill('approvel.decision = "reject"')
    problems = admin.locator("[data-entry-id='fieldflow-condition'] [role=status]")
    expect(problems).to_contain_text("approvel")
    expect(condition).to_have_attribute("aria-invalid", "true")
    assert not faults(admin)
    condition.fill("")
    condition.press_sequentially("approval.")
    expect(admin.locator(OFFER)).to_have_count(2)
    condition.press("ArrowDown")
    assert not faults(admin)
    condition.press("Escape")
    complete(condition, "d")
    condition.press_sequentially(' = "reject"')
    expect(problems).to_be_empty()


def send_message(admin: Page) -> None:
    entry(admin, "message").select_option("+")
    expect(entry(admin, "message-name")).to_have_value("message_1")
    entry(admin, "message-name").fill("correction_made")
    entry(admin, "to").fill('"visit:" + visit_id')
    complete(entry(admin, "payload"), "{reason: rea")
    entry(admin, "payload").press_sequentially("}")


def undo_and_redo(admin: Page) -> None:
    """Take a choice of the panel back and do it again: both show in the panel."""
    leave(admin)
    entry(admin, "message").select_option("")
    expect(entry(admin, "message-name")).to_have_count(0)
    admin.click("[data-undo]")
    expect(entry(admin, "message-name")).to_have_value("correction_made")
    admin.click("[data-redo]")
    expect(entry(admin, "message-name")).to_have_count(0)
    admin.click("[data-undo]")


def publish(admin: Page) -> None:
    admin.click("[data-dialog='publish']")
    admin.click("[data-publish-form] button[value='publish']")
    expect(admin.locator(".versions > summary")).to_contain_text("第 2 版", timeout=30_000)


def written(admin: Page) -> str:
    """Return what the editor would save."""
    admin.wait_for_selector("[data-ready]")
    xml: str = admin.evaluate(
        "async () => (await document.querySelector('[data-ready]').modeler.saveXML({ format: true })).xml"
    )
    return xml


def stored(site: Site) -> str:
    with site.application.database.reading() as session:
        newest = definitions.definitions(session, key=KEY)[0]
        return definitions.definition_files(session, newest.id)[f"{KEY}.bpmn"].decode()


def test_every_setting_is_chosen_completed_and_stored(
    site: Site, sign_in: SignIn, off_loop: Callable[[Callable[[], Any]], Any]
) -> None:
    admin = open_editor(site, sign_in, "更正")

    user_task = insert(admin, "bpmn:UserTask", "flow_apply_tell_applied")
    fill_in_user_task(admin)
    service_task = insert(admin, "bpmn:ServiceTask", "flow_tell_applied_correction_applied")
    fill_in_service_task(admin)
    mend_condition(admin)
    event = insert(
        admin, "bpmn:IntermediateThrowEvent", "flow_tell_rejected_correction_rejected",
        eventDefinitionType="bpmn:MessageEventDefinition",
    )  # fmt: skip
    send_message(admin)
    undo_and_redo(admin)
    publish(admin)

    xml = off_loop(lambda: stored(site))
    assert written(admin) == xml  # opened again, it would be saved as it is
    root = etree.fromstring(xml.encode())
    found = {node.get("id"): node for node in root.iter(f"{{{documents.BPMN}}}*") if node.get("id")}
    process = documents.properties(found[KEY])
    assert {name: process[name] for name in ("label.text_2", "label.text_2_en")} == {
        "label.text_2": "目的", "label.text_2_en": "Purpose",
    }  # fmt: skip
    assert process["var.second_look.decision"] == "text"
    assert documents.properties(found[user_task]) == {
        "form": "correction_approve", "result": "second_look", "name_en": "Look again", "due": "approve_by",
        "loop.collection": "manager", "loop.item": "person", "field.text_2": "purpose",
    }  # fmt: skip
    [loop] = documents.children(found[user_task], "multiInstanceLoopCharacteristics")
    assert documents.text_of(loop, "completionCondition") == 'second_look.decision = "approve"'
    assert documents.properties(found[service_task]) == {
        "topic": "notify.send", "param.to": "rep", "param.template": '"correction_applied"',
        "param.values": "{title: customer}",
    }  # fmt: skip
    assert documents.text_of(found["flow_is_approved_reject"], "conditionExpression") == 'approval.decision = "reject"'
    assert documents.properties(found[event]) == {"to": '"visit:" + visit_id', "payload": "{reason: reason}"}
    [definition] = documents.children(found[event], "messageEventDefinition")
    assert found[definition.get("messageRef")].get("name") == "correction_made"


def open_group(admin: Page, name: str) -> Locator:
    found = group(admin, name)
    header = found.locator(".bio-properties-panel-group-header")
    if "open" not in (header.get_attribute("class") or ""):
        header.click()
    return found


def change_events_and_lanes(admin: Page) -> None:
    select(admin, "approval_overdue")
    entry(admin, "timer-kind").select_option("timeDuration")
    entry(admin, "timer").fill("PT4H")
    entry(admin, "interrupting").select_option("true")
    leave(admin)
    expect(entry(admin, "timer-variable").locator("option")).to_have_text(["没有这类变量"])
    select(admin, "lane_manager")
    expect(admin.locator("[data-panel]")).to_contain_text("外勤或申请人的主管")
    entry(admin, "lane").select_option("Warehouse")
    expect(admin.locator("[data-panel]")).to_contain_text("不会进入任何待办")
    entry(admin, "lane").select_option("=")
    entry(admin, "key").fill("Reviewer")


def change_slots(admin: Page) -> None:
    select(admin, "participant")
    slots = open_group(admin, "slots")
    rows = slots.locator(".bio-properties-panel-list-item")
    slots.locator(".bio-properties-panel-add-entry").click()
    expect(rows).to_have_count(2)
    slots.locator("select:visible").select_option("number_1")
    expect(slots.locator("select:visible")).to_have_value("number_1")  # it stays open
    label = slots.get_by_label("中文标签").locator("visible=true")
    label.fill("")
    leave(admin)
    label.fill("数量")
    leave(admin)
    expect(rows.filter(has_text="数量 · 数字字段")).to_have_count(1)
    rows.filter(has_text="客户").hover()
    rows.filter(has_text="客户").locator(".bio-properties-panel-remove-entry").click()
    expect(rows).to_have_count(1)


def change_loop_and_error(admin: Page) -> None:
    select(admin, "apply")
    open_group(admin, "loop")
    entry(admin, "loop-kind").select_option("standard")
    complete(entry(admin, "loop-condition"), "is de")
    entry(admin, "loop-maximum").fill("x")
    expect(admin.locator("[data-entry-id='fieldflow-loop-maximum']")).to_contain_text("大于零的整数")
    entry(admin, "loop-maximum").fill("3")
    leave(admin)
    entry(admin, "loop-kind").select_option("sequential")
    entry(admin, "loop-over").select_option("count")
    insert(admin, "bpmn:ScriptTask", "flow_reject_tell_rejected")
    entry(admin, "script").fill("{late: true}")
    select(admin, "flow_is_approved_reject")
    entry(admin, "condition").fill("")


CHANGES = [
    '<bpmn:timeDuration xsi:type="bpmn:tFormalExpression">PT4H</bpmn:timeDuration>',
    'name="key" value="Reviewer"',
    'name="label.number_1" value="数量"',
    '<bpmn:multiInstanceLoopCharacteristics isSequential="true">',
    '<bpmn:loopCardinality xsi:type="bpmn:tFormalExpression">2</bpmn:loopCardinality>',
    "<bpmn:script>{late: true}</bpmn:script>",
]


@on_one_database
def test_every_change_is_written_and_can_be_taken_back(site: Site, sign_in: SignIn) -> None:
    admin = open_editor(site, sign_in, "更正")
    before = written(admin)
    change_events_and_lanes(admin)
    change_slots(admin)
    change_loop_and_error(admin)
    leave(admin)
    after = written(admin)
    assert [text for text in CHANGES if text not in after] == []
    assert 'name="label.text_1"' not in after
    while admin.locator("[data-undo]").is_enabled():
        admin.click("[data-undo]")
    assert written(admin) == before
    while admin.locator("[data-redo]").is_enabled():
        admin.click("[data-redo]")
    assert written(admin) == after


BECOME = """([id, type]) => {
    const modeler = document.querySelector('[data-ready]').modeler;
    modeler.get('bpmnReplace').replaceElement(modeler.get('elementRegistry').get(id), { type });
}"""
MOVE = """(id) => {
    const modeler = document.querySelector('[data-ready]').modeler;
    const shape = modeler.get('elementRegistry').get(id);
    modeler.get('modeling').moveElements([shape], { x: 10, y: 0 });
}"""


@on_one_database
def test_the_lane_of_a_step_inside_a_sub_process_is_chosen(site: Site, sign_in: SignIn) -> None:
    admin = open_editor(site, sign_in, "支持请求")
    before = written(admin)
    select(admin, "approve_discount")
    expect(entry(admin, "own-lane")).to_have_value("lane_approver")

    made = insert(admin, "bpmn:UserTask", "flow_approve_discount_discount_approved")
    expect(entry(admin, "own-lane")).to_have_value("")
    expect(entry(admin, "own-lane").locator("option").first).to_have_text("与子流程相同：销售运营")
    entry(admin, "own-lane").select_option("lane_approver")
    entry(admin, "own-lane").select_option("lane_requester")
    expect(admin.locator("[data-entry-id='fieldflow-in-lane']")).to_contain_text("提出请求的人")
    leave(admin)
    for moved in (made, "approve_discount", "body"):
        admin.evaluate(MOVE, moved)
    assert lanes_naming(admin, made) == ["lane_requester"]
    admin.evaluate(BECOME, ["approve_discount", "bpmn:ManualTask"])
    assert lanes_naming(admin, "approve_discount") == ["lane_approver"]

    while admin.locator("[data-undo]").is_enabled():
        admin.click("[data-undo]")
    # Taking a move back may put the sub-process last among the elements of its lane.
    assert sorted(written(admin).splitlines()) == sorted(before.splitlines())
    while admin.locator("[data-redo]").is_enabled():
        admin.click("[data-redo]")
    assert lanes_naming(admin, made) == ["lane_requester"]
    select(admin, made)
    entry(admin, "own-lane").select_option("")
    assert lanes_naming(admin, made) == []


def lanes_naming(admin: Page, element_id: str) -> list[str]:
    """Return the lanes that an element would be saved in, as the engine reads them."""
    root = etree.fromstring(written(admin).encode())
    lanes = root.iter(f"{{{documents.BPMN}}}lane")
    return [
        lane.get("id") for lane in lanes if element_id in [ref.text for ref in documents.children(lane, "flowNodeRef")]
    ]
