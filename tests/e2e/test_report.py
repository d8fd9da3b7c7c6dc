"""The report on a phone: a routine visit in six taps, what does not apply hidden, promises with their numbers."""

import io
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from PIL import Image
from playwright.sync_api import Page, expect
from sqlalchemy import select

from engine.clock import utc_now
from engine.process import queries as process
from engine.process import user_tasks
from engine.visits import service as visits
from engine.visits.tables import Visit, VisitReport
from tests.e2e.conftest import PHONE, SignIn, Site

pytestmark = pytest.mark.e2e

Run = Callable[[Callable[[], Any]], Any]
MOST_TAPS = 6


def plan(site: Site, off_loop: Run) -> UUID:
    def work(session: Any) -> UUID:
        return visits.plan_visit(
            session, site.company.rep, customer_id=site.company.customer_id, purpose_key="report",
            planned_start=utc_now() + timedelta(minutes=5), now=utc_now(),
        )  # fmt: skip

    return off_loop(lambda: site.application.database.run(work))


def made_before(site: Site, off_loop: Run) -> None:
    """Let the rep have made a visit that discussed a product."""
    visit_id = plan(site, off_loop)
    report = {
        "outcome": "met", "summary": "上次", "needs": "缓释片",
        "products_discussed": [{"product": "P-1", "reaction": "positive"}],
    }  # fmt: skip
    manual = {"method": "manual"}
    for element, values in (("check_in", manual), ("check_out", manual), ("report", report)):

        def work(session: Any, element: str = element, values: Any = values) -> None:
            tasks = process.tasks_of(session, f"visit:{visit_id}")
            [task] = [row for row in tasks if row.element_id == element]
            user_tasks.complete_user_task(session, site.company.rep, task.id, values, submission_id=None, now=utc_now())

        off_loop(lambda: site.application.database.run(work))


def stored(site: Site, visit_id: UUID) -> dict[str, Any]:
    with site.application.database.reading() as session:
        return dict(session.get_one(VisitReport, visit_id).values)


def open_report(page: Page, site: Site) -> None:
    page.goto(f"{site.url}/today")
    page.click("main a.button-primary[href*='/tasks/']")
    page.click("form#visit_check_in .form-submit")
    page.wait_for_selector("form#visit_report")


def test_a_routine_visit_takes_six_taps(site: Site, sign_in: SignIn, off_loop: Run) -> None:
    made_before(site, off_loop)
    visit_id = plan(site, off_loop)
    page = sign_in("rep", viewport=PHONE)
    page.goto(f"{site.url}/today")
    taps = [
        "main a.button-primary[href*='/tasks/']",
        "form#visit_check_in .form-submit",
        "form#visit_report label:has(input[value='met'])",
        "form#visit_report .form-last",
        "form#visit_report .form-submit",
        "form#visit_check_out .form-submit",
    ]
    for selector in taps:
        page.click(selector)
    page.wait_for_url(re.compile("/today"))
    assert len(taps) <= MOST_TAPS
    with site.application.database.reading() as session:
        assert session.get_one(Visit, visit_id).state == "completed"
    values = stored(site, visit_id)
    assert values["products_discussed"] == [{"product": "P-1", "reaction": "positive", "note": None}]
    assert (values["outcome"], values["needs"], values["summary"]) == ("met", "缓释片", None)


def test_nobody_met_hides_products_and_a_step_in_a_week_makes_a_draft(
    site: Site, sign_in: SignIn, off_loop: Run
) -> None:
    visit_id = plan(site, off_loop)
    page = sign_in("rep", viewport=PHONE)
    open_report(page, site)
    page.check("input[name='outcome'][value='met']")
    expect(page.locator("[data-field='products_discussed']")).to_be_visible()
    page.check("input[name='outcome'][value='not_met']")
    expect(page.locator("[data-field='products_discussed']")).to_be_hidden()
    page.fill("textarea[name='summary']", "主任出差")
    page.click("[data-field='next_steps'] [data-add]")
    page.fill("input[name='next_steps.0.text']", "再约")
    page.select_option("select[name='next_steps.0.kind']", "visit")
    page.click("[data-field='next_steps.0.due'] [data-days='7']")
    day = page.input_value("input[name='next_steps.0.due']")
    today = page.evaluate("new Intl.DateTimeFormat('sv').format(new Date())")
    assert (utc_now().fromisoformat(day) - utc_now().fromisoformat(today)).days == 7
    page.click("form#visit_report .form-submit")
    page.click("form#visit_check_out .form-submit")
    page.wait_for_url(re.compile("/today"))
    with site.application.database.reading() as session:
        draft = session.scalars(select(Visit).where(Visit.follows_id == visit_id)).one()
        assert (draft.state, draft.local_date.isoformat()) == ("draft", day)


def test_two_promises_in_one_report_show_their_numbers_at_once(site: Site, sign_in: SignIn, off_loop: Run) -> None:
    plan(site, off_loop)
    page = sign_in("rep", viewport=PHONE)
    open_report(page, site)
    page.check("input[name='outcome'][value='met']")
    page.fill("textarea[name='summary']", "要样品，也要参数")
    for number, (kind, subject) in enumerate((("sample", "样品"), ("technical", "参数"))):
        page.click("[data-field='promises'] [data-add]")
        page.select_option(f"select[name='promises.{number}.kind']", kind)
        page.fill(f"input[name='promises.{number}.subject']", subject)
    page.select_option("select[name='promises.0.item']", "P-1")
    page.fill("input[name='promises.0.quantity']", "2")
    page.click("form#visit_report .form-submit")
    page.wait_for_selector("form#visit_check_out")
    told = page.locator(".flash, [role=status], .notice-success").first
    numbers = re.findall(r"[A-Z]+-?\d[\d-]*", told.inner_text())
    assert len(numbers) == 2
    raised = page.locator("section:has(#raised-title)")
    for number in numbers:
        expect(raised).to_contain_text(number)
    expect(raised).to_contain_text("新建")


def test_a_photo_carries_time_place_and_visit_number(site: Site, sign_in: SignIn, off_loop: Run) -> None:
    visit_id = plan(site, off_loop)
    page = sign_in("rep", viewport=PHONE)
    open_report(page, site)
    assert page.get_attribute("form#visit_report", "data-stamp").endswith(f"V-{visit_id.hex[-8:].upper()}")
    white = io.BytesIO()
    Image.new("RGB", (2000, 1500), "white").save(white, "PNG")
    page.set_input_files(
        "[data-field='photos'] input[capture]",
        {"name": "shelf.png", "mimeType": "image/png", "buffer": white.getvalue()},
    )
    kept = page.locator("[data-field='photos'] input[type=hidden]")
    expect(kept).to_have_count(1)
    digest = kept.input_value()[:64]
    picture = Image.open(io.BytesIO(site.application.files.get(digest)))
    assert max(picture.size) == 1600
    top, bottom = picture.getpixel((800, 200)), picture.crop((0, 1050, 1600, 1200)).convert("L").getextrema()
    assert top == (255, 255, 255)
    assert bottom[0] < 130 < bottom[1]  # a dark band with light letters
