"""The bench process deployed, and people of its lane."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID

import pytest

from engine.access import SYSTEM, Actor, Role, user_principal
from engine.clock import SimulatedClock
from engine.ids import new_id
from engine.process import bundles, deployment, queries, service, user_tasks
from engine.store.database import Database
from engine.wiring import Application

MODELS = Path(__file__).resolve().parents[1] / "bench" / "models"


@dataclass
class Lane:
    """Five people who share the tasks of a process of three."""

    database: Database
    people: list[Actor]
    clock: SimulatedClock

    @property
    def now(self) -> datetime:
        """Return the clock's time."""
        return self.clock()

    @property
    def anna(self) -> Actor:
        """Return one of the five."""
        return self.people[0]

    @property
    def ben(self) -> Actor:
        """Return another one of the five."""
        return self.people[1]

    def start(self) -> UUID:
        """Start an instance and return its id."""
        principals = [user_principal(actor.user_id) for actor in self.people if actor.user_id]
        with self.database.transaction() as session:
            return service.start_instance(
                session, SYSTEM, "three_tasks", business_key=f"bench:{new_id()}", title="Bench", data={},
                lanes={"Team": principals}, now=self.now,
            )  # fmt: skip

    def tasks(self, actor: Actor) -> list[queries.TaskRow]:
        """Return a person's inbox."""
        with self.database.reading() as session:
            return list(queries.inbox(session, actor).tasks)

    def complete(
        self, actor: Actor, task_id: UUID, values: dict[str, object], submission_id: UUID | None = None
    ) -> user_tasks.Completion:
        """Complete a task as a view would."""
        return self.database.run(
            lambda session: user_tasks.complete_user_task(
                session, actor, task_id, values, submission_id=submission_id or new_id(), now=self.now
            )
        )


@pytest.fixture
def lane(application: Application, clock: SimulatedClock) -> Lane:
    """Return five people on an application with the bench process."""
    people = [Actor(new_id(), name, frozenset({Role.OPS})) for name in ("Anna", "Ben", "Chen", "Dora", "Emil")]
    files = bundles.read_sources([MODELS / "three_tasks.bpmn", MODELS / "bench_enter.json"])
    with application.database.transaction() as session:
        deployment.deploy(session, SYSTEM, files, now=clock())
    return Lane(application.database, people, clock)
