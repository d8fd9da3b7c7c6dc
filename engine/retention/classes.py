"""The classes of data, how long each is kept, and how a batch of what is over is deleted.

The days stand in the notices that people agreed to (``engine.consent.texts``); a setting may shorten them, never
lengthen them.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from engine.evidence import retention as evidence
from engine.evidence import rules as evidence_rules
from engine.process import snapshots
from engine.upkeep import retention as upkeep
from engine.visits import retention as visits

Step = Callable[[Session, datetime], int]


@dataclass(frozen=True)
class DataClass:
    """One class of data.

    Args:
        name: in settings and on the command line.
        days: how long it is kept at most.
        count: how many rows are older than a time.
        delete: deletes a batch of them and returns how many.
        oldest: when the oldest row began to be kept; None without rows.
    """

    name: str
    days: int
    count: Step
    delete: Step
    oldest: Callable[[Session], datetime | None]

    def kept_days(self, kept: Mapping[str, int]) -> int:
        """Return how long it is kept here; ``kept`` are the settings' days by name."""
        return min(self.days, kept.get(self.name, self.days))

    def before(self, kept: Mapping[str, int], now: datetime) -> datetime:
        """Return the time before which rows are over."""
        return now - timedelta(days=self.kept_days(kept))


CLASSES: Sequence[DataClass] = (
    DataClass(
        "check_in_position",
        evidence_rules.POSITION_KEPT_DAYS,
        evidence.count_positions,
        evidence.delete_positions,
        evidence.oldest_position,
    ),
    DataClass(
        "track", evidence_rules.TRACK_KEPT_DAYS, evidence.count_points, evidence.delete_points, evidence.oldest_point
    ),
    DataClass(
        "evidence", evidence_rules.EVENT_KEPT_DAYS, evidence.count_events, evidence.delete_events, evidence.oldest_event
    ),
    DataClass(
        "visit_report", visits.REPORT_KEPT_DAYS, visits.count_reports, visits.delete_reports, visits.oldest_report
    ),
    DataClass("repair", upkeep.KEPT_DAYS, upkeep.count_proposals, upkeep.delete_proposals, upkeep.oldest_proposal),
    DataClass("migration", upkeep.KEPT_DAYS, upkeep.count_runs, upkeep.delete_runs, upkeep.oldest_run),
    # After both, which refer to snapshots.
    DataClass("snapshot", upkeep.KEPT_DAYS, upkeep.count_snapshots, upkeep.delete_snapshots, snapshots.oldest),
)


def due(session: Session, kept: Mapping[str, int], *, now: datetime) -> dict[str, int]:
    """Return how much of each class is over now."""
    return {each.name: each.count(session, each.before(kept, now)) for each in CLASSES}


def run_batch(session: Session, kept: Mapping[str, int], *, now: datetime) -> dict[str, int]:
    """Delete a batch of each class; returns how much of each."""
    return {each.name: each.delete(session, each.before(kept, now)) for each in CLASSES}
