"""What can go wrong with a model or an instance, beside the incidents that a step reports."""

from collections.abc import Sequence
from typing import Any

from engine.errors import ConflictError, FieldflowError, FieldProblem, InvalidInputError, NotFoundError


class BpmnError(Exception):
    """A failure with a name that the model may catch by an error boundary event.

    Args:
        code: compared with the error codes of boundary events.
        template: for the person who looks at the incident if nothing catches it; ``{name}`` stands for a parameter.
            Without one the code is all that is said.
    """

    def __init__(self, code: str, template: str = "", **params: Any) -> None:
        self.code = code
        self.problem = FieldProblem(template, code=code, **params) if template else None
        self.message = str(self.problem) if self.problem else code
        super().__init__(self.message)


class NotReadyError(ConflictError):
    """The task is not open, or nothing is parked there."""

    code = "task_not_ready"


class NotWaitingError(ConflictError):
    """Nothing waits for this message or this result."""

    code = "not_waiting"


class ValuesError(InvalidInputError):
    """Values that may not become variables: no JSON, a reserved name, or too large."""

    code = "invalid_values"


class BudgetError(FieldflowError):
    """One step ran more elements than it may: an endless loop in the model."""

    code = "step_budget"


class StateError(NotFoundError):
    """Stored bytes that are no state of this model."""

    code = "state_unreadable"


class ModelError(FieldflowError):
    """The bundle does not parse.

    Args:
        findings: what is wrong, one sentence each.
    """

    code = "model_invalid"

    def __init__(self, template: str, *, findings: Sequence[str] = (), **params: Any) -> None:
        super().__init__(template, **params)
        self.findings = tuple(findings)
