"""A rep in the street: what the tests of work without a network do again and again."""

import os
import signal
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from playwright.sync_api import Page, expect

from engine.clock import utc_now
from engine.visits import service as visits
from engine.visits.tables import Visit
from tests import factories
from tests.e2e.conftest import PHONE, SignIn, Site


def plan(site: Site, pool_run: Callable[[Callable[[], Any]], Any], *, customer_id: UUID | None = None) -> UUID:
    """Plan a visit of the rep in five minutes."""

    def work() -> UUID:
        with site.application.database.transaction() as session:
            return visits.plan_visit(
                session,
                site.company.rep,
                customer_id=customer_id or site.company.customer_id,
                is_approved=True,
                purpose_key="report",
                planned_start=utc_now() + timedelta(minutes=5),
                now=utc_now(),
            )

    return pool_run(work)


def row(site: Site, visit_id: UUID) -> Visit:
    """Return a visit's row."""
    with site.application.database.reading() as session:
        found = session.get_one(Visit, visit_id)
        session.expunge_all()
        return found


def ready_for_the_street(page: Page, site: Site) -> None:
    """Open today with a network until the phone has stored the packet and the app."""
    page.goto(f"{site.url}/today")
    expect(page.locator("[data-sync]")).to_be_visible()
    page.evaluate("() => navigator.serviceWorker.ready.then(() => true)")
    page.reload()
    expect(page.locator("[data-sync='sent']")).to_be_visible()


def do_step(page: Page, name: str) -> None:
    """Open a step that the phone offers."""
    page.click(f"main a.button-big:has-text('{name}')")
    expect(page.locator("form[data-offline]")).to_be_visible()


def submit(page: Page) -> None:
    """Press the form's button."""
    page.click("form[data-form] .form-submit")


def make_visit_offline(page: Page) -> None:
    """Check in, leave and report, tapping twice at the end."""
    page.click("main .stop-card")
    check_in(page)
    do_step(page, "签退")
    page.check("input[name='method'][value='manual']")
    submit(page)
    do_step(page, "填写报告")
    page.check("input[name='outcome'][value='met']")
    page.fill("textarea[name='summary']", "地下室没有信号，聊得很好。")
    page.dblclick("form[data-form] .form-submit")
    expect(page.locator("main")).to_contain_text("这次拜访在手机上都已完成")


def kill_browsers_of(profile: Path) -> None:
    """Kill the browser of a profile as a phone does that needs its memory: at once."""
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with suppress(OSError):
                if f"--user-data-dir={profile}" in (entry / "cmdline").read_text().split("\0"):
                    os.kill(int(entry.name), signal.SIGKILL)


def enter(page: Page, site: Site) -> None:
    """Sign the rep in, if the browser has not kept the session."""
    page.goto(f"{site.url}/sign-in")
    if "/sign-in" not in page.url:
        return
    page.fill("#login", "rep")
    page.fill("#password", factories.PASSWORD)
    page.click("form[action='/sign-in'] button:has-text('登录')")
    page.wait_for_url("**/today")


def check_in(page: Page) -> None:
    """Check in by hand."""
    do_step(page, "签到")
    page.check("input[name='method'][value='manual']")
    submit(page)


def in_the_street(site: Site, sign_in: SignIn) -> Page:
    """Return the rep's phone with everything stored and no network, on today."""
    page = sign_in("rep", viewport=PHONE)
    ready_for_the_street(page, site)
    page.context.set_offline(True)
    page.goto(f"{site.url}/today")
    return page


def back_online(page: Page) -> None:
    """Let the network come back, as the phone notices it."""
    page.context.set_offline(False)
    page.evaluate("() => dispatchEvent(new Event('online'))")


def back_on_the_servers_page(page: Page) -> None:
    """Let the network come back, until the server's own page stands in place of the phone's."""
    back_online(page)
    expect(page.locator("[data-redraw]")).to_be_visible(timeout=15_000)
