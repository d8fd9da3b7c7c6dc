"""What goes into a step and what comes out of it: the host that serves it, and frozen results."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Any, Final, Literal, Protocol

from engine.bpmn.labels import Label
from engine.errors import FieldProblem


class Wait(Enum):
    """The type of ``WAIT``."""

    WAIT = "wait"


WAIT: Final = Wait.WAIT
"""What ``Host.call`` returns when the result comes later, by ``settle``."""


class Host(Protocol):
    """Serves a step; a ``FieldflowError`` parks the element that asked, a ``RetryableError`` ends the step.

    A failing call must leave nothing behind (use a savepoint): the step goes on and is stored.
    """

    @property
    def now(self) -> datetime:
        """The time of the step, aware UTC."""
        ...

    def evaluate_all(self, expressions: Sequence[str], data: Mapping[str, Any]) -> list[Any]:
        """Return the values of several FEEL expressions, in their order; see ``evaluate``."""
        ...

    def evaluate(self, expression: str, data: Mapping[str, Any]) -> Any:
        """Return the value of a FEEL expression as JSON, dates and durations as ISO 8601 text."""
        ...

    def condition(self, expression: str, data: Mapping[str, Any]) -> bool:
        """Return the value of a FEEL condition; raises if it is no boolean."""
        ...

    def decide(self, decision: str, data: Mapping[str, Any]) -> Any:
        """Return the result of a decision."""
        ...

    def call(
        self, topic: str, parameters: Mapping[str, Any], data: Mapping[str, Any], *, element_id: str, token: str
    ) -> Mapping[str, Any] | Wait:
        """Do what a service task asks for.

        Args:
            token: unique in its instance; the same again when the element is retried.

        Raises:
            BpmnError: for an error boundary event.
        """
        ...


@dataclass(frozen=True)
class OpenTask:
    """A user task that waits for a person.

    Args:
        key: unique in its instance, for ever; two instances use the same keys.
        form: form key, already evaluated where the model has an expression.
        due: ISO 8601, UTC.
        fields: business fields, from the properties ``field.<slot>``.
        optional: the process goes on without it; from the property ``optional``.
    """

    key: str
    element_id: str
    lane: str | None
    data: dict[str, Any]
    name: Label
    form: str | None = None
    due: str | None = None
    fields: dict[str, Any] = field(default_factory=dict)
    optional: bool = False


@dataclass(frozen=True)
class Trail:
    """An element that finished.

    Args:
        result: of a service task what it returned, of a gateway ``{"flows": [id, …]}``, of a timer ``{"due_at": …}``,
            of a catch event ``{"message": name}``, of a business rule or script task what it gave; else None.
    """

    element_id: str
    kind: str
    result: Any = None
    token: str = ""


@dataclass(frozen=True)
class Thrown:
    """A message that the process sent; ``to`` is whatever the model's property ``to`` says, None if it has none."""

    name: str
    payload: dict[str, Any]
    to: Any
    element_id: str


@dataclass(frozen=True)
class Incident:
    """An element that failed and is parked; ``token`` is what ``retry`` takes.

    Args:
        message: why, in English.
        problem: the same to be translated; None where the model itself says it, or somebody else's program.
    """

    element_id: str
    token: str
    code: str
    message: str
    problem: FieldProblem | None = field(default=None, compare=False)


@dataclass(frozen=True)
class WaitingTimer:
    """A timer that waits.

    Args:
        token: what ``move_timer`` and ``drop_timer`` take.
        beside: it waits beside an activity, which goes on without it.
    """

    element_id: str
    token: str
    due_at: datetime
    beside: bool


Status = Literal["running", "completed", "cancelled"]


@dataclass(frozen=True)
class Step:
    """What a step did. All but ``data``, ``awaiting``, ``next_due_at`` and ``standing`` is of this step only.

    Args:
        data: the variables as if all branches met now; for reports.
        revised: open user tasks whose due time or fields changed; none of them is in ``opened``.
        closed: keys of user tasks withdrawn by the process; not the one that was completed.
        awaiting: names of the messages that are waited for now.
        next_due_at: the earliest waiting timer, aware UTC.
        standing: elements where tokens stand now, each once; not the boundary events that wait beside them.
    """

    state: bytes
    status: Status
    data: dict[str, Any]
    opened: tuple[OpenTask, ...] = ()
    revised: tuple[OpenTask, ...] = ()
    closed: tuple[str, ...] = ()
    trail: tuple[Trail, ...] = ()
    messages: tuple[Thrown, ...] = ()
    awaiting: tuple[str, ...] = ()
    next_due_at: datetime | None = None
    incidents: tuple[Incident, ...] = ()
    standing: tuple[str, ...] = ()
