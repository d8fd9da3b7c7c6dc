"""What pages show of migrations of many instances."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from engine.errors import FieldProblem, NotFoundError
from engine.process.sentences import from_json
from engine.upkeep.tables import MigrationItem, MigrationRun

CHECKING, READY, RUNNING, FINISHED, UNDOING = "checking", "checked", "running", "finished", "undoing"
WAITING, FITS, REFUSED, OK, FAILED, SKIPPED = "waiting", "fits", "refused", "ok", "failed", "skipped"
TO_UNDO, UNDONE, STAYS = "to_undo", "undone", "stays"
OUTCOMES = (WAITING, FITS, REFUSED, OK, FAILED, SKIPPED, TO_UNDO, UNDONE, STAYS)


@dataclass(frozen=True)
class RunRow:
    """A run as pages show it; ``counts`` by outcome."""

    id: UUID
    process_key: str
    from_id: UUID
    to_id: UUID
    mapping: Mapping[str, str]
    phase: str
    reason: str
    total: int
    actor_name: str
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    counts: Mapping[str, int]

    @property
    def left(self) -> int:
        """How many have not had their turn in what the run does now."""
        waits_in = {CHECKING: WAITING, RUNNING: FITS, UNDOING: TO_UNDO}
        return self.counts.get(waits_in.get(self.phase, ""), 0)

    @property
    def is_at_work(self) -> bool:
        """Whether somebody works on it."""
        return self.phase in {CHECKING, RUNNING, UNDOING}


@dataclass(frozen=True)
class ItemRow:
    """One instance of a run, and why it is refused or could not be undone."""

    position: int
    instance_id: UUID
    outcome: str
    reasons: tuple[FieldProblem, ...]
    is_undoable: bool


def find(session: Session, run_id: UUID) -> RunRow:
    """Return a run.

    Raises:
        NotFoundError: no such run.
    """
    run = session.get(MigrationRun, run_id)
    if run is None:
        raise NotFoundError("There is no such migration.", code="migration_unknown")
    return row_of(session, run)


def runs(session: Session, *, limit: int = 50) -> tuple[RunRow, ...]:
    """Return the runs, the newest first."""
    query = select(MigrationRun).order_by(MigrationRun.created_at.desc(), MigrationRun.id.desc()).limit(limit)
    return tuple(row_of(session, run) for run in session.scalars(query))


def items(session: Session, run_id: UUID, *, outcomes: Sequence[str], limit: int = 200) -> tuple[ItemRow, ...]:
    """Return instances of a run with these outcomes."""
    query = select(MigrationItem).where(MigrationItem.run_id == run_id, MigrationItem.outcome.in_(outcomes))
    return tuple(
        ItemRow(
            row.position,
            row.instance_id,
            row.outcome,
            tuple(from_json(each) for each in row.reasons),
            row.outcome in {OK, STAYS},
        )
        for row in session.scalars(query.order_by(MigrationItem.position).limit(limit))
    )


def row_of(session: Session, run: MigrationRun) -> RunRow:
    """Return what pages show of a run."""
    query = select(MigrationItem.outcome, func.count()).where(MigrationItem.run_id == run.id)
    session.flush()  # what was just decided is counted in the database
    rows = session.execute(query.group_by(MigrationItem.outcome))
    counts: dict[str, int] = {outcome: count for outcome, count in rows}
    return RunRow(
        run.id, run.process_key, run.from_id, run.to_id, run.mapping, run.phase, run.reason, run.total, run.actor_name,
        run.created_at, run.started_at, run.finished_at, counts,
    )  # fmt: skip
