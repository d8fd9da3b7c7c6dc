"""Deadlines of requests: what pauses them, what a failure costs, and that each mark is told once whoever sweeps."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from engine.access import SYSTEM
from engine.calendar import company as calendar
from engine.calendar import firing, queries
from engine.calendar.queries import DeadlineRow
from engine.calendar.rules import working_minutes_between
from engine.clock import SimulatedClock
from engine.errors import NotFoundError
from engine.outbox.tables import Delivery
from engine.process import queries as instances
from engine.process import service as process
from engine.process import topics, user_tasks
from engine.process.tables import HistoryEvent
from engine.process.topics import StepContext
from engine.runner import Worker
from engine.wiring import Application
from tests.bench import deadlines as many
from tests.factories import Company
from tests.workflows.test_support_request import triage
from tests.workflows.world import World

FRIDAY_16 = datetime(2026, 5, 8, 8, 0, tzinfo=UTC)
MONDAY_10 = datetime(2026, 5, 11, 2, 0, tzinfo=UTC)


def clock_of(world: World, request_id: UUID, name: str = "resolve") -> DeadlineRow:
    key = f"request:{request_id}"
    rows = world.look(lambda session: queries.deadlines_of(session, [key], now=world.clock()))[key]
    return next(row for row in rows if row.name == name)


def messages(world: World) -> list[str]:
    rows = world.look(lambda session: session.scalars(select(HistoryEvent).where(HistoryEvent.kind == "message")).all())
    return sorted(row.detail["message"] for row in rows)


def test_a_pause_over_a_weekend_with_a_swapped_saturday_moves_the_clock_by_the_working_hours_of_it(
    world: World, company: Company
) -> None:
    world.wait(FRIDAY_16 - timedelta(hours=2))
    request_id = world.ask("technical", priority="P2")
    before = clock_of(world, request_id).due_at
    world.wait(FRIDAY_16)
    triage(world, company.technician, queue="technical", priority="P2", incomplete=True, question="哪个剂型？")
    assert clock_of(world, request_id).is_paused
    assert clock_of(world, request_id, "first_response").stopped_at is not None
    world.wait(MONDAY_10)
    world.complete(company.rep, "answer_question", {"answer": "片剂"})
    after = clock_of(world, request_id).due_at
    # Friday from 16:00: 2 h. Saturday, 9 May, is worked in a holiday's stead: 8 h. Monday until 10:00: 1 h.
    assert before is not None
    assert after is not None
    assert working_minutes_between(world.look(calendar.company_calendar), before, after) == 11 * 60
    assert world.task(company.technician, "triage_request").due_at == after


def test_an_operation_that_fails_at_a_mark_costs_the_task_nothing(
    world: World, company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = topics.served("support.escalate")

    def fail(_context: StepContext, _parameters: Mapping[str, Any]) -> Mapping[str, Any]:
        raise RuntimeError("a fault that nobody thought of")

    monkeypatch.setitem(topics._topics, "support.escalate", replace(found, operation=fail))
    request_id = world.ask("technical", priority="P1")
    world.wait(timedelta(hours=5))
    assert world.incidents() != []
    assert world.inbox(company.technician) == ["triage_request"]
    task = world.task(company.technician, "triage_request")
    values = {"priority": "P1", "queue": "technical"}
    world.do(
        lambda session: user_tasks.complete_user_task(
            session, company.technician, task.id, values, submission_id=None, now=world.clock()
        )
    )
    assert world.request(request_id).state == "in_progress"


def test_a_message_that_cannot_be_given_now_is_kept_and_given_later(
    world: World, company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = world.ask("other", priority="P1")
    request_id = world.ask("technical", priority="P1")
    instance_id = world.look(lambda session: _instance_of(session, request_id))
    send = process.send_message

    def refuse(session: Any, actor: Any, receiver: UUID, name: str, payload: Any, **rest: Any) -> None:
        if receiver == instance_id:
            raise NotFoundError("gone for now")
        send(session, actor, receiver, name, payload, **rest)

    with monkeypatch.context() as patched:
        patched.setattr(process, "send_message", refuse)
        world.clock.move_to(world.clock() + timedelta(minutes=61))
        world.application.database.run(lambda session: firing.fire_due(session, world.clock()))
        kept = world.look(lambda session: [row.instance_id for row in session.scalars(select(Delivery))])
        assert instance_id in kept
        assert messages(world) == ["first_response_100"]  # the other request's: the batch has gone on
    world.application.worker.run_until_idle()
    assert messages(world) == ["first_response_100"] * 2
    assert {world.request(each).escalation for each in (other, request_id)} == {"first_response"}


def _instance_of(session: Any, request_id: UUID) -> UUID:
    return instances.instances_of(session, f"request:{request_id}")[0].id


def test_many_at_once_after_an_outage_are_told_once_each_by_several_sweepers(application: Application) -> None:
    count = 60
    due_at = many.fall_due(application.database, count, count)
    clock = SimulatedClock(due_at + many.OUTAGE)

    def sweep(_number: int) -> None:
        # A worker of its own, as after a restart: nothing is remembered between them but the database.
        worker = Worker(application.database, parts=(firing.fire_due,), clock=clock)
        while many.unfired(application.database, clock()):
            worker.sweep(do_deliveries=False)

    application.database.on_commit = lambda _notices: True
    with ThreadPoolExecutor(3) as pool:
        list(pool.map(sweep, range(3)))
    assert many.steps_of(application.database) == {"message": count, "timer": count}


def test_a_changed_calendar_takes_the_open_task_along(world: World, company: Company) -> None:
    world.ask("technical", priority="P4")
    assert world.task(company.technician, "triage_request").due_at == datetime(2026, 3, 3, 10, 0, tzinfo=UTC)
    world.do(
        lambda session: calendar.set_day(
            session, SYSTEM, date(2026, 3, 3), kind="holiday", name="停电", name_en="", now=world.clock()
        )
    )
    world.wait(timedelta(seconds=10))
    assert world.task(company.technician, "triage_request").due_at == datetime(2026, 3, 4, 10, 0, tzinfo=UTC)


def test_a_request_that_somebody_works_on_is_left_for_the_next_time(world: World, company: Company) -> None:
    busy, free = world.ask("technical", priority="P1"), world.ask("technical", priority="P1")
    world.clock.move_to(world.clock() + timedelta(minutes=61))
    keys = [f"request:{each}" for each in (busy, free)]
    instance_id = world.look(lambda session: _instance_of(session, busy))

    def sweep_meanwhile(_number: int) -> int:
        return world.application.database.run(lambda session: firing.fire_due(session, world.clock()))

    def locked() -> dict[str, bool]:
        with world.application.database.transaction() as session:
            return locked_in(session, keys)

    with ThreadPoolExecutor(1) as pool:
        with world.application.database.transaction() as session:
            process.lock_instance(session, instance_id)
            if world.application.database.is_sqlite:  # one writer at a time: nobody else looks meanwhile
                assert locked_in(session, keys) == dict.fromkeys(keys, False)
            else:
                assert pool.submit(locked).result() == {keys[0]: True, keys[1]: False}
                assert pool.submit(sweep_meanwhile, 0).result() == 1
        sweep_meanwhile(1)
    assert messages(world) == ["first_response_100"] * 2


def locked_in(session: Any, keys: list[str]) -> dict[str, bool]:
    found = process.lock_free_instances(session, keys)
    return {key: key in found.busy for key in keys}
