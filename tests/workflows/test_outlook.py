"""What the line of steps says is likely to come, for the processes that ship."""

from uuid import UUID

import pytest

from engine.access import Actor
from engine.process import queries as process
from engine.process.outlook import outlook
from tests.factories import Company
from tests.workflows.test_visit_exceptions import plan_shared
from tests.workflows.world import REPORT, World


def ahead(world: World, actor: Actor, key: str) -> list[str]:
    [instance] = world.look(lambda session: process.instances_of(session, key))
    found = world.look(lambda session: outlook(session, actor, instance.id, now=world.clock()))
    return [task.element_id for task in found.tasks]


def of_visit(world: World, company: Company, visit_id: UUID) -> list[str]:
    return ahead(world, company.rep, f"visit:{visit_id}")


def test_the_usual_way_of_a_visit(world: World, company: Company) -> None:
    visit_id = plan_shared(world)
    assert of_visit(world, company, visit_id) == ["prepare", "check_in"]
    world.complete(company.manager, "approve_visit", {"decision": "approved"})
    assert of_visit(world, company, visit_id) == ["report", "check_out"]
    world.complete(company.rep, "check_in", {"method": "manual"})
    assert of_visit(world, company, visit_id) == []
    world.complete(company.rep, "check_out", {"method": "manual"})
    assert of_visit(world, company, visit_id) == []  # who is drawn for review is not told before
    world.complete(company.rep, "report", REPORT)
    assert of_visit(world, company, visit_id) == []


def test_a_condition_that_can_be_answered_already_is(world: World, company: Company) -> None:
    visit_id = world.plan(company.rep, sampled=True)
    world.make_visit(visit_id)
    assert world.inbox(company.manager) == ["review_visit"]
    assert of_visit(world, company, visit_id) == []


@pytest.mark.parametrize(
    ("type_", "handler"),
    [
        ("technical", "answer_technical"),
        ("quotation", "price_quotation"),
        ("sample", "confirm_result"),
        ("material", "ship_material"),
        ("other", "handle_other"),
    ],
)
def test_a_request_goes_to_the_handling_of_its_type(world: World, company: Company, type_: str, handler: str) -> None:
    request_id = world.ask(type_)
    assert ahead(world, company.rep, f"request:{request_id}") == [handler]


def test_asking_reads_only(world: World, company: Company) -> None:
    visit_id = world.plan(company.rep)
    [before] = world.look(lambda session: process.instances_of(session, f"visit:{visit_id}"))
    of_visit(world, company, visit_id)
    assert world.look(lambda session: process.instances_of(session, f"visit:{visit_id}")) == (before,)
    assert len(world.look(lambda session: process.history_of(session, f"visit:{visit_id}"))) == 1
