"""Samples for a request: who must agree, which lots go, what is owed, and what the ledger says in the end."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy.orm import Session

from engine.access import Actor
from engine.calendar import queries as calendar
from engine.catalogue import service as catalogue
from engine.customers import service as customers
from engine.errors import ConflictError, InvalidInputError
from engine.samples import queries, rules, service
from engine.samples.tables import SampleMovement
from engine.support import fulfilment, picking
from engine.support import service as support
from engine.visits import service as visits
from tests.factories import Company
from tests.workflows.test_support_request import cancel, triage
from tests.workflows.world import World

FAR, NEAR, GONE = date(2027, 3, 1), date(2026, 7, 1), date(2026, 5, 20)
"""Days of expiry; the third keeps for less than 90 days from 2 March 2026."""


def stock(world: World, quantity: int, expiry: date = FAR, *, item: str = "P-1") -> UUID:
    """Take a delivery of a lot that is named by its expiry."""
    return world.do(
        lambda session: fulfilment.receive_stock(
            session, world.company.packer, item=item, lot=f"L{expiry}", expiry=expiry, quantity=quantity,
            now=world.clock(),
        )
    )  # fmt: skip


def ask(world: World, quantity: int, **extra: Any) -> UUID:
    """Ask for samples and let the warehouse accept them."""
    request_id = world.ask("sample", lines=[support.Line("P-1", quantity)], **extra)
    triage(world, world.company.packer, queue="samples")
    return request_id


def reserve(world: World, picks: dict[UUID, int], rest: str = "backorder", **extra: Any) -> None:
    lots = [{"lot": str(lot_id), "quantity": quantity} for lot_id, quantity in picks.items()]
    world.complete(world.company.packer, "reserve_lots", {"lots": lots, "rest": rest, **extra})


def send(world: World, number: str = "SF1") -> None:
    values = {"carrier": "sf", "tracking_no": number, "shipped_on": "2026-03-02", "minutes_spent": 20}
    world.complete(world.company.packer, "send_samples", values)


def receive(world: World, **extra: Any) -> None:
    world.complete(world.company.rep, "receive_samples", {"complete": "yes", **extra})


def held(world: World, lot_id: UUID, actor: Actor | None = None) -> int:
    holder = rules.rep(actor.user_id) if actor and actor.user_id else rules.WAREHOUSE
    return world.look(lambda session: service.balance(session, lot_id, holder))


def proposed(world: World) -> list[dict[str, Any]]:
    task = world.task(world.company.packer, "reserve_lots")
    found = world.look(
        lambda session: picking.form_context(session, world.company.packer, task.business_key, world.clock())
    )
    return list(found["allocation"])


def test_five_go_without_asking_and_reach_the_reps_ledger(world: World, company: Company) -> None:
    lot_id = stock(world, 30)
    request_id = ask(world, 5)
    reserve(world, {lot_id: 5})
    send(world)
    assert world.request(request_id).state == "shipped"
    assert held(world, lot_id) == 30  # on its way: still the warehouse's
    assert "SF1" in world.texts(company.rep)[-1]
    receive(world)
    assert (held(world, lot_id), held(world, lot_id, company.rep)) == (25, 5)
    detail = world.request_detail(request_id)
    assert (detail.row.state, detail.fulfilled_by) == ("fulfilled", "Packer")
    assert [(row["shipped"], row["lot"]) for row in detail.handling["lines"]] == [(5, f"L{FAR}")]
    assert detail.handling["minutes_spent"] == 20
    world.complete(company.rep, "confirm_result", {"decision": "confirm"})
    assert world.request(request_id).state == "closed"


def test_twenty_five_need_the_manager_and_compliance(world: World, company: Company) -> None:
    stock(world, 40)
    ask(world, 25)
    assert world.inbox(company.packer) == []
    world.complete(company.manager, "approve_samples", {"decision": "approved"})
    assert world.inbox(company.packer) == []
    world.complete(company.compliance, "approve_second", {"decision": "approved"})
    assert world.inbox(company.packer) == ["reserve_lots"]


def test_the_limit_of_a_cycle_is_each_persons(world: World, company: Company) -> None:
    lot_id = stock(world, 60)

    def colleague(session: Session) -> UUID:
        given = SampleMovement(
            lot_id=lot_id, quantity=9, holder_kind="customer", holder_id=company.customer_id, kind="drop",
            contact_id=company.contact_id, at=world.clock(),
        )  # fmt: skip
        session.add(given)
        return customers.add_contact(session, company.customer_id, name="何医生")

    colleague_id = world.do(colleague)
    for contact_ids, needs_approval in (
        ([colleague_id], False), ([company.contact_id], True), ([company.contact_id, colleague_id], True), ([], True),
    ):  # fmt: skip
        visit_id = world.do(
            lambda session, contact_ids=contact_ids: visits.plan_visit(  # type: ignore[misc]  # a lambda with a default
                session, company.rep, customer_id=company.customer_id, purpose_key="report",
                planned_start=world.clock() + timedelta(hours=1), contact_ids=contact_ids, now=world.clock(),
            )
        )  # fmt: skip
        ask(world, 2, visit_id=visit_id)
        asked = [name for name in world.inbox(company.manager) if name == "approve_samples"]
        assert bool(asked) is needs_approval, contact_ids
        if asked:
            world.complete(company.manager, "approve_samples", {"decision": "rejected", "reason": "已足够"})


def test_an_approval_that_is_late_is_offered_to_others(world: World, company: Company) -> None:
    ask(world, 25)
    assert world.inbox(company.director) == []
    world.wait(timedelta(days=1, hours=1))
    assert world.inbox(company.director) == world.inbox(company.manager) == ["approve_samples"]
    assert "sample_approval_late" in world.notices(company.director)
    world.complete(company.director, "approve_samples", {"decision": "approved"})
    world.wait(timedelta(days=2, hours=1))
    assert world.inbox(company.compliance) == world.inbox(company.director) == ["approve_second"]


def test_a_refusal_ends_the_request_with_its_reason(world: World, company: Company) -> None:
    request_id = ask(world, 15)
    world.complete(company.manager, "approve_samples", {"decision": "rejected", "reason": "本月已足够"})
    detail = world.request_detail(request_id)
    assert (detail.row.state, detail.reason) == ("refused", "本月已足够")
    assert "本月已足够" in world.texts(company.rep)[-1]
    assert world.instance_state(f"request:{request_id}") == "completed"
    assert all(world.inbox(person) == [] for person in company.everyone.values())


def test_what_is_no_sample_is_refused(world: World, company: Company) -> None:
    # The form of a request refuses it; a promise of a report arrives as the rep wrote it.
    request_id = world.ask("sample", lines=[support.Line("M-1", 5)], requester_id=company.rep.user_id)
    triage(world, company.packer, queue="samples")
    assert world.request(request_id).state == "refused"
    assert "Not a sample" in (world.request_detail(request_id).reason or "")


def test_the_first_to_expire_goes_first_and_what_does_not_keep_stays(world: World, company: Company) -> None:
    far, near, gone = stock(world, 8, FAR), stock(world, 3, NEAR), stock(world, 50, GONE)
    ask(world, 5)
    assert proposed(world) == [{"lot": str(near), "quantity": 3}, {"lot": str(far), "quantity": 2}]
    for picks, field in (
        ({gone: 5}, "lots.0.lot"),
        ({near: 4}, "lots.0.quantity"),
        ({far: 6}, "lots.0.quantity"),
        ({far: 5}, "note"),
    ):
        with pytest.raises(InvalidInputError) as refused:
            reserve(world, picks)
        assert list(refused.value.errors) == [field]
    reserve(world, {far: 5}, note="近效期批号外箱破损")
    assert {row.lot: (row.free, row.reserved) for row in world.look(queries.warehouse)} == {
        f"L{NEAR}": (3, 0), f"L{FAR}": (3, 5), f"L{GONE}": (50, 0),
    }  # fmt: skip


def test_ten_go_and_fifteen_are_owed_until_stock_comes(world: World, company: Company) -> None:
    first = stock(world, 10)
    request_id = ask(world, 25)
    world.complete(company.manager, "approve_samples", {"decision": "approved"})
    world.complete(company.compliance, "approve_second", {"decision": "approved"})
    reserve(world, {first: 10}, rest="backorder")
    send(world, "SF1")
    assert world.request_detail(request_id).lines[0].shipped == 10
    assert world.inbox(company.packer) == []  # fifteen wait for stock
    receive(world)
    assert world.request(request_id).state == "shipped"  # not settled: fifteen are owed
    second = stock(world, 100, NEAR)
    assert world.inbox(company.packer) == ["reserve_lots"]
    assert proposed(world) == [{"lot": str(second), "quantity": 15}]
    reserve(world, {second: 15})
    send(world, "SF2")
    receive(world)
    detail = world.request_detail(request_id)
    assert (detail.row.state, detail.lines[0].shipped) == ("fulfilled", 25)
    assert [each.tracking_number for each in detail.shipments] == ["SF1", "SF2"]
    assert (held(world, first, company.rep), held(world, second, company.rep)) == (10, 15)
    assert (held(world, first), held(world, second)) == (0, 85)


def test_the_desk_has_kept_its_time_once_nothing_is_owed(world: World, company: Company) -> None:
    lot_id = stock(world, 30)
    request_id = ask(world, 5)
    key = f"request:{request_id}"

    def stopped() -> bool:
        rows = world.look(lambda session: calendar.deadlines_of(session, [key], now=world.clock()))[key]
        return next(row.stopped_at is not None for row in rows if row.name == "resolve")

    reserve(world, {lot_id: 5})
    assert not stopped()
    send(world)
    assert stopped()


def test_another_item_is_sent_instead(world: World, company: Company) -> None:
    world.do(lambda session: catalogue.add_product(session, code="P-2", name="降压胶囊", is_sample=True))
    first, other = stock(world, 2), stock(world, 30, item="P-2")
    request_id = ask(world, 5)
    reserve(world, {first: 2}, rest="substitute", substitute="P-2")
    assert proposed(world) == [{"lot": str(other), "quantity": 3}]
    reserve(world, {other: 3})
    send(world)
    receive(world)
    lines = world.request_detail(request_id).lines
    assert [(line.item, line.shipped, line.given_up, line.substitute_for) for line in lines] == [
        ("P-1", 2, 3, None), ("P-2", 3, 0, "P-1"),
    ]  # fmt: skip
    assert world.request(request_id).state == "fulfilled"


def test_what_is_not_sent_at_all_settles_the_request(world: World, company: Company) -> None:
    request_id = ask(world, 5)
    reserve(world, {}, rest="give_up")
    assert world.request(request_id).state == "fulfilled"
    assert world.request_detail(request_id).lines[0].given_up == 5


def test_a_backorder_is_given_up_after_twenty_business_days(world: World, company: Company) -> None:
    request_id = ask(world, 5)
    reserve(world, {}, rest="backorder")
    world.wait(timedelta(days=35))
    assert "samples_given_up" in world.notices(company.rep)
    assert world.request(request_id).state == "fulfilled"


def test_what_arrives_broken_leaves_the_ledger_with_a_reason(world: World, company: Company) -> None:
    lot_id = stock(world, 30)
    ask(world, 5)
    reserve(world, {lot_id: 5})
    send(world)
    receive(world, complete="no", missing=[{"lot": str(lot_id), "quantity": 2}], reason="压碎了")
    assert (held(world, lot_id), held(world, lot_id, company.rep)) == (25, 3)
    reasons = [row.reason for row in world.look(queries.movements) if row.kind == "adjust"]
    assert reasons == ["压碎了"]


def test_a_parcel_that_nobody_receives_is_traced_and_sent_again(world: World, company: Company) -> None:
    lot_id = stock(world, 30)
    request_id = ask(world, 5)
    reserve(world, {lot_id: 5})
    send(world, "SF1")
    world.wait(timedelta(days=7, hours=1))
    assert (world.inbox(company.rep), world.inbox(company.packer)) == ([], ["trace_parcel"])
    world.complete(company.packer, "trace_parcel", {"found": "on_the_way"})
    assert world.inbox(company.rep) == ["receive_samples"]
    world.wait(timedelta(days=8))
    world.complete(company.packer, "trace_parcel", {"found": "lost", "note": "快递确认丢失"})
    assert held(world, lot_id) == 25
    assert proposed(world) == [{"lot": str(lot_id), "quantity": 5}]
    reserve(world, {lot_id: 5})
    send(world, "SF2")
    receive(world)
    assert (held(world, lot_id), held(world, lot_id, company.rep)) == (20, 5)
    assert world.request(request_id).state == "fulfilled"
    assert [each.outcome for each in world.request_detail(request_id).shipments] == ["lost", "received"]


def test_cancelling_before_the_shipment_frees_what_is_reserved(world: World, company: Company) -> None:
    lot_id = stock(world, 5)
    request_id = ask(world, 5)
    reserve(world, {lot_id: 5})
    cancel(world, company.rep, request_id)
    assert world.request(request_id).state == "cancelled"
    assert [row.free for row in world.look(queries.warehouse)] == [5]
    assert world.inbox(company.packer) == []
    other = ask(world, 5)
    reserve(world, {lot_id: 5})
    send(world)
    with pytest.raises(ConflictError):
        cancel(world, company.rep, other)


def test_reserved_samples_are_not_given_to_anybody_else(world: World, company: Company) -> None:
    lot_id = stock(world, 8)
    ask(world, 5)
    reserve(world, {lot_id: 5})
    request_id = ask(world, 5)
    assert proposed(world) == [{"lot": str(lot_id), "quantity": 3}]
    with pytest.raises(ConflictError):
        world.do(
            lambda session: service.move(
                session, company.packer, lot_id, 4, source=rules.WAREHOUSE, target=None,
                kind=rules.MovementKind.ADJUST, now=world.clock(),
            )
        )  # fmt: skip
    assert world.request(request_id).state == "in_progress"


def test_a_reopened_request_may_be_sent_again(world: World, company: Company) -> None:
    lot_id = stock(world, 30)
    request_id = world.ask("sample", lines=[support.Line("P-1", 5)])
    triage(world, company.packer, queue="samples")
    reserve(world, {lot_id: 3}, rest="give_up")
    send(world)
    receive(world)
    world.complete(company.rep, "confirm_result", {"decision": "reopen", "reason": "还差两盒"})
    triage(world, company.packer, queue="samples")
    assert proposed(world) == [{"lot": str(lot_id), "quantity": 2}]
    reserve(world, {lot_id: 2})
    send(world, "SF2")
    receive(world)
    assert world.request_detail(request_id).lines[0].shipped == 5


def test_a_reopened_request_with_nothing_left_to_send_is_handled_by_a_person(world: World, company: Company) -> None:
    lot_id = stock(world, 30)
    ask(world, 5)
    reserve(world, {lot_id: 5})
    send(world)
    receive(world)
    world.complete(company.rep, "confirm_result", {"decision": "reopen", "reason": "发错规格"})
    triage(world, company.packer, queue="samples")
    assert world.inbox(company.packer) == ["handle_other"]
