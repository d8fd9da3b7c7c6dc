"""A4: five hundred running instances to the next version; three refused by name, due times kept, one taken back."""

from typing import Any

import pytest
from sqlalchemy import func, select, text

from engine.access import user_principal
from engine.bpmn import step as bpmn
from engine.clock import SimulatedClock
from engine.ids import new_id
from engine.process import bundles, service
from engine.process.tables import ProcessInstance
from engine.upkeep import migration_queries as shown
from engine.wiring import Application
from tests.integration.repair_world import FLOWS, Clinic, model
from tests.integration.test_migration_of_instances import (
    LATE,
    WRITE,
    complete,
    find,
    prepare,
    start,
    undo_one,
    version_of,
)
from tests.unit.bpmn.build import node
from tests.workflows.world import World

RUNNING = 500
BATCH = 100
# The next version has no approval any more: who stands there cannot come along.
NEXT = model(
    node("userTask", "write", **WRITE)
    + LATE
    + node("serviceTask", "press", topic="test.press")
    + node("userTask", "look"),
    FLOWS.replace(" approve_it", ""),
)


@pytest.fixture
def clinic(application: Application, clock: SimulatedClock) -> Clinic:
    return Clinic(World(application, clock))


def start_many(clinic: Clinic) -> None:
    lanes = {"": [user_principal(clinic.world.company.technician.user_id)]}

    def work(session: Any) -> None:
        for _ in range(BATCH):
            service.start_instance(
                session, clinic.first, "press_it", business_key=f"press:{new_id()}", title="印", title_en="Print",
                data={"subject": "A"}, now=clinic.world.clock(), lanes=lanes,
            )  # fmt: skip

    for _ in range(RUNNING // BATCH):
        clinic.world.do(work)


def due_times(clinic: Clinic) -> list[tuple[Any, ...]]:
    """Return every due time as the database holds it, and every timer as the stored states spell it."""

    def work(session: Any) -> list[tuple[Any, ...]]:
        columns = [
            "SELECT id, due_at, NULL FROM user_task ORDER BY id",
            "SELECT id, next_due_at, NULL FROM process_instance WHERE process_key = 'press_it' ORDER BY id",
        ]
        rows = [tuple(row) for query in columns for row in session.execute(text(query))]
        stored = select(ProcessInstance).where(ProcessInstance.process_key == "press_it").order_by(ProcessInstance.id)
        for instance in session.scalars(stored):
            bundle = bundles.by_digest(session, instance.definition_id, instance.digest)
            timers = bpmn.timers(bundle.model, instance.state_bytes)
            rows += [(instance.id, timer.element_id, timer.due_at) for timer in timers]
        return rows

    return clinic.world.look(work)


def test_a4_five_hundred_are_migrated_three_refused_and_one_taken_back(clinic: Clinic) -> None:
    start_many(clinic)
    some = select(ProcessInstance.id).where(ProcessInstance.process_key == "press_it").limit(3)
    stuck = set(clinic.world.look(lambda session: session.scalars(some).all()))
    for instance_id in stuck:
        complete(clinic, instance_id, "write")
    to_id = clinic.deploy(NEXT)
    before = due_times(clinic)
    assert len(before) > 3 * RUNNING - 10

    run = prepare(clinic, to_id)
    clinic.world.application.worker.run_until_idle()
    run = find(clinic, run)
    assert (run.phase, run.counts) == ("checked", {"fits": RUNNING - 3, "refused": 3})
    refused = clinic.world.look(lambda session: shown.items(session, run.id, outcomes=["refused"]))
    assert {item.instance_id for item in refused} == stuck
    assert {problem.code for item in refused for problem in item.reasons} == {"element_gone"}
    assert due_times(clinic) == before

    run = start(clinic, run)
    clinic.world.application.worker.run_until_idle()
    run = find(clinic, run)
    assert (run.phase, run.counts) == ("finished", {"ok": RUNNING - 3, "refused": 3})
    assert due_times(clinic) == before
    moved = clinic.world.look(lambda session: shown.items(session, run.id, outcomes=["ok"], limit=RUNNING))
    on_next = select(func.count()).where(ProcessInstance.definition_id == to_id)
    assert clinic.world.look(lambda session: session.scalar(on_next)) == len(moved) == RUNNING - 3

    back = moved[0]
    undo_one(clinic, run, back.position)
    assert version_of(clinic, back.instance_id) == 1
    assert find(clinic, run).counts == {"ok": RUNNING - 4, "refused": 3, "undone": 1}
    assert due_times(clinic) == before
    complete(clinic, back.instance_id, "write")
    assert clinic.inbox_of(back.instance_id) == ["approve_it"]
    other = moved[1].instance_id
    complete(clinic, other, "write")
    assert clinic.inbox_of(other) == ["look"]
