"""Checking in on a phone with a mocked position: R1, R3, R5, R7, R20."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from engine.access import Actor
from engine.clock import utc_now
from engine.consent import service as consent
from engine.consent.rules import LocationMode
from engine.evidence.tables import Position
from engine.visits.tables import Visit
from tests import factories
from tests.e2e.conftest import PHONE, SignIn, Site

pytestmark = pytest.mark.e2e

DEGREE_M = 111_195
MONITOR = """
window.asked = 0;
const real = navigator.geolocation.getCurrentPosition.bind(navigator.geolocation);
navigator.geolocation.getCurrentPosition = (...parts) => { window.asked += 1; real(...parts); };
"""


def write(site: Site, work: Callable[[Any], Any]) -> Any:
    # Playwright runs an event loop in this thread, in which the V8 isolate refuses to wait.
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(lambda: site.application.database.run(work)).result()


def choose(site: Site, actor: Actor, mode: LocationMode) -> None:
    write(site, lambda session: consent.choose_location_mode(session, actor, mode, now=utc_now()))


def plan(site: Site, actor: Actor, *, customer_id: UUID | None = None) -> UUID:
    from engine.visits import service as visits

    return write(
        site,
        lambda session: visits.plan_visit(
            session, actor, customer_id=customer_id or site.company.customer_id, purpose_key="report",
            planned_start=utc_now() + timedelta(minutes=10), is_approved=True, now=utc_now(),
        ),
    )  # fmt: skip


def visit_of(site: Site, visit_id: UUID) -> Visit:
    with site.application.database.reading() as session:
        return session.get_one(Visit, visit_id)


def positions(site: Site) -> int:
    with site.application.database.reading() as session:
        return session.query(Position).count()


def stand(context: BrowserContext, metres: float, *, accuracy: float = 20) -> None:
    """Put the phone so far north of the customer, with permission."""
    context.grant_permissions(["geolocation"])
    context.set_geolocation(
        {"latitude": factories.PLACE[0] + metres / DEGREE_M, "longitude": factories.PLACE[1], "accuracy": accuracy}
    )


def open_check_in(page: Page, site: Site, visit_id: UUID) -> None:
    page.goto(f"{site.url}/visits/{visit_id}")
    page.click("main a.button-big[href*='/tasks/']")
    expect(page.locator("form#visit_check_in")).to_be_visible()


def check_in(page: Page) -> None:
    page.click("form[data-form] .form-submit")
    page.wait_for_url(re.compile(r"/tasks/"))
    expect(page.locator(".notice-success, [role=status]").first).to_contain_text("签到")


@pytest.fixture
def phone(site: Site, sign_in: SignIn) -> Callable[[LocationMode], Page]:
    """Return a function that signs the rep in on a phone, in a mode."""

    def open_page(mode: LocationMode) -> Page:
        choose(site, site.company.rep, mode)
        return sign_in("rep", viewport=PHONE)

    return open_page


def test_a_new_rep_is_asked_first_and_never_for_a_position(site: Site, sign_in: SignIn) -> None:
    """R1."""
    for _ in range(4):
        write(site, lambda session: add_visit(session, site))
    page = sign_in("stranger", viewport=PHONE)
    assert "/consent" in page.url
    cards = page.locator("label.mode")
    sizes = [cards.nth(number).bounding_box() for number in range(4)]
    assert len({round(size["width"]) for size in sizes if size}) == 1
    page.add_init_script(MONITOR)
    page.check("input[name=mode][value=manual]")
    page.click("button:has-text('保存选择')")
    page.wait_for_url(re.compile("/today"))
    times = page.locator(".stop-time").all_inner_texts()
    assert len(times) == 4
    assert times == sorted(times)
    assert page.evaluate("window.asked") == 0
    assert positions(site) == 0


def add_visit(session: Any, site: Site) -> None:
    """Add a visit of the stranger for today; the day is judged in Shanghai."""
    from zoneinfo import ZoneInfo

    now = utc_now()
    number = session.query(Visit).count()
    local = now.astimezone(ZoneInfo("Asia/Shanghai"))
    start = local.replace(hour=9 + (number * 5) % 8, minute=0)
    session.add(
        Visit(
            customer_id=site.company.customer_id, place_id=site.company.place_id, created_by=None,
            rep_id=site.company.stranger.user_id, purpose_key="report", planned_start=start,
            planned_end=start + timedelta(hours=1), local_date=local.date(), state="planned", created_at=now,
        )
    )  # fmt: skip


def test_at_the_customers_one_tap_is_grade_a(site: Site, phone: Callable[[LocationMode], Page]) -> None:
    """R3."""
    page, visit_id = phone(LocationMode.CHECK_IN), plan(site, site.company.rep)
    stand(page.context, 35)
    open_check_in(page, site, visit_id)
    check_in(page)
    assert visit_of(site, visit_id).grade == "A"
    assert positions(site) == 1


def test_far_away_asks_for_an_explanation_and_does_not_block(site: Site, phone: Callable[[LocationMode], Page]) -> None:
    """R5."""
    page, visit_id = phone(LocationMode.CHECK_IN), plan(site, site.company.rep)
    stand(page.context, 900)
    open_check_in(page, site, visit_id)
    check_in(page)
    assert visit_of(site, visit_id).grade == "C"
    page.goto(f"{site.url}/visits/{visit_id}")
    expect(page.locator("main")).to_contain_text("说明情况")
    expect(page.locator("main")).to_contain_text("填写报告")


def test_a_denied_permission_goes_on_by_hand(site: Site, phone: Callable[[LocationMode], Page]) -> None:
    """R7."""
    page, visit_id = phone(LocationMode.CHECK_IN), plan(site, site.company.rep)
    page.context.set_geolocation({"latitude": factories.PLACE[0], "longitude": factories.PLACE[1]})
    page.context.clear_permissions()
    open_check_in(page, site, visit_id)
    page.click("form[data-form] .form-submit")
    expect(page.locator("[data-position-notice]")).to_contain_text("已改为“手动”")
    expect(page.locator("input[name=method][value=manual]")).to_be_checked()
    assert positions(site) == 0
    check_in(page)
    visit = visit_of(site, visit_id)
    assert (visit.state, visit.grade) == ("checked_in", "C")
    page.goto(f"{site.url}/visits/{visit_id}")
    expect(page.locator("main")).not_to_contain_text("说明情况")


def test_a_withdrawn_consent_refuses_the_next_position(site: Site, phone: Callable[[LocationMode], Page]) -> None:
    """R20: withdrawn elsewhere while the check-in is open on the phone."""
    page, visit_id = phone(LocationMode.CHECK_IN), plan(site, site.company.rep)
    stand(page.context, 35)
    open_check_in(page, site, visit_id)
    choose(site, site.company.rep, LocationMode.MANUAL)
    with page.expect_response("**/positions") as answered:
        page.click("form[data-form] .form-submit")
    assert answered.value.status == 403
    assert positions(site) == 0
    expect(page.locator("[data-position-notice]")).to_be_visible()
    check_in(page)
    assert visit_of(site, visit_id).state == "checked_in"


def test_a_track_is_sent_while_the_page_is_open(site: Site, phone: Callable[[LocationMode], Page]) -> None:
    """S4: the script is on the page of a rep who agreed, and the server decides by its calendar."""
    page = phone(LocationMode.MANUAL)
    stand(page.context, 0)
    choose(site, site.company.rep, LocationMode.TRACK)
    with page.expect_response("**/position/track") as answered:
        page.goto(f"{site.url}/today")
        expect(page.locator("[data-track-status]")).to_be_visible()
        # The page goes to the back: what was read is sent at once.
        page.evaluate(
            "() => { Object.defineProperty(document, 'hidden', { value: true });"
            " document.dispatchEvent(new Event('visibilitychange')); }"
        )
    # Working time in Shanghai, or not; the body of a request that outlives its page cannot be read here.
    assert answered.value.status in {201, 403}
