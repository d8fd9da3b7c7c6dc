"""Instances are found; causes, jobs, timers and variables are acted on, each with its trace; steps are counted."""

from datetime import timedelta
from uuid import UUID

import pytest

from engine.bpmn.step import BpmnError
from engine.errors import ConflictError, InvalidInputError, NotFoundError, RetryableError
from engine.ids import new_id
from engine.operate import retries
from engine.outbox import queries as deliveries
from engine.outbox import service as outbox
from engine.process import causes, filters, instances, jobs, pictures, queries, service
from engine.process.conditions import standpoint
from engine.process.instances import Order, Search
from tests.integration.wire_world import Wire, act, events, find, instance, start, the_delivery, wire, world
from tests.workflows.world import World

__all__ = ["wire", "world"]


# Finding


def test_instances_are_found_by_text_field_place_and_time(world: World) -> None:
    rep, customer = world.company.rep, world.company.customer_id
    visit_id = world.plan(rep, customer_id=customer)
    world.wait(timedelta(minutes=5))
    [visit] = world.look(lambda session: queries.instances_of(session, f"visit:{visit_id}"))
    assert visit.id in find(world, words=str(visit_id)[-8:])
    assert visit.id in find(world, words=visit.title[:2], process_key="visit", states=("running",))
    assert visit.id not in find(world, words="zzzz")
    assert visit.id not in find(world, process_key="day")
    places = world.look(lambda session: pictures.places(session, "visit", None, "en"))
    standing = [element_id for element_id in visit.standing if element_id in places]
    assert standing
    assert all(find(world, process_key="visit", element_id=element_id) == [visit.id] for element_id in standing)
    assert find(world, process_key="visit", element_id="no_such") == []
    assert find(world, process_key="visit", element_id="check%") == []
    since = world.clock() + timedelta(days=1)
    assert find(world, started_from=since) == []
    assert visit.id in find(world, started_before=since)
    low, normal = (filters.parse(f"priority:in:{name}") for name in ("P4", "P3"))
    assert visit.id in find(world, fields=normal)
    assert visit.id not in find(world, fields=low)
    act(world, service.cancel_instance, visit.id, reason="a test")
    assert find(world, process_key="visit", element_id=standing[0]) == []
    assert find(world, states=("cancelled",)) == [visit.id]


@pytest.mark.parametrize("order", Order)
def test_pages_follow_each_other_without_gap_in_every_order(world: World, wire: Wire, order: Order) -> None:
    ids = set()
    for number in range(5):
        ids.add(start(world))
        if number % 2:  # two at the same time
            world.wait(timedelta(minutes=1))
    view, seen, after = standpoint(world.company.admin, world.clock()), [], None
    search = Search(process_key="wire_it", order=order)
    for _page in range(9):
        page = world.look(lambda session, after=after: instances.find(session, search, view, after=after, limit=2))  # type: ignore[misc]  # mypy cannot infer a lambda with a default
        if not page:
            break
        seen += page
        after = instances.key_of(page[-1], order)
    assert len(seen) == 5
    assert {row.id for row in seen} == ids
    keys = [instances.key_of(row, order) for row in seen]
    assert keys == sorted(keys, reverse=order in {Order.NEWEST, Order.MOVED})


def test_what_failed_is_found_also_after_its_end(world: World, wire: Wire) -> None:
    wire.failure = RuntimeError("away")
    stuck, free = start(world), None
    for _ in range(outbox.MAX_ATTEMPTS):
        world.wait(timedelta(hours=2))
    wire.failure = None
    free = start(world)
    assert find(world, has_incident=True) == [stuck]
    assert free not in find(world, has_incident=True)


# Causes


def test_messages_that_differ_in_ids_numbers_and_times_are_one_cause() -> None:
    one = "Visit 01a215f5-0d02-71dd-ba37-d7c30a32f031 of 2026-11-25 10:00:03 failed 17 times."
    other = "Visit 91a215f5-0d02-71dd-ba37-d7c30a32f0ff of 2026-12-01 09:30:44 failed 3 times."
    assert causes.normalised(one) == causes.normalised(other)
    assert causes.normalised("No such customer.") != causes.normalised("No such contact.")
    assert causes.cause_id("a", "b", "c", "x") != causes.cause_id("a", "bc", "", "x")


def stuck(world: World, wire: Wire, count: int) -> list[UUID]:
    wire.failure = BpmnError("refused", "The wire refused message 7.")
    return [start(world) for _ in range(count)]


def test_a_group_is_retried_with_one_outcome_for_each(world: World, wire: Wire) -> None:
    ids = stuck(world, wire, 3)
    [group] = world.look(causes.groups)
    assert (group.count, group.instances, group.element_id, group.message) == (
        3, 3, "send", "The wire refused message #.",
    )  # fmt: skip
    act(world, service.cancel_instance, ids[0], reason="not needed")
    wire.failure = None
    run_id = new_id()
    run = act(world, retries.start, run_id, retries.INCIDENTS, group.id)
    assert (run.total, run.ok, run.failed, run.skipped) == (3, 2, 0, 1)
    again = act(world, retries.start, run_id, retries.INCIDENTS, group.id)
    assert again == run
    assert len(events(world, "incident.retried_many")) == 1
    world.application.worker.run_until_idle()
    assert [instance(world, each).state for each in ids] == ["cancelled", "running", "running"]
    assert len(set(wire.keys)) == 3, "the receiver knows each by the key of its first attempt"
    with pytest.raises(InvalidInputError):
        act(world, retries.start, new_id(), retries.INCIDENTS, "0" * 32)


def test_a_note_and_a_person_stay_with_the_cause(world: World, wire: Wire) -> None:
    stuck(world, wire, 1)
    [group] = world.look(causes.groups)
    act(world, causes.annotate, group.id, "  Ticket 7 ")
    act(world, causes.assign, group.id, (world.company.admin.user_id, "Admin"))
    stuck(world, wire, 1)
    [now] = world.look(causes.groups)
    assert (now.id, now.count, now.note, now.assignee_name) == (group.id, 2, "Ticket 7", "Admin")
    assert [row.after for row in events(world, "incident.noted")] == [{"note": "Ticket 7"}]
    with pytest.raises(InvalidInputError):
        act(world, causes.annotate, group.id, "x" * 1001)
    with pytest.raises(NotFoundError):
        act(world, causes.annotate, "0" * 32, "x")


def test_deliveries_of_a_group_take_turns(world: World, wire: Wire) -> None:
    wire.failure = RetryableError("away")
    ids = [start(world) for _ in range(3)]
    for _ in range(outbox.MAX_ATTEMPTS + 1):
        world.wait(timedelta(hours=2))
    [group] = world.look(causes.groups)
    assert group.count == 3
    run = act(world, retries.start, new_id(), retries.INCIDENTS, group.id)
    assert run.ok == 3
    rows = [the_delivery(world, each) for each in ids]
    assert sorted(row.attempts for row in rows) == [0, 0, 1], "the first has had its turn, and failed again"
    times = sorted(row.next_at for row in rows if row.next_at and not row.attempts)
    assert times == [world.clock() + retries.APART, world.clock() + 2 * retries.APART]
    later = world.look(lambda session: retries.outcome(session, run))
    assert (later.waiting, later.done, later.failed) == (3, 0, 0)
    wire.failure = None
    world.wait(timedelta(minutes=1))
    assert world.look(lambda session: retries.outcome(session, run)).done == 3
    assert [instance(world, each).state for each in ids] == ["running"] * 3


# Jobs


def waiting(world: World, wire: Wire) -> tuple[UUID, deliveries.DeliveryRow]:
    wire.failure = RetryableError("away")
    instance_id = start(world)
    return instance_id, the_delivery(world, instance_id)


def test_a_job_that_is_dropped_leaves_an_incident_that_can_be_retried(world: World, wire: Wire) -> None:
    instance_id, row = waiting(world, wire)
    assert row.standing(world.clock()) == "retrying"
    with pytest.raises(InvalidInputError):
        act(world, jobs.drop, row.id, "  ")
    act(world, jobs.drop, row.id, "wrong receiver")
    assert the_delivery(world, instance_id).state == "dropped"
    [incident] = world.look(lambda session: causes.of_instance(session, instance_id))
    assert (incident.code, incident.resolved_at) == (jobs.DROPPED, None)
    assert "wrong receiver" in incident.message
    [event] = events(world, "delivery.dropped")
    assert (event.reason, event.subject_key) == ("wrong receiver", str(instance_id))
    with pytest.raises(ConflictError):
        act(world, jobs.drop, row.id, "again")
    wire.failure = None
    run = act(world, retries.start, new_id(), retries.INCIDENTS, None)
    assert run.ok == 1
    world.application.worker.run_until_idle()
    assert instance(world, instance_id).state == "running"


def test_a_dead_letter_that_is_dropped_is_one_incident_not_two(world: World, wire: Wire) -> None:
    instance_id, row = waiting(world, wire)
    for _ in range(outbox.MAX_ATTEMPTS + 1):
        world.wait(timedelta(hours=2))
    assert the_delivery(world, instance_id).standing(world.clock()) == "dead"
    act(world, jobs.drop, row.id, "given up")
    found = world.look(lambda session: causes.of_instance(session, instance_id))
    assert sorted((each.resolution or "", each.code) for each in found)[0][1] == jobs.DROPPED
    assert [each.resolution for each in found if each.resolved_at] == ["dropped"]


def test_a_job_is_done_now_or_later(world: World, wire: Wire) -> None:
    instance_id, row = waiting(world, wire)
    later = world.clock() + timedelta(days=1)
    for wrong in (world.clock() - timedelta(minutes=1), world.clock() + timedelta(days=9999)):
        with pytest.raises(InvalidInputError):
            act(world, jobs.reschedule, row.id, wrong, "x")
    act(world, jobs.reschedule, row.id, later, "the CRM is down until tomorrow")
    world.wait(timedelta(hours=3))
    assert len(wire.keys) == 1
    wire.failure = None
    act(world, jobs.run_now, row.id)
    world.application.worker.run_until_idle()
    assert the_delivery(world, instance_id).state == "done"
    with pytest.raises(ConflictError):
        act(world, jobs.run_now, row.id)
    assert [row.action for row in events(world, "delivery.")] == ["delivery.run_now", "delivery.rescheduled"]


def test_nobody_takes_a_job_from_its_worker(world: World, wire: Wire) -> None:
    _instance, row = waiting(world, wire)
    world.clock.move_to(world.clock() + timedelta(hours=1))
    world.do(lambda session: outbox.claim(session, row.id, now=world.clock()))
    leased = world.look(lambda session: deliveries.delivery(session, row.id))
    assert leased.standing(world.clock()) == "leased"
    for function, values in ((jobs.run_now, ()), (jobs.drop, ("x",))):
        with pytest.raises(ConflictError, match="worker"):
            act(world, function, row.id, *values)
    counts = world.look(lambda session: deliveries.counts(session, now=world.clock()))
    assert counts["leased", "test.wire"][0] == 1
    # A worker that has died gives it back.
    world.clock.move_to(world.clock() + timedelta(minutes=2))
    act(world, jobs.run_now, row.id)
