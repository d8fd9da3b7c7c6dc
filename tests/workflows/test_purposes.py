"""An administrator's purposes: which form a visit's report has, what is offered, and who manages after a move."""

from typing import Any

import pytest

from engine.access import Actor
from engine.errors import FieldflowError, ForbiddenError, InvalidInputError, NotFoundError
from engine.people import service as people
from engine.visits import handing_over, purposes
from engine.visits import queries as visits
from engine.visits.queries import PurposeRow
from tests.factories import Company
from tests.workflows.test_visit_exceptions import plan_shared
from tests.workflows.world import World

AUDIT = {"name": "门店检查", "name_en": "Store audit", "form_key": "visit_shelf_check", "is_active": True}


def create(world: World, actor: Actor, **values: Any) -> str:
    given = {**AUDIT, **values}
    return world.do(lambda session: purposes.create_purpose(session, actor, now=world.clock(), **given))


def change(world: World, actor: Actor, key: str, **values: Any) -> None:
    given = {**AUDIT, **values}
    world.do(lambda session: purposes.change_purpose(session, actor, key, now=world.clock(), **given))


def row(world: World, key: str) -> PurposeRow:
    return {each.key: each for each in world.look(visits.purposes)}[key]


def test_only_forms_that_no_task_has_for_itself_are_reports(world: World) -> None:
    found = world.look(purposes.report_forms)
    assert set(found) == {"visit_report", "visit_shelf_check", "visit_survey"}


def test_a_new_purpose_brings_its_form(world: World, company: Company) -> None:
    key = create(world, company.admin)
    assert key == "store_audit"
    found = row(world, key)
    assert (found.changed_by, found.changed_at) == (company.admin.user_id, world.clock())
    world.plan(company.rep, purpose=key)
    world.complete(company.rep, "check_in", {"method": "manual"})
    assert world.task(company.rep, "report").form_key == "visit_shelf_check"


def test_visits_that_are_planned_keep_their_form(world: World, company: Company) -> None:
    world.plan(company.rep, purpose="report")
    change(world, company.admin, "report", form_key="visit_survey")
    world.complete(company.rep, "check_in", {"method": "manual"})
    assert world.task(company.rep, "report").form_key == "visit_report"


def test_what_is_not_offered_cannot_be_planned_but_goes_on_when_it_moves(world: World, company: Company) -> None:
    visit_id = world.plan(company.rep, purpose="survey")
    change(world, company.admin, "survey", is_active=False)
    with pytest.raises(InvalidInputError) as refused:
        world.plan(company.rep, purpose="survey")
    assert set(refused.value.errors) == {"purpose_key"}
    world.wait(world.visit(visit_id).planned_start.replace(hour=21))
    world.complete(company.rep, "what_happened", {"happened": "rescheduled", "new_date": "2026-03-10"})
    assert world.follower_of(visit_id).purpose_key == "survey"


@pytest.mark.parametrize(
    ("values", "fields"),
    [
        ({"name": " "}, {"name"}),
        ({"name_en": "x" * 101}, {"name_en"}),
        ({"name": "学术拜访", "name_en": "Call"}, {"name", "name_en"}),
        ({"form_key": "visit_check_in"}, {"form_key"}),
        ({"form_key": "", "name": ""}, {"form_key", "name"}),
    ],
)
def test_mistakes_name_their_fields(world: World, company: Company, values: dict[str, str], fields: set[str]) -> None:
    with pytest.raises(InvalidInputError) as refused:
        create(world, company.admin, **values)
    assert set(refused.value.errors) == fields
    with pytest.raises(InvalidInputError) as refused:
        change(world, company.admin, "survey", **values)
    assert set(refused.value.errors) == fields


def test_the_last_purpose_stays(world: World, company: Company) -> None:
    for key in ("report", "survey"):
        change(world, company.admin, key, name=key, name_en=key, is_active=False)
    with pytest.raises(InvalidInputError) as refused:
        change(world, company.admin, "shelf_check", is_active=False)
    assert set(refused.value.errors) == {"is_active"}


@pytest.mark.parametrize("who", ["rep", "manager", "ops_head"])
def test_others_change_no_purposes(world: World, company: Company, who: str) -> None:
    error: type[FieldflowError] = ForbiddenError
    with pytest.raises(error):
        create(world, company.everyone[who])
    with pytest.raises(error):
        change(world, company.everyone[who], "survey")
    with pytest.raises(NotFoundError):
        change(world, company.admin, "unheard")


def test_a_rep_who_changes_teams_gets_the_other_manager(world: World, company: Company) -> None:
    visit_id = plan_shared(world)
    assert company.rep.user_id is not None
    rep_id = company.rep.user_id

    def move(session: Any, manager: Actor | None) -> None:
        team = people.add_team(session, "华东二组", manager_id=manager.user_id) if manager else None
        assert people.change_team(session, rep_id, team)
        assert not people.change_team(session, rep_id, team)
        handing_over.follow_team(session, company.admin, rep_id, now=world.clock())

    world.do(lambda session: move(session, company.director))
    assert (world.inbox(company.manager), world.inbox(company.director)) == ([], ["approve_visit"])
    world.do(lambda session: move(session, None))
    assert world.inbox(company.director) == []
    world.complete(
        Actor(company.director.user_id, "Any", company.director.roles, frozenset({"managers"})),
        "approve_visit",
        {"decision": "approved"},
    )
    assert world.visit(visit_id).state == "approved"
