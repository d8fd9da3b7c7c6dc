"""A thousand running instances moved to the next version, each in a transaction of its own, and taken back."""

import time
from pathlib import Path

from sqlalchemy import insert, select

from engine.access import Role
from engine.bpmn.model import Source
from engine.clock import utc_now
from engine.ids import new_id
from engine.people import service as people
from engine.process import definitions, deployment
from engine.process.tables import InboxEntry, InboxTask, ProcessInstance, UserTask
from engine.upkeep import migration_queries as shown
from engine.upkeep import migrations
from tests import factories
from tests.bench.report import Report
from tests.bench.world import World, build, sources

INSTANCES = 1_000
STARTED = 20


def bench_migrate(report: Report, kind: str, url: str, folder: Path, *, count: int = INSTANCES) -> None:
    """Measure trying, migrating and taking back; and that due times stay."""
    world = build(url, folder)
    database = world.database
    database.on_commit = lambda _notices: True  # the bench does the work itself
    _run_many(world, count)
    with database.transaction() as session:
        admin = people.actor_for(session, factories.add_person(session, "admin", Role.ADMIN, now=utc_now()))
        [old] = definitions.definitions(session, key="three_tasks")
        changed = [Source(each.name, each.content.replace(b'name="', b'name="v2 ', 1)) for each in sources(
            "three_tasks.bpmn", "bench_enter.json")]  # fmt: skip
        new_version, _number = deployment.store(session, admin, changed, now=utc_now())
    before = _due(world)
    begun = time.perf_counter()
    run_id = new_id()
    with database.transaction() as session:
        migrations.prepare(session, admin, run_id, old.id, new_version, {}, now=utc_now())
    migrations.work(database, run_id, clock=utc_now)
    report.add(f"{kind}: {count:,} instances tried on the next version", time.perf_counter() - begun, "s", 60)
    begun = time.perf_counter()
    with database.transaction() as session:
        migrations.start(session, admin, run_id, reason="bench", now=utc_now())
    migrations.work(database, run_id, clock=utc_now)
    report.add(f"{kind}: {count:,} instances migrated", time.perf_counter() - begun, "s", 60)
    with database.reading() as session:
        done = shown.find(session, run_id).counts.get("ok", 0)
    report.add(f"{kind}: of them not migrated, or due at another time", count - done + (_due(world) != before), "", 0)
    begun = time.perf_counter()
    with database.transaction() as session:
        migrations.undo_all(session, admin, run_id, reason="bench", now=utc_now())
    migrations.work(database, run_id, clock=utc_now)
    report.add(f"{kind}: {count:,} migrations taken back", time.perf_counter() - begun, "s", 60)
    database.dispose()


def _run_many(world: World, count: int) -> None:
    """Start some instances, and store copies of their rows for the rest."""
    started = [world.start() for _ in range(min(STARTED, count))]
    with world.database.transaction() as session:
        for number in range(count - len(started)):
            source = started[number % len(started)]
            instance = _row(session, ProcessInstance, id=source)
            task = _row(session, UserTask, instance_id=source)
            entries = session.execute(select(*InboxEntry.__table__.columns).filter_by(task_id=task["id"])).all()
            facts = _row(session, InboxTask, task_id=task["id"])
            instance_id, task_id = new_id(), new_id()
            session.execute(insert(ProcessInstance).values({**instance, "id": instance_id}))
            session.execute(insert(UserTask).values({**task, "id": task_id, "instance_id": instance_id}))
            session.execute(insert(InboxEntry), [{**dict(row._mapping), "task_id": task_id} for row in entries])
            session.execute(insert(InboxTask).values({**facts, "task_id": task_id}))


def _row(session, table, **where):  # type: ignore[no-untyped-def]  # any table's row as it is
    return dict(session.execute(select(*table.__table__.columns).filter_by(**where)).one()._mapping)


def _due(world: World) -> list[tuple[object, ...]]:
    tasks = select(UserTask.id, UserTask.due_at, UserTask.assignee_id).order_by(UserTask.id)
    timers = select(ProcessInstance.id, ProcessInstance.next_due_at).order_by(ProcessInstance.id)
    with world.database.reading() as session:
        return [tuple(row) for query in (tasks, timers) for row in session.execute(query)]
