"""The clocks of a request as people read them: running, paused, kept, late."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from engine.calendar.queries import DeadlineRow
from web.i18n import translate as _
from web.labels import Label, due_state


@dataclass(frozen=True)
class Clock:
    """One clock: ``percent`` is the share used, at most 100 for the bar; ``share`` as it is."""

    name: str
    state: Label
    due_at: datetime | None
    share: float
    percent: int


def clock(row: DeadlineRow) -> Clock:
    """Return a deadline as a clock."""
    names = {"first_response": _("First response"), "resolve": _("Resolve")}
    percent = min(100, round(row.share_used * 100))
    return Clock(names.get(row.name, row.name), _state(row), row.due_at, row.share_used, percent)


def resolve_clock(rows: Sequence[DeadlineRow]) -> Clock | None:
    """Return the clock that lists show: the one to resolve, while it matters."""
    return next((clock(row) for row in rows if row.name == "resolve"), None)


def _state(row: DeadlineRow) -> Label:
    if row.stopped_at is not None:
        if row.share_used > 1:
            return Label(_("was late"), "danger", "alert")
        return Label(_("kept"), "success", "check")
    if row.is_paused or row.due_at is None:
        return Label(_("paused"), "warning", "pause")
    return due_state(row.due_at)
