"""An administrator finds what failed by its cause and has it tried again, mends a variable, and revives a job."""

import re
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from playwright.sync_api import Page, expect

from engine.clock import utc_now
from engine.connectors.crm import Crm, CrmRefusedError, VisitRecord
from engine.ids import new_id
from engine.outbox import service as outbox
from engine.process import queries as process
from engine.process import topics, user_tasks
from engine.process.topics import DeliveryContext, Topic, TopicKind
from engine.support import service as support
from engine.visits import service as visits
from tests.e2e.conftest import SignIn, Site
from tests.workflows.world import REPORT

pytestmark = pytest.mark.e2e
# Jobs are done by a thread beside the browser.
expect.set_options(timeout=15_000)

OffLoop = Callable[[Callable[[], Any]], Any]
BY_HAND = {"method": "manual"}


class Refusing:
    """The CRM of the site, which refuses until it is told not to."""

    def __init__(self, real: Crm) -> None:
        self.real, self.refuses = real, True

    def write_visit(self, record: VisitRecord, *, key: str) -> str:
        """Write a visit, or refuse it."""
        if self.refuses:
            raise CrmRefusedError(f"The field owner of record {key} is locked.")
        return self.real.write_visit(record, key=key)


def write(site: Site, off_loop: OffLoop, work: Callable[[Any], Any]) -> Any:
    """Do something in a transaction."""
    return off_loop(lambda: site.application.database.run(work))


def finish_visits(site: Site, off_loop: OffLoop, count: int) -> None:
    """Let the rep complete visits, each with its write-back."""
    rep = site.company.rep

    def work(session: Any) -> None:
        for _ in range(count):
            visit_id = visits.plan_visit(
                session,
                rep,
                customer_id=site.company.customer_id,
                purpose_key="report",
                planned_start=utc_now() + timedelta(minutes=5),
                now=utc_now(),
            )
            for element_id, values in (("check_in", BY_HAND), ("check_out", BY_HAND), ("report", REPORT)):
                tasks = process.my_open_tasks_of(session, rep, [f"visit:{visit_id}"])[f"visit:{visit_id}"]
                task = next(each for each in tasks if each.element_id == element_id)
                user_tasks.complete_user_task(session, rep, task.id, values, submission_id=None, now=utc_now())

    write(site, off_loop, work)


def go(page: Page, site: Site, path: str) -> None:
    """Open a page."""
    page.goto(f"{site.url}{path}")


def reload_until(page: Page, text: str) -> None:
    """Load the page again until it shows a text."""
    for _ in range(40):
        if text in page.locator("main").inner_text():
            return
        page.wait_for_timeout(250)
        page.reload()
    expect(page.locator("main")).to_contain_text(text)


def test_a_failed_write_back_is_found_by_cause_noted_and_retried(
    site: Site, sign_in: SignIn, off_loop: OffLoop
) -> None:
    crm = Refusing(site.application.crm)
    site.application.crm = crm  # type: ignore[assignment]  # it serves what the process asks of it
    finish_visits(site, off_loop, 3)
    admin = sign_in("admin")
    go(admin, site, "/operate/incidents")
    reload_until(admin, "全部重试（3）")
    row = admin.locator("tbody tr")
    expect(row).to_have_count(1)
    expect(row).to_contain_text("写入 CRM")
    row.get_by_role("link").click()
    expect(admin.locator("tbody tr")).to_have_count(3)
    admin.get_by_label("备注").fill("CRM 锁定了负责人字段，工单 4711")
    admin.get_by_label("负责人").select_option(label="Admin")
    admin.get_by_role("button", name="保存").click()
    go(admin, site, "/operate/incidents")
    expect(row).to_contain_text("工单 4711")
    expect(row).to_contain_text("Admin")
    crm.refuses = False
    row.get_by_role("link").click()
    admin.get_by_role("button", name=re.compile("全部重试")).click()
    expect(admin.locator("main [role='status']").last).to_contain_text("3 项已重试")
    # The page says by itself what becomes of the jobs.
    expect(admin.locator("#later")).to_contain_text("完成 3")
    go(admin, site, "/operate/incidents")
    expect(admin.locator("main")).to_contain_text("没有需要处理的异常")
    go(admin, site, "/operate/audit")
    expect(admin.locator(".audit-entry").first).to_contain_text("重试")
    expect(admin.locator("main")).to_contain_text("工单 4711")


def test_a_variable_is_mended_and_a_dead_letter_is_run_again(site: Site, sign_in: SignIn, off_loop: OffLoop) -> None:
    sent: list[str] = []

    def send(context: DeliveryContext, _payload: Mapping[str, Any]) -> None:
        sent.append(context.key)

    topics.register(Topic("test.wire", TopicKind.DELIVERY, ("发报", "Wire"), handler=send))

    def prepare(session: Any) -> UUID:
        request = support.raise_request(
            session, site.company.rep, type_="technical", subject="屏幕花屏",
            customer_id=site.company.customer_id, now=utc_now(),
        )  # fmt: skip
        delivery_id = outbox.emit(session, "test.wire", {}, key=f"wire:{new_id()}", now=utc_now())
        session.flush()
        claim = outbox.claim(session, delivery_id, now=utc_now())
        assert claim is not None
        outbox.fail(session, claim, "the line is cut", now=utc_now())
        return process.instances_of(session, support.business_key(request.id))[0].id

    instance_id = write(site, off_loop, prepare)
    admin = sign_in("admin")
    go(admin, site, "/operate/instances?q=花屏")
    admin.locator("tbody tr a").click()
    expect(admin).to_have_url(re.compile(str(instance_id)))
    expect(admin.locator(".djs-element.is-open").first).to_be_attached()
    admin.locator("#variables summary").first.click()
    admin.get_by_label("修改 subject", exact=True).click()
    admin.get_by_label("新值").fill("屏幕花屏（二号机）")
    admin.get_by_role("button", name="保存").click()
    expect(admin.locator("#reason-error")).to_be_visible()
    expect(admin.get_by_label("新值")).to_have_value("屏幕花屏（二号机）")
    admin.get_by_label("原因").fill("机器写错了")
    admin.get_by_role("button", name="保存").click()
    expect(admin.locator("#variables")).to_contain_text("屏幕花屏（二号机）")
    expect(admin.locator(".timeline").first).to_contain_text("机器写错了")
    go(admin, site, f"/operate/audit?kind=instance&key={instance_id}")
    expect(admin.locator(".audit-entry del")).to_contain_text("屏幕花屏")
    expect(admin.locator(".audit-entry ins")).to_contain_text("二号机")
    go(admin, site, "/operate/jobs?standing=dead")
    admin.get_by_role("link", name="发报").last.click()
    expect(admin.locator("main")).to_contain_text("the line is cut")
    admin.get_by_role("button", name="立即执行").click()
    reload_until(admin, "这个后台任务已结束")
    assert len(sent) == 1
