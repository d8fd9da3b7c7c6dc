"""Kinds of notices as people read them."""

from engine.notifications.routing import Kind
from web.i18n import translate as _


def kind_labels() -> dict[str, tuple[str, str]]:
    """Return each kind with its name and what belongs to it."""
    return {
        Kind.VISITS: (_("Visits"), _("New, moved, cancelled, handed over, not approved")),
        Kind.REMINDERS: (_("Reminders"), _("Check-in and report that are still to be done")),
        Kind.REQUESTS: (_("Requests"), _("New ones, questions, done, closed; samples")),
        Kind.DEADLINES: (_("Deadlines"), _("75 % used, passed, far over")),
        Kind.DECISIONS: (_("Decisions"), _("Corrections, conflicts, positions that wait for a yes or no")),
        Kind.SAFETY: (_("Adverse events"), _("New, serious, taken over, closed")),
        Kind.COMMENTS: (_("Comments"), _("Comments on your work, and where somebody mentions you")),
        Kind.DAYS: (_("Closed days"), _("What came of a day")),
    }


def kind_label(kind: str) -> str:
    """Return the name of a kind."""
    return next((name for key, (name, _hint) in kind_labels().items() if key == kind), kind)
