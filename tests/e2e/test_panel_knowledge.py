"""What the editor's panel knows of the other steps of a process: what they give, and what they show in lists."""

from typing import Any

import pytest
from lxml import etree
from playwright.sync_api import Page, expect

from engine.bpmn import documents
from tests.e2e.conftest import SignIn, Site, on_one_database
from tests.e2e.test_accessibility import faults
from tests.e2e.test_panel import OFFER, entry, group, insert, leave, open_editor, open_group, select, written

pytestmark = pytest.mark.e2e


@on_one_database
def test_a_new_task_takes_over_the_business_fields_of_another(site: Site, sign_in: SignIn) -> None:
    admin = open_editor(site, sign_in, "更正")
    made = insert(admin, "bpmn:UserTask", "flow_apply_tell_applied")
    before = written(admin)
    open_group(admin, "fields").locator(".bio-properties-panel-add-entry").click()
    group(admin, "fields").locator("textarea").fill("rep[1]")
    leave(admin)
    take_over = admin.locator("[data-entry-id='fieldflow-take-over']")
    expect(take_over).to_contain_text("填补这里空着的：到期")
    take_over.get_by_role("button", name="带入").click()
    expect(take_over).to_have_count(0)  # nothing is left to fill
    expect(entry(admin, "due")).to_have_value("approve_by")
    assert not faults(admin)
    root = etree.fromstring(written(admin).encode())
    [task] = [node for node in root.iter(f"{{{documents.BPMN}}}userTask") if node.get("id") == made]
    assert documents.properties(task) == {
        "field.subject": "rep[1]", "due": "approve_by", "field.subject_en": 'customer_en + " · " + purpose_en',
        "field.text_1": "customer", "field.text_2": "purpose", "field.text_3": "reason",
    }  # fmt: skip
    for _step in ("what was taken over", "the value", "the field"):
        admin.click("[data-undo]")
    assert written(admin) == before


@on_one_database
def test_what_a_form_asks_for_is_completed_by_its_title_and_declared_with_its_use(site: Site, sign_in: SignIn) -> None:
    admin = open_editor(site, sign_in, "更正")
    insert(admin, "bpmn:UserTask", "flow_apply_tell_applied")
    entry(admin, "form").select_option("request_handle")
    entry(admin, "result").fill("handling")
    leave(admin)
    select(admin, "flow_is_approved_reject")
    condition = entry(admin, "condition")
    condition.fill("")
    before = written(admin)
    condition.press_sequentially("分钟")
    expect(admin.locator(OFFER)).to_have_text(["handling.minutes_spent用时（分钟） · 数字 · 同时声明"])
    condition.press("Enter")
    expect(condition).to_have_value("handling.minutes_spent")
    declared = documents.properties(process_of(admin))
    assert (declared["var.handling"], declared["var.handling.minutes_spent"]) == ("context", "number")
    condition.press_sequentially(" > 30")
    expect(admin.locator("[data-entry-id='fieldflow-condition'] [role=status]")).to_be_empty()
    leave(admin)
    admin.click("[data-undo]")
    expect(condition).to_have_value("handling.minutes_spent")
    admin.click("[data-undo]")
    assert not any(name.startswith("var.handling") for name in documents.properties(process_of(admin)))
    while written(admin) != before:
        admin.click("[data-undo]")


def process_of(admin: Page) -> Any:
    return etree.fromstring(written(admin).encode()).find(f"{{{documents.BPMN}}}process")


@on_one_database
def test_a_value_that_no_step_gives_is_named_at_the_field_and_by_the_check(site: Site, sign_in: SignIn) -> None:
    admin = open_editor(site, sign_in, "更正")
    select(admin, "flow_is_approved_reject")
    condition = entry(admin, "condition")
    condition.fill('approval.decison = "reject"')
    said = "“approval”中没有已知的“decison”，最接近的是“approval.decision”。"
    problems = admin.locator("[data-entry-id='fieldflow-condition'] [role=status]")
    expect(problems).to_have_text(said)
    expect(admin.locator("[data-list] li")).to_contain_text(["警告"])
    expect(admin.locator("[data-list] li")).to_contain_text([said])
    condition.fill('approval.decision = "reject"')
    expect(problems).to_be_empty()
    expect(admin.locator("[data-list] li")).to_have_count(0)
