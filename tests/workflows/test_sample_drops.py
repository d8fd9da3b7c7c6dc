"""Samples at a visit: three at once, six with the manager's consent, expired ones never."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest

from engine.access import SYSTEM
from engine.attachments import service as attachments
from engine.customers import queries as customers
from engine.errors import InvalidInputError
from engine.samples import drops, queries, rules, service
from engine.samples.rules import MovementKind
from tests.factories import Company
from tests.workflows.world import World


def hold(world: World, number: int, *, item: str = "P-1", expiry: date = date(2026, 12, 31)) -> UUID:
    """Give the rep samples of a lot."""
    rep_id = world.company.rep.user_id
    assert rep_id is not None

    def work(session: Any) -> UUID:
        lot_id = service.add_lot(session, item=item, lot=f"{item}-{expiry}", expiry=expiry)
        service.move(
            session, SYSTEM, lot_id, number, source=None, target=rules.rep(rep_id), kind=MovementKind.RECEIVE,
            now=world.clock(),
        )  # fmt: skip
        return lot_id

    return world.do(work)


def signature(world: World) -> list[dict[str, str]]:
    upload = attachments.Upload(b"signed", "image/jpeg", "signature.jpg")
    stored = world.do(
        lambda session: (
            attachments.store_upload(
                session, world.company.rep, world.application.files, upload, now=world.clock()
            ).digest
        )
    )
    return [{"file": stored, "name": "signature.jpg"}]


def drop(world: World, lot_id: UUID, quantity: int) -> UUID:
    """Let the rep check in and drop samples; returns the visit."""
    company = world.company
    visit_id = world.plan(company.rep)
    world.complete(company.rep, "check_in", {"method": "manual"})
    begin(world, visit_id)
    world.complete(company.rep, "drop_samples", entered(world, lot_id, quantity))
    return visit_id


def begin(world: World, visit_id: UUID) -> None:
    rep, customer_id = world.company.rep, world.company.customer_id

    def work(session: Any) -> None:
        customer = customers.customer(session, rep, customer_id)
        drops.begin_drop(session, rep, visit_id=visit_id, customer=customer, rep_id=rep.user_id, now=world.clock())

    world.do(work)


def entered(world: World, lot_id: UUID, quantity: int) -> dict[str, Any]:
    signed = {"signature": signature(world)} if quantity <= 5 else {}
    return {"contact": str(world.company.contact_id), "lot": str(lot_id), "quantity": quantity, **signed}


def held(world: World, lot_id: UUID) -> int:
    rep_id = world.company.rep.user_id
    assert rep_id is not None
    return world.look(lambda session: service.balance(session, lot_id, rules.rep(rep_id)))


def test_three_are_signed_for_and_leave_the_stock(world: World, company: Company) -> None:
    lot_id = hold(world, 10)
    visit_id = drop(world, lot_id, 3)
    assert held(world, lot_id) == 7
    [given] = world.look(lambda session: queries.given_to(session, company.customer_id))
    assert (given.quantity, given.visit_id, given.contact_id) == (3, visit_id, company.contact_id)
    assert given.signature


def test_six_wait_for_the_manager_and_are_signed_for_then(world: World, company: Company) -> None:
    lot_id = hold(world, 10)
    visit_id = drop(world, lot_id, 6)
    assert held(world, lot_id) == 10
    world.complete(company.manager, "approve_drop", {"decision": "approved"})
    assert "sample_drop_approved" in world.notices(company.rep)
    world.complete(company.rep, "hand_over", {"signature": signature(world)})
    assert held(world, lot_id) == 4
    assert [row.state for row in world.look(lambda session: queries.drops_of(session, visit_id))] == ["dropped"]


def test_the_third_drop_of_a_cycle_to_one_person_needs_the_manager(world: World, company: Company) -> None:
    lot_id = hold(world, 30)
    for _ in range(2):
        drop(world, lot_id, 5)
        world.complete(company.rep, "check_out", {"method": "manual"})
    drop(world, lot_id, 1)
    assert held(world, lot_id) == 20
    assert world.inbox(company.manager) == ["approve_drop"]
    world.complete(company.manager, "approve_drop", {"decision": "rejected", "reason": "已足够"})
    assert held(world, lot_id) == 20
    assert "已足够" in world.texts(company.rep)[-1]


@pytest.mark.parametrize(
    ("expiry", "quantity", "field"), [(date(2026, 3, 1), 1, "lot"), (date(2026, 12, 31), 4, "quantity")]
)
def test_expired_lots_and_more_than_is_held_are_refused(
    world: World, company: Company, expiry: date, quantity: int, field: str
) -> None:
    lot_id = hold(world, 3, expiry=expiry)
    with pytest.raises(InvalidInputError) as refused:
        drop(world, lot_id, quantity)
    assert list(refused.value.errors) == [field]
    assert held(world, lot_id) == 3


def test_what_is_no_sample_is_refused_with_a_reason(world: World, company: Company) -> None:
    lot_id = hold(world, 3, item="M-1")
    visit_id = drop(world, lot_id, 1)
    [row] = world.look(lambda session: queries.drops_of(session, visit_id))
    assert (row.state, held(world, lot_id)) == ("rejected", 3)
    assert "Not a sample" in (row.reason or "")


def test_a_lot_that_expires_before_the_consent_is_not_handed_over(world: World, company: Company) -> None:
    lot_id = hold(world, 10, expiry=date(2026, 3, 2))
    drop(world, lot_id, 6)
    world.wait(timedelta(days=1))
    world.complete(company.manager, "approve_drop", {"decision": "approved"})
    with pytest.raises(InvalidInputError):
        world.complete(company.rep, "hand_over", {"signature": signature(world)})
    assert held(world, lot_id) == 10
