"""A rep in the street without a network: what is done stands once, at its true time, and nothing is lost."""

import re
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from PIL import Image
from playwright.sync_api import Browser, Route, expect
from sqlalchemy import select

from engine.access import SYSTEM
from engine.bpmn.model import Source
from engine.clock import utc_now
from engine.consent import service as consent
from engine.consent.rules import LocationMode
from engine.process import bundles, deployment
from engine.support.tables import SupportRequest
from engine.visits import service as visits
from engine.visits.tables import Visit, VisitReport
from tests import factories
from tests.conftest import CHROMIUM, FLAGS
from tests.e2e.conftest import PHONE, SignIn, Site
from tests.e2e.street import (
    back_on_the_servers_page,
    back_online,
    check_in,
    do_step,
    enter,
    in_the_street,
    kill_browsers_of,
    make_visit_offline,
    plan,
    ready_for_the_street,
    row,
    submit,
)
from tests.e2e.test_report import made_before

pytestmark = pytest.mark.e2e


def test_a_whole_visit_in_airplane_mode_stands_once(site: Site, sign_in: SignIn, off_loop) -> None:
    visit_id = plan(site, off_loop)
    page = in_the_street(site, sign_in)
    before = utc_now()
    make_visit_offline(page)
    expect(page.locator("[data-sync='waiting']")).to_contain_text("3")
    assert row(site, visit_id).state == "planned"
    # The page is closed and the phone asleep: what is done is stored, not remembered.
    page.close()
    page = page.context.browser.contexts[-1].new_page()
    page.goto(f"{site.url}/offline")
    expect(page.locator("[data-sync='waiting']")).to_contain_text("3")
    back_online(page)
    expect(page.locator("[data-sync='sent']")).to_be_visible()
    visit = row(site, visit_id)
    assert visit.state == "completed"
    assert visit.checked_in_at is not None
    assert abs((visit.checked_in_at - before).total_seconds()) < 30
    with site.application.database.reading() as session:
        assert session.get_one(VisitReport, visit_id).summary == "地下室没有信号，聊得很好。"


def test_answers_that_are_lost_after_the_commit_double_nothing(site: Site, sign_in: SignIn, off_loop) -> None:
    visit_id = plan(site, off_loop)
    page = sign_in("rep", viewport=PHONE)
    ready_for_the_street(page, site)
    lost = {"count": 0}

    def lose(route: Route) -> None:
        lost["count"] += 1
        route.fetch()
        route.abort()

    page.context.route(
        re.compile(r"/tasks/[0-9a-f-]+$"),
        lambda route: lose(route) if route.request.method == "POST" else route.fallback(),
    )
    page.goto(f"{site.url}/today")
    page.click("main a.button-primary[href*='/tasks/']")
    page.check("input[name='method'][value='manual']")
    submit(page)
    expect(page.locator("main a.button-big:has-text('填写报告')")).to_be_visible()
    expect(page.locator("[data-sync='sent']")).to_be_visible()
    assert lost["count"] == 1
    assert row(site, visit_id).state == "checked_in"


def test_a_visit_cancelled_meanwhile_is_a_task_to_decide(site: Site, sign_in: SignIn, off_loop) -> None:
    visit_id = plan(site, off_loop)
    page = in_the_street(site, sign_in)
    make_visit_offline(page)

    def cancel() -> None:
        with site.application.database.transaction() as session:
            visits.cancel_visit(session, site.company.manager, visit_id, reason="客户停诊", now=utc_now())

    off_loop(cancel)
    back_on_the_servers_page(page)
    expect(page.locator("[data-sync='stuck']")).to_be_visible()
    page.goto(f"{site.url}/tasks")
    page.click("a[data-row]:has-text('处理冲突')")
    expect(page.locator("main")).to_contain_text("地下室没有信号，聊得很好。")
    expect(page.locator("main")).to_contain_text("客户停诊")
    page.check("input[name='decision'][value='apply']")
    submit(page)
    page.wait_for_url(lambda url: "/tasks/" not in url)
    assert row(site, visit_id).state == "cancelled"
    page.goto(f"{site.url}/today")
    expect(page.locator("[data-sync='sent']")).to_be_visible()
    manager = sign_in("manager")
    manager.goto(f"{site.url}/notifications")
    manager.click("main a[href*='/cases/']")
    expect(manager.locator("main")).to_contain_text("离线记录已补录")


def test_signing_out_wipes_the_phone(site: Site, sign_in: SignIn, off_loop) -> None:
    plan(site, off_loop)
    page = sign_in("rep", viewport=PHONE)
    ready_for_the_street(page, site)
    page.goto(f"{site.url}/me")
    page.click("form[data-sign-out] button")
    page.wait_for_url("**/sign-in")
    names = page.evaluate("async () => [(await indexedDB.databases()).map((each) => each.name), await caches.keys()]")
    assert names == [[], []]


def test_what_is_stored_survives_the_death_of_the_browser(
    site: Site, browser: Browser, tmp_path: Path, off_loop
) -> None:
    visit_id = plan(site, off_loop)
    options = {
        "user_data_dir": str(tmp_path / "profile"), "executable_path": CHROMIUM, "args": FLAGS, "viewport": PHONE,
        "locale": "zh-CN", "timezone_id": "Asia/Shanghai",
    }  # fmt: skip
    context = browser.browser_type.launch_persistent_context(**options)
    page = context.new_page()
    enter(page, site)
    ready_for_the_street(page, site)
    context.set_offline(True)
    page.goto(f"{site.url}/today")
    make_visit_offline(page)
    kill_browsers_of(tmp_path / "profile")
    context = browser.browser_type.launch_persistent_context(**options)
    page = context.new_page()
    # The browser may not have written its cookies yet: signing in again sends what was stored.
    enter(page, site)
    expect(page.locator("[data-sync='sent']")).to_be_visible()
    assert row(site, visit_id).state == "completed"
    context.close()


def test_work_goes_on_where_a_new_version_was_published_meanwhile(site: Site, sign_in: SignIn, off_loop) -> None:
    visit_id = plan(site, off_loop)
    page = in_the_street(site, sign_in)
    make_visit_offline(page)

    def publish() -> None:
        sources = [
            Source(source.name, source.content.replace("签退".encode(), "离开".encode()))
            for source in bundles.factory_sources("visit")
        ]
        with site.application.database.transaction() as session:
            deployment.deploy(session, SYSTEM, sources, now=utc_now())

    off_loop(publish)
    back_on_the_servers_page(page)
    page.wait_for_url(f"**/visits/{visit_id}")
    assert row(site, visit_id).state == "completed"


def test_a_report_without_a_network_repeats_the_last_one_and_stamps_its_photos(
    site: Site, sign_in: SignIn, off_loop
) -> None:
    made_before(site, off_loop)
    visit_id = plan(site, off_loop)
    page = in_the_street(site, sign_in)
    page.click(f"main .stop-card[href*='{visit_id}']")
    check_in(page)
    do_step(page, "填写报告")
    page.check("input[name='outcome'][value='met']")
    page.click(".form-last")
    page.fill("textarea[name='summary']", "货架见照片")
    picture = BytesIO()
    Image.new("RGB", (640, 480), "white").save(picture, "JPEG")
    file = {"name": "shelf.jpg", "mimeType": "image/jpeg", "buffer": picture.getvalue()}
    page.set_input_files("[data-field='photos'] input[capture]", file)
    expect(page.locator("[data-field='photos'] [data-state='done']")).to_be_visible()
    submit(page)
    expect(page.locator("main a.button-big:has-text('签退')")).to_be_visible()
    back_on_the_servers_page(page)
    page.wait_for_url(f"**/visits/{visit_id}")
    with site.application.database.reading() as session:
        values = session.get_one(VisitReport, visit_id).values
    assert (values["needs"], [row["product"] for row in values["products_discussed"]]) == ("缓释片", ["P-1"])
    [photo] = values["photos"]
    stored = Image.open(BytesIO(site.application.files.get(photo["file"])))
    assert (stored.size, photo["name"]) == ((640, 480), "shelf.jpg")
    assert stored.getpixel((320, 60)) == (255, 255, 255)
    darkest, lightest = stored.crop((0, 400, 640, 480)).convert("L").getextrema()
    assert darkest < 130 < lightest  # a dark band with light letters


def test_it_delivers_without_a_service_worker_too(site: Site, browser: Browser, off_loop) -> None:
    visit_id = plan(site, off_loop)
    context = browser.new_context(viewport=PHONE, locale="zh-CN", timezone_id="Asia/Shanghai", service_workers="block")
    page = context.new_page()
    enter(page, site)
    expect(page.locator("[data-sync='sent']")).to_be_visible()
    page.click("main a.button-primary[href*='/tasks/']")
    page.check("input[name='method'][value='manual']")
    context.set_offline(True)
    submit(page)
    do_step(page, "签退")
    page.check("input[name='method'][value='manual']")
    submit(page)
    expect(page.locator("[data-sync='waiting']")).to_contain_text("2")
    context.set_offline(False)
    page.evaluate("() => dispatchEvent(new Event('online'))")
    page.wait_for_url(f"**/visits/{visit_id}")
    assert row(site, visit_id).state == "checked_out"
    context.close()


def test_one_visit_is_open_at_a_time_without_a_network_too(site: Site, sign_in: SignIn, off_loop) -> None:
    plan(site, off_loop)
    plan(site, off_loop, customer_id=site.company.shared_customer_id)
    page = in_the_street(site, sign_in)
    page.locator("main .stop-card").first.click()
    check_in(page)
    expect(page.locator("main a.button-big:has-text('签退')")).to_be_visible()
    page.click("main .back-link")
    page.locator("main .stop-card").last.click()
    expect(page.locator("main")).to_contain_text("还没有签退")
    expect(page.locator("main a.button-big:has-text('签到')")).to_have_count(0)


def test_a_position_read_without_a_network_is_graded_as_it_was(site: Site, sign_in: SignIn, off_loop) -> None:
    visit_id = plan(site, off_loop)

    def agree() -> None:
        with site.application.database.transaction() as session:
            consent.choose_location_mode(session, site.company.rep, LocationMode.CHECK_IN, now=utc_now())

    off_loop(agree)
    page = sign_in("rep", viewport=PHONE)
    page.context.grant_permissions(["geolocation"])
    latitude, longitude = factories.PLACE
    page.context.set_geolocation({"latitude": latitude, "longitude": longitude, "accuracy": 15})
    ready_for_the_street(page, site)
    page.context.set_offline(True)
    page.goto(f"{site.url}/today")
    page.click("main .stop-card")
    do_step(page, "签到")
    submit(page)
    expect(page.locator("main a.button-big:has-text('填写报告')")).to_be_visible()
    page.context.set_geolocation({"latitude": latitude + 1, "longitude": longitude, "accuracy": 15})
    back_on_the_servers_page(page)
    page.wait_for_url(f"**/visits/{visit_id}")
    assert (row(site, visit_id).state, row(site, visit_id).grade) == ("checked_in", "A")


def test_plans_are_changed_and_help_is_asked_for_without_a_network(site: Site, sign_in: SignIn, off_loop) -> None:
    moved, dropped = plan(site, off_loop), plan(site, off_loop)
    page = sign_in("rep", viewport=PHONE)
    ready_for_the_street(page, site)
    page.context.set_offline(True)
    page.goto(f"{site.url}/offline#move/{moved}")
    tomorrow = (utc_now() + timedelta(days=1, hours=8)).date().isoformat()
    page.fill("input[name='day']", tomorrow)
    page.fill("input[name='time']", "10:30")
    page.click("main form button")
    expect(page.locator("main")).to_contain_text("已改期，待发送")
    page.goto(f"{site.url}/offline#cancel/{dropped}")
    page.fill("textarea[name='reason']", "客户出差")
    page.click("main form button")
    expect(page.locator("main")).to_contain_text("已取消，待发送")
    page.goto(f"{site.url}/offline#new")
    page.click("main form button")
    check_in(page)
    page.click("main a:has-text('请求协助')")
    page.fill("input[name='subject']", "肾功能不全时的剂量")
    page.click("main form button")
    expect(page.locator("[data-sync='waiting']")).to_contain_text("5")
    back_online(page)
    expect(page.locator("[data-sync='sent']")).to_be_visible(timeout=15_000)
    assert (row(site, moved).state, row(site, dropped).state) == ("rescheduled", "cancelled")
    with site.application.database.reading() as session:
        found = list(session.scalars(select(Visit).where(Visit.id.not_in([moved, dropped]))))
        assert sorted(each.state for each in found) == ["checked_in", "planned"]
        [request] = session.scalars(select(SupportRequest))
        later = next(each for each in found if each.state == "planned")
        assert later.follows_id == moved
        assert later.planned_start.astimezone(ZoneInfo("Asia/Shanghai")).isoformat()[:16] == f"{tomorrow}T10:30"
        assert request.subject == "肾功能不全时的剂量"
