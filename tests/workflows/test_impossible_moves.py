"""Two check-ins that no one can have made both are a contradiction; whatever may be a device's mistake is none."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from engine.customers import service as customers
from engine.evidence import service as evidence
from tests import factories
from tests.factories import Company
from tests.workflows.world import DEGREE_M, REPORT, World

FAR_M = 30_000


@pytest.fixture
def far(world: World, company: Company) -> UUID:
    """Return a customer whose place lies thirty kilometres from the other's."""
    latitude, longitude = factories.PLACE

    def add(session: Any) -> UUID:
        customers.add_place(
            session, company.shared_customer_id, address="北路 1 号", latitude=latitude + FAR_M / DEGREE_M,
            longitude=longitude,
        )  # fmt: skip
        return company.shared_customer_id

    return world.do(add)


def visit_here(world: World, company: Company, **reading: Any) -> None:
    """Check in at the customer by position and leave again by hand."""
    world.plan(company.rep)
    world.complete(company.rep, "check_in", world.position(company.rep, distance_m=10, **reading))
    world.complete(company.rep, "check_out", {"method": "manual"})
    world.complete(company.rep, "report", REPORT)


def check_in_far(world: World, company: Company, far: UUID, values: dict[str, Any] | None = None) -> str | None:
    visit_id = world.plan(company.rep, customer_id=far)
    world.complete(company.manager, "approve_visit", {"decision": "approved"})
    at_place = world.position(company.rep, distance_m=FAR_M) if values is None else values
    world.complete(company.rep, "check_in", at_place)
    return world.visit(visit_id).grade


def test_thirty_kilometres_in_a_minute_are_reviewed(world: World, company: Company, far: UUID) -> None:
    visit_here(world, company)
    world.wait(timedelta(minutes=1))
    assert check_in_far(world, company, far) == "D"
    assert "explain" in world.inbox(company.rep)
    world.complete(company.rep, "explain", {"reason": "wrong_pin"})
    world.complete(company.rep, "check_out", {"method": "manual"})
    world.complete(company.rep, "report", REPORT)
    assert world.inbox(company.manager) == ["review_visit"]


def test_a_drive_is_none(world: World, company: Company, far: UUID) -> None:
    visit_here(world, company)
    world.wait(timedelta(minutes=20))
    assert check_in_far(world, company, far) == "A"


def test_what_may_be_the_devices_mistake_is_none(world: World, company: Company, far: UUID) -> None:
    """A reading off its place is asked about as ever (C), and puts no later one into doubt."""
    world.plan(company.rep)
    world.complete(company.rep, "check_in", world.position(company.rep, distance_m=-FAR_M))
    world.complete(company.rep, "explain", {"reason": "wrong_pin"})
    world.complete(company.rep, "check_out", {"method": "manual"})
    world.wait(timedelta(minutes=1))
    assert check_in_far(world, company, far) == "A"


def test_a_check_in_by_hand_is_none(world: World, company: Company, far: UUID) -> None:
    visit_here(world, company)
    assert check_in_far(world, company, far, {"method": "manual"}) == "C"


def test_nothing_is_held_against_a_deleted_position(world: World, company: Company, far: UUID) -> None:
    visit_here(world, company)
    world.do(lambda session: evidence.erase_positions(session, company.rep))
    world.wait(timedelta(minutes=1))
    assert check_in_far(world, company, far) == "A"


@pytest.mark.parametrize(("minutes_before", "found"), [(1, True), (20, False)])
def test_a_check_that_arrives_late_is_compared_with_the_one_after_it(
    world: World, company: Company, far: UUID, minutes_before: int, found: bool
) -> None:
    assert check_in_far(world, company, far) == "A"
    at = world.clock() - timedelta(minutes=minutes_before)
    rep_id = company.rep.user_id
    assert rep_id is not None

    def facts(session: Any) -> dict[str, Any]:
        reading = evidence.Reading(*factories.PLACE, accuracy_m=20, fix_at=at)
        evidence_id = evidence.record_position(session, company.rep, reading, now=world.clock())
        session.flush()  # read back below
        return evidence.check_facts(
            session, rep_id, method="position", evidence_id=evidence_id, place=factories.PLACE, radius_m=200, at=at
        )

    assert world.do(facts)["impossible_speed"] is found
