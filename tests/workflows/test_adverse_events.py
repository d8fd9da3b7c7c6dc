"""A report that speaks of an adverse event: the rep has the draft at once, the safety desk closes the case."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from engine.bpmn.model import Source
from engine.errors import InvalidInputError, NotFoundError
from engine.process import bundles, deployment
from engine.safety import queries as safety
from engine.visits import corrections
from tests.factories import Company
from tests.workflows.world import REPORT, World

DETAILS = {"what_happened": "服药三天后出现皮疹", "patient_initials": "ZL", "patient_age": 54, "outcome": "recovering"}


def case_of(world: World, visit_id: UUID) -> safety.CaseRow:
    [row] = world.look(lambda session: safety.of_visits(session, world.company.rep, [visit_id]))
    return row


def report(world: World, **values: Any) -> UUID:
    """Check in and report; the check-out is still to come."""
    visit_id = world.plan(world.company.rep)
    world.complete(world.company.rep, "check_in", {"method": "manual"})
    world.complete(world.company.rep, "report", {**REPORT, **values})
    return visit_id


def test_a_word_in_a_note_gives_the_rep_a_draft_at_once(world: World, company: Company) -> None:
    visit_id = report(world, summary="主任说一位患者出现皮疹")
    assert world.inbox(company.rep) == ["check_out", "complete_event"]
    case = case_of(world, visit_id)
    assert (case.state, case.found_by, case.known["what_happened"]) == ("draft", "皮疹", "主任说一位患者出现皮疹")
    assert world.notices(company.compliance) == ["adverse_event"]


@pytest.mark.parametrize("summary", ["介绍了新适应症", "见了住院部主任", "未见不良反应", "No adverse reactions."])
def test_what_only_sounds_like_an_event_opens_no_case(world: World, company: Company, summary: str) -> None:
    visit_id = report(world, summary=summary)
    assert world.look(lambda session: safety.of_visits(session, company.rep, [visit_id])) == ()


def test_only_the_safety_desk_takes_a_case_to_its_end(world: World, company: Company) -> None:
    visit_id = report(world, adverse_event=True, adverse_event_text="出现皮疹")
    world.complete(company.rep, "complete_event", DETAILS)
    assert world.inbox(company.rep) == ["check_out"]
    world.complete(company.compliance, "intake", {**DETAILS_KNOWN, "valid": "yes", "criterion": "hospitalisation"})
    case = case_of(world, visit_id)
    assert (case.state, case.serious) == ("accepted", True)
    assert case.submit_by == case.raised_at + timedelta(days=15)
    world.complete(company.compliance, "assess", {"causality": "possible", "expected": "no"})
    world.complete(company.compliance, "submit_event", {"submitted_on": "2026-03-02", "reference": "N-1"})
    world.complete(company.compliance, "follow_up", {"note": "好转", "decision": "again"})
    world.complete(company.compliance, "follow_up", {"note": "痊愈", "decision": "close"})
    case = case_of(world, visit_id)
    assert case.state == "closed"
    assert [entry["note"] for entry in case.record["follow_up"]["entries"]] == ["好转", "痊愈"]
    assert world.notices(company.rep)[-1] == "adverse_event_closed"


DETAILS_KNOWN = {name: value for name, value in DETAILS.items() if name != "outcome"}


def test_after_a_day_the_safety_desk_takes_over(world: World, company: Company) -> None:
    report(world, adverse_event=True, adverse_event_text="出现皮疹")
    world.wait(timedelta(hours=20))
    assert "adverse_event_reminder" in world.notices(company.rep)
    world.wait(timedelta(hours=4))
    assert "complete_event" not in world.inbox(company.rep)
    assert world.inbox(company.compliance) == ["intake"]


def test_a_case_that_is_not_serious_has_more_time_and_takes_the_same_way(world: World, company: Company) -> None:
    visit_id = report(world, adverse_event=True, adverse_event_text="出现皮疹")
    world.complete(company.rep, "complete_event", DETAILS)
    world.complete(company.compliance, "intake", {**DETAILS_KNOWN, "valid": "yes", "criterion": "none"})
    case = case_of(world, visit_id)
    assert (case.state, case.serious) == ("accepted", False)
    assert case.submit_by is not None
    assert case.submit_by > case.raised_at + timedelta(days=15)
    assert world.inbox(company.compliance) == ["assess"]


def test_what_is_no_event_is_closed_by_the_desk_with_its_reason(world: World, company: Company) -> None:
    visit_id = report(world, adverse_event=True, adverse_event_text="出现皮疹")
    world.complete(company.rep, "complete_event", DETAILS)
    world.complete(company.compliance, "intake", {**DETAILS_KNOWN, "valid": "no", "why_not": "误报：患者没有用药"})
    assert case_of(world, visit_id).state == "no_event"
    assert world.inbox(company.compliance) == []
    assert world.notices(company.rep)[-1] == "adverse_event_closed"


def test_after_the_takeover_the_desk_alone_takes_the_case_to_its_end(world: World, company: Company) -> None:
    visit_id = report(world, adverse_event=True, adverse_event_text="出现皮疹")
    world.complete(company.rep, "check_out", {"method": "manual"})
    world.wait(timedelta(hours=24))
    world.complete(company.compliance, "intake", {**DETAILS_KNOWN, "valid": "yes", "criterion": "none"})
    world.complete(company.compliance, "assess", {"causality": "possible", "expected": "no"})
    world.complete(company.compliance, "submit_event", {"submitted_on": "2026-03-02", "reference": "N-1"})
    assert world.inbox(company.rep) == []
    world.complete(company.compliance, "follow_up", {"note": "痊愈", "decision": "close"})
    assert case_of(world, visit_id).state == "closed"


def test_no_phone_or_id_number_enters_a_case(world: World, company: Company) -> None:
    report(world, adverse_event=True, adverse_event_text="出现皮疹")
    with pytest.raises(InvalidInputError) as refused:
        world.complete(company.rep, "complete_event", {**DETAILS, "what_happened": "患者电话 13800001234"})
    assert "what_happened" in refused.value.errors


def test_a_correction_may_open_the_case_once(world: World, company: Company) -> None:
    visit_id = report(world)
    for seen, summary in enumerate(("后来出现过敏", "后来出现严重过敏")):
        world.do(
            lambda session, seen=seen, summary=summary: corrections.correct_report(
                session, company.rep, visit_id, {**REPORT, "summary": summary}, seen=seen, now=world.clock()
            )
        )
    assert case_of(world, visit_id).found_by == "过敏"


def test_a_manager_sees_no_case(world: World, company: Company) -> None:
    visit_id = report(world, adverse_event=True, adverse_event_text="出现皮疹")
    case = case_of(world, visit_id)
    with pytest.raises(NotFoundError):
        world.look(lambda session: safety.case(session, company.manager, case.id))


def test_no_edit_of_the_visit_leaves_adverse_events_out(world: World) -> None:
    sources = [
        Source(each.name, each.content.replace(b"visit.raise_adverse_event", b"visit.draft_follow_ups"))
        for each in bundles.factory_sources("visit")
    ]
    with pytest.raises(deployment.DeployRefusedError) as refused:
        world.do(lambda session: deployment.deploy(session, world.company.admin, sources, now=world.clock()))
    [finding] = [each for each in refused.value.findings if each.code == "required_topic"]
    assert "visit.raise_adverse_event" in finding.text("en")
