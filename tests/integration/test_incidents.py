"""What fails waits for a person, who sees it and has it tried again; work goes on around it."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from engine.bpmn.step import BpmnError
from engine.clock import SimulatedClock
from engine.connectors.crm import CrmRefusedError, VisitRecord
from engine.connectors.crm.memory import MemoryCrm
from engine.errors import ConflictError, NotFoundError, RetryableError
from engine.ids import new_id
from engine.outbox import service as outbox
from engine.outbox.service import MAX_ATTEMPTS
from engine.process import deployment, incidents, queries, service, topics, user_tasks
from engine.process.bundles import sources_from
from engine.process.tables import Incident
from engine.process.topics import StepContext, Topic, TopicKind
from engine.visits.tables import Visit
from engine.wiring import Application
from tests.unit.bpmn.build import bpmn, node
from tests.workflows.world import REPORT, World


@pytest.fixture
def world(application: Application, clock: SimulatedClock) -> World:
    return World(application, clock)


class Press:
    """An operation that fails as told, and writes before it does."""

    def __init__(self, world: World) -> None:
        self.world, self.failures, self.done = world, [RuntimeError("jammed")], 0

    def __call__(self, context: StepContext, _parameters: Mapping[str, Any]) -> Mapping[str, Any]:
        visit = context.session.scalars(select(Visit)).first()
        assert visit is not None
        visit.note = f"{visit.note}x"
        if self.failures:
            raise self.failures[0]
        self.done += 1
        return {"pressed": True}


def model(body: str) -> bytes:
    return bpmn(body, "start press look end", key="press_it")


def start(world: World) -> UUID:
    def work(session: Any) -> UUID:
        now = world.clock()
        body = node("serviceTask", "press", topic="test.press") + node("userTask", "look")
        sources = sources_from({"press.bpmn": model(body)})
        deployment.store(session, world.company.admin, sources, now=now)
        return service.start_instance(
            session, world.company.admin, "press_it", business_key=f"press:{new_id()}", title="t", data={}, lanes={},
            now=now,
        )  # fmt: skip

    return world.do(work)


@pytest.fixture
def press(world: World) -> Press:
    found = Press(world)
    topics.register(Topic("test.press", TopicKind.OPERATION, ("压", "Press"), operation=found))
    world.plan(world.company.rep)
    return found


def only_incident(world: World) -> Incident:
    [found] = world.look(queries.open_incidents)
    return found


def retry(world: World, incident: Incident) -> None:
    world.do(lambda session: incidents.retry(session, world.company.admin, incident.id, now=world.clock()))


def state(world: World, instance_id: UUID) -> str:
    return world.look(lambda session: queries.instance(session, instance_id)).state


def note(world: World) -> str:
    return world.look(lambda session: session.scalars(select(Visit)).one()).note


def test_an_operation_that_fails_parks_its_element_and_writes_nothing(world: World, press: Press) -> None:
    instance_id = start(world)
    assert state(world, instance_id) == "incident"
    incident = only_incident(world)
    assert (incident.instance_id, incident.element_id) == (instance_id, "press")
    assert note(world) == ""
    assert "Traceback" not in incident.message


def test_retrying_resolves_the_incident_and_runs_on(world: World, press: Press) -> None:
    instance_id = start(world)
    incident = only_incident(world)
    press.failures.clear()
    retry(world, incident)
    assert state(world, instance_id) == "running"
    assert world.incidents() == []
    assert press.done == 1
    assert note(world) == "x"
    tasks = world.look(lambda session: queries.tasks_of_instance(session, instance_id))
    assert [task.element_id for task in tasks] == ["look"]
    with pytest.raises(ConflictError):
        retry(world, incident)


def test_what_fails_again_is_an_incident_again(world: World, press: Press) -> None:
    instance_id = start(world)
    retry(world, only_incident(world))
    assert state(world, instance_id) == "incident"
    press.failures.clear()
    retry(world, only_incident(world))
    assert (state(world, instance_id), press.done) == ("running", 1)


FAILURES = {"expected": BpmnError("no_paper", "There is no paper."), "unexpected": ValueError("13800000000")}


@pytest.mark.parametrize("error", FAILURES.values(), ids=FAILURES)
def test_the_incident_says_what_an_operation_may_say(world: World, press: Press, error: Exception) -> None:
    press.failures = [error]
    start(world)
    message = only_incident(world).message
    assert ("There is no paper." in message) == isinstance(error, BpmnError)
    assert "13800000000" not in message


def test_an_unknown_incident_is_not_found(world: World) -> None:
    with pytest.raises(NotFoundError):
        world.do(lambda session: incidents.retry(session, world.company.admin, new_id(), now=world.clock()))


# A CRM that is away


class Outage:
    """The CRM of the application, away or refusing as told."""

    def __init__(self, real: MemoryCrm) -> None:
        self.real, self.failure, self.keys = real, None, []  # type: ignore[var-annotated]

    def write_visit(self, record: VisitRecord, *, key: str) -> str:
        self.keys.append(key)
        if self.failure is not None:
            raise self.failure
        return self.real.write_visit(record, key=key)


@pytest.fixture
def crm(world: World) -> Outage:
    real = world.application.crm
    assert isinstance(real, MemoryCrm)
    found = Outage(real)
    world.application.crm = found  # type: ignore[assignment]
    return found


def made(world: World) -> UUID:
    visit_id = world.plan(world.company.rep)
    rep = world.company.rep
    by_hand = {"method": "manual"}
    for element_id, values in (("check_in", by_hand), ("check_out", by_hand), ("report", REPORT)):
        task = world.task(rep, element_id)
        world.do(
            lambda session, task=task, values=values: _complete(session, world, task.id, values)  # type: ignore[misc]
        )
    return visit_id


def _complete(session: Any, world: World, task_id: UUID, values: Mapping[str, Any]) -> None:
    user_tasks.complete_user_task(session, world.company.rep, task_id, values, submission_id=None, now=world.clock())


def test_a_crm_that_is_away_blocks_no_visit(world: World, crm: Outage) -> None:
    crm.failure = RetryableError("away")
    visit_id = made(world)
    assert world.visit(visit_id).state == "completed"
    assert len(crm.keys) == 1
    assert world.incidents() == []


def test_after_the_last_attempt_an_incident_shows_and_retrying_writes_once(world: World, crm: Outage) -> None:
    crm.failure = RetryableError("away")
    visit_id = made(world)
    for _ in range(MAX_ATTEMPTS + 2):
        world.wait(timedelta(hours=2))
    assert len(crm.keys) == MAX_ATTEMPTS
    incident = only_incident(world)
    assert incident.message == "away"
    assert world.visit(visit_id).state == "completed"
    crm.failure = None
    retry(world, incident)
    assert world.incidents() == []
    assert len(set(crm.keys)) == 1
    assert [row["visit_id"] for row in crm.real.visits()] == [str(visit_id)]
    world.wait(timedelta(days=1))
    assert len(crm.keys) == MAX_ATTEMPTS + 1


def test_a_crm_that_comes_back_in_time_is_written_once(world: World, crm: Outage) -> None:
    crm.failure = OSError("gone")
    visit_id = made(world)
    crm.failure = None
    world.wait(timedelta(hours=2))
    assert world.incidents() == []
    assert [row["visit_id"] for row in crm.real.visits()] == [str(visit_id)]


def test_an_incident_closes_when_its_delivery_is_done_after_all(world: World, crm: Outage) -> None:
    crm.failure = CrmRefusedError("unknown customer")
    made(world)
    incident = only_incident(world)
    delivery_id = incident.delivery_id
    assert delivery_id is not None
    crm.failure = None
    world.do(lambda session: outbox.renew(session, delivery_id, now=world.clock()))
    world.wait(timedelta(minutes=1))
    assert world.incidents() == []
    assert world.look(lambda session: session.get_one(Incident, incident.id)).resolution == "delivered"


def test_a_refusal_is_an_incident_at_once(world: World, crm: Outage) -> None:
    crm.failure = CrmRefusedError("unknown customer")
    made(world)
    assert len(crm.keys) == 1
    incident = only_incident(world)
    assert (incident.code, incident.message) == ("crm_refused", "The CRM refuses it: unknown customer")
    assert incident.sentence == {
        "template": "The CRM refuses it: {reason}", "code": "crm_refused", "params": {"reason": "unknown customer"},
    }  # fmt: skip
