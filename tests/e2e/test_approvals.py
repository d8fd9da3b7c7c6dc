"""What needs the manager, from the phone to the desk and back: R10 (six samples), R16 (a late correction)."""

from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from engine.clock import utc_now
from tests.e2e.conftest import PHONE, SignIn, Site
from tests.e2e.test_report import Run, plan
from tests.e2e.test_samples import held, hold, report_met, sign

pytestmark = pytest.mark.e2e


def decide(page: Page, site: Site, task: str) -> None:
    """Let the manager open a task of the inbox and agree."""
    page.goto(f"{site.url}/tasks")
    page.goto(site.url + (page.locator(f"a[data-row]:has-text('{task}')").get_attribute("href") or ""))
    page.check("input[name='decision'][value='approved']")
    page.click("form[data-form] .form-submit")
    page.wait_for_url(lambda url: "/tasks/" not in url)


def test_six_samples_leave_the_stock_once_the_manager_agrees(site: Site, sign_in: SignIn, off_loop: Run) -> None:
    lot_id = hold(site, off_loop, utc_now().date() + timedelta(days=300), "GOOD")
    visit_id = plan(site, off_loop)
    page = sign_in("rep", viewport=PHONE)
    report_met(page, site)
    page.goto(f"{site.url}/visits/{visit_id}")
    page.click("section:has(#samples-title) button")
    page.select_option("select[name='contact']", str(site.company.contact_id))
    page.select_option("select[name='lot']", str(lot_id))
    page.fill("input[name='quantity']", "6")
    page.click("form#sample_drop .form-submit")
    page.wait_for_url(f"**/visits/{visit_id}**")
    expect(page.locator("section:has(#samples-title)")).to_contain_text("待审批")
    assert held(site, lot_id) == 10
    decide(sign_in("manager"), site, "审批样品")
    page.goto(f"{site.url}/tasks")
    page.click("a[data-row]:has-text('签收')")
    sign(page)
    page.click("form#sample_hand_over .form-submit")
    page.wait_for_url(lambda url: "/tasks/" not in url)
    page.goto(f"{site.url}/visits/{visit_id}")
    expect(page.locator("section:has(#samples-title)")).to_contain_text("已发放")
    assert held(site, lot_id) == 4


def test_a_correction_after_a_day_holds_once_the_manager_agrees(site: Site, sign_in: SignIn, off_loop: Run) -> None:
    visit_id = plan(site, off_loop)
    page = sign_in("rep", viewport=PHONE)
    report_met(page, site)
    site.wait(timedelta(hours=30))
    page.goto(f"{site.url}/visits/{visit_id}/correct")
    page.fill("textarea[name='summary']", "要资料")
    page.fill("textarea[name='correction_reason']", "听错了")
    page.click("form#visit_report .form-submit")
    page.wait_for_url(f"**/visits/{visit_id}**")
    report = page.locator("section:has(#report-title)")
    expect(report.locator("dl").first).to_contain_text("要样品")
    manager = sign_in("manager")
    manager.goto(f"{site.url}/tasks")
    manager.click("a[data-row]:has-text('审批更正')")
    expect(manager.locator("main del")).to_contain_text("要样品")
    expect(manager.locator("main ins")).to_contain_text("要资料")
    decide(manager, site, "审批更正")
    page.reload()
    expect(report.locator("dl").first).to_contain_text("要资料")
    expect(page.locator(".correction del")).to_contain_text("要样品")
