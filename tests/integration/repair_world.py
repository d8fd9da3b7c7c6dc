"""A small process that goes wrong as told, and administrators who mend it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import select

from engine.access import Actor, Role, user_principal
from engine.audit import service as audit
from engine.bpmn.step import Standing
from engine.ids import new_id
from engine.people import service as people
from engine.process import deployment, queries, repair, service, topics
from engine.process.bundles import sources_from
from engine.process.repair_edits import RepairEdit
from engine.process.tables import InboxEntry, Incident, UserTask
from engine.process.topics import StepContext, Topic, TopicKind
from tests import factories
from tests.unit.bpmn.build import boundary, bpmn, end, node, timer
from tests.workflows.world import World

BODY = (
    node("userTask", "write", due='"2026-03-05T08:00:00Z"', name_en="Write it", field__subject="subject")
    + boundary("late", "write", timer('"2026-03-04T08:00:00Z"', "timeDate"), interrupting=False)
    + end("told")
    + node("serviceTask", "press", topic="test.press", name_en="Press it")
    + node("userTask", "approve_it")
    + node("userTask", "look")
)
FLOWS = "start write press approve_it look end\nlate told"


def model(body: str = BODY, flows: str = FLOWS, **settings: str) -> bytes:
    """Return the process."""
    return bpmn(body, flows, key="press_it", var__subject="text", **settings)


@dataclass
class Press:
    """An operation that fails as long as it is told to, and writes."""

    failure: Exception | None = None
    done: list[str] = field(default_factory=list)

    def __call__(self, context: StepContext, _parameters: Mapping[str, Any]) -> Mapping[str, Any]:
        if self.failure is not None:
            raise self.failure
        self.done.append(context.key)
        audit.record(context.session, context.actor, "press.pressed", subject=("press", context.key), now=context.now)
        return {"pressed": True}


class Clinic:
    """Instances, and what is done to them."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.press = Press()
        topics.register(Topic("test.press", TopicKind.OPERATION, ("压", "Press"), operation=self.press))
        self.first = world.company.admin
        self.second = world.do(self._hire)
        self.definition_id = self.deploy(model())

    def _hire(self, session: Any) -> Actor:
        user_id = factories.add_person(session, "second_admin", Role.ADMIN, now=self.world.clock())
        return people.actor_for(session, user_id)

    def deploy(self, content: bytes, **files: bytes) -> UUID:
        """Store a version and return its id."""
        sources = sources_from({"press_it.bpmn": content, **{f"{name}.json": text for name, text in files.items()}})
        return self.world.do(lambda session: deployment.store(session, self.first, sources, now=self.world.clock())[0])

    def start(self, **data: Any) -> UUID:
        """Start an instance whose tasks are the technician's."""
        return self.world.do(
            lambda session: service.start_instance(
                session, self.first, "press_it", business_key=f"press:{new_id()}", title="印", title_en="Print",
                data={"subject": "A", **data}, now=self.world.clock(),
                lanes={"": [user_principal(self.world.company.technician.user_id)]},
            )
        )  # fmt: skip

    def standing(self, instance_id: UUID) -> tuple[int, dict[str, Standing]]:
        """Return the version, and the tokens by element."""
        version, tokens = self.world.look(lambda session: repair.standing(session, instance_id))
        return version, {token.element_id: token for token in tokens}

    def token(self, instance_id: UUID, element_id: str) -> str:
        """Return the key of the token at an element."""
        return self.standing(instance_id)[1][element_id].token

    def plan(self, instance_id: UUID, *edits: RepairEdit) -> repair.Plan:
        """Try a repair."""
        return self.world.do(
            lambda session: repair.plan(session, self.first, instance_id, edits, now=self.world.clock())
        )

    def apply(self, instance_id: UUID, *edits: RepairEdit, **kwargs: Any) -> UUID:
        """Do a repair."""
        given = {"version": self.standing(instance_id)[0], "reason": "It hung.", "is_approved": True, **kwargs}
        return self.world.do(
            lambda session: repair.apply(session, self.first, instance_id, edits, now=self.world.clock(), **given)
        )

    def undo(self, snapshot_id: UUID) -> None:
        """Undo a repair."""
        self.world.do(
            lambda session: repair.undo(session, self.first, snapshot_id, reason="Not so.", now=self.world.clock())
        )

    def open_tasks(self, instance_id: UUID) -> list[UserTask]:
        """Return the rows of open tasks."""
        query = select(UserTask).where(UserTask.instance_id == instance_id, UserTask.state == "open")
        return list(self.world.look(lambda session: session.scalars(query.order_by(UserTask.id)).all()))

    def inbox_of(self, instance_id: UUID) -> list[str]:
        """Return the elements whose tasks stand in some inbox."""
        query = (
            select(UserTask.element_id)
            .join(InboxEntry, InboxEntry.task_id == UserTask.id)
            .where(UserTask.instance_id == instance_id)
        )
        return sorted(self.world.look(lambda session: session.scalars(query).all()))

    def incidents(self, instance_id: UUID) -> list[Incident]:
        """Return what is open."""
        return list(self.world.look(lambda session: queries.open_incidents(session, instance_id=instance_id)))

    def state(self, instance_id: UUID) -> str:
        """Return the state of an instance."""
        return self.world.look(lambda session: queries.instance(session, instance_id)).state
