"""Runs models with a host that evaluates Python expressions in place of FEEL."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from engine.bpmn import model as models
from engine.bpmn import step as steps
from engine.errors import FieldflowError

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


class FakeFeelError(FieldflowError):
    """An expression that does not evaluate."""

    code = "feel"


class FakeHost:
    """Evaluates expressions as Python; answers topics from ``answers``."""

    def __init__(self, now: datetime = NOON) -> None:
        self.now = now
        self.answers: dict[str, Any] = {}
        self.calls: list[tuple[str, dict[str, Any], str, str]] = []
        self.broken: set[str] = set()

    def evaluate_all(self, expressions: Sequence[str], data: Mapping[str, Any]) -> list[Any]:
        return [self.evaluate(expression, data) for expression in expressions]

    def evaluate(self, expression: str, data: Mapping[str, Any]) -> Any:
        if expression in self.broken:
            raise FakeFeelError("It is broken.")
        try:
            return eval(expression, {"now": self.now.isoformat(), "len": len}, dict(data))
        except Exception as error:
            raise FakeFeelError("{expression}: {reason}", expression=expression, reason=str(error)) from error

    def condition(self, expression: str, data: Mapping[str, Any]) -> bool:
        value = self.evaluate(expression, data)
        if not isinstance(value, bool):
            raise FakeFeelError("Not a boolean.")
        return value

    def decide(self, decision: str, data: Mapping[str, Any]) -> Any:
        return self.answers[decision]

    def call(
        self, topic: str, parameters: Mapping[str, Any], data: Mapping[str, Any], *, element_id: str, token: str
    ) -> Any:
        self.calls.append((topic, dict(parameters), element_id, token))
        answer = self.answers.get(topic, {})
        if isinstance(answer, Exception):
            raise answer
        return answer

    def later(self, **delta: float) -> "FakeHost":
        self.now += timedelta(**delta)
        return self


def load(content: bytes) -> models.ProcessModel:
    return models.load([models.Source("p.bpmn", content)])


class Instance:
    """An instance under test: keeps the last step, gathers trail and messages."""

    def __init__(
        self, content: bytes, data: Mapping[str, Any] | None = None, *, host: FakeHost | None = None, **kwargs: Any
    ) -> None:
        self.model = load(content)
        self.host = host or FakeHost()
        self.trail: list[str] = []
        self.messages: list[steps.Thrown] = []
        self._take(steps.start(self.model, data or {}, self.host, **kwargs))

    def _take(self, step: steps.Step) -> steps.Step:
        self.step = step
        self.trail += [entry.element_id for entry in step.trail]
        self.messages += step.messages
        return step

    @property
    def status(self) -> str:
        return self.step.status

    @property
    def data(self) -> dict[str, Any]:
        return self.step.data

    @property
    def open(self) -> list[str]:
        return [task.element_id for task in steps.open_tasks(self.model, self.step.state)]

    def task(self, element_id: str) -> steps.OpenTask:
        return next(t for t in steps.open_tasks(self.model, self.step.state) if t.element_id == element_id)

    def complete(self, element_id: str, **values: Any) -> steps.Step:
        return self._take(steps.complete(self.model, self.step.state, self.task(element_id).key, values, self.host))

    def send(self, name: str, **payload: Any) -> steps.Step:
        return self._take(steps.send_message(self.model, self.step.state, name, payload, self.host))

    def advance(self, **delta: float) -> steps.Step:
        self.host.later(**delta)
        return self._take(steps.advance(self.model, self.step.state, self.host))

    def settle(self, token: str, result: Any) -> steps.Step:
        return self._take(steps.settle(self.model, self.step.state, token, result, self.host))

    def retry(self, token: str) -> steps.Step:
        return self._take(steps.retry(self.model, self.step.state, token, self.host))

    def cancel(self) -> steps.Step:
        return self._take(steps.cancel(self.model, self.step.state, self.host))
