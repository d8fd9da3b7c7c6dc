"""At the desk: a first response stops its clock only; twenty-five samples, two approvers, ten sent and fifteen owed."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from playwright.sync_api import Page, expect

from engine.clock import utc_now
from engine.samples import queries as samples
from engine.support import fulfilment
from engine.support import queries as requests
from engine.support import service as support
from tests.e2e.conftest import PHONE, SignIn, Site

pytestmark = pytest.mark.e2e

Run = Callable[[Callable[[], Any]], Any]


def ask(site: Site, off_loop: Run, type_: str, subject: str, *lines: support.Line, **extra: Any) -> UUID:
    def work(session: Any) -> UUID:
        return support.raise_request(
            session, site.company.rep, type_=type_, subject=subject, customer_id=site.company.customer_id,
            lines=lines, now=utc_now(), **extra,
        ).id  # fmt: skip

    return off_loop(lambda: site.application.database.run(work))


def stock(site: Site, off_loop: Run, lot: str, quantity: int) -> None:
    expiry = utc_now().date() + timedelta(days=400)
    off_loop(
        lambda: site.application.database.run(
            lambda session: fulfilment.receive_stock(
                session, site.company.packer, item="P-1", lot=lot, expiry=expiry, quantity=quantity, now=utc_now()
            )
        )
    )


def open_task(page: Page, site: Site, request_id: UUID, form: str) -> None:
    """Go to the request's page and take the step that is offered there; the server's jobs may still be at it."""
    for _ in range(40):
        page.goto(f"{site.url}/requests/{request_id}")
        task = page.locator("a.button-task")
        if task.count():
            task.first.click()
            page.wait_for_selector(f"form#{form}")
            return
        page.wait_for_load_state("networkidle")
    raise AssertionError(f"no {form} is offered at {page.url}: {page.inner_text('main')[:400]}")


def submit(page: Page, form: str) -> None:
    page.click(f"form#{form} .form-submit")
    expect(page.locator(f"form#{form}")).to_have_count(0)


def accept(page: Page, site: Site, request_id: UUID) -> None:
    open_task(page, site, request_id, "request_triage")
    submit(page, "request_triage")


def approve(page: Page, site: Site, request_id: UUID) -> None:
    open_task(page, site, request_id, "sample_approve")
    page.check("input[name='decision'][value='approved']")
    submit(page, "sample_approve")


def delegate_approval(owner: Page, colleague: Page, site: Site, request_id: UUID) -> None:
    """Let a colleague prepare an approval, who gives it back; meanwhile its owner cannot decide."""
    open_task(owner, site, request_id, "sample_approve")
    address = owner.url
    owner.get_by_role("link", name="委托").click()
    owner.select_option("#user_id", label="Director")
    owner.fill("#note", "请先核对数量")
    owner.click("form .button-primary")
    expect(owner.locator("main")).to_contain_text("Director")
    colleague.goto(address)
    expect(colleague.locator("main")).to_contain_text("请先核对数量")
    colleague.check("input[name='decision'][value='approved']")
    submit(colleague, "sample_approve")


def test_a_first_response_stops_its_clock_only(site: Site, sign_in: SignIn, off_loop: Run) -> None:
    request_id = ask(site, off_loop, "technical", "接口参数", priority="P1")
    page = sign_in("technician")
    page.goto(f"{site.url}/deadlines")
    rows = page.locator("main tbody tr")
    expect(rows).to_have_count(2)
    expect(rows.first).to_contain_text("首次响应")
    watched = page.context.new_page()
    watched.goto(f"{site.url}/deadlines")
    rows.first.locator("a").first.click()
    page.wait_for_url(re.compile(f"/requests/{request_id}"))
    page.click("a.button-task")
    page.wait_for_selector("form#request_triage")
    submit(page, "request_triage")
    # The page that somebody else looks at follows by itself: here, because its window comes to the front.
    watched.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(watched.locator("main tbody tr")).to_have_count(1)
    watched.close()
    page.goto(f"{site.url}/deadlines")
    expect(rows).to_have_count(1)
    expect(rows.first).to_contain_text("解决")
    page.goto(f"{site.url}/requests/{request_id}")
    clocks = page.locator(".clock")
    expect(clocks.filter(has_text="首次响应")).to_contain_text("已按时")
    expect(clocks.filter(has_text="解决")).not_to_contain_text("已按时")


def test_twenty_five_samples_two_approvers_ten_sent_and_fifteen_owed(
    site: Site, sign_in: SignIn, off_loop: Run
) -> None:
    stock(site, off_loop, "FIRST", 10)
    request_id = ask(site, off_loop, "sample", "科室会样品", support.Line("P-1", 25))
    packer = sign_in("packer")
    accept(packer, site, request_id)
    manager = sign_in("manager")
    delegate_approval(manager, sign_in("director"), site, request_id)
    # What the colleague prepared stands in the form of the one who decides.
    open_task(manager, site, request_id, "sample_approve")
    expect(manager.locator("input[name='decision'][value='approved']")).to_be_checked()
    submit(manager, "sample_approve")
    approve(sign_in("compliance"), site, request_id)

    open_task(packer, site, request_id, "sample_reserve")
    expect(packer.locator("[name='lots.0.quantity']")).to_have_value("10")
    packer.check("input[name='rest'][value='backorder']")
    submit(packer, "sample_reserve")
    send(packer, site, request_id, "SF-ONE")
    lines = packer.locator("main table").first
    packer.goto(f"{site.url}/requests/{request_id}")
    expect(lines.locator("tbody td.num").nth(1)).to_have_text("10")

    rep = sign_in("rep", viewport=PHONE)
    receive(rep, site, request_id)
    stock(site, off_loop, "SECOND", 40)
    open_task(packer, site, request_id, "sample_reserve")
    expect(packer.locator("[name='lots.0.quantity']")).to_have_value("15")
    submit(packer, "sample_reserve")
    send(packer, site, request_id, "SF-TWO")
    receive(rep, site, request_id)

    open_task(rep, site, request_id, "request_confirm")
    rep.check("input[name='decision'][value='confirm']")
    submit(rep, "request_confirm")
    rep.goto(f"{site.url}/samples")
    expect(rep.locator("main")).to_contain_text("FIRST")
    expect(rep.locator("main")).to_contain_text("SECOND")
    packer.goto(f"{site.url}/warehouse")
    expect(packer.locator("main tbody tr")).to_have_count(1)
    with site.application.database.reading() as session:
        detail = requests.request_detail(session, site.company.rep, request_id)
        assert (detail.row.state, [line.shipped for line in detail.lines]) == ("closed", [25])
        assert [(row.lot, row.free) for row in samples.warehouse(session)] == [("SECOND", 25)]


def send(page: Page, site: Site, request_id: UUID, number: str) -> None:
    open_task(page, site, request_id, "sample_send")
    page.select_option("select[name='carrier']", "sf")
    page.fill("input[name='tracking_no']", number)
    page.fill("input[name='minutes_spent']", "12")
    submit(page, "sample_send")


def receive(page: Page, site: Site, request_id: UUID) -> None:
    open_task(page, site, request_id, "sample_receive")
    page.check("input[name='complete'][value='yes']")
    submit(page, "sample_receive")
