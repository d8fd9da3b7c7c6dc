"""One act on many tasks: frozen at the start, done in batches, one outcome and reason for each.

Each item takes the way that a single one takes: the same function, the same permissions, as of the moment when its
turn comes. It runs in a savepoint; about 50 of them are one commit. Whoever is killed in between has committed whole
batches, and whoever goes on finds the items that still wait: none is done twice, none is forgotten.

total = ok + failed + skipped, once nothing waits. *Skipped* had nothing to do: it was so already, or the task is over.
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy import delete, func, insert, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from engine.access import Actor
from engine.clock import Clock
from engine.desk.acts import ACTS, TASK, Act, Turn
from engine.desk.tables import BulkItem, BulkRun
from engine.errors import ConflictError, FieldflowError, FieldProblem, InvalidInputError, NotFoundError
from engine.outbox import service as outbox
from engine.people import queries as people
from engine.people import service as people_service
from engine.process import inbox, sentences
from engine.process.conditions import standpoint
from engine.process.filters import Filter
from engine.store.database import Database

log = logging.getLogger(__name__)

TOPIC = "desk.bulk"
BATCH = 50
MAX_TASKS = 5000
KEPT_FOR = timedelta(days=30)

WAITING, OK, FAILED, SKIPPED = "waiting", "ok", "failed", "skipped"

NOTHING_TO_DO = FieldProblem("Nothing to do: it is so already.", code="as_wanted")
BROKEN = FieldProblem("This went wrong on our side; nothing of it was changed.", code="unexpected")
SIGNED_OFF = FieldProblem("You may no longer sign in.", code="inactive")


@dataclass(frozen=True)
class Item:
    """A task of a run: its outcome, and the sentence that says why."""

    task_id: UUID
    outcome: str
    reason: FieldProblem | None


@dataclass(frozen=True)
class Run:
    """A run: how many of its tasks are ok, failed, skipped or waiting; ``is_new``: it began just now."""

    id: UUID
    act: str
    total: int
    ok: int
    failed: int
    skipped: int
    created_at: datetime
    finished_at: datetime | None
    is_new: bool = field(default=False, compare=False)

    @property
    def waiting(self) -> int:
        """How many have not had their turn."""
        return self.total - self.ok - self.failed - self.skipped


def start(
    session: Session,
    actor: Actor,
    run_id: UUID,
    act: str,
    parameters: Mapping[str, Any],
    *,
    task_ids: Sequence[UUID] = (),
    show: Filter | None = None,
    about: str = TASK,
    now: datetime,
) -> Run:
    """Freeze which tasks it is about and begin: a batch or less is done at once, more by a worker.

    Args:
        run_id: minted by the client; asking again with it changes nothing and gives the same run.
        task_ids: what to do it to: tasks, or whatever the act is about.
        show: all of the actor's tasks that it shows, instead of ``task_ids``.
        about: what the caller lets people choose.

    Raises:
        NotFoundError: the id is another person's run.
        InvalidInputError: no such act, its values do not fit, or there are no tasks or too many.
        ConflictError: the same id was used for something else.
    """
    if act not in ACTS or ACTS[act].about != about:
        raise InvalidInputError(errors={"act": [FieldProblem("There is no such act.", code="act_unknown")]})
    known = session.get(BulkRun, run_id)
    if known is not None:
        return _again(session, actor, known, act)
    clean = ACTS[act].check(parameters)
    if show is not None:
        view = standpoint(actor, now)
        task_ids = inbox.matching_ids(session, actor, show, view, limit=MAX_TASKS + 1)
    ids = sorted(set(task_ids))  # locks are taken in this order
    if not ids or len(ids) > MAX_TASKS:
        problem = FieldProblem("Choose 1 to {max} tasks.", code="tasks_number", max=MAX_TASKS)
        raise InvalidInputError(errors={"task_id": [problem]})
    assert actor.user_id is not None, "the system does nothing in bulk"
    run = BulkRun(
        id=run_id,
        actor_id=actor.user_id,
        act=act,
        parameters=clean,
        filter=show.text if show is not None else None,
        total=len(ids),
        created_at=now,
    )
    session.add(run)
    session.flush()  # the items refer to it
    rows = [
        {"run_id": run_id, "position": position, "task_id": task_id, "outcome": WAITING}
        for position, task_id in enumerate(ids)
    ]
    session.execute(insert(BulkItem), rows)
    if len(ids) <= BATCH:
        do_batch(session, run_id, now=now)
    else:
        outbox.emit(session, TOPIC, {"run": str(run_id)}, key=f"bulk:{run_id}", now=now, lane=outbox.USER_LANE)
    return replace(_run(session, run), is_new=True)


def is_known(session: Session, actor: Actor, run_id: UUID) -> bool:
    """Tell whether the actor has begun this run before."""
    known = session.get(BulkRun, run_id)
    return known is not None and known.actor_id == actor.user_id


def _again(session: Session, actor: Actor, known: BulkRun, act: str) -> Run:
    if known.actor_id != actor.user_id:
        raise NotFoundError("There is no such bulk run.", code="run_unknown")
    if known.act != act:
        raise ConflictError("This was used for something else already. Please start anew.", code="run_differs")
    return _run(session, known)


def work(database: Database, run_id: UUID, *, clock: Clock) -> None:
    """Do the rest of a run, a batch in each transaction."""
    while database.run(lambda session: do_batch(session, run_id, now=clock())):
        pass


def do_batch(session: Session, run_id: UUID, *, now: datetime) -> int:
    """Do the next batch of a run; nobody else works on the run meanwhile.

    Returns:
        how many tasks still wait.

    Raises:
        DBAPIError: the database's failures pass, for the whole batch to be tried again.
    """
    run = session.scalar(
        select(BulkRun).where(BulkRun.id == run_id).with_for_update().execution_options(populate_existing=True)
    )
    if run is None or run.finished_at is not None:
        return 0
    waiting = select(BulkItem).where(BulkItem.run_id == run_id, BulkItem.outcome == WAITING)
    items = session.scalars(waiting.order_by(BulkItem.position).limit(BATCH)).all()
    is_active = people.person(session, run.actor_id).is_active
    # As the person is now: what they may no longer do fails, and only that.
    actor = people_service.actor_for(session, run.actor_id, now=now)
    for item in items:
        outcome, problem = _attempt(session, actor, run, item, now=now) if is_active else (FAILED, SIGNED_OFF)
        item.outcome, item.code = outcome, problem.code if problem else None
        item.reason = sentences.to_json(problem) if problem else None
    session.flush()  # what still waits is counted in the database
    left = session.scalar(select(func.count()).select_from(waiting.subquery())) or 0
    if not left:
        run.finished_at = now
    return left


def _attempt(
    session: Session, actor: Actor, run: BulkRun, item: BulkItem, *, now: datetime
) -> tuple[str, FieldProblem | None]:
    act: Act = ACTS[run.act]
    turn = Turn(uuid5(run.id, str(item.task_id)), item.position)
    try:
        with session.begin_nested():
            changed = act.do(session, actor, item.task_id, run.parameters, turn, now)
    except DBAPIError:
        raise
    except FieldflowError as error:
        return (SKIPPED if error.code in act.over else FAILED), _problem_of(error)
    except Exception:
        # The boundary of one item: a fault that nobody thought of must not take the other tasks with it.
        log.exception("bulk %s, %s %s", run.id, act.about, item.task_id)
        return FAILED, BROKEN
    if isinstance(changed, FieldProblem):
        return FAILED, changed
    return (OK, None) if changed else (SKIPPED, NOTHING_TO_DO)


def _problem_of(error: FieldflowError) -> FieldProblem:
    if isinstance(error, InvalidInputError) and error.errors:
        return next(iter(error.errors.values()))[0]
    return FieldProblem.of(error)


def forget(session: Session, now: datetime) -> int:
    """Delete runs whose results nobody needs any more; what was done stands in the history of each task."""
    old = session.scalars(select(BulkRun.id).where(BulkRun.created_at < now - KEPT_FOR).limit(BATCH)).all()
    session.execute(delete(BulkItem).where(BulkItem.run_id.in_(old)))
    session.execute(delete(BulkRun).where(BulkRun.id.in_(old)))
    return len(old)


def find(session: Session, actor: Actor, run_id: UUID) -> Run:
    """Return a run of the actor's.

    Raises:
        NotFoundError: no such run, or another person's.
    """
    run = session.get(BulkRun, run_id)
    if run is None or run.actor_id != actor.user_id:
        raise NotFoundError("There is no such bulk run.", code="run_unknown")
    return _run(session, run)


def _run(session: Session, run: BulkRun) -> Run:
    query = select(BulkItem.outcome, func.count()).where(BulkItem.run_id == run.id).group_by(BulkItem.outcome)
    found: dict[str, int] = {outcome: count for outcome, count in session.execute(query)}
    return Run(
        run.id,
        run.act,
        run.total,
        found.get(OK, 0),
        found.get(FAILED, 0),
        found.get(SKIPPED, 0),
        run.created_at,
        run.finished_at,
    )


def items(session: Session, run_id: UUID, *, outcomes: Sequence[str], limit: int = 500) -> tuple[Item, ...]:
    """Return tasks of a run with these outcomes; ``find`` has checked whose it is."""
    query = select(BulkItem).where(BulkItem.run_id == run_id, BulkItem.outcome.in_(outcomes))
    return tuple(
        Item(
            row.task_id,
            row.outcome,
            sentences.from_json({**row.reason, "code": row.code}) if row.reason else None,
        )
        for row in session.scalars(query.order_by(BulkItem.position).limit(limit))
    )
