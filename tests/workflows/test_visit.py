"""The visit from the check-in to its end, as the rep, the manager and compliance see it."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy.orm import Session

from engine.errors import ConflictError, InvalidInputError
from engine.support import queries as requests
from engine.support import service as requests_service
from engine.visits import service as visits
from tests.factories import Company
from tests.workflows.world import REPORT, World


def test_a_visit_by_hand_is_completed_and_written_to_the_crm(world: World, company: Company) -> None:
    visit_id = world.plan(company.rep)
    assert world.inbox(company.rep) == ["check_in", "prepare"]
    assert world.task(company.rep, "check_in").subject == "仁济医院 · 学术拜访"

    world.wait(timedelta(hours=1))
    world.complete(company.rep, "check_in", {"method": "manual"})
    assert world.visit(visit_id).state == "checked_in"
    assert world.inbox(company.rep) == ["check_out", "report"]

    world.wait(timedelta(minutes=25))
    world.complete(company.rep, "check_out", {"method": "manual"})
    assert world.visit(visit_id).state == "checked_out"
    world.complete(company.rep, "report", REPORT)

    visit = world.visit(visit_id)
    assert (visit.state, visit.outcome, visit.grade) == ("completed", "met", "C")
    assert visit.checked_out_at - visit.checked_in_at == timedelta(minutes=25)
    assert world.report(visit_id).summary == REPORT["summary"]
    assert world.inbox(company.rep) == world.inbox(company.manager) == []
    assert world.instance_state(f"visit:{visit_id}") == "completed"
    assert [(row["visit_id"], row["outcome"]) for row in world.application.crm.visits()] == [(str(visit_id), "met")]
    assert world.notices(company.rep) == world.notices(company.manager) == []


def test_the_time_at_the_customer_does_not_wait_for_the_report(world: World, company: Company) -> None:
    visit_id = world.plan(company.rep)
    world.complete(company.rep, "check_in", {"method": "manual"})
    world.wait(timedelta(minutes=30))
    world.complete(company.rep, "check_out", {"method": "manual"})
    world.wait(timedelta(hours=20))
    world.complete(company.rep, "report", REPORT)
    visit = world.visit(visit_id)
    assert (visit.state, visit.checked_out_at - visit.checked_in_at) == ("completed", timedelta(minutes=30))


def test_the_report_may_come_before_the_check_out_and_then_forbids_cancelling(world: World, company: Company) -> None:
    visit_id = world.plan(company.rep)
    world.complete(company.rep, "check_in", {"method": "manual"})
    world.complete(company.rep, "report", REPORT)
    assert world.visit(visit_id).state == "checked_in"
    with pytest.raises(ConflictError):
        world.do(lambda session: visits.cancel_visit(session, company.rep, visit_id, reason="误", now=world.clock()))
    world.complete(company.rep, "check_out", {"method": "manual"})
    assert world.visit(visit_id).state == "completed"


def test_preparing_is_optional_and_goes_with_the_arrival(world: World, company: Company) -> None:
    world.plan(company.rep)
    world.complete(company.rep, "prepare", {"visit_goal": "介绍新品"})
    assert world.inbox(company.rep) == ["check_in"]
    world.plan(company.rep, start=world.clock() + timedelta(hours=3))
    task = world.task(company.rep, "prepare")
    first, second = sorted(
        (entry for entry in world.look(lambda session: _check_ins(session, company))), key=lambda row: row.due_at
    )
    assert second.instance_id == task.instance_id
    world.do(lambda session: _complete(session, company, second.id, world))
    assert world.inbox(company.rep) == ["check_in", "check_out", "report"]
    assert first.element_id == "check_in"


def _check_ins(session, company):
    from engine.process import queries

    return [task for task in queries.inbox(session, company.rep).tasks if task.element_id == "check_in"]


def _complete(session, company, task_id, world):
    from engine.process import user_tasks

    user_tasks.complete_user_task(
        session, company.rep, task_id, {"method": "manual"}, submission_id=None, now=world.clock()
    )


@pytest.mark.parametrize(
    ("reading", "grade", "explain", "review"),
    [
        ({"distance_m": 35, "accuracy_m": 20}, "A", False, False),
        ({"distance_m": 280, "accuracy_m": 150}, "B", False, False),
        ({"distance_m": 900, "accuracy_m": 20}, "C", True, False),
        ({"distance_m": 10, "age_s": 900}, "C", True, False),
        ({"distance_m": 10, "is_mock": True}, "D", True, True),
    ],
)
def test_a_position_is_graded_and_never_blocks(
    world: World, company: Company, reading: dict, grade: str, explain: bool, review: bool
) -> None:
    visit_id = world.plan(company.rep)
    world.complete(company.rep, "check_in", world.position(company.rep, **reading))
    assert world.visit(visit_id).grade == grade
    assert ("explain" in world.inbox(company.rep)) is explain
    if explain:
        world.complete(company.rep, "explain", {"reason": "wrong_pin"})
    world.complete(company.rep, "check_out", {"method": "manual"})
    world.complete(company.rep, "report", REPORT)
    assert world.visit(visit_id).state == "completed"
    assert world.inbox(company.manager) == (["review_visit"] if review else [])


def test_a_place_without_a_position_asks_for_no_explanation(world: World, company: Company) -> None:
    visit_id = world.plan(company.rep, customer_id=company.shared_customer_id)
    world.complete(company.manager, "approve_visit", {"decision": "approved"})
    world.complete(company.rep, "check_in", world.position(company.rep, distance_m=0))
    assert (world.visit(visit_id).grade, world.inbox(company.rep)) == ("C", ["check_out", "report"])


def test_the_manager_reviews_a_sampled_visit(world: World, company: Company) -> None:
    visit_id = world.plan(company.rep, sampled=True)
    world.make_visit(visit_id)
    assert world.inbox(company.manager) == ["review_visit"]
    world.complete(company.manager, "review_visit", {"result": "coach", "comment": "多问需求"})
    report = world.report(visit_id)
    assert (report.review, report.review_comment, report.reviewed_by) == ("coach", "多问需求", company.manager.user_id)
    assert world.instance_state(f"visit:{visit_id}") == "completed"


def test_a_review_that_nobody_does_lapses_after_three_business_days(world: World, company: Company) -> None:
    visit_id = world.plan(company.rep, sampled=True)
    world.make_visit(visit_id)
    due = world.task(company.manager, "review_visit").due_at
    assert due - world.clock() == timedelta(days=3) - timedelta(hours=15)  # Wednesday, 18:00
    world.wait(due)
    assert world.inbox(company.manager) == []
    assert (world.report(visit_id).review, world.instance_state(f"visit:{visit_id}")) == (None, "completed")


def test_promises_become_requests_at_once_and_their_fulfilment_is_told(world: World, company: Company) -> None:
    visit_id = world.plan(company.rep)
    world.complete(company.rep, "check_in", {"method": "manual"})
    promises = [
        {"kind": "sample", "subject": "样品三盒", "item": "P-1", "quantity": 3},
        {"kind": "technical", "subject": "肾功能不全的剂量"},
    ]
    world.complete(company.rep, "report", {**REPORT, "promises": promises})
    assert world.inbox(company.packer) == world.inbox(company.technician) == ["triage_request"]
    assert world.inbox(company.rep) == ["check_out"]

    world.complete(company.technician, "triage_request", {"priority": "P3", "queue": "technical"})
    world.complete(company.technician, "answer_technical", {"answer": "减半"})
    assert world.notices(company.rep) == ["request_fulfilled", "promise_kept"]
    assert world.texts(company.rep, "en")[1] == "仁济医院: R000002 is done"
    world.complete(company.rep, "check_out", {"method": "manual"})
    assert world.visit(visit_id).state == "completed"


def test_a_promise_of_a_sample_or_a_material_is_about_one(world: World, company: Company) -> None:
    world.plan(company.rep)
    world.complete(company.rep, "check_in", {"method": "manual"})
    for wrong in ({"kind": "sample", "item": "M-1"}, {"kind": "material", "material": "P-1"}):
        promise = {"subject": "三份", "quantity": 3, **wrong}
        with pytest.raises(InvalidInputError) as refused:
            world.complete(company.rep, "report", {**REPORT, "promises": [promise]})
        assert len(refused.value.errors) == 1
    right = [
        {"kind": "sample", "subject": "样品", "item": "P-1", "quantity": 3},
        {"kind": "material", "subject": "手册", "material": "M-1", "quantity": 3},
    ]
    world.complete(company.rep, "report", {**REPORT, "promises": right})
    details = world.look(
        lambda session: [
            (row.type, [line.item for line in requests.request_detail(session, company.rep, row.id).lines])
            for row in requests.requests(session, company.rep)
        ]
    )
    assert sorted(details) == [("material", ["M-1"]), ("sample", ["P-1"])]


def test_what_an_earlier_form_promised_stands(world: World, company: Company) -> None:
    """Forms before 0.2 offered every item for a sample: such a report comes from a phone days later."""
    rep_id, customer_id = company.rep.user_id, company.customer_id
    lines = [requests_service.Line("M-1", 1)]

    def promise(session: Session, requester_id: UUID | None) -> str:
        raised = requests_service.raise_request(
            session, company.rep, type_="sample", subject="手册", customer_id=customer_id, lines=lines,
            requester_id=requester_id, now=world.clock(),
        )  # fmt: skip
        return raised.type

    assert world.do(lambda session: promise(session, rep_id)) == "sample"
    with pytest.raises(InvalidInputError):
        world.do(lambda session: promise(session, None))


def test_an_adverse_event_is_told_to_compliance(world: World, company: Company) -> None:
    visit_id = world.plan(company.rep)
    world.make_visit(visit_id, {**REPORT, "adverse_event": True, "adverse_event_text": "出现皮疹"})
    assert world.notices(company.compliance) == ["adverse_event"]


def test_a_next_step_of_kind_visit_makes_a_draft(world: World, company: Company) -> None:
    visit_id = world.plan(company.rep)
    world.make_visit(visit_id, {**REPORT, "next_steps": [{"text": "复访", "kind": "visit", "due": "2026-03-09"}]})
    draft = world.follower_of(visit_id)
    assert (draft.state, draft.local_date.isoformat(), draft.note) == ("draft", "2026-03-09", "复访")


@pytest.mark.parametrize(
    ("purpose", "values"),
    [
        ("shelf_check", {"products": [{"product": "P-1", "on_shelf": True, "price": 1990, "facings": 3}]}),
        ("survey", {"demand_trend": "up", "decision_factors": ["price"]}),
    ],
)
def test_each_purpose_has_its_own_report(world: World, company: Company, purpose: str, values: dict) -> None:
    visit_id = world.plan(company.rep, purpose=purpose)
    world.make_visit(visit_id, values)
    assert world.report(visit_id).form_key == f"visit_{purpose}"
    assert world.visit(visit_id).state == "completed"


def test_a_report_of_full_length_is_taken(world: World, company: Company) -> None:
    visit_id = world.plan(company.rep)
    long = {"summary": "长" * 2000, "needs": "需" * 1000, "adverse_event": True, "adverse_event_text": "疹" * 2000}
    steps = [{"text": "步" * 300, "kind": "none"}] * 10
    world.make_visit(visit_id, {"outcome": "met", **long, "next_steps": steps})
    assert world.report(visit_id).values["adverse_event_text"] == "疹" * 2000
