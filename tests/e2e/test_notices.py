"""In a browser: quiet hours are chosen on a phone, the bell follows in every session, somebody is mentioned by keys."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from engine.clock import utc_now
from engine.notifications import preferences
from engine.support import service as support
from tests.e2e.conftest import PHONE, SignIn, Site

pytestmark = pytest.mark.e2e

OffLoop = Callable[[Callable[[], Any]], Any]


def test_a_mention_by_keys_reaches_the_bell_of_every_session(site: Site, sign_in: SignIn, off_loop: OffLoop) -> None:
    rep = site.company.rep

    def raise_request() -> str:
        with site.application.database.transaction() as session:
            raised = support.raise_request(
                session, rep, type_="technical", subject="冷链箱", customer_id=site.company.customer_id, now=utc_now()
            )
            return f"{site.url}/requests/{raised.id}"

    address = off_loop(raise_request)
    phone, desk = sign_in("rep", viewport=PHONE), sign_in("rep")
    for page in (phone, desk):
        page.goto(f"{site.url}/me/notifications")
        expect(page.locator("[data-unread] .count")).to_be_hidden()

    # O8, the choice: quiet hours and one mail a day.
    phone.fill("[name=quiet_from]", "21:30")
    phone.fill("[name=digest_at]", "18:00")
    phone.click(".action-bar button")
    expect(phone.get_by_role("status")).to_contain_text("已保存")
    with site.application.database.reading() as session:
        kept = preferences.mine(session, rep)
    assert (kept.quiet_from, kept.quiet_to, kept.digest_at) == (1290, 420, 1080)

    ops = sign_in("technician")
    ops.goto(address)
    ops.locator("#text").press_sequentially("请 @re")
    expect(ops.get_by_role("option")).to_have_count(1)
    ops.keyboard.press("Enter")
    expect(ops.locator("#text")).to_have_value("请 @Rep ")
    ops.keyboard.type("看一下")
    ops.click("button:has-text('发表')")
    expect(ops.locator(".timeline")).to_contain_text("请 @Rep 看一下")

    off_loop(site.application.worker.run_until_idle)
    look(desk)
    expect(desk.locator("[data-unread] .count")).to_have_text("1", timeout=15_000)
    phone.goto(f"{site.url}/notifications")
    phone.get_by_role("link", name="提到了您").click()
    phone.wait_for_url(f"{address}*")
    # That it was read is sent beside the way to the page: the other session may look before it has arrived.
    for _ in range(30):
        with desk.expect_response("**/notifications/unread"):
            look(desk)
        if desk.locator("[data-unread] .count").is_hidden():
            break
    expect(desk.locator("[data-unread] .count")).to_be_hidden()


def look(page: Page) -> None:
    """Let the page look at once, as when somebody returns to it."""
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
