"""What a check-in is worth, in a browser: R4, R6, R8, R18, R19."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from engine.consent.rules import LocationMode
from tests.e2e.conftest import SignIn, Site
from tests.e2e.test_presence import check_in, open_check_in, phone, plan, positions, stand, visit_of

pytestmark = pytest.mark.e2e

__all__ = ["phone"]

OLD_FIX = """
const real = navigator.geolocation.getCurrentPosition.bind(navigator.geolocation);
navigator.geolocation.getCurrentPosition = (done, ...rest) => real(
  ({ coords }) => done({ coords, timestamp: Date.now() - 900000 }), ...rest);
"""
Phone = Callable[[LocationMode], Page]


def by_hand(page: Page) -> None:
    page.check("form#visit_check_in input[name='method'][value='manual']")
    page.click("form#visit_check_in .form-submit")


def test_a_rough_fix_nearby_is_grade_b(site: Site, phone: Phone) -> None:
    """R4."""
    page, visit_id = phone(LocationMode.CHECK_IN), plan(site, site.company.rep)
    stand(page.context, 280, accuracy=150)
    open_check_in(page, site, visit_id)
    check_in(page)
    assert visit_of(site, visit_id).grade == "B"


def test_an_old_fix_is_never_good(site: Site, phone: Phone) -> None:
    """R6."""
    page, visit_id = phone(LocationMode.CHECK_IN), plan(site, site.company.rep)
    stand(page.context, 10)
    page.add_init_script(OLD_FIX)
    open_check_in(page, site, visit_id)
    check_in(page)
    assert visit_of(site, visit_id).grade == "C"


def test_a_second_check_in_elsewhere_asks_to_close_the_first(site: Site, phone: Phone) -> None:
    """R8."""
    page = phone(LocationMode.MANUAL)
    here = plan(site, site.company.rep)
    open_check_in(page, site, here)
    check_in(page)
    elsewhere = plan(site, site.company.rep, customer_id=site.company.shared_customer_id)
    open_check_in(page, site, elsewhere)
    expect(page.locator("main")).to_contain_text("仁济医院")
    page.locator("main form:has(input[name='method'][type='hidden']) button").click()
    expect(page.locator(".notice-success").first).to_be_visible()
    assert visit_of(site, here).state == "checked_out"
    open_check_in(page, site, elsewhere)
    check_in(page)
    assert visit_of(site, elsewhere).state == "checked_in"


def test_the_rep_sees_who_looked_and_why(site: Site, phone: Phone, sign_in: SignIn) -> None:
    """R18."""
    page, visit_id = phone(LocationMode.CHECK_IN), plan(site, site.company.rep)
    stand(page.context, 35)
    open_check_in(page, site, visit_id)
    check_in(page)
    assert positions(site) == 1
    manager = sign_in("manager")
    manager.goto(f"{site.url}/visits/{visit_id}")
    look = manager.locator(f"form[action='/visits/{visit_id}/position']")
    look.evaluate("form => form.closest('details')?.setAttribute('open', '')")
    look.locator("select").select_option(index=1)
    look.locator("button").click()
    page.goto(f"{site.url}/me")
    page.click("a:has-text('谁看过我的位置')")
    expect(page.locator("main")).to_contain_text("Manager")


def test_six_doctors_of_one_hospital_are_one_stop(site: Site, phone: Phone) -> None:
    """R19: visits at one place are open together; nobody is asked to close one for the next."""
    page = phone(LocationMode.MANUAL)
    ids = [plan(site, site.company.rep) for _ in range(6)]
    for visit_id in ids:
        open_check_in(page, site, visit_id)
        before = page.url
        by_hand(page)
        page.wait_for_url(lambda url, before=before: url != before)
    assert {visit_of(site, visit_id).state for visit_id in ids} == {"checked_in"}
