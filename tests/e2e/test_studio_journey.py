"""An admin changes the support process in the browser; the next request takes the new way, running ones stay."""

import re

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import SignIn, Site
from tests.e2e.test_journey import open_task, submit_form

pytestmark = pytest.mark.e2e


def raise_technical_request(page, site: Site, subject: str) -> None:  # type: ignore[no-untyped-def]
    """Let the rep ask for technical help outside of a visit."""
    page.goto(f"{site.url}/requests/new?customer_id={site.company.customer_id}")
    page.check("input[name='type'][value='technical']")
    page.fill("[name='subject']", subject)
    page.click("main form[method='post'] button.button-primary")
    page.wait_for_url(re.compile(r"/requests/[0-9a-f-]{36}"))


def test_an_edited_process_is_published_and_used_by_the_next_request(site: Site, sign_in: SignIn) -> None:
    rep = sign_in("rep")
    raise_technical_request(rep, site, "旧流程")

    admin = sign_in("admin")
    admin.goto(f"{site.url}/studio")
    admin.click("a[href^='/studio/']:has-text('支持请求')")
    admin.click(".djs-element[data-element-id='answer_technical'] .djs-hit-all")
    admin.get_by_label("表单", exact=True).select_option("request_handle")
    admin.click("[data-check]")
    expect(admin.locator("[data-findings]")).to_contain_text("可以发布", timeout=20_000)
    edited = admin.url
    admin.click("[data-dialog='publish']")
    admin.fill("#note", "技术问题改用处理记录")
    admin.click("[data-publish-form] button[value='publish']")
    admin.wait_for_url(lambda url: url != edited, timeout=30_000)
    admin.goto(f"{site.url}/studio")
    expect(admin.locator("main")).to_contain_text("技术问题改用处理记录")

    raise_technical_request(rep, site, "新流程")
    technician = sign_in("technician")
    for _ in range(2):
        open_task(technician, site, "request_triage")
        submit_form(technician)
    technician.goto(f"{site.url}/tasks")
    forms = {}
    for link in [each.get_attribute("href") for each in technician.query_selector_all("a[data-row]")]:
        technician.goto(f"{site.url}{link}")
        found = technician.query_selector("form[data-form]")
        forms["新" if "新流程" in technician.inner_text("main") else "旧"] = found.get_attribute("id") if found else ""
    assert forms == {"旧": "request_answer", "新": "request_handle"}
