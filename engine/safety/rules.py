"""The states of a case, its times, and what may not stand in it: plain functions."""

import re
from datetime import datetime, timedelta
from enum import StrEnum

REMIND_AFTER = timedelta(hours=20)
TAKE_OVER_AFTER = timedelta(hours=24)
INTAKE_WITHIN = timedelta(hours=48)
"""From the first sign of the event, by the clock: nights and holidays count, as the authority counts them."""

FOLLOW_UP_WITHIN = timedelta(days=30)
FLAG = "flag"
"""What found an event: the report's flag, or the word that stood in its text."""

KNOWN = ("what_happened", "product", "patient_initials", "patient_age", "onset")
"""What one stage knows of the event, and the form of the next one is filled in with."""

_TOO_PERSONAL = re.compile(r"(?<!\d)\d{11}(?!\d)|(?<!\d)\d{17}[\dXx](?!\d)")


class CaseState(StrEnum):
    """Where a case stands."""

    DRAFT = "draft"
    REPORTED = "reported"
    ACCEPTED = "accepted"
    ASSESSED = "assessed"
    SUBMITTED = "submitted"
    CLOSED = "closed"
    NO_EVENT = "no_event"


STATE_AFTER = {
    "report": CaseState.REPORTED,
    "intake": CaseState.ACCEPTED,
    "assessment": CaseState.ASSESSED,
    "submission": CaseState.SUBMITTED,
    "follow_up": CaseState.SUBMITTED,
}


def times(first_known_at: datetime) -> dict[str, str]:
    """Return the absolute times of a case's process, ISO 8601."""
    spans = {"remind_at": REMIND_AFTER, "takeover_at": TAKE_OVER_AFTER, "intake_by": INTAKE_WITHIN}
    return {name: (first_known_at + span).isoformat() for name, span in spans.items()}


def is_too_personal(text: str) -> bool:
    """Tell whether a text holds what looks like a mobile phone's or an identity card's number."""
    return bool(_TOO_PERSONAL.search(text))
