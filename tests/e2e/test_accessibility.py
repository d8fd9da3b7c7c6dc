"""No page has a fault that axe finds, or lets anything stand over an edge; Chinese by day and English by night."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from engine.clock import utc_now
from engine.people import service as people
from engine.process import definitions
from engine.process import queries as process
from engine.studio import drafts, recordings
from engine.support import service as support
from engine.visits import service as visits
from tests.e2e.conftest import DESK, PHONE, SignIn, Site, on_one_database
from web.app import create_app

pytestmark = [pytest.mark.e2e, on_one_database]
AXE = Path(__file__).parents[2] / "web/frontend/node_modules/axe-core/axe.min.js"
TWO = [("zh", False), ("en", True)]
FOUR = [*TWO, ("zh", True), ("en", False)]
SPILLED = """() => {
  const found = document.documentElement.scrollWidth > innerWidth ? ['the page is wider than the window'] : [];
  const clips = (from, box) => from !== box.parentElement
    && (getComputedStyle(from).overflowX !== 'visible' || clips(from.parentElement, box));
  for (const box of document.querySelectorAll('.card, .notice, .button, .badge')) {
    const edge = box.getBoundingClientRect();
    for (const each of box.querySelectorAll(':not(svg *, .visually-hidden, .diagram *)')) {
      const at = each.getBoundingClientRect();
      if (at.width > 1 && at.height > 1 && (at.right > edge.right + 1 || at.left < edge.left - 1)
        && !clips(each.parentElement, box)) found.push(`${each.tagName}.${each.className} over ${box.className}`);
    }
  }
  return found;
}"""


def prepare(site: Site) -> dict[str, str]:
    """Return the addresses of pages with something on them."""
    company, now = site.company, utc_now()
    with site.application.database.transaction() as session:
        visit_id = visits.plan_visit(
            session, company.rep, customer_id=company.customer_id, purpose_key="report", planned_start=now, now=now
        )
        request = support.raise_request(
            session, company.rep, type_="technical", subject="接口参数", customer_id=company.customer_id, now=now
        )
    with site.application.database.reading() as session:
        [task] = [row for row in process.tasks_of(session, f"visit:{visit_id}") if row.element_id == "check_in"]
        definition = process.instances_of(session, f"visit:{visit_id}")[0]
    return {
        **prepare_draft(site),
        "visit": f"/visits/{visit_id}",
        "form": f"/tasks/{task.id}",
        "request": f"/requests/{request.id}",
        "customer": f"/customers/{company.customer_id}",
        "editor": f"/studio/{definition.definition_id}",
        "instance": f"/operate/instances/{definition.id}",
        "repair": f"/operate/instances/{definition.id}/repair",
        "migration": f"/operate/migrations/new?from={definition.definition_id}&to={definition.definition_id}",
    }


def prepare_draft(site: Site) -> dict[str, str]:
    """Begin a draft that changes something, and a recording on it; return the addresses of their pages."""
    admin, now = site.company.admin, utc_now()
    with site.application.database.transaction() as session:
        version = definitions.definitions(session, key="support_request")[0]
        table = definitions.definition_files(session, version.id)["discount.dmn"].replace(b"(5..15]", b"(5..12]")
        draft_id = drafts.create(session, admin, version.id, title="草稿", changed={"discount.dmn": table}, now=now)
        recording = recordings.begin(
            session, admin, draft_id, title="技术请求", started_at=now, data={}, answers={}, now=now
        )
    return {
        "draft": f"/studio/drafts/{draft_id}",
        "compare": f"/studio/compare?before={version.id}&after=draft-{draft_id}",
        "recording": f"/studio/recordings/{recording}",
    }


def dress(site: Site, login: str, locale: str) -> None:
    """Let a person read in a language."""
    with site.application.database.transaction() as session:
        people.change_appearance(session, getattr(site.company, login), locale=locale)


def faults(page: Page) -> list[str]:
    """Return what axe finds, a line for each."""
    page.evaluate(AXE.read_text("utf-8"))
    found: dict[str, Any] = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{page.url} {each['id']}: {json.dumps([node['target'] for node in each['nodes'][:3]])}"
        for each in found["violations"]
    ]


@pytest.fixture
def addresses(site: Site) -> Iterator[dict[str, str]]:
    """Return the addresses of pages, prepared where no event loop runs."""
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(1) as pool:
        yield pool.submit(prepare, site).result()


def look(site: Site, sign_in: SignIn, login: str, paths: list[str], looks: list[tuple[str, bool]], size: Any) -> None:
    found: list[str] = []
    for locale, dark in looks:
        dress(site, login, locale)
        page = sign_in(login, viewport=size, dark=dark)
        for path in paths:
            answer = page.goto(f"{site.url}{path}")
            assert answer is not None
            assert answer.status == 200, path
            spilled = [f"{path} {line}" for line in page.evaluate(SPILLED)[:3]]
            found += [f"{locale} {'dark' if dark else 'light'} {line}" for line in [*faults(page), *spilled]]
    assert not found, "\n".join(found)


def test_the_reps_main_pages_in_all_four_looks(site: Site, sign_in: SignIn, addresses: dict[str, str]) -> None:
    paths = ["/today", addresses["visit"], addresses["form"], "/tasks"]
    look(site, sign_in, "rep", paths, FOUR, PHONE)


def test_the_reps_other_pages(site: Site, sign_in: SignIn, addresses: dict[str, str]) -> None:
    paths = [
        "/customers", addresses["customer"], "/visits/new", f"/visits/new?customer_id={site.company.customer_id}",
        "/requests", "/requests/new", addresses["request"], "/me", "/notifications", "/figures", "/consent",
        "/me/notifications",
        "/me/consent", "/me/position-views", "/me/track", "/today/order", "/today/close", "/today/visit", "/samples",
        "/samples/count", "/offline",
    ]  # fmt: skip
    look(site, sign_in, "rep", paths, TWO, PHONE)


def test_the_managers_pages(site: Site, sign_in: SignIn, addresses: dict[str, str]) -> None:
    assert addresses
    look(
        site, sign_in, "manager", ["/team", "/figures", "/figures/visits?measure=planned", "/tasks", "/pins"], TWO, DESK
    )


def test_the_desks_pages(site: Site, sign_in: SignIn, addresses: dict[str, str]) -> None:
    filtered = "/tasks/filters?filter=priority:in:P1"
    paths = ["/tasks", "/tasks?filter=due:next:7", filtered, "/leave", "/requests", addresses["request"]]
    paths += ["/deadlines", "/warehouse", "/warehouse/movements"]
    look(site, sign_in, "technician", paths, TWO, DESK)


def test_the_desk_with_a_task_open_and_rows_selected(site: Site, sign_in: SignIn, addresses: dict[str, str]) -> None:
    assert addresses
    for locale, dark in TWO:
        dress(site, "technician", locale)
        page = sign_in("technician", dark=dark)
        page.goto(f"{site.url}/tasks")
        for key in ("j", "x", "f", "Escape", "j", "Enter"):
            page.keyboard.press(key)
        expect(page.locator("#pane form[data-form]")).to_be_visible()
        assert faults(page) == []
        page.keyboard.press("a")
        expect(page.locator("#pane select[name='user_id']")).to_be_visible()
        assert faults(page) == []


def test_the_admins_drafts(site: Site, sign_in: SignIn, addresses: dict[str, str]) -> None:
    draft = addresses["draft"]
    paths = [
        draft, f"{draft}/edit/discount.dmn", f"{draft}/edit/request_triage.json",
        f"{draft}/scenarios", f"{draft}/scenarios/new", f"{draft}/replay",
        addresses["compare"], addresses["recording"], "/studio/imports",
    ]  # fmt: skip
    look(site, sign_in, "admin", paths, TWO, DESK)


def test_the_admins_pages(site: Site, sign_in: SignIn, addresses: dict[str, str]) -> None:
    paths = [
        "/studio",
        addresses["editor"],
        "/operate/instances",
        addresses["instance"],
        "/operate/incidents",
        "/operate/jobs",
        "/operate/timers",
        "/operate/heat",
        "/operate/audit",
        "/operate/audit/chain",
        "/retention",
        "/retention/chains",
        "/people",
        "/purposes",
        "/purposes/new",
        "/people/new",
        "/calendar",
        "/notices/webhooks",
        "/notices/webhooks/new",
        "/notices/rooms",
        "/notices/rooms/new",
        "/notices/texts",
        "/notices/texts/comment",
        addresses["repair"],
        "/operate/repairs",
        "/operate/migrations",
        addresses["migration"],
        "/me",
        "/notifications",
        "/me/notifications",
    ]
    look(site, sign_in, "admin", paths, TWO, DESK)


def test_the_safety_desks_pages(site: Site, sign_in: SignIn, addresses: dict[str, str]) -> None:
    assert addresses
    look(site, sign_in, "compliance", ["/adverse-events", "/tasks"], TWO, DESK)


def test_no_page_without_parameters_is_left_out(site: Site) -> None:
    """Each address that a person can open is in this file, or is none for people."""
    no_pages = (
        "/api/",
        "/notifications/unread",
        "/comments/people",
        "/static",
        "/healthz",
        "/readyz",
        "/icon.svg",
        "/sw.js",
        "/manifest",
        "/authority",
        "/offline/",
        "/tasks/list",
        "/tasks/values",
        "/operate/heat/picture",
    )
    rules = create_app(site.application).url_map.iter_rules()
    addresses = {rule.rule for rule in rules if "GET" in (rule.methods or ()) and not rule.arguments}
    text = Path(__file__).read_text("utf-8")
    missing = {each for each in addresses - {"/"} if not each.startswith(no_pages) and f'"{each}' not in text}
    assert missing <= {"/sign-in"}


def test_the_sign_in_page(site: Site, browser: Any) -> None:
    for scheme in ("light", "dark"):
        context = browser.new_context(color_scheme=scheme, viewport=PHONE)
        page = context.new_page()
        page.goto(f"{site.url}/sign-in")
        assert faults(page) == []
        context.close()
