"""The states of instances and user tasks."""

from enum import StrEnum


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
