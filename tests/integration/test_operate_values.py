"""Timers and variables of running instances are changed with their trace; steps are counted with their time."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from engine.calendar import operating
from engine.calendar import queries as calendar
from engine.errors import ConflictError, InvalidInputError, NotFoundError, RetryableError
from engine.operate import heat
from engine.process import facts, jobs, queries, variables
from engine.support import service as support
from tests.integration.wire_world import Wire, act, events, find, instance, start, wire, world
from tests.workflows.world import World

__all__ = ["wire", "world"]


# Timers and variables


def a_visit(world: World) -> UUID:
    visit_id = world.plan(world.company.rep, customer_id=world.company.customer_id)
    [row] = world.look(lambda session: queries.instances_of(session, f"visit:{visit_id}"))
    return UUID(str(row.id))


def timers(world: World, instance_id: UUID) -> tuple[jobs.Timer, ...]:
    return tuple(world.look(lambda session: jobs.timers_of(session, instance_id)))


def test_a_timer_is_moved_fired_and_dropped(world: World) -> None:
    instance_id = a_visit(world)
    first, *others = timers(world, instance_id)
    assert others
    later = world.clock() + timedelta(days=9)
    act(world, jobs.move_timer, instance_id, first.token, later, "holiday")
    moved = next(each for each in timers(world, instance_id) if each.token == first.token)
    assert moved.due_at == later
    assert instance(world, instance_id).next_due_at == timers(world, instance_id)[0].due_at
    act(world, jobs.move_timer, instance_id, first.token, world.clock(), "now")
    assert first.token not in {each.token for each in timers(world, instance_id)}
    beside = next((each for each in timers(world, instance_id) if each.beside), None)
    if beside is not None:
        act(world, jobs.drop_timer, instance_id, beside.token, "no need")
        assert beside.token not in {each.token for each in timers(world, instance_id)}
    with pytest.raises(ConflictError):
        act(world, jobs.move_timer, instance_id, first.token, world.clock(), "gone")
    assert {row.action for row in events(world, "timer.")} >= {"timer.moved"}


def test_a_variable_is_edited_with_its_trace(world: World, wire: Wire) -> None:
    instance_id = start(world, amount=3, note="alt", late=False)
    version = instance(world, instance_id).version
    values = {"reason": "typo", "version": version}
    act(world, variables.edit, instance_id, "amount", "number", "4.5", **values)
    found = {each.name: each.value for each in world.look(lambda session: variables.variables_of(session, instance_id))}
    assert found == {"amount": 4.5, "note": "alt", "late": False, "sent": True}
    [event] = events(world, "variable.edited")
    assert (event.before, event.after, event.reason) == ({"amount": 3}, {"amount": 4.5}, "typo")
    with pytest.raises(ConflictError):
        act(world, variables.edit, instance_id, "amount", "number", "5", **values)
    with pytest.raises(NotFoundError):
        act(world, variables.edit, instance_id, "nothing", "text", "5", **values)
    with pytest.raises(InvalidInputError) as caught:
        act(world, variables.edit, instance_id, "amount", "number", "many", reason=" ", version=version)
    assert caught.value.errors.keys() == {"value", "reason"}


@pytest.mark.parametrize(
    ("type_", "text", "value"),
    [
        ("text", " a ", " a "),
        ("number", "12", 12),
        ("number", "-1.5", -1.5),
        ("number", "nan", None),
        ("number", "1e400", None),
        ("boolean", "true", True),
        ("boolean", "yes", None),
        ("date", "2026-11-25", "2026-11-25"),
        ("date", "25.11.2026", None),
        ("datetime", "2026-11-25T09:00", "2026-11-25T09:00:00+08:00"),
        ("datetime", "2026-11-25T09:00Z", "2026-11-25T09:00:00+00:00"),
        ("datetime", "soon", None),
        ("json", '{"a": [1, null]}', {"a": [1, None]}),
        ("json", "{", None),
        ("secret", "x", None),
    ],
)
def test_a_text_means_a_value_of_its_type_or_none(type_: str, text: str, value: Any) -> None:
    if value is None:
        with pytest.raises(InvalidInputError) as caught:
            variables.parsed(type_, text, time_zone="Asia/Shanghai")
        assert caught.value.errors.keys() == {"value"}
    else:
        assert variables.parsed(type_, text, time_zone="Asia/Shanghai") == value


# Heat


def test_steps_are_counted_once_with_their_time(world: World, wire: Wire) -> None:
    wire.failure = RetryableError("away")
    ids = [start(world) for _ in range(2)]
    world.wait(timedelta(minutes=10))
    wire.failure = None
    world.wait(timedelta(hours=1))
    assert {instance(world, each).state for each in ids} == {"running"}
    world.wait(timedelta(minutes=10))
    count = 1
    while count:
        count = world.do(lambda session: heat.count(session, world.clock()))
    row = instance(world, ids[0])
    day = world.clock().date()
    found = world.look(lambda session: heat.heat(session, row.definition_id, first=day - timedelta(days=1), last=day))
    assert found["start"].runs == 2
    assert found["send"].runs == found["send"].timed == 2
    assert found["send"].mean_s == pytest.approx(70 * 60, abs=600)
    assert world.do(lambda session: heat.count(session, world.clock())) == 0
    outside = world.look(lambda session: heat.heat(session, row.definition_id, first=day + timedelta(days=2), last=day))
    assert outside == {}


def test_levels_are_shares_of_the_largest() -> None:
    assert heat.levels({"a": 100, "b": 40, "c": 1, "d": 0}) == {"a": 5, "b": 2, "c": 1, "d": 1}
    assert heat.levels({}) == {}
    assert heat.levels({"a": 0}) == {"a": 1}


# Deadlines


def a_deadline(world: World, name: str = "resolve") -> Any:
    rows = world.look(
        lambda session: calendar.next_due(session, [name], groups=None, is_paused=False, now=world.clock(), limit=1)
    )
    return rows[0] if rows else None


def a_request(world: World) -> str:
    def work(session: Any) -> UUID:
        return support.raise_request(
            session, world.company.rep, type_="technical", subject="x", customer_id=world.company.customer_id,
            now=world.clock(),
        ).id  # fmt: skip

    return support.business_key(world.do(work))


def test_a_deadline_is_moved_reached_and_stopped(world: World) -> None:
    key = a_request(world)
    before = a_deadline(world, "first_response")
    [due] = {task.due_at for task in world.look(lambda session: queries.tasks_of(session, key)) if task.due_at}
    assert due == before.due_at
    at = world.clock() + timedelta(hours=2)
    with pytest.raises(InvalidInputError):
        act(world, operating.move, before.id, world.clock() - timedelta(hours=1), "late")
    with pytest.raises(InvalidInputError):
        act(world, operating.move, before.id, at, " ")
    act(world, operating.move, before.id, at, "the customer waits")
    assert a_deadline(world, "first_response").due_at == at
    tasks = world.look(lambda session: queries.tasks_of(session, key))
    assert {task.due_at for task in tasks} == {at}, "the step that is due with it follows"
    resolve = a_deadline(world)
    act(world, operating.reach_next, resolve.id, "a test of the escalation")
    world.wait(timedelta(minutes=1))
    messages = [
        event.detail["message"]
        for event in world.look(lambda session: queries.history_of(session, key))
        if event.kind == "message"
    ]
    assert messages == ["resolve_75"]
    act(world, operating.stop, resolve.id, "no need")
    world.wait(timedelta(days=30))
    assert a_deadline(world) is None
    with pytest.raises(ConflictError):
        act(world, operating.stop, resolve.id, "again")
    found = {row.action: row for row in events(world, "deadline.")}
    assert found.keys() == {"deadline.moved", "deadline.reached", "deadline.stopped"}
    assert found["deadline.moved"].after == {"due_at": at.isoformat()}


def test_instances_of_an_earlier_release_are_found_after_a_sweep(world: World, wire: Wire) -> None:
    wire.failure = RetryableError("away")
    instance_id = start(world)
    world.do(lambda session: session.execute(text("DELETE FROM instance_text")))
    world.do(lambda session: session.execute(text("UPDATE process_instance SET standing = '{}', facts = '{}'")))
    assert find(world, words="wire") == []
    world.do(lambda session: facts.fill_missing(session, world.clock()))
    assert find(world, words="wire") == [instance_id]
    assert find(world, process_key="wire_it", element_id="send") == [instance_id]
