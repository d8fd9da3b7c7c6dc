"""A rep's work without a network: exactly once, in order, at its true time, and never lost."""

from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.comments import service as comments
from engine.consent import rules as consent_rules
from engine.consent import service as consent
from engine.customers import service as customers
from engine.errors import ConflictError, InvalidInputError
from engine.evidence.service import Reading
from engine.evidence.tables import Position
from engine.ids import new_id
from engine.offline.rules import ActionKind
from engine.offline.tables import ConflictCase, OfflineAction
from engine.process import queries as process
from engine.support.tables import SupportRequest
from engine.visits import service as visits
from engine.visits.tables import Visit
from tests import factories
from tests.conftest import MONDAY_9
from tests.factories import Company
from tests.workflows.phone import REPORT, Phone, event_times, states
from tests.workflows.world import World


@pytest.fixture
def phone(world: World, company: Company) -> Phone:
    return Phone(world, company.rep)


def test_a_visit_made_without_a_network_stands_once_at_its_true_times(world: World, phone: Phone) -> None:
    visit_id = world.plan(phone.rep)
    arrived = world.clock()
    phone.whole_visit(visit_id)
    phone.pass_time(timedelta(hours=3))
    assert states(phone.send()) == ["applied"] * 3
    visit = world.visit(visit_id)
    times = [visit.checked_in_at, visit.checked_out_at, world.report(visit_id).reported_at]
    assert (visit.state, times) == ("completed", event_times(phone, arrived))
    assert states(phone.send()) == ["applied"] * 3
    assert len(world.application.crm.visits()) == 1
    assert world.inbox(phone.rep) == []


def test_a_wrong_clock_and_a_restart_change_no_time(world: World, company: Company) -> None:
    phone = Phone(world, company.rep, wrong_by=timedelta(hours=-5))
    visit_id = world.plan(phone.rep)
    arrived = world.clock()
    phone.whole_visit(visit_id)
    phone.restart()
    phone.pass_time(timedelta(hours=2))
    phone.send()
    assert [world.visit(visit_id).checked_in_at, world.visit(visit_id).checked_out_at] == event_times(phone, arrived)[
        :2
    ]


def test_what_comes_too_early_is_held(world: World, phone: Phone) -> None:
    visit_id = world.plan(phone.rep)
    phone.whole_visit(visit_id)
    check_in, check_out, report = phone.outbox
    assert states(phone.send([report, check_out])) == ["held", "held"]
    assert world.visit(visit_id).state == "planned"
    assert states(phone.send([check_in, report, check_out])) == ["applied"] * 3
    assert world.visit(visit_id).state == "completed"


def test_a_gap_that_is_never_filled_is_for_a_person(world: World, phone: Phone) -> None:
    visit_id = world.plan(phone.rep)
    phone.whole_visit(visit_id)
    phone.send(phone.outbox[1:])
    world.wait(timedelta(hours=25))
    assert "decide" in world.inbox(phone.rep)
    assert world.look(lambda session: session.scalars(select(OfflineAction.state)).all()) == ["conflict", "conflict"]


# Each parcel is any choice of a visit's actions in any order, doubled or not; in the end everything is sent once more.
PARCELS = st.lists(st.lists(st.integers(0, 3), min_size=1, max_size=5), max_size=5)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(parcels=PARCELS)
def test_any_order_and_any_repetition_end_as_in_order(world: World, company: Company, parcels: list[list[int]]) -> None:
    phone = Phone(world, company.rep)
    known = len(world.application.crm.visits())
    visit_id = world.plan(phone.rep, start=world.clock() + timedelta(minutes=10))
    arrived = world.clock()
    phone.whole_visit(visit_id)
    phone.do(ActionKind.COMMENT, visit_id, {"text": "见到主任"})
    for parcel in parcels:
        phone.send([phone.outbox[number] for number in parcel])
    assert states(phone.send()) == ["applied"] * 4
    visit = world.visit(visit_id)
    times = [visit.checked_in_at, visit.checked_out_at, world.report(visit_id).reported_at]
    assert (visit.state, times) == ("completed", event_times(phone, arrived))
    key = visits.business_key(visit_id)
    written = world.look(lambda session: comments.comments_of(session, key, with_internal=False))
    assert [each.text for each in written] == ["见到主任"]
    assert len(world.application.crm.visits()) == known + 1
    assert world.look(lambda session: session.scalars(select(ConflictCase)).all()) == []


def elsewhere(session: Session, company: Company) -> UUID:
    """Add another customer of the rep's."""
    customer_id = customers.add_customer(
        session, code=str(new_id()), name="瑞金医院", kind="hospital", owner_id=company.rep.user_id, now=MONDAY_9
    )
    customers.add_place(session, customer_id, address="上海市瑞金二路 197 号")
    return customer_id


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(parcels=st.lists(st.lists(st.integers(0, 9), min_size=1, max_size=8), max_size=6))
def test_a_whole_day_may_arrive_in_any_order(world: World, company: Company, parcels: list[list[int]]) -> None:
    """Two visits one after the other, the second planned on the way, a third moved, help asked for."""
    world.wait((world.clock() + timedelta(days=1)).replace(hour=1, minute=0))  # 09:00, each example on a day of its own
    phone = Phone(world, company.rep)
    first = world.plan(phone.rep, start=world.clock() + timedelta(minutes=10))
    moved = world.plan(phone.rep, start=world.clock() + timedelta(hours=5))
    second, request_id = new_id(), new_id()
    arrived = world.clock()
    phone.whole_visit(first)
    plan = {"customer_id": str(world.do(lambda session: elsewhere(session, company))), "purpose_key": "report"}
    phone.do(ActionKind.PLAN_VISIT, second, {**plan, "planned_start": world.clock().isoformat()})
    arrived_again = world.clock()
    phone.whole_visit(second)
    new_start = world.clock() + timedelta(days=1)
    phone.do(ActionKind.RESCHEDULE_VISIT, moved, {"planned_start": new_start.isoformat(), "reason": ""})
    ask = {"customer_id": str(company.customer_id), "type": "technical", "subject": "剂量"}
    phone.do(ActionKind.RAISE_REQUEST, None, {"request_id": str(request_id), **ask}, stream=f"request:{request_id}")
    phone.do(ActionKind.COMMENT, first, {"text": "见到主任"})
    for parcel in parcels:
        phone.send([phone.outbox[number] for number in parcel])
    assert states(phone.send()) == ["applied"] * 10
    for visit_id, at in ((first, arrived), (second, arrived_again)):
        visit = world.visit(visit_id)
        times = [visit.checked_in_at, visit.checked_out_at, world.report(visit_id).reported_at]
        assert (visit.state, times) == ("completed", event_times(phone, at))
    assert world.follower_of(moved).planned_start == new_start
    assert world.request(request_id).subject == "剂量"
    assert world.look(lambda session: session.scalars(select(ConflictCase)).all()) == []


def test_a_visit_that_was_cancelled_meanwhile_is_decided_by_its_owner(
    world: World, company: Company, phone: Phone
) -> None:
    visit_id = world.plan(phone.rep)
    arrived = world.clock()
    phone.whole_visit(visit_id)
    world.do(lambda s: visits.cancel_visit(s, company.manager, visit_id, reason="客户停诊", now=world.clock()))
    answers = phone.send()
    assert states(answers) == ["conflict"] * 3
    assert len({answer.case_id for answer in answers}) == 1
    assert world.inbox(phone.rep) == ["decide"]
    assert "conflict_opened" in world.notices(phone.rep)
    assert "conflict_opened" in world.notices(company.manager)

    world.complete(phone.rep, "decide", {"decision": "apply"})
    assert world.visit(visit_id).state == "cancelled"
    made = world.follower_of(visit_id)
    assert (made.state, made.rep_id) == ("completed", phone.rep.user_id)
    assert [made.checked_in_at, made.checked_out_at] == event_times(phone, arrived)[:2]
    assert world.report(made.id).values["summary"] == REPORT["summary"]
    assert "conflict_applied" in world.notices(company.manager)
    assert world.inbox(phone.rep) == []
    assert states(phone.send()) == ["applied"] * 3


def test_a_conflict_may_be_changed_before_it_is_applied(world: World, company: Company, phone: Phone) -> None:
    visit_id = world.plan(phone.rep)
    phone.whole_visit(visit_id)
    world.do(lambda s: visits.cancel_visit(s, company.manager, visit_id, reason="误", now=world.clock()))
    phone.send()
    world.complete(phone.rep, "decide", {"decision": "change"})
    made = world.follower_of(visit_id)
    assert made.state == "checked_out"
    task = world.task(phone.rep, "report")
    draft = world.look(lambda session: process.task_detail(session, phone.rep, task.id)).draft
    assert draft["summary"] == REPORT["summary"]


def test_a_conflict_set_aside_keeps_what_was_entered(world: World, company: Company, phone: Phone) -> None:
    visit_id = world.plan(phone.rep)
    phone.whole_visit(visit_id)
    world.do(lambda s: visits.cancel_visit(s, company.manager, visit_id, reason="误", now=world.clock()))
    phone.send()
    with pytest.raises(InvalidInputError):
        world.complete(phone.rep, "decide", {"decision": "set_aside"})
    world.complete(phone.rep, "decide", {"decision": "set_aside", "note": "重复录入"})
    case = world.look(lambda session: session.scalars(select(ConflictCase)).one())
    assert (case.state, case.note) == ("set_aside", "重复录入")
    assert states(phone.send()) == ["set_aside"] * 3
    kept = world.look(lambda session: session.scalars(select(OfflineAction).order_by(OfflineAction.sequence)).all())
    assert kept[2].body["values"]["summary"] == REPORT["summary"]
    assert "conflict_set_aside" in world.notices(company.manager)


def test_a_check_in_that_comes_after_the_day_is_accepted_where_the_process_asks(world: World, phone: Phone) -> None:
    visit_id = world.plan(phone.rep)
    arrived = world.clock()
    reading = Reading(factories.PLACE[0], factories.PLACE[1], 20, arrived)
    world.do(lambda s: consent.answer(s, phone.rep, consent_rules.CHECK_IN, is_granted=True, now=world.clock()))
    phone.step(visit_id, "check_in", {"method": "position"}, reading=reading)
    phone.pass_time(timedelta(minutes=30))
    phone.step(visit_id, "check_out", {"method": "manual"})
    phone.step(visit_id, "report", REPORT)
    phone.pass_time(timedelta(hours=22))
    assert world.inbox(phone.rep) == ["what_happened"]
    assert states(phone.send()) == ["applied"] * 3
    visit = world.visit(visit_id)
    assert (visit.state, visit.grade, visit.checked_in_at) == ("completed", "A", arrived)


def test_what_is_older_than_three_days_is_for_a_person(world: World, phone: Phone) -> None:
    visit_id = world.plan(phone.rep)
    phone.whole_visit(visit_id)
    phone.pass_time(timedelta(days=3, hours=1))
    assert [answer.code for answer in phone.send()] == ["too_old"] * 3
    assert "decide" in world.inbox(phone.rep)


def test_a_position_without_consent_is_not_kept_and_the_visit_counts_by_hand(world: World, phone: Phone) -> None:
    visit_id = world.plan(phone.rep)
    reading = Reading(factories.PLACE[0], factories.PLACE[1], 20, world.clock())
    phone.step(visit_id, "check_in", {"method": "position"}, reading=reading)
    assert states(phone.send()) == ["applied"]
    assert (world.visit(visit_id).state, world.visit(visit_id).grade) == ("checked_in", "C")
    assert world.look(lambda session: session.scalars(select(Position)).all()) == []


def test_no_position_stands_in_an_action(world: World, phone: Phone) -> None:
    visit_id = world.plan(phone.rep)
    world.do(lambda s: consent.answer(s, phone.rep, consent_rules.CHECK_IN, is_granted=True, now=world.clock()))
    reading = Reading(31.234567, 121.345678, 20, world.clock())
    phone.step(visit_id, "check_in", {"method": "position"}, reading=reading)
    phone.send()
    bodies = world.look(lambda session: session.scalars(select(OfflineAction.body)).all())
    assert "31.23" not in str(bodies)
    assert "121.34" not in str(bodies)


def test_a_day_is_changed_without_a_network(world: World, company: Company, phone: Phone) -> None:
    moved, dropped = world.plan(phone.rep), world.plan(phone.rep, start=world.clock() + timedelta(hours=4))
    new_start = world.clock() + timedelta(days=1)
    phone.do(ActionKind.RESCHEDULE_VISIT, moved, {"planned_start": new_start.isoformat(), "reason": "客户改期"})
    phone.do(ActionKind.CANCEL_VISIT, dropped, {"reason": "客户出差"})
    added, request_id = visits.new_id(), visits.new_id()
    start = (world.clock() + timedelta(hours=2)).isoformat()
    phone.do(
        ActionKind.PLAN_VISIT,
        added,
        {"customer_id": str(company.customer_id), "purpose_key": "report", "planned_start": start},
    )
    phone.step(added, "check_in", {"method": "manual"})
    phone.do(
        ActionKind.RAISE_REQUEST,
        None,
        {
            "request_id": str(request_id),
            "customer_id": str(company.customer_id),
            "type": "technical",
            "subject": "肾功能不全时的剂量",
        },
        stream=f"request:{request_id}",
    )
    phone.do(ActionKind.COMMENT, added, {"text": "路上堵车"})
    assert states(phone.send()) == ["applied"] * 6
    assert states(phone.send()) == ["applied"] * 6
    assert world.visit(moved).state == "rescheduled"
    assert world.follower_of(moved).planned_start == new_start
    assert (world.visit(dropped).state, world.visit(added).state) == ("cancelled", "checked_in")
    assert world.request(request_id).subject == "肾功能不全时的剂量"
    assert len(world.look(lambda session: session.scalars(select(SupportRequest.id)).all())) == 1
    assert len(world.look(lambda session: session.scalars(select(Visit.id)).all())) == 4


def test_another_persons_id_or_a_place_in_the_order_twice_is_refused(
    world: World, company: Company, phone: Phone
) -> None:
    visit_id = world.plan(phone.rep)
    action = phone.step(visit_id, "check_in", {"method": "manual"})
    phone.send()
    other = Phone(world, company.colleague)
    with pytest.raises(ConflictError):
        other.send([action])
    phone._sequences.clear()
    twice = phone.step(visit_id, "check_out", {"method": "manual"})
    with pytest.raises(InvalidInputError):
        phone.send([twice])


def test_someone_elses_visit_is_a_case_and_not_a_way_in(world: World, company: Company) -> None:
    visit_id = world.plan(company.rep)
    stranger = Phone(world, company.stranger)
    stranger.step(visit_id, "check_in", {"method": "manual"})
    [answer] = stranger.send()
    assert (answer.state, answer.code) == ("conflict", "visit_unknown")
    assert world.visit(visit_id).state == "planned"
