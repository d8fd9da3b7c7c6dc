"""What was done about a request stands on its page for requester and manager at once: no job comes between."""

from datetime import timedelta
from uuid import UUID

from engine.process import queries as process
from engine.process import user_tasks
from engine.support import fulfilment
from engine.support import service as support
from tests.web.site import Site

RECORD = {
    "what_was_done": "已协调市场部，名额两位", "result": "partly", "minutes_spent": 25, "internal_note": "预算已用完",
}  # fmt: skip


def complete_without_jobs(site: Site, request_id: UUID, element_id: str, values: dict[str, object]) -> None:
    """Complete a task of a request; nothing of what follows by jobs has been done."""
    world, person = site.world, site.person("generalist")
    tasks = world.look(lambda session: process.tasks_of(session, f"request:{request_id}"))
    task = next(row for row in tasks if row.element_id == element_id)
    world.application.database.run(
        lambda session: user_tasks.complete_user_task(
            session, person, task.id, values, submission_id=None, now=world.clock()
        )
    )


def test_requester_and_manager_see_it_at_once_and_the_inner_note_never(site: Site) -> None:
    request_id = site.world.ask("other")
    complete_without_jobs(site, request_id, "triage_request", {"priority": "P3", "queue": "support"})
    complete_without_jobs(site, request_id, "handle_other", RECORD)
    for name in ("rep", "manager"):
        page = site.browser(name).get(f"/requests/{request_id}").text
        assert all(text in page for text in ("已协调市场部，名额两位", "部分解决", "25", "Generalist")), name
        assert "预算已用完" not in page
    assert "预算已用完" in site.browser("generalist").get(f"/requests/{request_id}").text
    assert site.browser("stranger").get(f"/requests/{request_id}").status_code == 404


def test_a_refused_sample_shows_why_and_its_fulfilment_stands_in_the_timeline(site: Site) -> None:
    world, packer = site.world, site.person("packer")
    expiry = (world.clock() + timedelta(days=300)).date()
    world.do(
        lambda session: fulfilment.receive_stock(
            session, packer, item="P-1", lot="L1", expiry=expiry, quantity=50, now=world.clock()
        )
    )
    request_id = world.ask("sample", lines=[support.Line("P-1", 15)])
    world.complete(packer, "triage_request", {"priority": "P3", "queue": "samples"})
    world.complete(site.person("manager"), "approve_samples", {"decision": "rejected", "reason": "本月已足够"})
    page = site.browser("rep").get(f"/requests/{request_id}").text
    assert "未批准" in page
    assert "本月已足够" in page
    assert "审批样品：已完成" in page
