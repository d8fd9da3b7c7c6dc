"""The retention run: deletes what its class of data may be kept no longer, in batches, in the sweep or by hand.

The days stand in the notices that people agreed to (``engine.consent.texts``); a setting may shorten them, never
lengthen them.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from engine.evidence import retention as evidence
from engine.evidence import rules as evidence_rules
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
    """

    name: str
    days: int
    count: Step
    delete: Step

    def before(self, kept: Mapping[str, int], now: datetime) -> datetime:
        """Return the time before which rows are over; ``kept`` are the settings' days by name."""
        return now - timedelta(days=min(self.days, kept.get(self.name, self.days)))


CLASSES: Sequence[DataClass] = (
    DataClass(
        "check_in_position", evidence_rules.POSITION_KEPT_DAYS, evidence.count_positions, evidence.delete_positions
    ),
    DataClass("track", evidence_rules.TRACK_KEPT_DAYS, evidence.count_points, evidence.delete_points),
    DataClass("evidence", evidence_rules.EVENT_KEPT_DAYS, evidence.count_events, evidence.delete_events),
    DataClass("visit_report", visits.REPORT_KEPT_DAYS, visits.count_reports, visits.delete_reports),
)


def due(session: Session, kept: Mapping[str, int], *, now: datetime) -> dict[str, int]:
    """Return how much of each class is over now."""
    return {each.name: each.count(session, each.before(kept, now)) for each in CLASSES}


def run_batch(session: Session, kept: Mapping[str, int], *, now: datetime) -> dict[str, int]:
    """Delete a batch of each class; returns how much of each."""
    return {each.name: each.delete(session, each.before(kept, now)) for each in CLASSES}
