"""Running work that failed or waits, for the pages of those who keep it healthy."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from engine.ids import new_id
from engine.outbox import service as outbox
from engine.people import service as people
from engine.process import causes, jobs
from engine.process import queries as process
from engine.process.tables import ProcessInstance
from engine.support import service as support
from engine.visits import service as visits
from tests.web.world import World


def instance_of(world: World, key: str) -> UUID:
    """Return the newest instance about an object."""
    found: UUID = world.read(lambda session: process.instances_of(session, key)[0].id)
    return found


def request_instance(world: World, subject: str = "Display fault") -> UUID:
    """Return the instance of a new request."""
    return instance_of(world, support.business_key(world.request("rep1", subject)))


def visit_instance(world: World) -> UUID:
    """Return the instance of a planned visit, which waits with timers."""

    def work(session: Any) -> str:
        actor = people.actor_for(session, world.ids["rep1"])
        visit_id = visits.plan_visit(
            session,
            actor,
            customer_id=world.ids["customer"],
            purpose_key="call",
            planned_start=world.now + timedelta(hours=2),
            now=world.now,
        )
        return visits.business_key(visit_id)

    return instance_of(world, world.write(work))


def incident(world: World, instance_id: UUID, message: str = "The CRM is away.") -> tuple[UUID, str]:
    """Let a timer of an instance have failed; returns the incident and its cause."""

    def work(session: Any) -> tuple[UUID, str]:
        instance = session.get_one(ProcessInstance, instance_id)
        causes.add_incident(session, instance, element_id="", code="timer_failed", message=message, now=world.now)
        instance.state = "incident"
        session.flush()
        row = causes.of_instance(session, instance_id)[0]
        return row.id, str(row.cause)

    found: tuple[UUID, str] = world.write(work)
    return found


def delivery(world: World, *, dead: bool = False, instance_id: UUID | None = None, topic: str = "notify.mail") -> UUID:
    """Return a delivery that waits for an hour, or that was given up."""

    def work(session: Any) -> UUID:
        delivery_id = outbox.emit(
            session,
            topic,
            {},
            key=str(new_id()),
            now=world.now,
            delay=timedelta() if dead else timedelta(hours=1),
            instance_id=instance_id,
        )
        session.flush()
        if dead:
            claim = outbox.claim(session, delivery_id, now=world.now)
            assert claim is not None
            outbox.fail(session, claim, "away", now=world.now)
        return delivery_id

    found: UUID = world.write(work)
    return found


def timer_of(world: World, instance_id: UUID, *, beside: bool = True) -> jobs.Timer:
    """Return a waiting timer of an instance."""
    found: tuple[jobs.Timer, ...] = world.read(lambda session: jobs.timers_of(session, instance_id))
    return next(each for each in found if each.beside == beside)
