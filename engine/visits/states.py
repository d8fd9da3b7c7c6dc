"""The states and outcomes of a visit; only this feature's services change them."""

from enum import StrEnum


class VisitState(StrEnum):
    """Where a visit stands; only ``engine.visits`` changes it."""

    PLANNED = "planned"
    APPROVED = "approved"
    CHECKED_IN = "checked_in"
    REPORTED = "reported"
    CHECKED_OUT = "checked_out"
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    MISSED = "missed"
    RESCHEDULED = "rescheduled"
    DRAFT = "draft"


class Outcome(StrEnum):
    """What came of a visit."""

    MET = "met"
    PARTLY = "partly"
    NOT_MET = "not_met"
    REFUSED = "refused"


class CorrectionState(StrEnum):
    """Where a correction of a report stands."""

    PROPOSED = "proposed"
    APPLIED = "applied"
    REJECTED = "rejected"
