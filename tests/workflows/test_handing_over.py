"""A visit passes from one rep to another: the plan, the open tasks, who is told, and what may not be handed over."""

from datetime import timedelta
from uuid import UUID

import pytest

from engine.access import Actor
from engine.errors import ConflictError, FieldflowError, ForbiddenError, InvalidInputError, NotFoundError
from engine.people import service as people
from engine.process import assignment
from engine.process import queries as process
from engine.visits import handing_over
from engine.visits import queries as visits
from tests.factories import Company
from tests.workflows.test_visit_exceptions import plan_shared
from tests.workflows.world import World


def hand_over(world: World, actor: Actor, visit_id: UUID, rep: Actor) -> None:
    assert rep.user_id is not None
    to = rep.user_id
    world.do(lambda session: handing_over.hand_over(session, actor, visit_id, to, now=world.clock()))


def give(world: World, actor: Actor, task_id: UUID, rep: Actor) -> bool:
    assert rep.user_id is not None
    to = rep.user_id
    return world.do(lambda session: handing_over.give_step(session, actor, task_id, to, now=world.clock()))


def day_of(world: World, actor: Actor) -> list[UUID]:
    assert actor.user_id is not None
    owner = actor.user_id
    today = world.clock().date()
    return [row.id for row in world.look(lambda session: visits.visits_of_day(session, owner, today))]


def test_the_visit_moves_to_the_other_rep_with_its_open_tasks(world: World, company: Company) -> None:
    visit_id = world.plan(company.rep)
    hand_over(world, company.manager, visit_id, company.colleague)
    assert (day_of(world, company.rep), day_of(world, company.colleague)) == ([], [visit_id])
    assert (world.inbox(company.rep), world.inbox(company.colleague)) == ([], ["check_in", "prepare"])
    assert world.texts(company.rep) == ["仁济医院：拜访已转交给 Colleague"]
    assert world.texts(company.colleague, "en") == ["仁济医院: you take over Rep's visit"]
    with pytest.raises(NotFoundError):
        world.look(lambda session: visits.visit_detail(session, company.rep, visit_id))
    event = world.look(lambda session: process.history_of(session, f"visit:{visit_id}"))[-1]
    assert (event.kind, event.actor_name, event.detail["note"]) == (
        "revised", "Manager", {"from": "Rep", "to": "Colleague"},
    )  # fmt: skip


def test_what_comes_later_in_the_visit_is_the_other_reps_too(world: World, company: Company) -> None:
    visit_id = world.plan(company.rep)
    hand_over(world, company.manager, visit_id, company.colleague)
    world.wait(timedelta(hours=1, minutes=15))
    assert world.notices(company.colleague) == ["visit_received", "check_in_reminder"]
    world.complete(company.colleague, "check_in", {"method": "manual"})
    assert world.inbox(company.colleague) == ["check_out", "report"]
    assert world.inbox(company.rep) == []


def test_a_visit_that_waits_for_approval_is_handed_over_as_well(world: World, company: Company) -> None:
    visit_id = plan_shared(world)
    hand_over(world, company.manager, visit_id, company.colleague)
    world.complete(company.manager, "approve_visit", {"decision": "approved"})
    assert (world.inbox(company.rep), world.inbox(company.colleague)) == ([], ["check_in", "prepare"])


def test_giving_a_step_hands_over_the_visit_until_it_has_begun(world: World, company: Company) -> None:
    visit_id = world.plan(company.rep)
    assert give(world, company.manager, world.task(company.rep, "check_in").id, company.colleague)
    assert world.visit(visit_id).rep_id == company.colleague.user_id
    world.complete(company.colleague, "check_in", {"method": "manual"})
    report = world.task(company.colleague, "report")
    assert not give(world, company.manager, report.id, company.rep)
    assert world.visit(visit_id).rep_id == company.colleague.user_id
    assert (world.inbox(company.rep), world.inbox(company.colleague)) == (["report"], ["check_out"])


def test_the_visits_of_a_rep_who_left_can_be_handed_over(world: World, company: Company) -> None:
    visit_id = world.plan(company.rep)
    assert company.rep.user_id is not None
    gone = company.rep.user_id
    world.do(lambda session: people.change_user(session, gone, is_active=False))
    hand_over(world, company.manager, visit_id, company.colleague)
    assert world.inbox(company.colleague) == ["check_in", "prepare"]


def test_a_visit_that_has_begun_stays(world: World, company: Company) -> None:
    visit_id = world.plan(company.rep)
    world.complete(company.rep, "check_in", {"method": "manual"})
    with pytest.raises(ConflictError):
        hand_over(world, company.manager, visit_id, company.colleague)
    assert world.inbox(company.rep) == ["check_out", "report"]


@pytest.mark.parametrize(
    ("who", "to", "error"),
    [
        ("rep", "colleague", ForbiddenError),
        ("colleague", "colleague", NotFoundError),
        ("director", "colleague", NotFoundError),
        ("admin", "colleague", NotFoundError),
        ("manager", "stranger", InvalidInputError),
        ("manager", "manager", InvalidInputError),
        ("manager", "rep", InvalidInputError),
    ],
)
def test_only_the_reps_manager_hands_over_and_only_within_the_team(
    world: World, company: Company, who: str, to: str, error: type[FieldflowError]
) -> None:
    visit_id = world.plan(company.rep)
    everyone = company.everyone
    with pytest.raises(error):
        hand_over(world, everyone[who], visit_id, everyone[to])
    assert world.visit(visit_id).rep_id == company.rep.user_id
    assert world.inbox(company.rep) == ["check_in", "prepare"]
    assert world.notices(company.rep) == []


def test_a_step_that_the_first_rep_had_claimed_is_free_for_the_second(world: World, company: Company) -> None:
    visit_id = world.plan(company.rep)
    task = world.task(company.rep, "check_in")
    world.do(lambda session: assignment.claim(session, company.rep, task.id, now=world.clock()))
    hand_over(world, company.manager, visit_id, company.colleague)
    world.complete(company.colleague, "check_in", {"method": "manual"})
    assert world.visit(visit_id).state == "checked_in"
