"""The desk: two people and one request, twenty requests at once, and a morning with the keyboard alone."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from engine.clock import utc_now
from engine.process import queries
from engine.support import service as support
from tests.e2e.conftest import SignIn, Site

pytestmark = pytest.mark.e2e
# A page that shows what another did, and a machine that does much else.
expect.set_options(timeout=15_000)

OffLoop = Callable[[Callable[[], Any]], Any]


def raise_requests(site: Site, off_loop: OffLoop, count: int, type_: str = "technical") -> None:
    """Let the rep ask for help several times."""

    def work() -> None:
        with site.application.database.transaction() as session:
            for number in range(count):
                support.raise_request(
                    session, site.company.rep, type_=type_, subject=f"问题 {number + 1}",
                    customer_id=site.company.customer_id, now=utc_now(),
                )  # fmt: skip

    off_loop(work)


def open_tasks(site: Site, off_loop: OffLoop, element_id: str) -> list[queries.TaskRow]:
    """Return the technician's open tasks at a step."""

    def look() -> list[queries.TaskRow]:
        with site.application.database.reading() as session:
            rows = queries.inbox(session, site.company.technician, limit=100).tasks
        return [row for row in rows if row.element_id == element_id]

    found: list[queries.TaskRow] = off_loop(look)
    return found


def keys(page: Page, *names: str) -> None:
    """Press keys, one after the other."""
    for name in names:
        page.keyboard.press(name)


def test_of_two_agents_at_one_request_one_wins_and_the_other_keeps_what_was_typed(
    site: Site, sign_in: SignIn, off_loop: OffLoop
) -> None:
    raise_requests(site, off_loop, 2)
    first, second = sign_in("technician"), sign_in("technician")
    for page in (first, second):
        page.goto(f"{site.url}/tasks")
        keys(page, "j", "Enter")
        expect(page.locator("#pane form[data-form]")).to_be_visible()
        page.fill("#pane textarea[name='note']", "先核对批号")
    keys(first, "Control+Enter")
    expect(first.locator("#pane form#request_answer")).to_be_visible()
    # The other one sees it without loading the page: the first row is at its next step, or gone from its place.
    expect(second.locator(".task .strong", has_text="技术解答")).to_have_count(1)
    keys(second, "Control+Enter")
    expect(second.locator("#pane [role='alert']").first).to_contain_text("Technician 已在")
    expect(second.locator("#pane textarea[name='note']")).to_have_value("先核对批号")
    assert len(open_tasks(site, off_loop, "triage_request")) == 1


def test_twenty_requests_are_triaged_at_once_and_what_failed_stays_selected(
    site: Site, sign_in: SignIn, off_loop: OffLoop
) -> None:
    raise_requests(site, off_loop, 20)
    page = sign_in("technician")
    page.goto(f"{site.url}/tasks")
    expect(page.locator(".task")).to_have_count(20)
    keys(page, "j", "X", "b")
    expect(page.locator("[data-chosen]")).to_have_text("已选 20 条")
    page.locator("#bulk button[value='complete']").focus()
    keys(page, "Enter")
    page.check("#pane input[name='priority'][value='P2']")
    page.select_option("#pane select[name='queue']", "technical")
    # One of them is done by somebody else meanwhile.
    task = open_tasks(site, off_loop, "triage_request")[0]
    other = page.context.new_page()
    other.goto(f"{site.url}/tasks/{task.id}")
    other.click("form[data-form] .form-submit")
    other.wait_for_url(lambda url: str(task.id) not in url)
    other.close()
    keys(page, "Control+Enter")
    result = page.locator("#pane [data-run]")
    expect(result).to_contain_text("20 / 20")
    expect(result).to_contain_text("完成 19")
    expect(result).to_contain_text("跳过 1")
    expect(page.locator("#pane .list-link")).to_contain_text("Technician 已在")
    assert open_tasks(site, off_loop, "triage_request") == []
    expect(page.locator(".task .strong", has_text="分诊")).to_have_count(0)
    assert {row.priority for row in open_tasks(site, off_loop, "answer_technical")} == {2, 3}


def test_a_morning_with_the_keyboard_alone(site: Site, sign_in: SignIn, off_loop: OffLoop) -> None:
    raise_requests(site, off_loop, 3)
    page = sign_in("technician")
    page.goto(f"{site.url}/tasks")
    expect(page.locator(".task")).to_have_count(3)
    # The sheet says what the keys do.
    keys(page, "?")
    expect(page.locator("#keys")).to_be_visible()
    expect(page.locator("#keys")).to_contain_text("领取列表中下一条空闲待办")
    keys(page, "Escape")
    expect(page.locator("#keys")).to_be_hidden()
    # The next one: taken, triaged, answered, all without a pointer.
    keys(page, "n")
    expect(page.locator("#pane .badge", has_text="普通").first).to_be_visible()
    expect(page.locator(".task.is-open")).to_contain_text("我已领取")
    keys(page, "Control+Enter")
    expect(page.locator("#pane form#request_answer")).to_be_visible()
    keys(page, "e")
    page.locator("#pane textarea[name='answer']").focus()
    page.keyboard.type("串口参数为 9600-8-N-1。")
    keys(page, "Control+Enter")
    expect(page.locator(".task")).to_have_count(2)
    expect(page.locator(".task a:focus")).to_have_count(1)
    # The one after it: more urgent than thought, looked at again tomorrow.
    keys(page, "Enter")
    expect(page.locator("#pane form#request_triage")).to_be_visible()
    keys(page, "d")
    expect(page.locator("#task-priority")).to_be_focused()
    page.keyboard.type("P1")
    keys(page, "Control+Enter")
    expect(page.locator(".task.is-open .badge", has_text="P1")).to_be_visible()
    expect(page.locator("#pane .badge", has_text="P1").first).to_be_visible()  # until then the menu has the keys
    # Given to a colleague, and gone from here.
    keys(page, "a")
    expect(page.locator("#pane select[name='user_id']")).to_be_focused()
    keys(page, "Escape")
    # The rest by a filter of its own: search, then what is found.
    keys(page, "/")
    page.keyboard.type("问题 r000003")
    keys(page, "Enter")
    page.wait_for_url(lambda url: "q=" in url)
    expect(page.locator(".task")).to_have_count(1)
    keys(page, "j", "x", "b", "Enter")
    expect(page.locator("#pane [data-run]")).to_contain_text("完成 1")
    expect(page.locator(".task")).to_contain_text("我已领取")
    errors = page.evaluate("document.querySelectorAll('[aria-invalid]').length")
    assert errors == 0
