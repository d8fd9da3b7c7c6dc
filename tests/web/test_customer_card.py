"""The customer's card and what it leads to: a person's history, kept promises, notes; what the phone takes along."""

import re
from datetime import timedelta
from uuid import UUID

from engine.safety import queries as safety
from engine.visits import service as visits
from tests.web.site import Site
from tests.workflows.world import REPORT

PROMISED = {
    **REPORT,
    "products_discussed": [{"product": "P-1", "reaction": "positive"}],
    "promises": [{"kind": "technical", "subject": "给药间隔说明"}],
}


def visit_meeting_the_contact(site: Site, report: dict[str, object] | None = None) -> UUID:
    """Make a visit that meets the company's contact; returns it."""
    world = site.world
    company = world.company
    visit_id = world.do(
        lambda session: visits.plan_visit(
            session, company.rep, customer_id=company.customer_id, purpose_key="report",
            planned_start=world.clock() + timedelta(hours=1), contact_ids=[company.contact_id], now=world.clock(),
        )
    )  # fmt: skip
    world.make_visit(visit_id, report or PROMISED)
    return visit_id


def keep_promise(site: Site) -> None:
    technician = site.person("technician")
    site.world.complete(technician, "triage_request", {"priority": "P3", "queue": "technical", "incomplete": False})
    site.world.complete(technician, "answer_technical", {"answer": "每日一次"})


def test_a_kept_promise_proposes_the_follow_up_in_one_tap(site: Site) -> None:
    visit_id = visit_meeting_the_contact(site)
    company = site.world.company
    browser = site.browser("rep")
    card = f"/customers/{company.customer_id}"
    assert "follows=" not in browser.get(card).text
    keep_promise(site)
    [link] = set(re.findall(r'href="(/visits/new\?follows=[^"]+)"', browser.get(card).text))
    assert str(visit_id) in link
    form = browser.get(link.replace("&amp;", "&")).text
    day = (site.world.clock() + timedelta(days=7)).date().isoformat()
    assert f'value="{day}"' in form
    assert re.search(rf'value="{company.contact_id}"[^>]*checked', form)


def test_the_visit_shows_its_own_promises_until_they_are_kept_and_after(site: Site) -> None:
    promise = {"kind": "technical", "subject": "肾功能不全的剂量"}
    address = f"/visits/{visit_meeting_the_contact(site, {**PROMISED, 'promises': [promise]})}"

    def section(name: str) -> str:
        found = re.search(rf'aria-labelledby="{name}">.*?</section>', site.browser("rep").get(address).text, re.DOTALL)
        assert found is not None
        return found[0]

    assert "新建" in section("raised-title")
    assert "肾功能不全的剂量" not in section("promises-title")
    assert "follows=" not in section("raised-title")
    keep_promise(site)
    assert "肾功能不全的剂量" in section("raised-title")
    assert "已处理" in section("raised-title")
    page = site.browser("rep").get(address).text
    assert len(re.findall(r"/visits/new\?follows=", page)) == 1
    assert "follows=" in section("raised-title")
    assert "follows=" not in section("promises-title")


def test_a_person_has_a_history_of_their_own(site: Site) -> None:
    company = site.world.company
    visit_meeting_the_contact(site, {**PROMISED, "summary": "主任要缓释片", "promises": PROMISED["promises"]})
    other = site.world.plan(company.rep)
    site.world.make_visit(other, {**REPORT, "summary": "只见了护士"})
    text = site.browser("rep").get(f"/customers/{company.customer_id}/contacts/{company.contact_id}").text
    assert "主任要缓释片" in text
    assert "给药间隔说明" in text
    assert "只见了护士" not in text


def test_notes_stay_within_the_territory(site: Site) -> None:
    customer_id = site.world.company.customer_id
    assert site.browser("rep").post(f"/customers/{customer_id}/notes", {"text": "周三不接待"}).status_code == 302
    assert "周三不接待" in site.browser("colleague").get(f"/customers/{customer_id}").text
    assert site.browser("stranger").post(f"/customers/{customer_id}/notes", {"text": "x"}).status_code == 404


def test_a_contact_without_a_name_comes_back_with_what_was_typed(site: Site) -> None:
    answer = site.browser("rep").post(
        f"/customers/{site.world.company.customer_id}/contacts/new", {"department": "心内科"}
    )
    assert answer.status_code == 422
    assert "心内科" in answer.text


def test_the_phone_takes_along_what_was_said_last_time(site: Site) -> None:
    visit_meeting_the_contact(site)
    visit_id = site.world.plan(site.world.company.rep)
    packet = site.browser("rep").get("/offline/packet").json
    [visit] = [each for each in packet["visits"] if each["id"] == str(visit_id)]
    assert visit["stamp"].endswith(f"\nV-{visit_id.hex[-8:].upper()}")
    [report] = [step for step in visit["steps"] if step["element"] == "report"]
    assert [row["product"] for row in report["last"]["products_discussed"]] == ["P-1"]
    assert set(report["last"]) == {"products_discussed"}
    assert all("last" not in step for step in visit["steps"] if step["element"] != "report")
    site.world.make_visit(visit_id)


def test_a_case_is_seen_by_its_reporter_and_the_safety_desk_only(site: Site) -> None:
    visit_id = visit_meeting_the_contact(site, {**REPORT, "summary": "患者皮疹"})
    [case] = site.world.look(lambda session: safety.of_visits(session, site.person("rep"), [visit_id]))
    answers = {
        name: site.browser(name).get(f"/adverse-events/{case.id}").status_code
        for name in ("rep", "compliance", "colleague", "manager", "technician")
    }
    assert answers == {"rep": 200, "compliance": 200, "colleague": 404, "manager": 403, "technician": 403}
    assert case.number in site.browser("compliance").get("/adverse-events").text
    assert case.number in site.browser("rep").get(f"/visits/{visit_id}").text
    assert case.number not in site.browser("manager").get(f"/visits/{visit_id}").text


def test_the_manager_reads_old_and_new_before_deciding(site: Site) -> None:
    world = site.world
    visit_id = visit_meeting_the_contact(site)
    assert site.browser("manager").get(f"/visits/{visit_id}/correct").status_code == 403
    world.wait(timedelta(hours=30))
    browser = site.browser("rep")
    assert "correction_reason" in browser.get(f"/visits/{visit_id}/correct").text
    changed = {"outcome": "met", "summary": "改后的要点", "correction_reason": "听错了"}
    assert browser.post(f"/visits/{visit_id}/correct?seen=0", changed).status_code == 302
    task = world.task(site.person("manager"), "approve_correction")
    text = site.browser("manager").get(f"/tasks/{task.id}").text
    assert re.search(r"<del.*?" + REPORT["summary"], text, re.DOTALL)
    assert re.search(r"<ins.*?改后的要点", text, re.DOTALL)
    assert "听错了" in text
