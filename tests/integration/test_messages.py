"""Messages between instances: kept until the receiver waits, taken once, dropped when there is nobody left."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy.exc import IntegrityError

from engine.clock import SimulatedClock
from engine.ids import new_id
from engine.outbox import queries as deliveries
from engine.outbox import service as outbox
from engine.outbox.tables import Delivery, DeliveryState
from engine.process import deployment, queries, service, user_tasks
from engine.process.bundles import sources_from
from engine.process.steps import MESSAGE_KEPT_FOR, MESSAGE_TOPIC
from engine.wiring import Application
from tests.unit.bpmn.build import bpmn, message, node
from tests.workflows.world import World

LATER = node("userTask", "first") + node("intermediateCatchEvent", "heard", message("news")) + node("userTask", "told")
THRICE = (
    node("intermediateCatchEvent", "one", message("news"))
    + node("intermediateCatchEvent", "two", message("news"))
    + node("userTask", "told")
)
TELLER = node("intermediateThrowEvent", "say", message("news"), to='"case:9"', payload="{ n: 1 }")
MODELS = {
    "later": (LATER, "start first heard told end"),
    "thrice": (THRICE, "start one two told end"),
    "teller": (TELLER, "start say end"),
}


@pytest.fixture
def world(application: Application, clock: SimulatedClock) -> World:
    found = World(application, clock)

    def deploy(session: Any) -> None:
        for key, (body, links) in MODELS.items():
            files = {f"{key}.bpmn": bpmn(body, links, key=key, messages="news")}
            deployment.deploy(session, found.company.admin, sources_from(files), now=clock())

    found.do(deploy)
    return found


def start(world: World, model: str, key: str) -> UUID:
    return world.do(
        lambda session: service.start_instance(
            session, world.company.rep, model, business_key=key, title="t", data={},
            lanes={"": [f"user:{world.company.rep.user_id}"]}, now=world.clock(),
        )
    )  # fmt: skip


def send(world: World, to: str, key: str | None = None) -> UUID:
    def work(session: Any) -> UUID:
        payload = {"name": "news", "to": to, "payload": {}, "from": "test"}
        now = world.clock()
        return outbox.emit(
            session, MESSAGE_TOPIC, payload, key=key or str(new_id()), now=now, expires_at=now + MESSAGE_KEPT_FOR
        )

    return world.do(work)


def row(world: World, delivery_id: UUID) -> Delivery:
    return world.look(lambda session: session.get_one(Delivery, delivery_id))


def open_tasks(world: World, instance_id: UUID) -> list[str]:
    tasks = world.look(lambda session: queries.tasks_of_instance(session, instance_id))
    return [task.element_id for task in tasks if task.state == "open"]


def finish(world: World, instance_id: UUID, element_id: str) -> None:
    tasks = world.look(lambda session: queries.tasks_of_instance(session, instance_id))
    task = next(task for task in tasks if task.element_id == element_id and task.state == "open")
    world.do(
        lambda session: user_tasks.complete_user_task(
            session, world.company.rep, task.id, {}, submission_id=None, now=world.clock()
        )
    )


def test_a_message_is_kept_until_the_receiver_waits(world: World) -> None:
    key = f"later:{new_id()}"
    instance_id = start(world, "later", key)
    delivery_id = send(world, key)
    assert row(world, delivery_id).state == DeliveryState.PENDING
    world.wait(timedelta(days=3))
    assert row(world, delivery_id).state == DeliveryState.PENDING
    finish(world, instance_id, "first")
    world.wait(timedelta(days=2))
    assert open_tasks(world, instance_id) == ["told"]
    assert row(world, delivery_id).state == DeliveryState.DONE


def test_waiting_for_a_receiver_is_no_failure(world: World) -> None:
    key = f"later:{new_id()}"
    start(world, "later", key)
    delivery_id = send(world, key)
    for _ in range(15):
        world.wait(timedelta(hours=12))
    assert row(world, delivery_id).attempts > outbox.MAX_ATTEMPTS
    assert row(world, delivery_id).state == DeliveryState.PENDING
    assert world.incidents() == []


def test_a_message_that_nobody_took_in_time_is_given_up(world: World) -> None:
    key = f"later:{new_id()}"
    instance_id = start(world, "later", key)
    delivery_id = send(world, key)
    for _ in range(20):
        world.wait(MESSAGE_KEPT_FOR / 10)
    assert row(world, delivery_id).state == DeliveryState.FAILED
    finish(world, instance_id, "first")
    world.wait(timedelta(days=1))
    assert open_tasks(world, instance_id) == []


def test_a_message_is_taken_once(world: World) -> None:
    key = f"thrice:{new_id()}"
    instance_id = start(world, "thrice", key)
    delivery_id = send(world, key)
    for _ in range(3):
        world.application.worker.deliver(delivery_id)
        world.wait(timedelta(hours=1))
    assert open_tasks(world, instance_id) == []  # it waits for a second message
    send(world, key)
    assert open_tasks(world, instance_id) == ["told"]


def test_the_same_message_cannot_be_sent_twice(world: World) -> None:
    key = f"thrice:{new_id()}"
    start(world, "thrice", key)
    send(world, key, key="the-one")
    with pytest.raises(IntegrityError):
        send(world, key, key="the-one")


def test_a_message_reaches_the_object_it_names_and_no_other(world: World) -> None:
    first, second = f"thrice:{new_id()}", f"thrice:{new_id()}"
    ids = [start(world, "thrice", first), start(world, "thrice", second)]
    send(world, first)
    send(world, first)
    assert [open_tasks(world, instance_id) for instance_id in ids] == [["told"], []]


def test_a_message_to_one_who_has_ended_is_dropped(world: World) -> None:
    key = f"later:{new_id()}"
    instance_id = start(world, "later", key)
    delivery_id = send(world, key)
    world.do(
        lambda session: service.cancel_instance(
            session, world.company.admin, instance_id, reason="x", now=world.clock()
        )
    )
    world.wait(timedelta(days=1))
    assert row(world, delivery_id).state == DeliveryState.DONE
    assert world.incidents() == []


def test_who_sent_to_an_instance_is_known_by_its_key(world: World) -> None:
    receiver = start(world, "later", "case:9")
    senders = [start(world, "teller", f"teller:{number}") for number in range(2)]
    start(world, "later", "case:10")
    assert set(world.look(lambda session: deliveries.senders_to(session, "case:9"))) == set(senders)
    assert world.look(lambda session: deliveries.senders_to(session, "case:10")) == ()
    assert world.look(lambda session: queries.instances_by_ids(session, [receiver]))[0].business_key == "case:9"
