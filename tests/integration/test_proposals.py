"""Repairs through their process (P10): at once where plain, by a second administrator where risky."""

from uuid import UUID

import pytest
from sqlalchemy import select

from engine.access import Actor
from engine.audit import service as audit
from engine.clock import SimulatedClock
from engine.connectors.crm import CrmRefusedError
from engine.errors import ConflictError, InvalidInputError
from engine.people import service as people
from engine.process import assignment, queries, topics, user_tasks
from engine.process.assignment import Recipient
from engine.process.repair_edits import RepairEdit, edit
from engine.process.tables import ProcessInstance
from engine.process.topics import Topic, TopicKind
from engine.upkeep import proposals
from engine.upkeep.proposals import ProposalRow
from engine.wiring import Application
from tests.integration.repair_world import Clinic
from tests.unit.bpmn.build import node
from tests.workflows.world import World


@pytest.fixture
def clinic(application: Application, clock: SimulatedClock) -> Clinic:
    return Clinic(World(application, clock))


def propose(clinic: Clinic, instance_id: UUID, *edits: RepairEdit, version: int | None = None) -> ProposalRow:
    return clinic.world.do(
        lambda session: proposals.propose(
            session, clinic.first, instance_id, edits, reason="It hung.", now=clinic.world.clock(),
            version=clinic.standing(instance_id)[0] if version is None else version,
        )
    )  # fmt: skip


def found(clinic: Clinic, row: ProposalRow) -> ProposalRow:
    return clinic.world.look(lambda session: proposals.proposal(session, row.id))


def decide(clinic: Clinic, actor: Actor, decision: str, note: str = "") -> None:
    task = clinic.world.task(clinic.second, "approve_repair")
    values = {"decision": decision, "note": note}
    clinic.world.do(
        lambda session: user_tasks.complete_user_task(
            session, actor, task.id, values, submission_id=None, now=clinic.world.clock()
        )
    )


def actions(clinic: Clinic, instance_id: UUID) -> list[str]:
    events = clinic.world.look(lambda session: audit.events(session, subject=("instance", str(instance_id))))
    return [event.action for event in reversed(events)]


def skipped(clinic: Clinic) -> tuple[UUID, RepairEdit]:
    """Return an instance, and a risky edit of it."""
    instance_id = clinic.start()
    return instance_id, edit("move", token=clinic.token(instance_id, "write"), to="look")


def test_a_plain_repair_is_applied_at_once(clinic: Clinic) -> None:
    instance_id = clinic.start()
    row = propose(clinic, instance_id, edit("cancel", token=clinic.token(instance_id, "late")))
    assert (row.state, row.snapshot_id is not None) == ("applied", True)
    assert actions(clinic, instance_id) == ["instance.repaired"]
    assert clinic.world.notices(clinic.second) == []
    assert clinic.world.incidents() == []
    assert clinic.world.instance_state(proposals.business_key(row.id)) == "completed"


def test_a_risky_repair_waits_for_another_administrator(clinic: Clinic) -> None:
    instance_id, risky = skipped(clinic)
    row = propose(clinic, instance_id, risky)
    assert (row.state, row.plan["risks"][0]) == ("proposed", ["skips_effect", "press"])
    assert clinic.inbox_of(instance_id) == ["write"]
    assert clinic.world.inbox(clinic.first) == []
    assert clinic.world.notices(clinic.second) == ["repair_proposed"]
    decide(clinic, clinic.second, "agreed")
    after = found(clinic, row)
    assert (after.state, after.decided_by_name) == ("applied", clinic.second.name)
    assert clinic.inbox_of(instance_id) == ["look"]
    assert clinic.world.notices(clinic.first) == ["repair_applied"]
    assert actions(clinic, instance_id) == ["instance.repair_proposed", "instance.repaired"]
    assert after.snapshot_id is not None
    clinic.undo(after.snapshot_id)
    assert clinic.inbox_of(instance_id) == ["write"]


def test_who_declines_says_why(clinic: Clinic) -> None:
    instance_id, risky = skipped(clinic)
    row = propose(clinic, instance_id, risky)
    with pytest.raises(InvalidInputError):
        decide(clinic, clinic.second, "declined")
    decide(clinic, clinic.second, "declined", "先问供应商")
    after = found(clinic, row)
    assert (after.state, after.note) == ("declined", "先问供应商")
    assert clinic.inbox_of(instance_id) == ["write"]
    assert clinic.world.notices(clinic.first) == ["repair_declined"]
    assert actions(clinic, instance_id) == ["instance.repair_proposed", "instance.repair_declined"]


def test_what_has_changed_meanwhile_is_not_repaired(clinic: Clinic) -> None:
    instance_id, risky = skipped(clinic)
    row = propose(clinic, instance_id, risky)
    clinic.apply(instance_id, edit("set", values={"subject": "B"}))
    decide(clinic, clinic.second, "agreed")
    assert found(clinic, row).state == "outdated"
    assert clinic.inbox_of(instance_id) == ["write"]
    assert clinic.world.notices(clinic.first) == ["repair_outdated"]
    assert clinic.world.incidents() == []


def test_nobody_agrees_to_their_own_repair_not_even_for_somebody_on_leave(clinic: Clinic) -> None:
    from engine.access import Absent

    instance_id, risky = skipped(clinic)
    row = propose(clinic, instance_id, risky)
    second = clinic.second
    assert second.user_id is not None
    stand_in = Actor(
        clinic.first.user_id, clinic.first.name, clinic.first.roles,
        stands_in_for=(Absent(second.user_id, second.name),),
    )  # fmt: skip
    with pytest.raises(InvalidInputError) as caught:
        decide(clinic, stand_in, "agreed")
    assert caught.value.errors["decision"][0].code == "own_repair"
    assert found(clinic, row).state == "proposed"


def test_who_is_no_administrator_does_not_agree_even_if_the_task_was_given_to_them(clinic: Clinic) -> None:
    instance_id, risky = skipped(clinic)
    row = propose(clinic, instance_id, risky)
    technician, task = clinic.world.company.technician, clinic.world.task(clinic.second, "approve_repair")
    assert technician.user_id is not None
    to = Recipient(technician.user_id, technician.name)
    clinic.world.do(lambda session: assignment.assign(session, clinic.second, task.id, to, now=clinic.world.clock()))
    values = {"decision": "agreed", "note": ""}
    with pytest.raises(InvalidInputError) as caught:
        clinic.world.do(
            lambda session: user_tasks.complete_user_task(
                session, technician, task.id, values, submission_id=None, now=clinic.world.clock()
            )
        )
    assert caught.value.errors["decision"][0].code == "admins_only"
    assert found(clinic, row).state == "proposed"


def test_a_risky_repair_needs_somebody_else_to_be_there(clinic: Clinic) -> None:
    second = clinic.second.user_id
    assert second is not None
    instance_id, risky = skipped(clinic)
    with pytest.raises(ConflictError) as caught:
        propose(clinic, instance_id, risky, version=99)
    assert caught.value.code == "repair_outdated"
    clinic.world.do(lambda session: people.change_user(session, second, is_active=False))
    with pytest.raises(ConflictError) as caught:
        propose(clinic, instance_id, risky)
    assert caught.value.code == "no_second"


class Away:
    """A connector that refuses."""

    def __init__(self) -> None:
        self.refuses, self.sent = True, 0

    def __call__(self, _context: object, _payload: object) -> None:
        if self.refuses:
            raise CrmRefusedError("No such customer.")
        self.sent += 1


@pytest.fixture
def stuck(clinic: Clinic) -> tuple[Clinic, UUID, UUID, Away]:
    """Return an instance whose delivery was given up, and its incident."""
    away = Away()
    topics.register(Topic("test.ship", TopicKind.DELIVERY, ("寄", "Ship"), handler=away))
    from tests.integration.repair_world import model

    clinic.deploy(model(node("serviceTask", "ship", topic="test.ship") + node("userTask", "look"),
                        "start ship look end"))  # fmt: skip
    instance_id = clinic.start()
    [incident] = clinic.incidents(instance_id)
    return clinic, instance_id, incident.id, away


def test_a_delivery_is_given_up_with_a_second_administrator(stuck: tuple[Clinic, UUID, UUID, Away]) -> None:
    clinic, instance_id, incident_id, away = stuck
    assert clinic.state(instance_id) == "incident"
    row = propose(clinic, instance_id, RepairEdit("give_up", incident=incident_id))
    assert (row.state, row.plan["risks"]) == ("proposed", [["gives_up", "ship"]])
    decide(clinic, clinic.second, "agreed")
    assert (clinic.incidents(instance_id), clinic.state(instance_id), away.sent) == ([], "running", 0)
    after = found(clinic, row)
    assert after.snapshot_id is not None
    clinic.undo(after.snapshot_id)
    assert (len(clinic.incidents(instance_id)), clinic.state(instance_id)) == (1, "incident")


def test_a_delivery_is_sent_again_with_mended_variables(stuck: tuple[Clinic, UUID, UUID, Away]) -> None:
    clinic, instance_id, incident_id, away = stuck
    away.refuses = False
    row = propose(clinic, instance_id, RepairEdit("redeliver", incident=incident_id))
    assert (row.state, away.sent) == ("applied", 1)
    assert (clinic.incidents(instance_id), clinic.state(instance_id)) == ([], "running")
    instance = clinic.world.look(lambda session: session.scalar(
        select(ProcessInstance).where(ProcessInstance.business_key == proposals.business_key(row.id))))  # fmt: skip
    kinds = [event.kind for event in clinic.world.look(lambda session: queries.history(session, instance.id))]
    assert kinds == ["started", "completed"]
