"""Retention runs on real databases: what of upkeep is deleted, what is on record, and that the chains hold."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import func, select, text

from engine import wiring
from engine.audit import sealing
from engine.audit import service as audit
from engine.clock import SimulatedClock
from engine.errors import ConflictError
from engine.evidence import verifying
from engine.ids import new_id
from engine.process.repair_edits import edit
from engine.process.tables import InstanceSnapshot
from engine.retention import classes, queries, service
from engine.upkeep import migrations, proposals
from engine.upkeep.tables import MigrationItem, MigrationRun, RepairProposal
from engine.wiring import Application
from tests.integration.repair_world import Clinic
from tests.integration.test_audit_chain import guards_back, guards_off
from tests.integration.test_migration_of_instances import next_model
from tests.workflows.world import World
from web import cli

YEAR = timedelta(days=365)


@pytest.fixture
def clinic(application: Application, clock: SimulatedClock) -> Clinic:
    made = Clinic(World(application, clock))
    application.worker.chores = ()
    return made


def repaired(clinic: Clinic) -> None:
    """Repair an instance at once, and leave a risky repair of another to be decided."""
    plain, risky = clinic.start(), clinic.start()
    for instance_id, act in (
        (plain, edit("cancel", token=clinic.token(plain, "late"))),
        (risky, edit("move", token=clinic.token(risky, "write"), to="look")),
    ):
        clinic.world.do(
            lambda session, key=instance_id, act=act: proposals.propose(
                session, clinic.first, key, [act], reason="It hung.", now=clinic.world.clock(),
                version=clinic.standing(key)[0],
            )
        )  # fmt: skip


def migrated(clinic: Clinic) -> None:
    clinic.start()
    to_id = clinic.deploy(next_model())
    run_id, now = new_id(), clinic.world.clock()
    clinic.world.do(
        lambda session: migrations.prepare(session, clinic.first, run_id, clinic.definition_id, to_id, {}, now=now)
    )
    clinic.world.do(lambda session: migrations.start(session, clinic.first, run_id, reason="New.", now=now))
    clinic.world.application.worker.run_until_idle()


def count(clinic: Clinic, table: Any) -> int:
    return clinic.world.look(lambda session: session.scalar(select(func.count()).select_from(table))) or 0


def due(clinic: Clinic) -> dict[str, int]:
    found = clinic.world.look(lambda session: classes.due(session, {}, now=clinic.world.clock()))
    return {name: number for name, number in found.items() if number}


def ask(clinic: Clinic) -> None:
    clinic.world.do(lambda session: service.ask(session, clinic.first, {}, now=clinic.world.clock()))


def test_repairs_and_migrations_go_after_a_year_and_what_waits_stays(clinic: Clinic) -> None:
    repaired(clinic)
    migrated(clinic)
    tables = (RepairProposal, MigrationRun, MigrationItem, InstanceSnapshot)
    assert [count(clinic, each) for each in tables] == [2, 1, 3, 4]
    clinic.world.clock.move_to(clinic.world.clock() + YEAR - timedelta(hours=1))
    assert due(clinic) == {}
    clinic.world.clock.move_to(clinic.world.clock() + timedelta(hours=2))
    assert due(clinic) == {"repair": 1, "migration": 1}
    ask(clinic)
    clinic.world.application.worker.run_until_idle()
    assert [count(clinic, each) for each in tables] == [1, 0, 0, 0]
    assert clinic.world.look(lambda session: session.scalar(select(RepairProposal.state))) == "proposed"
    assert due(clinic) == {}


def test_a_run_is_on_record_with_its_counts_and_in_the_audit(clinic: Clinic) -> None:
    repaired(clinic)
    clinic.world.clock.move_to(clinic.world.clock() + 2 * YEAR)
    run_id = clinic.world.do(lambda session: service.begin(session, clinic.first, {}, now=clinic.world.clock()))
    with pytest.raises(ConflictError, match="at work"):
        ask(clinic)
    assert clinic.world.look(lambda session: service.is_at_work(session, now=clinic.world.clock()))
    service.work(clinic.world.application.database, run_id, {}, clock=clinic.world.clock)
    assert not clinic.world.look(lambda session: service.is_at_work(session, now=clinic.world.clock()))
    (run,) = clinic.world.look(queries.runs)
    assert (run.asked_by_name, run.deleted) == (clinic.first.name, {"repair": 1, "snapshot": 1})
    assert run.finished_at is not None
    events = clinic.world.look(lambda session: audit.events(session, action="retention."))
    assert [(row.action, row.before, row.after) for row in events] == [
        ("retention.finished", None, {"repair": 1, "snapshot": 1}),
        ("retention.asked", {"repair": 1}, None),
    ]


def test_the_sweep_begins_a_run_only_where_something_is_over(clinic: Clinic) -> None:
    repaired(clinic)
    sweep = lambda: clinic.world.do(lambda session: service.sweep(session, {}, now=clinic.world.clock()))  # noqa: E731
    assert sweep() == 0
    clinic.world.clock.move_to(clinic.world.clock() + 2 * YEAR)
    assert (sweep(), sweep()) == (1, 0)
    clinic.world.application.worker.run_until_idle()
    assert [row.asked_by_name for row in clinic.world.look(queries.runs)] == [""]
    assert sweep() == 0


@pytest.fixture
def fieldflow(clinic: Clinic, monkeypatch: pytest.MonkeyPatch) -> Callable[..., tuple[int, str]]:
    """Return a function that runs the command line on this database."""
    monkeypatch.setattr(wiring, "application", lambda: clinic.world.application)

    def run(*arguments: str) -> tuple[int, str]:
        found = CliRunner().invoke(cli.main, arguments, catch_exceptions=False)
        return found.exit_code, found.output

    return run


def test_the_command_line_runs_it_too(clinic: Clinic, fieldflow: Callable[..., tuple[int, str]]) -> None:
    repaired(clinic)
    clinic.world.clock.move_to(clinic.world.clock() + 2 * YEAR)
    assert "repair: 1" in fieldflow("retention", "run", "--dry-run")[1]
    assert count(clinic, RepairProposal) == 2
    code, said = fieldflow("retention", "run")
    assert (code, "repair: 1" in said, "snapshot: 1" in said) == (0, True, True)
    assert count(clinic, RepairProposal) == 1
    assert [row.asked_by_name for row in clinic.world.look(queries.runs)] == ["fieldflow retention run"]


@pytest.mark.usefixtures(guards_back.__name__)
def test_verify_names_the_first_bad_link(clinic: Clinic, fieldflow: Callable[..., tuple[int, str]]) -> None:
    world = clinic.world
    for _ in range(3):
        world.position(world.company.rep, distance_m=10)
    visit_id = world.plan(world.company.rep)
    world.complete(world.company.rep, "check_in", world.position(world.company.rep, distance_m=10))
    repaired(clinic)
    world.do(lambda session: sealing.seal(session, world.clock()))
    code, said = fieldflow("verify")
    assert (code, "OK" in said, "check events: 1" in said) == (0, True, True), said
    assert world.visit(visit_id)

    change = "UPDATE evidence_position SET latitude = latitude + 0.01"
    world.do(lambda session: session.execute(text(change)))
    guards_off(world.application)
    world.do(lambda session: session.execute(text("UPDATE audit_event SET reason = 'x' WHERE number = 1")))
    code, said = fieldflow("verify")
    assert code == 1
    assert f"BROKEN: positions of {world.company.rep.name}: number 1 is missing or was changed." in said
    assert "BROKEN: audit: number 1 is missing or was changed." in said
    broken = world.look(verifying.verify_all).broken
    assert [(link.chain, link.number) for link in broken] == [(verifying.POSITIONS, 1)]
