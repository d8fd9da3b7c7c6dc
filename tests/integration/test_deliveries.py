"""Deliveries: exactly once as far as the receiver honours the key, tried again, given up to a person, retried."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy.exc import IntegrityError

from engine.clock import SimulatedClock
from engine.connectors.crm import CrmRefusedError
from engine.errors import RetryableError
from engine.ids import new_id
from engine.outbox import service as outbox
from engine.outbox.tables import Delivery, DeliveryState
from engine.process import topics
from engine.process.topics import DeliveryContext, Topic, TopicKind
from engine.wiring import Application

TOPIC = "bench.deliver"


class Receiver:
    """Takes deliveries, and fails as told."""

    def __init__(self) -> None:
        self.keys: list[str] = []
        self.failures: list[Exception] = []

    def __call__(self, context: DeliveryContext, payload: Mapping[str, Any]) -> None:
        self.keys.append(context.key)
        if self.failures:
            raise self.failures.pop(0)


@pytest.fixture
def receiver(application: Application) -> Receiver:
    found = Receiver()
    topics.register(Topic(TOPIC, TopicKind.DELIVERY, ("测试", "Test"), handler=found))
    return found


def emit(application: Application, key: str = "k1") -> UUID:
    with application.database.transaction() as session:
        return outbox.emit(session, TOPIC, {"n": 1}, key=key, now=application.clock())


def state_of(application: Application, delivery_id: UUID) -> tuple[str, int]:
    with application.database.reading() as session:
        row = session.get_one(Delivery, delivery_id)
        return row.state, row.attempts


def test_a_delivery_is_done_once(application: Application, receiver: Receiver) -> None:
    delivery_id = emit(application)
    assert application.worker.deliver(delivery_id)
    assert not application.worker.deliver(delivery_id)
    assert receiver.keys == ["k1"]
    assert state_of(application, delivery_id) == (DeliveryState.DONE, 1)


def test_a_rolled_back_transaction_delivers_nothing(application: Application, receiver: Receiver) -> None:
    with pytest.raises(ZeroDivisionError), application.database.transaction() as session:
        outbox.emit(session, TOPIC, {}, key="k2", now=application.clock())
        raise ZeroDivisionError
    assert application.worker.sweep(do_deliveries=True) == 0
    assert receiver.keys == []


def test_trouble_that_passes_is_tried_again_with_the_same_key(
    application: Application, receiver: Receiver, clock: SimulatedClock
) -> None:
    receiver.failures = [RetryableError("later"), OSError("gone")]
    delivery_id = emit(application)
    for _ in range(3):
        application.worker.sweep(do_deliveries=True)
        clock.move_to(clock() + timedelta(hours=1))
    assert receiver.keys == ["k1"] * 3
    assert state_of(application, delivery_id) == (DeliveryState.DONE, 3)


def test_nothing_is_tried_again_before_its_time(
    application: Application, receiver: Receiver, clock: SimulatedClock
) -> None:
    receiver.failures = [RetryableError("later")]
    emit(application)
    application.worker.sweep(do_deliveries=True)
    application.worker.sweep(do_deliveries=True)
    assert len(receiver.keys) == 1


def test_a_refusal_is_given_up_at_once(application: Application, receiver: Receiver) -> None:
    receiver.failures = [CrmRefusedError("unknown customer")]
    delivery_id = emit(application)
    application.worker.deliver(delivery_id)
    assert state_of(application, delivery_id) == (DeliveryState.FAILED, 1)


def test_after_the_last_attempt_it_is_given_up(
    application: Application, receiver: Receiver, clock: SimulatedClock
) -> None:
    receiver.failures = [OSError("gone")] * 20
    delivery_id = emit(application)
    for _ in range(20):
        application.worker.sweep(do_deliveries=True)
        clock.move_to(clock() + timedelta(hours=2))
    assert state_of(application, delivery_id) == (DeliveryState.FAILED, outbox.MAX_ATTEMPTS)


def test_a_worker_that_died_is_followed_by_another(
    application: Application, receiver: Receiver, clock: SimulatedClock
) -> None:
    delivery_id = emit(application)
    application.database.run(lambda session: outbox.claim(session, delivery_id, now=clock()))
    application.worker.sweep(do_deliveries=True)
    assert receiver.keys == []
    clock.move_to(clock() + timedelta(seconds=outbox.LEASE_S + 1))
    application.worker.sweep(do_deliveries=True)
    assert receiver.keys == ["k1"]


def test_a_worker_that_lost_its_lease_settles_nothing(application: Application, clock: SimulatedClock) -> None:
    delivery_id = emit(application)
    slow = application.database.run(lambda session: outbox.claim(session, delivery_id, now=clock()))
    clock.move_to(clock() + timedelta(seconds=outbox.LEASE_S + 1))
    application.database.run(lambda session: outbox.claim(session, delivery_id, now=clock()))
    assert slow is not None
    assert not application.database.run(lambda session: outbox.settle(session, slow, now=clock()))
    assert state_of(application, delivery_id)[0] == DeliveryState.PENDING


def test_of_many_workers_one_has_the_delivery(application: Application, receiver: Receiver) -> None:
    delivery_id = emit(application)
    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(lambda _number: application.worker.deliver(delivery_id), range(16)))
    assert sum(results) == 1
    assert receiver.keys == ["k1"]


def test_keys_are_unique(application: Application, receiver: Receiver) -> None:
    emit(application, "same")
    with pytest.raises(IntegrityError):
        emit(application, "same")


def test_a_message_nobody_waits_for_any_more_is_done(application: Application) -> None:
    with application.database.transaction() as session:
        payload = {"name": "visit_cancelled", "to": f"visit:{new_id()}", "payload": {}}
        delivery_id = outbox.emit(session, "message.deliver", payload, key="m1", now=application.clock())
    assert application.worker.deliver(delivery_id)
