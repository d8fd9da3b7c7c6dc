"""Administrators mend what is stuck, and move running work to the next version, in a browser."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from engine.access import Actor, Role
from engine.calendar.tables import Deadline
from engine.connectors.crm import CrmRefusedError
from engine.process import bundles, deployment, user_tasks
from engine.process import queries as process
from engine.process.tables import ProcessDefinition, ProcessInstance, UserTask
from engine.support import service as support
from engine.visits import service as visits
from tests import factories
from tests.e2e.conftest import SignIn, Site
from tests.e2e.test_journey import submit_form
from tests.workflows.world import REPORT

pytestmark = pytest.mark.e2e
Off = Callable[[Callable[[], Any]], Any]


class Refusing:
    """A CRM that knows none of our customers."""

    def write_visit(self, _record: object, *, key: str) -> str:
        """Refuse."""
        raise CrmRefusedError(f"No such customer ({key[:3]}).")


def second_admin(site: Site, off_loop: Off) -> None:
    """Add another administrator, who may sign in."""

    def add() -> None:
        with site.application.database.transaction() as session:
            factories.add_person(session, "second_admin", Role.ADMIN, now=site.clock())

    off_loop(add)


def made_visit(site: Site) -> UUID:
    """Let the rep make a visit whose write-back the CRM refuses; returns the instance."""
    company, now = site.company, site.clock()
    with site.application.database.transaction() as session:
        visit_id = visits.plan_visit(
            session, company.rep, customer_id=company.customer_id, purpose_key="report", now=now,
            planned_start=now + timedelta(hours=1), planned_end=now + timedelta(hours=2),
        )  # fmt: skip
    steps = (("check_in", {"method": "manual"}), ("check_out", {"method": "manual"}), ("report", REPORT))
    for element_id, values in steps:
        complete(site, company.rep, element_id, values)
    with site.application.database.reading() as session:
        return process.instances_of(session, f"visit:{visit_id}")[0].id


def complete(site: Site, actor: Actor, element_id: str, values: dict[str, Any], *, times: int = 1) -> None:
    """Complete tasks of a person's inbox."""
    with site.application.database.transaction() as session:
        rows = [task for task in process.inbox(session, actor, limit=100).tasks if task.element_id == element_id]
        for task in rows[:times]:
            user_tasks.complete_user_task(session, actor, task.id, values, submission_id=None, now=site.clock())


def test_a_refused_write_back_is_given_up_with_a_second_admin(site: Site, sign_in: SignIn, off_loop: Off) -> None:
    site.application.crm = Refusing()  # type: ignore[assignment]
    second_admin(site, off_loop)
    instance_id = off_loop(lambda: made_visit(site))
    admin = sign_in("admin")
    stuck = admin.locator("li", has_text="未发送").first
    for _ in range(20):  # the server's jobs may still be at it
        admin.goto(f"{site.url}/operate/instances/{instance_id}/repair")
        if stuck.count():
            break
    expect(stuck).to_contain_text("CRM")
    stuck.locator("summary").focus()
    admin.keyboard.press("Enter")
    stuck.get_by_role("button", name="放弃发送").click()
    expect(admin.locator("main")).to_contain_text("有风险：需要另一位管理员同意")
    admin.fill("#reason", "CRM 里没有这个客户，已在 CRM 手工登记")
    admin.get_by_role("button", name="请另一位管理员同意").click()
    expect(admin.locator("main")).to_contain_text("等待另一位管理员")
    expect(admin.get_by_role("button", name="同意：立即修复")).to_have_count(0)

    second = sign_in("second_admin")
    second.goto(f"{site.url}/tasks")
    second.get_by_role("link", name="批准修复").first.click()
    second.wait_for_url(admin.url)
    expect(second.locator("main")).to_contain_text("已在 CRM 手工登记")
    second.get_by_role("button", name="同意：立即修复").click()
    expect(second.locator("main")).to_contain_text("流程已修复")
    second.goto(f"{site.url}/operate/instances/{instance_id}")
    expect(second.locator("main")).to_contain_text("已修复：CRM 里没有这个客户")
    expect(second.locator("main .incident")).to_have_count(0)


RUNNING, ANSWERED = 20, 3


def running_requests(site: Site) -> None:
    """Raise requests; three of them are answered, and wait for the rep."""
    company, now = site.company, site.clock()
    with site.application.database.transaction() as session:
        for number in range(RUNNING):
            support.raise_request(session, company.rep, type_="technical", subject=f"请求 {number + 1}",
                                  customer_id=company.customer_id, now=now)  # fmt: skip
    complete(site, company.technician, "triage_request", {"priority": "P3", "queue": "technical"}, times=ANSWERED)
    complete(site, company.technician, "answer_technical", {"answer": "减半"}, times=ANSWERED)


def next_version(site: Site) -> None:
    """Publish a support process in which the rep confirms at another element."""
    changes = {'"confirm_result"': '"rep_confirms"', ">confirm_result<": ">rep_confirms<", "确认或重开": "回访确认"}
    files = {}
    for source in bundles.factory_sources("support_request"):
        text = source.content.decode()
        for old, new in changes.items():
            text = text.replace(old, new)
        files[source.name] = text.encode()
    with site.application.database.transaction() as session:
        deployment.store(session, site.company.admin, bundles.sources_from(files), now=site.clock())


def due_times(site: Site) -> list[tuple[Any, ...]]:
    """Return every due time of the running requests."""
    tasks = select(UserTask.id, UserTask.due_at).where(UserTask.process_key == "support_request")
    timers = select(ProcessInstance.id, ProcessInstance.next_due_at).where(
        ProcessInstance.process_key == "support_request"
    )
    clocks = select(Deadline.id, Deadline.due_at, Deadline.next_at)
    with site.application.database.reading() as session:
        return sorted(tuple(map(str, row)) for query in (tasks, timers, clocks) for row in session.execute(query))


def migrated_task(site: Site) -> tuple[UUID, UUID]:
    """Return an open task, and its instance, which runs on the new version."""
    query = (
        select(UserTask.id, UserTask.instance_id)
        .join(ProcessInstance, ProcessInstance.id == UserTask.instance_id)
        .join(ProcessDefinition, ProcessDefinition.id == ProcessInstance.definition_id)
        .where(UserTask.state == "open", ProcessDefinition.version == 2)
    )
    with site.application.database.reading() as session:
        found = session.execute(query.limit(1)).one()
        return found.id, found.instance_id


def choose_in_picture(admin: Page, address: str) -> None:
    """Move the token by the picture, and see the plan in it."""
    admin.goto(address)
    admin.locator("[data-ready]").wait_for()
    admin.click(".djs-element[data-element-id='record_triage'] .djs-hit-all")
    menu = admin.locator("[data-repair-menu]")
    expect(menu).to_contain_text("登记分诊")
    menu.get_by_role("button", name="把“分诊”移到这里").click()
    expect(admin.locator(".repair-edits")).to_contain_text("移动：分诊 → 登记分诊")
    admin.locator("[data-ready]").wait_for()
    expect(admin.locator(".repair-mark").first).to_be_visible()


def counts(page: Page) -> str:
    """Return what the page says of its instances."""
    return re.sub(r"\s+", " ", page.locator("p[role=status]").inner_text())


def test_running_requests_move_to_the_next_version(site: Site, sign_in: SignIn, off_loop: Off) -> None:
    off_loop(lambda: running_requests(site))
    off_loop(lambda: next_version(site))
    before = off_loop(lambda: due_times(site))
    admin = sign_in("admin")
    admin.goto(f"{site.url}/operate/migrations")
    admin.locator("tr", has_text="支持请求").get_by_role("link", name="迁移到 v2").click()
    expect(admin.locator("main")).to_contain_text("新版本里没有的")
    admin.get_by_role("button", name="试迁移").click()
    expect(admin.locator("main")).to_contain_text(f"{RUNNING - ANSWERED} 可以迁移")
    expect(admin.locator("main")).to_contain_text(f"{ANSWERED} 不能迁移")
    expect(admin.locator("main")).to_contain_text("新版本里没有“确认或重开”")
    admin.fill("#reason", "确认步骤改名")
    admin.get_by_role("button", name=f"迁移 {RUNNING - ANSWERED} 个").click()
    expect(admin.locator("main")).to_contain_text("已完成", timeout=20_000)
    assert f"{RUNNING - ANSWERED} 已迁移" in counts(admin)
    assert off_loop(lambda: due_times(site)) == before

    one = admin.locator("li", has=admin.locator("details")).first
    one.locator("summary").click()
    one.get_by_label("原因").fill("先留在旧版本")
    one.get_by_role("button", name="撤回").click()
    expect(admin.locator("main")).to_contain_text("1 已撤回")
    assert f"{RUNNING - ANSWERED - 1} 已迁移" in counts(admin)
    assert off_loop(lambda: due_times(site)) == before
    task_id, instance_id = off_loop(lambda: migrated_task(site))
    choose_in_picture(admin, f"{site.url}/operate/instances/{instance_id}/repair")
    technician = sign_in("technician")
    technician.goto(f"{site.url}/tasks")
    expect(technician.locator("a[data-row]")).to_have_count(RUNNING - ANSWERED)
    technician.goto(f"{site.url}/tasks/{task_id}")
    submit_form(technician)
    expect(technician.locator("main")).to_contain_text("分诊")
