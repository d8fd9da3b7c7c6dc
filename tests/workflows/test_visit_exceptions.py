"""The visit's approval, reminders, and the ways in which it does not take place."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from engine.access import Actor
from engine.process import queries as process
from engine.visits import service as visits
from tests.factories import Company
from tests.workflows.world import REPORT, World


def plan_shared(world: World):
    return world.plan(world.company.rep, customer_id=world.company.shared_customer_id)


def test_a_visit_to_a_colleagues_customer_waits_for_the_manager(world: World, company: Company) -> None:
    visit_id = plan_shared(world)
    assert (world.inbox(company.manager), world.inbox(company.rep)) == (["approve_visit"], [])
    assert world.inbox(company.colleague) == world.inbox(company.stranger) == []
    world.complete(company.manager, "approve_visit", {"decision": "approved"})
    assert world.visit(visit_id).state == "approved"
    assert world.inbox(company.rep) == ["check_in", "prepare"]


def test_a_rejected_visit_ends_and_the_rep_learns_why(world: World, company: Company) -> None:
    visit_id = plan_shared(world)
    world.complete(company.manager, "approve_visit", {"decision": "rejected", "reason": "本周已拜访"})
    visit = world.visit(visit_id)
    assert (visit.state, visit.reason) == ("cancelled", "本周已拜访")
    assert world.texts(company.rep) == ["长征药房：拜访未获批准。本周已拜访"]
    assert world.instance_state(f"visit:{visit_id}") == "completed"


def test_an_approval_that_nobody_gives_is_given_after_a_business_day(world: World, company: Company) -> None:
    start = world.clock() + timedelta(days=2)
    visit_id = world.plan(company.rep, start=start, customer_id=company.shared_customer_id)
    due = world.task(company.manager, "approve_visit").due_at
    assert due == datetime(2026, 3, 2, 10, 0, tzinfo=UTC)  # 18:00 in Shanghai: 480 working minutes
    world.wait(due)
    assert world.visit(visit_id).state == "approved"
    assert (world.inbox(company.manager), world.inbox(company.rep)) == ([], ["check_in", "prepare"])


def test_a_visit_that_waits_for_approval_can_be_cancelled(world: World, company: Company) -> None:
    visit_id = plan_shared(world)
    world.do(lambda session: visits.cancel_visit(session, company.rep, visit_id, reason="改电话", now=world.clock()))
    assert (world.visit(visit_id).state, world.visit(visit_id).reason) == ("cancelled", "改电话")
    assert world.inbox(company.manager) == []
    assert world.texts(company.manager) == ["长征药房：拜访已取消"]


def test_the_rep_is_told_of_a_visit_that_the_manager_assigns(world: World, company: Company) -> None:
    world.plan(company.manager, for_rep=company.rep)
    assert world.texts(company.rep) == ["新的拜访：仁济医院"]
    assert world.inbox(company.rep) == ["check_in", "prepare"]


def test_the_rep_alone_is_reminded_once_to_check_in(world: World, company: Company) -> None:
    world.plan(company.rep)
    world.wait(timedelta(hours=1, minutes=14))
    assert world.notices(company.rep) == []
    world.wait(timedelta(minutes=1))
    world.wait(timedelta(hours=3))
    assert world.notices(company.rep) == ["check_in_reminder"]
    assert world.notices(company.manager) == []
    assert world.inbox(company.rep) == ["check_in", "prepare"]


def test_a_missing_report_is_reminded_of_in_the_evening_and_late_the_next_noon(world: World, company: Company) -> None:
    visit_id = world.plan(company.rep)
    world.complete(company.rep, "check_in", {"method": "manual"})
    world.complete(company.rep, "check_out", {"method": "manual"})
    world.wait(datetime(2026, 3, 2, 12, 0, tzinfo=UTC))
    assert (world.notices(company.rep), world.notices(company.manager)) == (["report_reminder"], [])
    world.wait(datetime(2026, 3, 3, 4, 0, tzinfo=UTC))
    assert world.notices(company.rep) == ["report_reminder", "report_late"]
    assert world.notices(company.manager) == ["report_late"]
    world.complete(company.rep, "report", REPORT)
    assert world.visit(visit_id).state == "completed"


def after_the_day(world: World):
    visit_id = world.plan(world.company.rep)
    world.wait(datetime(2026, 3, 2, 20, 0, tzinfo=UTC))  # 04:00 of the next day in Shanghai
    assert world.inbox(world.company.rep) == ["what_happened"]
    return visit_id


def test_a_visit_reported_afterwards_keeps_the_stated_times(world: World, company: Company) -> None:
    visit_id = after_the_day(world)
    values = {
        "happened": "done",
        "actual_start": "2026-03-02T02:10:00Z",
        "actual_end": "2026-03-02T02:50:00Z",
        "explanation": "手机没电",
    }
    world.complete(company.rep, "what_happened", values)
    assert world.inbox(company.rep) == ["report"]
    world.complete(company.rep, "report", REPORT)
    visit = world.visit(visit_id)
    assert (visit.state, visit.grade) == ("completed", "C")
    assert visit.checked_in_at == datetime(2026, 3, 2, 2, 10, tzinfo=UTC)
    assert visit.checked_out_at == datetime(2026, 3, 2, 2, 50, tzinfo=UTC)


def test_a_visit_without_a_stated_end_lasts_as_long_as_planned(world: World, company: Company) -> None:
    visit_id = after_the_day(world)
    values = {"happened": "done", "actual_start": "2026-03-02T02:10:00Z", "explanation": "手机没电"}
    world.complete(company.rep, "what_happened", values)
    world.complete(company.rep, "report", REPORT)
    visit = world.visit(visit_id)
    assert visit.checked_out_at - visit.checked_in_at == timedelta(hours=1)


def test_a_missed_visit_is_told_to_the_manager(world: World, company: Company) -> None:
    visit_id = after_the_day(world)
    world.complete(company.rep, "what_happened", {"happened": "missed", "missed_reason": "customer_absent"})
    assert (world.visit(visit_id).state, world.visit(visit_id).reason) == ("missed", "customer_absent")
    assert world.notices(company.manager) == ["visit_missed"]
    assert world.instance_state(f"visit:{visit_id}") == "completed"
    assert world.application.crm.visits() == []


def test_no_answer_within_two_business_days_means_missed(world: World, company: Company) -> None:
    visit_id = after_the_day(world)
    due = world.task(company.rep, "what_happened").due_at
    assert due == datetime(2026, 3, 4, 10, 0, tzinfo=UTC)
    world.wait(due)
    assert (world.visit(visit_id).state, world.visit(visit_id).reason) == ("missed", "no_answer")
    assert (world.inbox(company.rep), world.notices(company.manager)) == ([], ["visit_missed"])


def test_a_visit_moved_afterwards_has_a_successor_at_the_same_time_of_day(world: World, company: Company) -> None:
    visit_id = after_the_day(world)
    world.complete(company.rep, "what_happened", {"happened": "rescheduled", "new_date": "2026-03-10"})
    assert world.visit(visit_id).state == "rescheduled"
    successor = world.follower_of(visit_id)
    assert (successor.state, successor.planned_start) == ("planned", datetime(2026, 3, 10, 2, 0, tzinfo=UTC))
    assert world.inbox(company.rep) == ["check_in", "prepare"]


def test_a_visit_early_in_the_morning_moves_to_the_local_date(world: World, company: Company) -> None:
    visit_id = world.plan(company.rep, start=datetime(2026, 3, 2, 23, 0, tzinfo=UTC))  # 07:00 on 3 March in Shanghai
    world.wait(datetime(2026, 3, 3, 20, 0, tzinfo=UTC))
    world.complete(company.rep, "what_happened", {"happened": "rescheduled", "new_date": "2026-03-10"})
    assert world.follower_of(visit_id).local_date.isoformat() == "2026-03-10"


def test_a_visit_that_the_manager_cancels_leaves_the_inbox(world: World, company: Company) -> None:
    visit_id = world.plan(company.rep)
    world.complete(company.rep, "check_in", {"method": "manual"})
    world.do(lambda session: visits.cancel_visit(session, company.manager, visit_id, reason="停诊", now=world.clock()))
    assert (world.visit(visit_id).state, world.visit(visit_id).reason) == ("cancelled", "停诊")
    assert world.inbox(company.rep) == []
    assert (world.notices(company.rep), world.notices(company.manager)) == (["visit_cancelled"], [])


def test_a_visit_moved_to_another_day_starts_anew(world: World, company: Company) -> None:
    visit_id = world.plan(company.rep)
    start = world.clock() + timedelta(days=1)
    world.do(
        lambda session: visits.reschedule_visit(
            session, company.rep, visit_id, planned_start=start, reason="客户要求", now=world.clock()
        )
    )
    assert (world.visit(visit_id).state, world.visit(visit_id).reason) == ("rescheduled", "客户要求")
    successor = world.follower_of(visit_id)
    assert (successor.state, successor.planned_start) == ("planned", start)
    assert world.instance_state(f"visit:{visit_id}") == "completed"
    assert world.inbox(company.rep) == ["check_in", "prepare"]


def move(world: World, visit_id: UUID, actor: Actor, start: datetime, reason: str = "") -> None:
    world.do(
        lambda session: visits.reschedule_visit(
            session, actor, visit_id, planned_start=start, reason=reason, now=world.clock()
        )
    )


def test_a_visit_moved_within_its_day_reminds_at_the_new_time_only(world: World, company: Company) -> None:
    visit_id = world.plan(company.rep)
    later = world.clock() + timedelta(hours=4)
    move(world, visit_id, company.rep, later, "客户要求")
    assert (world.visit(visit_id).state, world.visit(visit_id).planned_start) == ("planned", later)
    assert world.visit(visit_id).planned_end == later + timedelta(hours=1)
    assert world.task(company.rep, "prepare").due_at == later
    assert world.task(company.rep, "check_in").due_at == later + timedelta(minutes=15)
    world.wait(timedelta(hours=4, minutes=14))
    assert world.notices(company.rep) == []
    world.wait(timedelta(minutes=1))
    assert world.notices(company.rep) == ["check_in_reminder"]
    world.wait(timedelta(hours=3))
    assert world.notices(company.rep) == ["check_in_reminder"]
    world.make_visit(visit_id)
    assert world.visit(visit_id).state == "completed"


def test_a_visit_moved_forward_within_its_day_is_due_sooner(world: World, company: Company) -> None:
    visit_id = world.plan(company.rep, start=world.clock() + timedelta(hours=6))
    move(world, visit_id, company.manager, world.clock() + timedelta(hours=2))
    world.wait(timedelta(hours=2, minutes=15))
    assert world.notices(company.rep) == ["check_in_reminder"]
    world.wait(timedelta(hours=6))
    assert world.notices(company.rep) == ["check_in_reminder"]


def test_a_visit_moved_after_the_reminder_reminds_again(world: World, company: Company) -> None:
    visit_id = world.plan(company.rep)
    world.wait(timedelta(hours=1, minutes=30))
    assert world.notices(company.rep) == ["check_in_reminder"]
    move(world, visit_id, company.rep, world.clock() + timedelta(hours=2))
    world.wait(timedelta(hours=2, minutes=14))
    assert world.notices(company.rep) == ["check_in_reminder"]
    world.wait(timedelta(minutes=1))
    assert world.notices(company.rep) == ["check_in_reminder", "check_in_reminder"]
    world.make_visit(visit_id)
    assert world.visit(visit_id).state == "completed"


def test_a_visit_that_waits_for_approval_is_approved_for_the_time_it_was_moved_to(
    world: World, company: Company
) -> None:
    visit_id = plan_shared(world)
    due = world.task(company.manager, "approve_visit").due_at
    later = world.clock() + timedelta(hours=5)
    move(world, visit_id, company.rep, later)
    assert world.task(company.manager, "approve_visit").due_at == due
    world.complete(company.manager, "approve_visit", {"decision": "approved"})
    assert world.task(company.rep, "check_in").due_at == later + timedelta(minutes=15)


def test_moving_within_the_day_stands_in_the_history(world: World, company: Company) -> None:
    visit_id = world.plan(company.rep)
    later = world.clock() + timedelta(hours=4)
    move(world, visit_id, company.manager, later, "客户要求")
    event = world.look(lambda session: process.history_of(session, f"visit:{visit_id}"))[-1]
    assert (event.kind, event.actor_name, event.detail["act"]) == ("revised", "Manager", "visit_moved")
    assert event.detail["values"]["planned_start"] == later.isoformat()
    assert event.detail["note"] == {"reason": "客户要求"}
