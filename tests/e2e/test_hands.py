"""What hands do: keys on the desk, a thumb where there is no network, paper."""

from typing import Any
from uuid import UUID

import pytest
from playwright.sync_api import Page, Route, expect

from engine.clock import utc_now
from engine.process import queries as process
from engine.support import service as support
from engine.visits import service as visits
from tests.e2e.conftest import DESK, PHONE, SignIn, Site, on_one_database

pytestmark = [pytest.mark.e2e, on_one_database]


def ask(site: Site) -> None:
    """Let the rep raise two requests, so that the back office has a list."""
    company, now = site.company, utc_now()
    with site.application.database.transaction() as session:
        for subject in ("接口参数", "样机调试"):
            support.raise_request(
                session, company.rep, type_="technical", subject=subject, customer_id=company.customer_id, now=now
            )


def visit_with_task(site: Site, element_id: str) -> tuple[UUID, UUID]:
    """Return a visit of the rep and one of its open tasks."""
    company, now = site.company, utc_now()
    with site.application.database.transaction() as session:
        visit_id = visits.plan_visit(
            session, company.rep, customer_id=company.customer_id, purpose_key="report", planned_start=now, now=now
        )
    with site.application.database.reading() as session:
        [task] = [row for row in process.tasks_of(session, f"visit:{visit_id}") if row.element_id == element_id]
    return visit_id, task.id


def focused(page: Page, script: str) -> Any:
    """Return what JavaScript says of the element that has the focus."""
    return page.evaluate(f"(({script}))(document.activeElement)")


def test_keys_go_through_the_inbox_to_the_button_that_completes(site: Site, sign_in: SignIn) -> None:
    ask(site)
    page = sign_in("technician", viewport=DESK)
    page.goto(f"{site.url}/tasks")
    page.keyboard.press("?")
    expect(page.locator("#keys")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#keys")).to_be_hidden()
    for key in "jjk":
        page.keyboard.press(key)
    assert focused(page, "e => [...document.querySelectorAll('[data-row]')].indexOf(e)") == 0
    page.keyboard.press("Enter")
    expect(page.locator("#pane").get_by_role("button", name="领取")).to_be_visible()
    page.keyboard.press("c")
    expect(page.locator("#pane").get_by_role("button", name="退回")).to_be_visible()
    page.keyboard.press("e")
    assert focused(page, "e => e.matches('.form-submit')")


def test_a_letter_typed_in_a_field_is_a_letter(site: Site, sign_in: SignIn) -> None:
    ask(site)
    page = sign_in("technician", viewport=DESK)
    page.goto(f"{site.url}/tasks")
    page.keyboard.press("/")
    page.keyboard.type("jka?")
    assert page.input_value("#q") == "jka?"
    expect(page.locator("#keys")).to_be_hidden()


def test_without_network_a_form_stays_and_says_so(site: Site, sign_in: SignIn) -> None:
    visit_id, _task_id = visit_with_task(site, "check_in")
    page = sign_in("rep", viewport=PHONE)
    page.goto(f"{site.url}/visits/{visit_id}")
    page.fill("#text", "下次带样机")
    page.context.set_offline(True)
    page.click(".comment-form button")
    expect(page.locator("#not-sent")).to_be_visible()
    expect(page.locator("[data-sync='offline']")).to_be_visible()
    assert page.input_value("#text") == "下次带样机"
    page.context.set_offline(False)
    expect(page.locator("#not-sent")).to_be_hidden()
    page.click(".comment-form button")
    expect(page.locator("#timeline .timeline")).to_contain_text("下次带样机")


def test_what_was_typed_survives_an_answer_that_never_came(site: Site, sign_in: SignIn) -> None:
    # At a desk: a rep's steps wait in the outbox of the phone (test_offline.py).
    ask(site)
    page = sign_in("technician", viewport=DESK)
    page.goto(f"{site.url}/tasks")
    address = site.url + (page.locator("[data-row]").first.get_attribute("href") or "")
    page.goto(address)

    def drop(route: Route) -> None:
        if route.request.method == "GET":
            route.continue_()
        else:
            route.abort("connectionreset")

    page.route("**/tasks/**", drop)
    page.locator("textarea[name=note]").fill("问清接口")
    page.click(".form-submit")
    page.wait_for_url("chrome-error://**")
    page.goto(address)
    page.click(".form-bar button[type=button]")
    assert page.locator("textarea[name=note]").input_value() == "问清接口"


def test_a_mistake_far_below_has_the_focus(site: Site, sign_in: SignIn) -> None:
    visit_id, _task_id = visit_with_task(site, "check_in")
    page = sign_in("rep", viewport=PHONE)
    page.goto(f"{site.url}/visits/{visit_id}")
    page.evaluate("document.querySelectorAll('form').forEach(form => { form.noValidate = true; })")
    page.click("details.change summary:has-text('取消拜访')")
    page.click("details.change[open] .button-danger")
    expect(page.locator("#reason")).to_be_focused()
    expect(page.locator("#reason")).to_be_in_viewport()


def test_paper_has_no_buttons(site: Site, sign_in: SignIn) -> None:
    visit_id, _task_id = visit_with_task(site, "check_in")
    page = sign_in("rep", viewport=DESK)
    page.goto(f"{site.url}/visits/{visit_id}")
    expect(page.locator(".due-bar")).to_be_visible()
    page.emulate_media(media="print")
    for part in (".rail", ".topbar", ".due-bar", ".comment-form", "details.change"):
        expect(page.locator(part).first).to_be_hidden()
    expect(page.locator("#where-title")).to_be_visible()


def test_a_narrow_menu_stays_narrow_and_keeps_its_words_for_readers(site: Site, sign_in: SignIn) -> None:
    page = sign_in("manager", viewport=DESK)
    page.goto(f"{site.url}/team")
    wide = page.locator(".rail").bounding_box()
    page.get_by_role("button", name="收窄菜单").click()
    page.reload()
    narrow = page.locator(".rail").bounding_box()
    assert wide is not None and narrow is not None
    assert narrow["width"] < wide["width"] / 2
    expect(page.get_by_role("navigation", name="主导航").first.get_by_role("link", name="团队")).to_be_visible()
