"""The first journey: manager assigns, rep visits and asks for help, ops handle it, rep confirms, manager sees it."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from engine.clock import utc_now
from tests.e2e.conftest import PHONE, SignIn, Site
from tests.e2e.test_fulfilment import Run, stock

pytestmark = pytest.mark.e2e


def submit_form(page: Page) -> None:
    """Press the form's own button and follow where it leads."""
    before = page.url
    page.click("form[data-form] .form-submit")
    page.wait_for_url(lambda url: url != before)


def open_task(page: Page, site: Site, form: str) -> None:
    """Open the one task of the inbox whose form has this key; the server's jobs may still be at it."""
    for _ in range(20):
        page.goto(f"{site.url}/tasks")
        for address in [link.get_attribute("href") for link in page.query_selector_all("a[data-row]")]:
            page.goto(f"{site.url}{address}")
            if page.query_selector(f"form#{form}"):
                return
    raise AssertionError(f"no task with the form {form}")


def add_row(page: Page, field: str) -> None:
    """Press "add a row" of a list."""
    page.click(f"[data-field='{field}'] [data-add]")


def assign_visit(page: Page, site: Site) -> None:
    """Let the manager plan a visit for the rep."""
    page.goto(f"{site.url}/visits/new?customer_id={site.company.customer_id}&rep_id={site.company.rep.user_id}")
    start = (utc_now() + timedelta(hours=8, minutes=5)).strftime("%Y-%m-%d"), "23:30"
    page.fill("input[name='day']:visible", start[0])
    page.fill("input[name='time']:visible", start[1])
    page.click("main form[method='post'] button.button-primary")
    page.wait_for_url(re.compile(r"/(visits/[0-9a-f-]+|team)"))


def make_visit(page: Page, site: Site) -> None:
    """Let the rep check in, report with two promises, and check out."""
    page.goto(f"{site.url}/today")
    page.click("main a.button-primary[href*='/tasks/']")
    page.check("input[name='method'][value='manual']")
    submit_form(page)
    open_task(page, site, "visit_report")
    page.check("input[name='outcome'][value='met']")
    page.fill("textarea[name='summary']", "主任认可疗效，希望试用样品。")
    add_row(page, "promises")
    page.select_option("select[name='promises.0.kind']", "sample")
    page.fill("input[name='promises.0.subject']", "降压片样品")
    page.select_option("select[name='promises.0.item']", "P-1")
    page.fill("input[name='promises.0.quantity']", "3")
    add_row(page, "promises")
    page.select_option("select[name='promises.1.kind']", "technical")
    page.fill("input[name='promises.1.subject']", "接口参数说明")
    submit_form(page)
    open_task(page, site, "visit_check_out")
    page.check("input[name='method'][value='manual']")
    submit_form(page)


def test_a_visit_with_two_promises_from_the_plan_to_the_figures(site: Site, sign_in: SignIn, off_loop: Run) -> None:
    stock(site, off_loop, "FIRST", 10)
    manager = sign_in("manager")
    assign_visit(manager, site)
    rep = sign_in("rep", viewport=PHONE)
    make_visit(rep, site)

    rep.goto(f"{site.url}/requests")
    expect(rep.locator("main")).to_contain_text("降压片样品")
    expect(rep.locator("main")).to_contain_text("接口参数说明")

    packer = sign_in("packer")
    open_task(packer, site, "request_triage")
    submit_form(packer)
    open_task(packer, site, "sample_reserve")
    expect(packer.locator("[name='lots.0.quantity']")).to_have_value("3")
    submit_form(packer)
    open_task(packer, site, "sample_send")
    packer.select_option("select[name='carrier']", "by_hand")
    submit_form(packer)

    technician = sign_in("technician")
    open_task(technician, site, "request_triage")
    submit_form(technician)
    open_task(technician, site, "request_answer")
    technician.fill("textarea[name='answer']", "串口参数为 9600-8-N-1。")
    submit_form(technician)

    open_task(rep, site, "sample_receive")
    rep.check("input[name='complete'][value='yes']")
    submit_form(rep)
    for _ in range(2):
        open_task(rep, site, "request_confirm")
        rep.check("input[name='decision'][value='confirm']")
        submit_form(rep)
    rep.goto(f"{site.url}/customers/{site.company.customer_id}")
    expect(rep.locator("main")).to_contain_text("主任认可疗效")

    manager.goto(f"{site.url}/figures")
    figures = manager.locator(".figures-large")
    for measure, count in (("planned", "1"), ("made", "1"), ("missed", "0")):
        expect(figures.locator(f"a[href*='{measure}'] b, a[href*='{measure}'] strong").first).to_have_text(count)
