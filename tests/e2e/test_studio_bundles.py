"""An admin adds a step, a field and a rule, proves them on real cases, and publishes; two admins lose nothing."""

import re
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from playwright.sync_api import Page, expect

from engine.access import Actor, Role
from engine.clock import utc_now
from engine.people import service as people
from engine.process import bundles, definitions, queries, user_tasks
from engine.studio import drafts
from engine.support import service as support
from tests import factories
from tests.e2e.conftest import SignIn, Site
from tests.e2e.test_studio_journey import insert_step

pytestmark = pytest.mark.e2e
expect.set_options(timeout=15_000)

OffLoop = Callable[[Callable[[], Any]], Any]
KEY = "support_request"
CASES = 3


def finish_requests(site: Site, off_loop: OffLoop) -> None:
    """Let technical requests come to their end, and one wait."""
    company, database = site.company, site.application.database

    def complete(actor: Actor, element_id: str, values: dict[str, Any]) -> None:
        with database.transaction() as session:
            task = next(row for row in queries.inbox(session, actor, limit=100).tasks if row.element_id == element_id)
            user_tasks.complete_user_task(session, actor, task.id, values, submission_id=None, now=utc_now())
        site.application.worker.run_until_idle()

    def work() -> None:
        for number in range(CASES + 1):
            with database.transaction() as session:
                support.raise_request(
                    session, company.rep, type_="technical", subject=f"剂量 {number}",
                    customer_id=company.customer_id, now=utc_now(),
                )  # fmt: skip
            site.application.worker.run_until_idle()
            if number == CASES:
                return
            complete(company.technician, "triage_request", {"priority": "P3", "queue": "technical"})
            complete(company.technician, "answer_technical", {"answer": "减半"})
            complete(company.rep, "confirm_result", {"decision": "confirm"})

    off_loop(work)


def edit_text(admin: Page, name: str, old: str, new: str) -> None:
    """Change a file of the draft whose page is open, and come back to it."""
    address = admin.locator(f".draft-files a:has-text('{name}')").get_attribute("href")
    admin.goto(f"{admin.url.partition('/studio')[0]}{address}?as=text")
    area = admin.locator("[data-content]")
    text = area.input_value()
    assert old in text
    area.fill(text.replace(old, new, 1))
    admin.click("[data-save]")
    expect(admin.locator("[data-status]")).to_contain_text("已存入草稿", timeout=20_000)
    admin.click("[aria-label='返回草稿']")


def test_a_step_a_field_and_a_rule_are_proved_on_real_cases_and_published(
    site: Site, sign_in: SignIn, off_loop: OffLoop
) -> None:
    finish_requests(site, off_loop)
    admin = sign_in("admin")
    admin.goto(f"{site.url}/studio")
    admin.click("a[href^='/studio/']:has-text('支持请求')")

    # A1: a step; the first change begins a draft, which saves itself.
    insert_step(admin, "flow_answer_technical_fulfil", "复核答复")
    admin.get_by_label("表单", exact=True).select_option("request_handle")
    admin.get_by_label("结果变量", exact=True).fill("answer_check")
    admin.get_by_label("英文名称", exact=True).fill("Check the answer")
    expect(admin.locator("[data-status]")).to_contain_text("已存入草稿")
    expect(admin).to_have_url(re.compile(r"/studio/drafts/[0-9a-f-]{36}/edit/support_request\.bpmn"))
    admin.click("[data-back]")
    # A field and a rule, in the same draft.
    field = '{"type": "text", "key": "source", "label": {"zh": "出处", "en": "Source"}, "required": true},'
    edit_text(admin, "request_answer.json", '"components": [', f'"components": [{field}')
    edit_text(admin, "support_routing.dmn", "1440", "960")
    changes = admin.locator("#changes")
    for name in ("复核答复", "出处", "960"):
        expect(changes).to_contain_text(name)

    # Both pictures, by keyboard.
    admin.click("#changes a.button")
    admin.wait_for_selector("[data-compare][data-ready]")
    expect(admin.locator("[data-after] .diff-added").first).to_be_attached()
    assert admin.locator("[data-before] .djs-shape.diff-added").count() == 0
    jump = admin.locator("[data-jump]", has_text="复核答复").first
    jump.focus()
    admin.keyboard.press("Enter")
    expect(jump).to_have_attribute("aria-current", "true")
    expect(admin.locator("[data-after] .djs-shape.diff-added")).to_be_in_viewport()
    admin.go_back()

    # A2: what the finished cases would have done.
    admin.click("main a[href$='/replay']")
    admin.wait_for_selector("[data-replay][data-ready]")
    expect(admin.locator("[data-verdict='stopped']")).to_have_text(str(CASES))
    first = admin.locator("[data-rows] tr").first
    for said in ("复核答复", "出处", "决策不同", "resolve_minutes = 960"):
        expect(first).to_contain_text(said)
    first.locator("button", has_text="由此生成场景").click()
    expect(admin.locator(".acts .danger, .acts li").last).to_be_visible()
    expect(admin.locator("main")).to_contain_text("完成“技术解答”")
    admin.click("form[action$='/drop'] button")
    admin.click("[aria-label='返回草稿']")

    # A scenario, clicked through with what the real cases began with.
    admin.click("main a[href$='/scenarios']")
    admin.click("main a[href$='/scenarios/new']")
    admin.fill("#title", "技术答复要复核")
    admin.click("form.card button.button-primary")
    admin.check("[name='priority'][value='P3']")
    admin.select_option("[name='queue']", "technical")
    admin.click(".form-submit")
    admin.fill("[name='source']", "说明书")
    admin.fill("textarea[name='answer']", "减半")
    admin.click(".form-submit")
    expect(admin.locator("h2", has_text="复核答复")).to_be_visible()
    admin.click("form[action$='/keep'] button")
    expect(admin.locator("main")).to_contain_text("1 个全部通过")
    admin.click("form[action$='/gate'] button")
    admin.click("[aria-label='返回草稿']")

    # A3: published as a whole; what runs stays on its version.
    admin.fill("#note", "答复要复核")
    admin.click("form[action$='/publish'] button")
    admin.wait_for_url(lambda url: "/drafts/" not in url, timeout=30_000)
    expect(admin.locator("main")).to_contain_text("第 2 版")

    def look() -> tuple[list[str], list[int]]:
        with site.application.database.reading() as session:
            newest = definitions.definitions(session, key=KEY)[0]
            files = [source.name for source in bundles.sources_of(session, newest.id)]
            rows = queries.instances(session, process_key=KEY, state="running")
            return files, [row.definition_version for row in rows]

    files, running = off_loop(look)
    assert any(name.startswith("scenarios/") for name in files)
    assert running == [1]


def test_two_admins_in_one_draft_lose_nothing(site: Site, sign_in: SignIn, off_loop: OffLoop) -> None:
    def begin() -> UUID:
        with site.application.database.transaction() as session:
            people.add_user(
                session, login="admin2", name="钱二", password=factories.PASSWORD, roles=[Role.ADMIN], now=utc_now()
            )
            version = definitions.definitions(session, key="sample_drop")[0]
            return drafts.create(session, site.company.admin, version.id, title="样品", now=utc_now())

    draft_id = off_loop(begin)
    address = f"{site.url}/studio/drafts/{draft_id}/edit/sample_drop.bpmn"
    rename = """([name]) => {
        const modeler = document.querySelector('[data-ready]').modeler;
        const task = modeler.get('elementRegistry').get('drop_samples');
        modeler.get('modeling').updateProperties(task, { name });
    }"""
    one, two = sign_in("admin"), sign_in("admin2")
    for page in (one, two):
        page.goto(address)
        page.wait_for_selector("[data-ready]")
    two.evaluate(rename, ["乙改的名称"])
    expect(two.locator("[data-status]")).to_contain_text("已存入草稿")
    one.evaluate(rename, ["甲改的名称"])
    conflict = one.locator("[data-conflict]")
    expect(conflict).to_contain_text("钱二")
    expect(conflict).to_contain_text("乙改的名称")
    conflict.locator("button", has_text="另存为草稿").click()
    expect(one).not_to_have_url(address)

    def saved() -> list[bool]:
        with site.application.database.reading() as session:
            found = [
                drafts.contents(session, row.id)["sample_drop.bpmn"].decode() for row in drafts.open_drafts(session)
            ]
        return sorted(("甲改的名称" in xml, "乙改的名称" in xml) for xml in found)  # type: ignore[return-value]

    assert off_loop(saved) == [(False, True), (True, False)]
