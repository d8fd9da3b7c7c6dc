"""A report is corrected freely for a day, with old and new to be seen, and later with the manager's consent."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from engine.errors import ConflictError, InvalidInputError, NotFoundError
from engine.visits import corrections
from tests.factories import Company
from tests.workflows.world import REPORT, World

FULL = {
    **REPORT,
    "products_discussed": [{"product": "P-1", "reaction": "positive"}],
    "promises": [{"kind": "technical", "subject": "参数"}],
}


def reported(world: World, company: Company) -> UUID:
    visit_id = world.plan(company.rep)
    world.make_visit(visit_id, FULL)
    return visit_id


def correct(world: World, visit_id: UUID, values: dict[str, Any], *, seen: int = 0) -> corrections.CorrectionRow:
    return world.do(
        lambda session: corrections.correct_report(
            session, world.company.rep, visit_id, values, seen=seen, now=world.clock()
        )
    )


def revisions(world: World) -> list[str]:
    return [record["summary"] for record in world.application.crm.visits()]


def test_within_a_day_the_rep_corrects_alone_and_the_crm_hears_of_it(world: World, company: Company) -> None:
    visit_id = reported(world, company)
    world.wait(timedelta(hours=3))
    done = correct(world, visit_id, {"outcome": "partly", "summary": "只见到护士长"})
    assert done.state == "applied"
    assert corrections.changed_keys(done.before, done.after) == ("outcome", "summary", "products_discussed")
    report = world.report(visit_id)
    assert (report.summary, report.values["outcome"]) == ("只见到护士长", "partly")
    assert report.values["promises"][0]["subject"] == "参数"
    assert world.visit(visit_id).outcome == "partly"
    assert revisions(world) == [REPORT["summary"], "只见到护士长"]
    assert world.inbox(company.manager) == []


def test_after_a_day_the_manager_must_agree(world: World, company: Company) -> None:
    visit_id = reported(world, company)
    world.wait(timedelta(hours=30))
    with pytest.raises(InvalidInputError) as refused:
        correct(world, visit_id, {"outcome": "met", "summary": "写错了客户"})
    assert "correction_reason" in refused.value.errors

    values = {"outcome": "met", "summary": "客户要缓释片", "correction_reason": "听错了"}
    assert correct(world, visit_id, values).state == "proposed"
    assert world.report(visit_id).summary == REPORT["summary"]
    with pytest.raises(ConflictError):
        correct(world, visit_id, values, seen=1)
    world.complete(company.manager, "approve_correction", {"decision": "approved"})
    assert world.report(visit_id).summary == "客户要缓释片"
    assert revisions(world)[-1] == "客户要缓释片"
    [row] = world.look(lambda session: corrections.corrections_of(session, visit_id))
    assert (row.state, row.reason, row.decided_by) == ("applied", "听错了", company.manager.user_id)
    assert world.notices(company.rep)[-1] == "correction_applied"


def test_what_the_manager_refuses_leaves_the_report_alone(world: World, company: Company) -> None:
    visit_id = reported(world, company)
    world.wait(timedelta(hours=25))
    correct(world, visit_id, {"outcome": "refused", "summary": "没见", "correction_reason": "误"})
    world.complete(company.manager, "approve_correction", {"decision": "rejected", "reason": "与签到不符"})
    assert world.report(visit_id).values["outcome"] == "met"
    assert "与签到不符" in world.texts(company.rep)[-1]
    assert len(revisions(world)) == 1


def test_a_correction_never_overwrites_one_that_was_not_seen(world: World, company: Company) -> None:
    visit_id = reported(world, company)
    correct(world, visit_id, {"outcome": "met", "summary": "一"})
    with pytest.raises(ConflictError):
        correct(world, visit_id, {"outcome": "met", "summary": "二"})
    with pytest.raises(InvalidInputError):
        correct(world, visit_id, {"outcome": "met", "summary": "一"}, seen=1)
    assert world.report(visit_id).summary == "一"


def test_only_the_rep_of_the_visit_corrects_its_report(world: World, company: Company) -> None:
    visit_id = reported(world, company)
    with pytest.raises(NotFoundError):
        world.look(lambda session: corrections.correctable(session, company.manager, visit_id, now=world.clock()))
