"""Migrate many instances: tried first, then each in a transaction of its own, and taken back one by one or all.

A run is frozen when it is made: which instances, from which version to which, by which mapping. Whoever is killed goes
on where it stopped: an instance has had its turn, or has not. total = the sum of all outcomes, at any time.
"""

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from engine.access import Actor
from engine.audit import service as audit
from engine.bpmn.step import MigrationError
from engine.clock import Clock
from engine.errors import ConflictError, FieldflowError, FieldProblem, InvalidInputError, NotFoundError
from engine.outbox import service as outbox
from engine.people import service as people_service
from engine.process import definitions, migration, repair
from engine.process import selection as instances
from engine.process.sentences import to_json
from engine.store.database import Database
from engine.upkeep.migration_queries import (
    CHECKING,
    FAILED,
    FINISHED,
    FITS,
    OK,
    READY,
    REFUSED,
    RUNNING,
    SKIPPED,
    STAYS,
    TO_UNDO,
    UNDOING,
    UNDONE,
    WAITING,
    RunRow,
    row_of,
)  # fmt: skip
from engine.upkeep.tables import MigrationItem, MigrationRun

log = logging.getLogger(__name__)

TOPIC = "upkeep.migrate"
CHECKED_AT_ONCE = 100
CHECK_BATCH = 100
MAX_INSTANCES = 20_000

NOTHING_TO_DO = frozenset({"instance_ended", "version_already"})
BROKEN = FieldProblem("This went wrong on our side; nothing of it was changed.", code="unexpected")


def prepare(
    session: Session,
    actor: Actor,
    run_id: UUID,
    from_id: UUID,
    to_id: UUID,
    mapping: Mapping[str, str],
    *,
    instance_ids: Sequence[UUID] | None = None,
    now: datetime,
) -> RunRow:
    """Freeze a migration and try it on each instance; nothing is changed yet.

    Args:
        run_id: minted by the client; asking again with it gives the same run.
        mapping: ids of elements of the old version to those of the new one.
        instance_ids: these only; all that live on the version by default.

    Raises:
        NotFoundError: no such version.
        InvalidInputError: the versions are not of one process, the mapping names what is not there, or there is
            nothing to migrate.
    """
    known = session.get(MigrationRun, run_id)
    if known is not None:
        return row_of(session, known)
    source = definitions.definition(session, from_id)
    clean = _checked_mapping(session, from_id, to_id, mapping)
    chosen = instances.live_on(session, from_id, only=instance_ids, limit=MAX_INSTANCES + 1)
    if not chosen or len(chosen) > MAX_INSTANCES:
        problem = FieldProblem("Choose 1 to {max} running instances.", code="instances_number", max=MAX_INSTANCES)
        raise InvalidInputError(errors={"instance_id": [problem]})
    assert actor.user_id is not None, "people migrate"
    run = MigrationRun(
        id=run_id, process_key=source.key, from_id=from_id, to_id=to_id, mapping=clean, phase=CHECKING,
        total=len(chosen), actor_id=actor.user_id, actor_name=actor.name, created_at=now,
    )  # fmt: skip
    session.add(run)
    session.flush()  # the items refer to it
    rows = [
        {"run_id": run_id, "position": position, "instance_id": instance_id, "outcome": WAITING, "reasons": []}
        for position, instance_id in enumerate(chosen)
    ]
    session.execute(insert(MigrationItem), rows)
    _record(session, actor, run, "migration.prepared", reason="", now=now)
    if len(chosen) <= CHECKED_AT_ONCE:
        check_batch(session, run_id, now=now)
    else:
        _ring(session, run, "check", now=now)
    return row_of(session, run)


def _checked_mapping(session: Session, from_id: UUID, to_id: UUID, mapping: Mapping[str, str]) -> dict[str, str]:
    rows = {row.element.id: row for row in migration.elements(session, from_id, to_id)}
    clean: dict[str, str] = {}
    for source, target in mapping.items():
        row = rows.get(source)
        if row is None or target not in {choice.id for choice in row.choices}:
            problem = FieldProblem("This element cannot become that one.", code="mapping_invalid")
            raise InvalidInputError(errors={f"map.{source}": [problem]})
        if source != target:
            clean[source] = target
    return clean


def start(session: Session, actor: Actor, run_id: UUID, *, reason: str, now: datetime) -> RunRow:
    """Begin to migrate the instances that fit.

    Raises:
        NotFoundError: no such run.
        ConflictError: it is not checked yet, or was started already.
        InvalidInputError: there is no reason.
    """
    reason = repair.checked_reason(reason)
    run = _lock(session, run_id)
    if run.phase != READY:
        raise ConflictError("This migration is not ready to start.", code="migration_phase")
    run.phase, run.reason, run.started_at, run.actor_id, run.actor_name = (
        RUNNING, reason, now, actor.user_id or run.actor_id, actor.name,
    )  # fmt: skip
    _record(session, actor, run, "migration.started", reason=reason, now=now)
    _ring(session, run, "run", now=now)
    return row_of(session, run)


def undo_all(session: Session, actor: Actor, run_id: UUID, *, reason: str, now: datetime) -> RunRow:
    """Begin to take every instance of a run back that has not gone on since.

    Raises:
        NotFoundError: no such run.
        ConflictError: it is still at work, or there is nothing to take back.
        InvalidInputError: there is no reason.
    """
    reason = repair.checked_reason(reason)
    run = _lock(session, run_id)
    done = session.scalars(_items(run_id, OK)).all()
    if run.phase != FINISHED or not done:
        raise ConflictError("There is nothing to take back here.", code="migration_phase")
    for item in done:
        item.outcome = TO_UNDO
    run.phase, run.reason, run.actor_id, run.actor_name = UNDOING, reason, actor.user_id or run.actor_id, actor.name
    _record(session, actor, run, "migration.undone", reason=reason, now=now)
    session.flush()  # the counts are taken in the database
    _ring(session, run, "undo", now=now)
    return row_of(session, run)


def undo_one(session: Session, actor: Actor, run_id: UUID, position: int, *, reason: str, now: datetime) -> None:
    """Take one instance back to its old version.

    Raises:
        NotFoundError: no such item.
        ConflictError: it was not migrated, was undone already, or has gone on since.
        InvalidInputError: there is no reason.
    """
    reason = repair.checked_reason(reason)
    _lock(session, run_id)
    item = session.get(MigrationItem, (run_id, position))
    if item is None:
        raise NotFoundError("There is no such migration.", code="migration_unknown")
    if item.snapshot_id is None or item.outcome not in {OK, STAYS}:
        raise ConflictError("This instance was not migrated here.", code="not_migrated")
    repair.undo(session, actor, item.snapshot_id, reason=reason, now=now)
    item.outcome, item.reasons = UNDONE, []


def work(database: Database, run_id: UUID, *, clock: Clock) -> None:
    """Do the rest of what a run does now: tries by the batch, changes each in a transaction of its own."""
    while database.run(lambda session: check_batch(session, run_id, now=clock())):
        pass
    while database.run(lambda session: do_one(session, run_id, now=clock())):
        pass


def check_batch(session: Session, run_id: UUID, *, now: datetime) -> bool:
    """Try the next instances of a run; True while some are left."""
    run = _lock(session, run_id)
    if run.phase != CHECKING:
        return False
    actor = people_service.actor_for(session, run.actor_id, now=now)
    items = session.scalars(_items(run_id, WAITING).limit(CHECK_BATCH)).all()
    for item in items:
        problems = migration.check(session, actor, item.instance_id, run.to_id, run.mapping, now=now)
        item.outcome = FITS if not problems else SKIPPED if problems[0].code in NOTHING_TO_DO else REFUSED
        item.reasons = [to_json(problem) for problem in problems]
    if len(items) < CHECK_BATCH:
        run.phase = READY
    return len(items) == CHECK_BATCH


def do_one(session: Session, run_id: UUID, *, now: datetime) -> bool:
    """Migrate, or take back, the next instance of a run; False once none is left."""
    run = _lock(session, run_id)
    if run.phase not in {RUNNING, UNDOING}:
        return False
    item = session.scalars(_items(run_id, FITS if run.phase == RUNNING else TO_UNDO).limit(1)).first()
    if item is None:
        run.phase, run.finished_at = FINISHED, now
        return False
    actor = people_service.actor_for(session, run.actor_id, now=now)
    if run.phase == RUNNING:
        _migrate(session, actor, run, item, now=now)
    else:
        _take_back(session, actor, run, item, now=now)
    return True


def _migrate(session: Session, actor: Actor, run: MigrationRun, item: MigrationItem, *, now: datetime) -> None:
    try:
        with session.begin_nested():
            item.snapshot_id = migration.migrate(
                session, actor, item.instance_id, run.to_id, run.mapping, reason=run.reason, now=now
            )
        item.outcome = OK
    except DBAPIError:
        raise
    except MigrationError as error:
        item.outcome, item.reasons = FAILED, [to_json(problem) for problem in error.problems]
    except FieldflowError as error:
        item.outcome = SKIPPED if error.code in NOTHING_TO_DO else FAILED
        item.reasons = [to_json(FieldProblem.of(error))]
    except Exception:
        # The boundary of one instance: a fault that nobody thought of must not stop the others.
        log.exception("migration %s, instance %s", run.id, item.instance_id)
        item.outcome, item.reasons = FAILED, [to_json(BROKEN)]


def _take_back(session: Session, actor: Actor, run: MigrationRun, item: MigrationItem, *, now: datetime) -> None:
    assert item.snapshot_id is not None, "only migrated instances are taken back"
    try:
        with session.begin_nested():
            repair.undo(session, actor, item.snapshot_id, reason=run.reason, now=now)
        item.outcome = UNDONE
    except FieldflowError as error:
        item.outcome = STAYS
        item.reasons = [to_json(FieldProblem.of(error))]


def _items(run_id: UUID, outcome: str) -> Any:
    query = select(MigrationItem).where(MigrationItem.run_id == run_id, MigrationItem.outcome == outcome)
    return query.order_by(MigrationItem.position)


def _ring(session: Session, run: MigrationRun, what: str, *, now: datetime) -> None:
    # One key for each phase: undoing twice rings twice.
    key = f"migration:{run.id}:{what}:{now.isoformat()}"
    outbox.emit(session, TOPIC, {"run": str(run.id)}, key=key, now=now, lane=outbox.USER_LANE)


def _record(session: Session, actor: Actor, run: MigrationRun, action: str, *, reason: str, now: datetime) -> None:
    versions = [definitions.definition(session, key).version for key in (run.from_id, run.to_id)]
    audit.record(
        session,
        actor,
        action,
        subject=("migration", str(run.id)),
        name=run.process_key,
        reason=reason,
        before={"version": versions[0]},
        after={"version": versions[1], "instances": run.total, "mapping": run.mapping},
        now=now,
    )


def _lock(session: Session, run_id: UUID) -> MigrationRun:
    query = select(MigrationRun).where(MigrationRun.id == run_id).with_for_update()
    run = session.scalar(query.execution_options(populate_existing=True))
    if run is None:
        raise NotFoundError("There is no such migration.", code="migration_unknown")
    return run
