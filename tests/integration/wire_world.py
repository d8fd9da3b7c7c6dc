"""Processes that ask something of the outside and wait, and the short ways to look at them and act on them."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import pytest

from engine.audit import service as audit
from engine.clock import SimulatedClock
from engine.ids import new_id
from engine.outbox import queries as deliveries
from engine.process import deployment, instances, queries, service, topics
from engine.process.bundles import sources_from
from engine.process.conditions import standpoint
from engine.process.instances import Search
from engine.process.topics import DeliveryContext, Topic, TopicKind
from engine.wiring import Application
from tests.unit.bpmn.build import bpmn, node
from tests.workflows.world import World


@pytest.fixture
def world(application: Application, clock: SimulatedClock) -> World:
    return World(application, clock)


class Wire:
    """A delivery whose result a process waits for; it fails as told."""

    def __init__(self) -> None:
        self.failure: Exception | None = None
        self.keys: list[str] = []

    def __call__(self, context: DeliveryContext, _payload: Mapping[str, Any]) -> dict[str, Any]:
        self.keys.append(context.key)
        if self.failure is not None:
            raise self.failure
        return {"sent": True}


@pytest.fixture
def wire(world: World) -> Wire:
    found = Wire()
    topics.register(Topic("test.wire", TopicKind.DELIVERY, ("发", "Send"), handler=found, waits=True))
    body = node("serviceTask", "send", topic="test.wire") + node("userTask", "look")
    model = bpmn(body, "start send look end", key="wire_it")

    def store(session: Any) -> None:
        deployment.store(session, world.company.admin, sources_from({"wire_it.bpmn": model}), now=world.clock())

    world.do(store)
    return found


def start(world: World, **data: Any) -> UUID:
    key = f"wire:{new_id()}"

    def work(session: Any) -> UUID:
        return service.start_instance(
            session, world.company.admin, "wire_it", business_key=key, title="Wire", data=data, lanes={},
            now=world.clock(),
        )  # fmt: skip

    found: UUID = world.do(work)
    world.application.worker.run_until_idle()
    return found


def find(world: World, **values: Any) -> list[UUID]:
    view = standpoint(world.company.admin, world.clock())
    return [row.id for row in world.look(lambda session: instances.find(session, Search(**values), view))]


def instance(world: World, instance_id: UUID) -> Any:
    return world.look(lambda session: queries.instance(session, instance_id))


def act(world: World, function: Any, *values: Any, **named: Any) -> Any:
    return world.do(lambda session: function(session, world.company.admin, *values, now=world.clock(), **named))


def events(world: World, action: str) -> list[audit.AuditRow]:
    return list(world.look(lambda session: audit.events(session, action=action)))


def the_delivery(world: World, instance_id: UUID) -> deliveries.DeliveryRow:
    [found] = world.look(lambda session: deliveries.of_instance(session, instance_id))
    return found
