"""An admin changes the support process in the browser; the next request takes the new way, running ones stay."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import SignIn, Site
from tests.e2e.test_journey import open_task, submit_form

pytestmark = pytest.mark.e2e

SMALLEST_NAME_PX = 9
"""Height of a line of 12 px at a zoom of 0.75."""


def raise_technical_request(page, site: Site, subject: str) -> None:  # type: ignore[no-untyped-def]
    """Let the rep ask for technical help outside of a visit."""
    page.goto(f"{site.url}/requests/new?customer_id={site.company.customer_id}")
    page.check("input[name='type'][value='technical']")
    page.fill("[name='subject']", subject)
    page.click("main form[method='post'] button.button-primary")
    page.wait_for_url(re.compile(r"/requests/[0-9a-f-]{36}"))


def expect_readable_start(admin: Page) -> None:
    """Expect the start in view, names that can be read, and no type in the menu that cannot be published."""
    expect(admin.locator(".djs-element[data-element-id='request_raised'] .djs-hit-all")).to_be_in_viewport()
    label = admin.locator(".djs-element[data-element-id='triage_request'] text").first.bounding_box()
    assert label is not None
    assert label["height"] >= SMALLEST_NAME_PX
    admin.click("[data-fit]")
    admin.click(".djs-element[data-element-id='answer_technical'] .djs-hit-all")
    admin.click(".djs-context-pad.open [data-action='replace']")
    types = admin.locator(".djs-popup")
    expect(types).to_contain_text("子流程")
    assert types.locator("[data-id*='ad-hoc']").count() == 0
    admin.keyboard.press("Escape")


def insert_step(admin: Page, flow: str, name: str) -> None:
    """Drop a user task on the first stretch of a sequence flow, which leads to the right, and name it."""
    admin.wait_for_selector("[data-ready]")
    x, y = admin.evaluate(
        """(flow) => {
            const modeler = document.querySelector('[data-ready]').modeler;
            const canvas = modeler.get('canvas');
            const [start] = modeler.get('elementRegistry').get(flow).waypoints;
            canvas.viewbox({ x: start.x - 400, y: start.y - 300, width: 800, height: 600 });
            const { x, y, scale } = canvas.viewbox();
            const box = canvas.getContainer().getBoundingClientRect();
            return [box.x + (start.x + 90 - x) * scale, box.y + (start.y - y) * scale];
        }""",
        flow,
    )
    admin.click(".djs-palette [data-action='create.task']")
    admin.mouse.move(x - 80, y + 60)
    admin.mouse.move(x, y, steps=10)
    admin.mouse.click(x, y)
    admin.keyboard.type(name)
    admin.keyboard.press("Enter")
    expect(admin.locator(".djs-direct-editing-parent")).to_have_count(0)
    admin.click(".djs-context-pad [data-action='replace']")
    admin.click(".djs-popup [data-id='replace-with-user-task']")
    expect(admin.get_by_label("表单", exact=True)).to_be_visible()


def test_a_step_added_in_the_browser_is_the_next_requests_new_way(site: Site, sign_in: SignIn) -> None:
    rep = sign_in("rep")
    raise_technical_request(rep, site, "旧流程")

    admin = sign_in("admin")
    admin.goto(f"{site.url}/studio")
    admin.click("a[href^='/studio/']:has-text('支持请求')")
    expect_readable_start(admin)
    insert_step(admin, "flow_answer_technical_fulfil", "复核答复")
    admin.get_by_label("表单", exact=True).select_option("request_handle")
    admin.get_by_label("结果变量", exact=True).fill("answer_check")
    admin.get_by_label("英文名称", exact=True).fill("Check the answer")
    admin.click("[data-check]")
    expect(admin.locator("[data-findings]")).to_contain_text("可以发布", timeout=20_000)
    admin.click("[data-dialog='publish']")
    admin.fill("#note", "技术答复要复核")
    admin.click("[data-publish-form] button[value='publish']")
    expect(admin.locator(".versions > summary")).to_contain_text("第 2 版", timeout=30_000)
    admin.goto(f"{site.url}/studio")
    expect(admin.locator("main")).to_contain_text("技术答复要复核")

    raise_technical_request(rep, site, "新流程")
    technician = sign_in("technician")
    for _ in range(2):
        open_task(technician, site, "request_triage")
        submit_form(technician)
    for _ in range(2):
        open_task(technician, site, "request_answer")
        technician.fill("textarea[name='answer']", "减半")
        submit_form(technician)
    open_task(technician, site, "request_handle")
    expect(technician.locator("main")).to_contain_text("复核答复")
    expect(technician.locator("main")).to_contain_text("新流程")
    technician.goto(f"{site.url}/tasks")
    expect(technician.locator("a[data-row]")).to_have_count(1)
