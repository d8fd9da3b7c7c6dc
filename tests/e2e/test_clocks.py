"""Time at the desk: a pause over a swapped Saturday, 75/100/150 % once each, quiet hours and the digest."""

from collections.abc import Callable
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Page, expect

from engine.access import Actor
from engine.calendar import company as calendar
from engine.calendar import queries, rules
from engine.calendar.queries import DeadlineRow
from engine.clock import utc_now
from engine.support import service as support
from engine.support.requests import RESOLVE
from tests.e2e.conftest import SignIn, Site
from tests.e2e.test_fulfilment import open_task, submit

pytestmark = pytest.mark.e2e
expect.set_options(timeout=15_000)

Run = Callable[[Callable[[], Any]], Any]
ZONE = ZoneInfo("Asia/Shanghai")


def at_a_friday(site: Site, off_loop: Run) -> None:
    """Move the server to 15:00 of a Friday before a free weekend and a working Monday, with the Saturday swapped."""

    def work(session: Any) -> None:
        working = calendar.company_calendar(session)
        day = utc_now().astimezone(ZONE).date() + timedelta(days=1)
        wanted = (True, False, False, True)
        while day.weekday() != 4 or wanted != tuple(
            rules.is_working_day(working, day + timedelta(days=more)) for more in range(4)
        ):
            day += timedelta(days=1)
        site.clock.by = datetime.combine(day, time(15), ZONE) - utc_now()
        saturday = day + timedelta(days=1)
        calendar.set_day(session, site.company.admin, saturday, kind="working", name="调休", name_en="", now=utc_now())

    off_loop(lambda: site.application.database.run(work))


def ask(site: Site, off_loop: Run, subject: str) -> UUID:
    def work(session: Any) -> UUID:
        return support.raise_request(
            session, site.company.rep, type_="technical", subject=subject, customer_id=site.company.customer_id,
            now=site.clock(),
        ).id  # fmt: skip

    found: UUID = off_loop(lambda: site.application.database.run(work))
    return found


def resolve_clock(site: Site, off_loop: Run, request_id: UUID) -> tuple[DeadlineRow, rules.WorkingCalendar]:
    def look() -> Any:
        with site.application.database.reading() as session:
            key = support.business_key(request_id)
            rows = queries.deadlines_of(session, [key], now=site.clock())[key]
            return next(row for row in rows if row.name == RESOLVE), calendar.company_calendar(session)

    found: tuple[DeadlineRow, rules.WorkingCalendar] = off_loop(look)
    return found


def test_a_paused_clock_shifts_by_the_paused_time_over_a_swapped_saturday(
    site: Site, sign_in: SignIn, off_loop: Run
) -> None:
    at_a_friday(site, off_loop)
    request_id = ask(site, off_loop, "接口参数")
    desk = sign_in("technician")
    open_task(desk, site, request_id, "request_triage")
    before, working = resolve_clock(site, off_loop, request_id)
    desk.check("[name='incomplete']")
    desk.fill("[name='question']", "请补充仪器型号")
    paused_at = site.clock()
    submit(desk, "request_triage")
    desk.goto(f"{site.url}/requests/{request_id}")
    expect(desk.locator(".clock").filter(has_text="解决")).to_contain_text("暂停")

    site.wait(timedelta(days=2, hours=19))  # Monday, 10:00
    rep = sign_in("rep")
    open_task(rep, site, request_id, "request_answer_question")
    rep.fill("[name='answer']", "型号为 X-200")
    resumed_at = site.clock()
    submit(rep, "request_answer_question")
    after, _calendar = resolve_clock(site, off_loop, request_id)
    assert before.due_at is not None
    assert after.due_at is not None
    shift = rules.working_minutes_between(working, before.due_at, after.due_at)
    assert shift == pytest.approx(rules.working_minutes_between(working, paused_at, resumed_at), abs=1)
    assert shift == pytest.approx(180 + 480 + 60, abs=1), "Friday's rest, the swapped Saturday, and an hour on Monday"
    desk = sign_in("technician")
    desk.goto(f"{site.url}/requests/{request_id}")
    shown = desk.locator(".clock").filter(has_text="解决")
    expect(shown).not_to_contain_text("暂停")
    expect(shown).to_contain_text(after.due_at.astimezone(ZONE).strftime("%H:%M"))


def told(page: Page, site: Site, text: str) -> int:
    """Return how often a person's list of notices says something."""
    page.goto(f"{site.url}/notifications")
    return page.locator("main li, main tr").filter(has_text=text).count()


def settles(page: Page, site: Site, text: str, count: int) -> None:
    """See a text so often in the list of notices: the sweeper comes by five times a second."""
    for _ in range(40):
        if told(page, site, text) == count:
            return
        page.wait_for_load_state("networkidle")
    assert told(page, site, text) == count, text


def test_each_mark_of_a_deadline_is_told_once(site: Site, sign_in: SignIn, off_loop: Run) -> None:
    at_a_friday(site, off_loop)
    request_id = ask(site, off_loop, "零点校准")
    clock, working = resolve_clock(site, off_loop, request_id)
    started, due_at = site.clock(), clock.due_at
    assert due_at is not None
    length = rules.working_minutes_between(working, started, due_at)
    texts = {0.75: "75", 1.0: "时限已到", 1.5: "超时 50%"}
    desk = sign_in("technician")
    open_task(desk, site, request_id, "request_triage")
    submit(desk, "request_triage")  # the first response is given: only one clock goes on
    for share, text in texts.items():
        moment = rules.add_working_minutes(working, started, length * share)
        site.clock.by = moment - utc_now() + timedelta(minutes=1)
        person: Actor = site.company.ops_head if share == 1.5 else site.company.technician
        page = sign_in("ops_head" if person is site.company.ops_head else "technician")
        settles(page, site, text, 1)
    page = sign_in("technician")
    for text in ("75", "时限已到"):
        assert told(page, site, text) == 1, text


def test_quiet_hours_and_a_digest_hold_mails_back(site: Site, sign_in: SignIn, off_loop: Run) -> None:
    at_a_friday(site, off_loop)
    page = sign_in("technician")
    page.goto(f"{site.url}/me/notifications")
    for box in page.locator("input[name='mail']").all():
        box.check(force=True)
    page.fill("[name='digest_at']", "17:00")
    page.click(".action-bar .button-primary")
    expect(page.locator("main")).to_contain_text("已保存")
    mail = site.application.settings.data_folder / "mail"
    for number in range(2):
        ask(site, off_loop, f"安装指导 {number + 1}")
    settles(page, site, "安装指导", 2)
    assert list(mail.glob("*.eml")) == [], "in the application at once, by mail together"
    site.wait(timedelta(hours=2, minutes=1))
    page = sign_in("technician")
    for _ in range(40):
        if list(mail.glob("*.eml")):
            break
        page.reload()
    assert len(list(mail.glob("*.eml"))) == 1
