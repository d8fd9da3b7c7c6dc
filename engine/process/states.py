"""The states of instances and user tasks."""

from enum import StrEnum

TASK_ACT = "task"
"""Kind of the history's rows about who has a task; ``detail.act`` says what was done."""


class InstanceState(StrEnum):
    """The one state value of an instance."""

    RUNNING = "running"
    INCIDENT = "incident"
    COMPLETED = "completed"
    CANCELLED = "cancelled"


class TaskState(StrEnum):
    """The state of a user task."""

    OPEN = "open"
    COMPLETED = "completed"
    WITHDRAWN = "withdrawn"


class Handoff(StrEnum):
    """What became of a task that its owner gave away: with the other person, or back and how."""

    DELEGATED = "delegated"
    IN_REVIEW = "in_review"
    RETURNED = "returned"
    APPROVED = "approved"
    CHANGES = "changes"

    @property
    def is_away(self) -> bool:
        """Whether the other person has it: nobody completes it then."""
        return self in {Handoff.DELEGATED, Handoff.IN_REVIEW}
