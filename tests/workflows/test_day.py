"""A rep's day through the services: it begins once, keeps the order that the rep confirms, and ends with a digest."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from engine.errors import ConflictError
from engine.planning import queries as planning
from engine.planning import service as days
from engine.process import queries as process
from engine.visits import queries as visits
from engine.visits import service as visit_service
from tests.factories import Company
from tests.workflows.world import World


def today(world: World):
    return world.clock().date()


def key_of(world: World, company: Company) -> str:
    return days.business_key(company.rep.user_id, today(world))


def order_of(world: World, company: Company) -> list[UUID]:
    rows = world.look(lambda session: visits.visits_of_day(session, company.rep.user_id, today(world)))
    found = world.look(lambda session: planning.day_of(session, company.rep.user_id, today(world)))
    return [row.id for row in planning.in_confirmed_order(found, rows)]


def wide(world: World, company: Company, hours: float) -> UUID:
    """Plan a visit of one hour; hours from now."""
    return world.plan(company.rep, start=world.clock() + timedelta(hours=hours))


def a_minute_passes(world: World) -> None:
    """Let the sweep look for days to begin."""
    world.wait(timedelta(minutes=1))


def test_a_day_begins_once_for_a_rep_with_visits(world: World, company: Company) -> None:
    world.plan(company.rep)
    a_minute_passes(world)
    a_minute_passes(world)
    world.do(lambda session: days.start_day(session, company.rep, now=world.clock()))
    assert len(world.look(lambda session: process.instances_of(session, key_of(world, company)))) == 1
    assert world.day_tasks(company.rep) == ["confirm_order"]
    assert world.day_tasks(company.colleague) == []


def test_no_day_begins_before_six_and_a_button_begins_it_earlier(world: World, company: Company) -> None:
    world.wait(timedelta(hours=20, minutes=59))  # 05:59 of the next day
    world.plan(company.rep)
    assert world.day_tasks(company.rep) == []
    assert world.do(lambda session: days.start_day(session, company.rep, now=world.clock()))
    assert world.day_tasks(company.rep) == ["confirm_order"]


def test_a_day_begins_by_itself_at_six(world: World, company: Company) -> None:
    world.plan(company.rep, start=world.clock() + timedelta(days=1))
    world.wait(timedelta(hours=20, minutes=59))
    assert world.day_tasks(company.rep) == []
    world.wait(timedelta(minutes=1))
    assert world.day_tasks(company.rep) == ["confirm_order"]


def test_a_day_that_fails_keeps_no_other_from_beginning(
    world: World, company: Company, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    world.plan(company.rep)
    world.plan(company.colleague)
    at_fault = {company.rep.user_id}

    def managers_of(session: Session, rep_id: UUID) -> list[str]:
        if rep_id in at_fault:
            # As a fault half way: a statement failed, which on PostgreSQL spoils the transaction.
            session.execute(text("SELECT name FROM no_such_table"))
        return found(session, rep_id)

    found = visit_service.managers_of
    monkeypatch.setattr(visit_service, "managers_of", managers_of)
    a_minute_passes(world)
    assert (world.day_tasks(company.rep), world.day_tasks(company.colleague)) == ([], ["confirm_order"])
    [said] = [each.getMessage() for each in caplog.records if each.name == "engine.planning.service"]
    assert str(company.rep.user_id) in said
    assert "no_such_table" not in said  # nor anything else that a database quotes
    at_fault.clear()
    a_minute_passes(world)
    assert world.day_tasks(company.rep) == ["confirm_order"]


def test_nothing_begins_after_ten_in_the_evening(world: World, company: Company) -> None:
    world.wait(timedelta(hours=13))  # 22:00
    world.plan(company.rep)
    assert world.day_tasks(company.rep) == []
    with pytest.raises(ConflictError):
        world.do(lambda session: days.start_day(session, company.rep, now=world.clock()))


def test_the_confirmed_order_holds_and_windows_stay(world: World, company: Company) -> None:
    first, second = wide(world, company, 1), wide(world, company, 1.5)
    a_minute_passes(world)
    before = [world.visit(key).planned_start for key in (first, second)]
    world.do(lambda session: days.confirm_order(session, company.rep, today(world), [second, first], now=world.clock()))
    third = wide(world, company, 1.2)
    assert order_of(world, company) == [third, second, first]
    assert [world.visit(key).planned_start for key in (first, second)] == before
    assert world.day_tasks(company.rep) == ["close_day"]


def test_the_order_can_be_changed_again_later(world: World, company: Company) -> None:
    first, second = wide(world, company, 1), wide(world, company, 3)
    a_minute_passes(world)
    for order in ([second, first], [first, second], [second, first]):
        world.do(
            lambda session, order=order: days.confirm_order(
                session, company.rep, today(world), order, now=world.clock()
            )
        )
    assert order_of(world, company) == [second, first]


def test_an_order_of_foreign_visits_changes_nothing(world: World, company: Company) -> None:
    mine = wide(world, company, 1)
    foreign = world.plan(company.colleague)
    a_minute_passes(world)
    world.do(lambda session: days.confirm_order(session, company.rep, today(world), [foreign, mine], now=world.clock()))
    assert order_of(world, company) == [mine]


def test_closing_tells_the_rep_and_the_manager_what_came_of_the_day(world: World, company: Company) -> None:
    made = world.plan(company.rep)
    world.make_visit(
        made, {"outcome": "met", "summary": "谈过", "promises": [{"kind": "technical", "subject": "剂量"}]}
    )
    wide(world, company, 4)
    a_minute_passes(world)
    world.do(lambda session: days.close_day(session, company.rep, today(world), note="顺利", now=world.clock()))
    expected = "Rep 2026-03-02: 1 visits made, 0 missed, 1 open; 1 promises; route about 0.0 km. 顺利"
    assert world.texts(company.rep, "en")[-1] == world.texts(company.manager, "en")[-1] == expected
    assert world.day_tasks(company.rep) == []
    assert world.instance_state(key_of(world, company)) == "completed"


def test_an_untouched_day_closes_by_itself_at_ten(world: World, company: Company) -> None:
    world.plan(company.rep)
    a_minute_passes(world)
    world.wait(timedelta(hours=13))
    assert world.instance_state(key_of(world, company)) == "completed"
    assert "0 visits made, 0 missed, 1 open" in world.texts(company.manager, "en")[-1]
    with pytest.raises(ConflictError):
        world.do(lambda session: days.close_day(session, company.rep, today(world), note="", now=world.clock()))
