"""The rep's day around the visits: R2 (card and maps), R15 (an adverse event in a note), R17 (close of day)."""

import pytest
from playwright.sync_api import expect

from tests import factories
from tests.e2e.conftest import PHONE, SignIn, Site
from tests.e2e.test_report import Run, made_before, open_report, plan

pytestmark = pytest.mark.e2e


def test_the_visit_shows_last_time_and_leads_to_every_map(site: Site, sign_in: SignIn, off_loop: Run) -> None:
    """R2: Amap wants longitude first, the others latitude first; each link says WGS 84 where it can."""
    made_before(site, off_loop)
    visit_id = plan(site, off_loop)
    page = sign_in("rep", viewport=PHONE)
    page.goto(f"{site.url}/visits/{visit_id}")
    expect(page.locator("main")).to_contain_text("上次")
    links = page.locator(".menu-list a").evaluate_all("links => links.map((link) => link.href)")
    latitude, longitude = (f"{each:.6f}" for each in factories.PLACE)
    by_host = {link.split("/")[2]: link for link in links}
    assert f"to={longitude},{latitude}," in by_host["uri.amap.com"]
    assert "coordinate=wgs84" in by_host["uri.amap.com"]
    assert f"location={latitude},{longitude}" in by_host["api.map.baidu.com"]
    assert "coord_type=wgs84" in by_host["api.map.baidu.com"]
    for host in ("apis.map.qq.com", "www.google.com", "maps.apple.com"):
        assert f"{latitude},{longitude}" in by_host[host]


def test_a_rash_in_a_note_opens_an_adverse_event(site: Site, sign_in: SignIn, off_loop: Run) -> None:
    """R15."""
    visit_id = plan(site, off_loop)
    page = sign_in("rep", viewport=PHONE)
    open_report(page, site)
    page.check("input[name='outcome'][value='met']")
    page.fill("textarea[name='summary']", "一位患者用药后出现皮疹")
    before = page.url
    page.click("form#visit_report .form-submit")
    page.wait_for_url(lambda url: url != before)
    page.goto(f"{site.url}/visits/{visit_id}")
    expect(page.locator("main")).to_contain_text("不良事件")
    page.goto(f"{site.url}/adverse-events")
    expect(page.locator("main")).to_contain_text("仁济医院")


def test_closing_the_day_lists_what_is_open(site: Site, sign_in: SignIn, off_loop: Run) -> None:
    """R17."""
    plan(site, off_loop)
    page = sign_in("rep", viewport=PHONE)
    page.goto(f"{site.url}/today/close")
    expect(page.locator("#open-title")).to_be_visible()
    page.click("main a[data-row]")
    expect(page.locator("form#visit_check_in")).to_be_visible()


def test_a_stop_is_dragged_to_another_place(site: Site, sign_in: SignIn, off_loop: Run) -> None:
    """Letting go asks for the page of the new order, as the buttons do; Escape takes it back."""
    first, second, third = (str(plan(site, off_loop)) for _ in range(3))
    page = sign_in("rep", viewport=PHONE)
    page.goto(f"{site.url}/today/order?order={first},{second},{third}")

    def shown() -> list[str]:
        found: list[str] = page.locator("[data-visit]").evaluate_all("rows => rows.map((row) => row.dataset.visit)")
        return found

    def drag(visit: str, onto: str) -> None:
        grip, target = (page.locator(f"[data-visit='{each}'] [data-grip]").bounding_box() for each in (visit, onto))
        assert grip is not None
        assert target is not None
        page.mouse.move(grip["x"] + 10, grip["y"] + 10)
        page.mouse.down()
        page.mouse.move(target["x"] + 10, target["y"] + 10, steps=8)

    drag(third, first)
    assert shown() == [third, first, second]
    page.keyboard.press("Escape")
    assert shown() == [first, second, third]
    page.mouse.up()
    drag(third, first)
    page.mouse.up()
    page.wait_for_url(lambda url: f"order={third}" in url)
    assert shown() == [third, first, second]
    assert page.input_value("form[method='get'] input[name='order']").split(",") == shown()
