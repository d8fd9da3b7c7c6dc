"""The support request, as its requester, the queues and the approvers see it."""

from datetime import UTC, datetime, timedelta

import pytest

from engine.errors import ConflictError
from engine.support import service as support
from tests.factories import Company
from tests.workflows.world import World


def triage(world: World, who, *, priority: str = "P3", queue: str, **extra) -> None:
    world.complete(who, "triage_request", {"priority": priority, "queue": queue, **extra})


def cancel(world: World, who, request_id, reason: str = "不需要了") -> None:
    world.do(lambda session: support.cancel_request(session, who, request_id, reason=reason, now=world.clock()))


def quotation(discount: float) -> dict:
    line = {"item": "P-1", "quantity": 100, "unit_price": 1990, "discount_percent": discount}
    return {"lines": [line], "valid_until": "2026-04-01"}


def test_a_technical_question_is_answered_confirmed_and_closed(world: World, company: Company) -> None:
    request_id = world.ask("technical")
    assert world.texts(company.technician) == ["新的支持请求 R000001：要一份资料"]
    assert world.inbox(company.technician) == ["triage_request"]
    assert world.inbox(company.packer) == world.inbox(company.generalist) == []
    assert world.task(company.technician, "triage_request").due_at == datetime(2026, 3, 2, 10, 0, tzinfo=UTC)

    triage(world, company.technician, queue="technical")
    assert world.request(request_id).state == "in_progress"
    assert world.task(company.technician, "answer_technical").due_at == datetime(2026, 3, 4, 10, 0, tzinfo=UTC)
    world.complete(company.technician, "answer_technical", {"answer": "减半"})
    detail = world.request_detail(request_id)
    assert (detail.row.state, detail.handling["answer"], detail.fulfilled_by) == ("fulfilled", "减半", "Technician")

    assert world.notices(company.rep) == ["request_fulfilled"]
    world.complete(company.rep, "confirm_result", {"decision": "confirm", "rating": "good"})
    assert world.request(request_id).state == "closed"
    assert world.notices(company.rep) == ["request_fulfilled", "request_closed"]
    assert world.instance_state(f"request:{request_id}") == "completed"
    assert all(world.inbox(person) == [] for person in company.everyone.values())


def test_materials_are_shipped(world: World, company: Company) -> None:
    request_id = world.ask("material")
    triage(world, company.packer, queue="samples")
    lines = [{"item": "M-1", "quantity": 10, "shipped": 8, "lot": "L1"}]
    values = {"lines": lines, "carrier": "sf", "tracking_no": "SF1", "shipped_on": "2026-03-02"}
    world.complete(company.packer, "ship_material", values)
    detail = world.request_detail(request_id)
    assert (detail.row.state, [line.shipped for line in detail.lines]) == ("fulfilled", [8])
    assert [(shipment.carrier, shipment.tracking_number) for shipment in detail.shipments] == [("sf", "SF1")]
    assert detail.fulfilled_by == "Packer"


def test_what_the_rep_carries_has_no_tracking_number(world: World, company: Company) -> None:
    request_id = world.ask("material")
    triage(world, company.packer, queue="samples")
    lines = [{"item": "P-1", "quantity": 10, "shipped": 10}]
    values = {"lines": lines, "carrier": "by_hand", "shipped_on": "2026-03-02"}
    world.complete(company.packer, "ship_material", values)
    assert world.request_detail(request_id).shipments[0].tracking_number == ""


def test_anything_else_is_handled_by_the_general_queue(world: World, company: Company) -> None:
    request_id = world.ask("other")
    triage(world, company.generalist, queue="support")
    world.complete(company.generalist, "handle_other", {"what_was_done": "已寄出"})
    assert world.request_detail(request_id).handling["what_was_done"] == "已寄出"


def test_the_triage_may_move_a_request_to_another_queue(world: World, company: Company) -> None:
    world.ask("other")
    triage(world, company.generalist, queue="technical")
    assert (world.inbox(company.generalist), world.inbox(company.technician)) == ([], ["handle_other"])


@pytest.mark.parametrize(("discount", "approver"), [(5, None), (15, "manager"), (16, "director")])
def test_a_discount_is_approved_at_its_level(
    world: World, company: Company, discount: float, approver: str | None
) -> None:
    request_id = world.ask("quotation")
    triage(world, company.quoter, queue="quotations")
    world.complete(company.quoter, "price_quotation", quotation(discount))
    for name in ("manager", "director"):
        assert world.inbox(company.everyone[name]) == (["approve_discount"] if name == approver else [])
    if approver:
        world.complete(company.everyone[approver], "approve_discount", {"decision": "approved"})
    detail = world.request_detail(request_id)
    assert (detail.row.state, detail.fulfilled_by) == ("fulfilled", "Quoter")
    assert detail.handling["max_discount_percent"] == discount


def test_a_rejected_discount_is_priced_again(world: World, company: Company) -> None:
    request_id = world.ask("quotation")
    triage(world, company.quoter, queue="quotations")
    world.complete(company.quoter, "price_quotation", quotation(20))
    world.complete(company.director, "approve_discount", {"decision": "rejected", "reason": "太低"})
    assert world.inbox(company.quoter) == ["price_quotation"]
    world.complete(company.quoter, "price_quotation", quotation(3))
    detail = world.request_detail(request_id)
    assert (detail.row.state, detail.handling["max_discount_percent"]) == ("fulfilled", 3)


def test_the_clock_stands_still_while_the_requester_is_asked(world: World, company: Company) -> None:
    request_id = world.ask("technical")
    world.wait(timedelta(hours=1))
    triage(world, company.technician, queue="technical", incomplete=True, question="哪个剂型？")
    assert (world.request(request_id).state, world.inbox(company.technician)) == ("waiting", [])
    assert (world.inbox(company.rep), world.notices(company.rep)) == (["answer_question"], ["request_question"])

    world.wait(timedelta(days=1))
    world.complete(company.rep, "answer_question", {"answer": "片剂"})
    # Due on Wednesday at 18:00; from Monday 10:00 to Tuesday 10:00 are 480 working minutes, so Thursday at 18:00.
    assert world.task(company.technician, "triage_request").due_at == datetime(2026, 3, 5, 10, 0, tzinfo=UTC)
    triage(world, company.technician, queue="technical")
    assert world.task(company.technician, "answer_technical").due_at == datetime(2026, 3, 5, 10, 0, tzinfo=UTC)
    assert "first_response_late" not in world.notices(company.technician)


def test_a_late_first_response_is_told_once_and_stops_nothing(world: World, company: Company) -> None:
    request_id = world.ask("technical", priority="P2")
    world.wait(timedelta(hours=5) - timedelta(minutes=1))  # the noon hour does not count
    assert world.notices(company.technician) == ["request_new"]
    world.wait(timedelta(minutes=1))
    world.wait(timedelta(minutes=30))
    assert world.notices(company.technician) == ["request_new", "first_response_late"]
    assert (world.request(request_id).escalation, world.inbox(company.technician)) == (
        "first_response",
        ["triage_request"],
    )


def test_each_mark_of_the_deadline_is_told_exactly_once(world: World, company: Company) -> None:
    request_id = world.ask("technical", priority="P2")  # 480 working minutes: Monday 18:00
    triage(world, company.technician, priority="P2", queue="technical")
    seen = []
    for hour, day in ((15, 2), (16, 2), (18, 2), (13, 3), (14, 3), (18, 3)):
        world.wait(datetime(2026, 3, day, hour - 8, 0, tzinfo=UTC))
        seen.append((world.request(request_id).escalation, len(world.notices(company.technician)) - 1))
    assert seen == [("", 0), ("warned", 1), ("breached", 2), ("breached", 2), ("head", 3), ("head", 3)]
    assert world.notices(company.ops_head) == ["deadline_breached", "deadline_head"]
    assert world.texts(company.technician, "en")[1] == "R000001 要一份资料: 75 % of the time is used"


def test_a_higher_priority_shortens_the_time_that_is_left(world: World, company: Company) -> None:
    world.ask("technical", priority="P3")
    world.wait(timedelta(hours=1))
    triage(world, company.technician, priority="P1", queue="technical")
    # Four hours from 09:00 on, without the noon hour.
    assert world.task(company.technician, "answer_technical").due_at == datetime(2026, 3, 2, 6, 0, tzinfo=UTC)
    assert world.task(company.technician, "answer_technical").text_3 == "P1"


def test_a_reopened_request_is_triaged_again_with_a_new_clock(world: World, company: Company) -> None:
    request_id = world.ask("technical", priority="P2")
    triage(world, company.technician, priority="P2", queue="technical")
    world.wait(datetime(2026, 3, 2, 8, 0, tzinfo=UTC))
    world.complete(company.technician, "answer_technical", {"answer": "减半"})
    world.wait(datetime(2026, 3, 3, 1, 0, tzinfo=UTC))
    world.complete(company.rep, "confirm_result", {"decision": "reopen", "reason": "没有回答剂型"})
    request = world.request(request_id)
    assert (request.state, request.reopened, request.reason) == ("triaged", 1, "没有回答剂型")
    assert world.task(company.technician, "triage_request").due_at == datetime(2026, 3, 3, 10, 0, tzinfo=UTC)

    triage(world, company.technician, priority="P2", queue="technical")
    world.wait(datetime(2026, 3, 3, 8, 0, tzinfo=UTC))
    assert world.notices(company.technician) == ["request_new", "deadline_warning", "deadline_warning"]
    world.complete(company.technician, "answer_technical", {"answer": "片剂减半"})
    world.complete(company.rep, "confirm_result", {"decision": "confirm"})
    assert world.request(request_id).state == "closed"


def test_a_result_that_nobody_confirms_closes_after_five_business_days(world: World, company: Company) -> None:
    request_id = world.ask("other")
    triage(world, company.generalist, queue="support")
    world.complete(company.generalist, "handle_other", {"what_was_done": "已寄出"})
    due = world.task(company.rep, "confirm_result").due_at
    assert due == datetime(2026, 3, 6, 10, 0, tzinfo=UTC)
    world.wait(due)
    assert (world.request(request_id).state, world.inbox(company.rep)) == ("closed", [])
    assert world.notices(company.rep)[-1] == "request_closed"


def test_a_request_can_be_cancelled_while_it_is_handled(world: World, company: Company) -> None:
    request_id = world.ask("technical")
    triage(world, company.technician, queue="technical")
    cancel(world, company.rep, request_id)
    assert (world.request(request_id).state, world.request(request_id).reason) == ("cancelled", "不需要了")
    assert world.inbox(company.technician) == []
    assert world.notices(company.technician) == ["request_new", "request_cancelled"]
    assert world.notices(company.rep) == []
    world.wait(timedelta(days=10))
    assert world.notices(company.technician) == ["request_new", "request_cancelled"]


def test_a_request_waiting_for_the_requester_can_be_cancelled(world: World, company: Company) -> None:
    request_id = world.ask("technical")
    triage(world, company.technician, queue="technical", incomplete=True, question="哪个剂型？")
    cancel(world, company.technician, request_id)
    assert (world.request(request_id).state, world.inbox(company.rep)) == ("cancelled", [])
    assert world.notices(company.rep) == ["request_question", "request_cancelled"]


def test_what_is_shipped_is_not_cancelled(world: World, company: Company) -> None:
    request_id = world.ask("material")
    triage(world, company.packer, queue="samples")
    lines = [{"item": "P-1", "quantity": 10, "shipped": 10}]
    world.complete(company.packer, "ship_material", {"lines": lines, "carrier": "by_hand", "shipped_on": "2026-03-02"})
    with pytest.raises(ConflictError):
        cancel(world, company.rep, request_id)
    assert world.inbox(company.rep) == ["confirm_result"]
