"""On a phone: samples are signed for, a report is corrected, and a photographed card becomes a contact."""

import io
import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from engine.access import SYSTEM
from engine.clock import utc_now
from engine.samples import rules, service
from engine.samples.rules import MovementKind
from tests.e2e.conftest import PHONE, SignIn, Site
from tests.e2e.test_report import open_report, plan

pytestmark = pytest.mark.e2e

Run = Callable[[Callable[[], Any]], Any]


def hold(site: Site, off_loop: Run, expiry: date, lot: str) -> UUID:
    rep_id = site.company.rep.user_id
    assert rep_id is not None

    def work(session: Any) -> UUID:
        lot_id = service.add_lot(session, item="P-1", lot=lot, expiry=expiry)
        service.move(
            session, SYSTEM, lot_id, 10, source=None, target=rules.rep(rep_id), kind=MovementKind.RECEIVE, now=utc_now()
        )
        return lot_id

    return off_loop(lambda: site.application.database.run(work))


def held(site: Site, lot_id: UUID) -> int:
    rep_id = site.company.rep.user_id
    assert rep_id is not None
    with site.application.database.reading() as session:
        return service.balance(session, lot_id, rules.rep(rep_id))


def sign(page: Page) -> None:
    box = page.locator("[data-signature] canvas").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 20, box["y"] + 20)
    page.mouse.down()
    page.mouse.move(box["x"] + 120, box["y"] + 50, steps=5)
    page.mouse.up()
    expect(page.locator("[data-field='signature'] input[type=hidden]")).to_have_count(1)


def report_met(page: Page, site: Site) -> None:
    open_report(page, site)
    page.check("input[name='outcome'][value='met']")
    page.fill("textarea[name='summary']", "要样品")
    page.click("form#visit_report .form-submit")
    page.wait_for_selector("form#visit_check_out")


def test_samples_are_signed_for_and_expired_ones_refused(site: Site, sign_in: SignIn, off_loop: Run) -> None:
    good = hold(site, off_loop, utc_now().date() + timedelta(days=300), "GOOD")
    old = hold(site, off_loop, utc_now().date() - timedelta(days=2), "OLD")
    visit_id = plan(site, off_loop)
    page = sign_in("rep", viewport=PHONE)
    report_met(page, site)
    page.goto(f"{site.url}/visits/{visit_id}")
    page.click("section:has(#samples-title) button")
    page.wait_for_selector("form#sample_drop")
    page.select_option("select[name='contact']", str(site.company.contact_id))
    page.select_option("select[name='lot']", str(old))
    page.fill("input[name='quantity']", "3")
    sign(page)
    page.click("form#sample_drop .form-submit")
    expect(page.locator("[data-error-summary]")).to_contain_text("过期")
    page.select_option("select[name='lot']", str(good))
    page.click("form#sample_drop .form-submit")
    page.wait_for_url(re.compile("/visits/"))
    assert (held(site, good), held(site, old)) == (7, 10)
    expect(page.locator("section:has(#samples-title)")).to_contain_text("已发放")


def test_a_correction_shows_old_and_new(site: Site, sign_in: SignIn, off_loop: Run) -> None:
    visit_id = plan(site, off_loop)
    page = sign_in("rep", viewport=PHONE)
    report_met(page, site)
    page.goto(f"{site.url}/visits/{visit_id}")
    page.click("a[href$='/correct']")
    expect(page.locator("textarea[name='summary']")).to_have_value("要样品")
    page.fill("textarea[name='summary']", "要资料")
    page.click("form#visit_report .form-submit")
    changes = page.locator(".correction")
    expect(changes.locator("del")).to_contain_text("要样品")
    expect(changes.locator("ins")).to_contain_text("要资料")


def test_a_photographed_card_becomes_a_contact(site: Site, sign_in: SignIn) -> None:
    card = io.BytesIO()
    Image.new("RGB", (900, 500), "white").save(card, "PNG")
    page = sign_in("rep", viewport=PHONE)
    page.goto(f"{site.url}/customers/{site.company.customer_id}")
    page.click("a[href$='/contacts/new']")
    page.set_input_files(
        "[data-field='card'] input[capture]", {"name": "card.png", "mimeType": "image/png", "buffer": card.getvalue()}
    )
    expect(page.locator("[data-field='card'] input[type=hidden]")).to_have_count(1)
    page.fill("input[name='name']", "赵主任")
    page.fill("input[name='department']", "心内科")
    page.click("form#contact_card .form-submit")
    expect(page.locator("h1")).to_have_text("赵主任")
    expect(page.locator("img.contact-card")).to_have_js_property("naturalWidth", 900)
