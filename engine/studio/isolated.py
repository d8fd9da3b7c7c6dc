"""Run a bundle in memory: real expressions and decisions, given answers of services, a clock of its own.

Nothing outside changes: no row is written, no message leaves, no topic is called. Called processes are of the bundle
and run inside, as they do otherwise.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from engine.bpmn import step as bpmn
from engine.bpmn.elements import Element
from engine.bpmn.labels import Label
from engine.bpmn.step import BpmnError, OpenTask, Step, Trail
from engine.errors import FieldflowError, FieldProblem
from engine.feel.decisions import decide
from engine.feel.expressions import Scope, condition, evaluate, evaluate_all
from engine.process import topics
from engine.process.bundles import Bundle
from engine.process.topics import TopicKind

TIME_ZONE = "Asia/Shanghai"
UNANSWERED = "no_answer"
_CHOICES = {"exclusiveGateway", "inclusiveGateway"}


@dataclass(frozen=True)
class Failure:
    """An error that a service is said to answer with."""

    code: str


Answer = Mapping[str, Any] | Failure


@dataclass(frozen=True)
class Question:
    """What a service task asked."""

    element_id: str
    topic: str
    parameters: Mapping[str, Any]


class Answers:
    """What services say, by element in order; the last answer of an element is given again where ``repeats``.

    An element without any is answered by its topic, since a step that was drawn anew asks the same.
    """

    def __init__(
        self,
        by_element: Mapping[str, Sequence[Answer]],
        by_topic: Mapping[str, Sequence[Answer]] | None = None,
        *,
        repeats: bool = False,
    ) -> None:
        self._by_element = {key: list(found) for key, found in by_element.items()}
        self._by_topic = {key: list(found) for key, found in (by_topic or {}).items()}
        self._repeats = repeats

    def take(self, element_id: str, topic: str) -> Answer | None:
        """Return the next answer, None if there is none."""
        found = self._by_element.get(element_id)
        if found is None:
            found = self._by_topic.get(topic, [])
        if not found:
            return None
        return found[0] if self._repeats and len(found) == 1 else found.pop(0)


class IsolatedHost:
    """Serves the steps of one run; ``engine.bpmn.step.Host`` names the methods."""

    def __init__(self, bundle: Bundle, answers: Answers, now: datetime) -> None:
        self.now = now
        self.questions: list[Question] = []
        self.asked: list[Question] = []
        self._bundle = bundle
        self._answers = answers

    def evaluate(self, expression: str, data: Mapping[str, Any]) -> Any:
        """Return the value of a FEEL expression."""
        return evaluate(expression, self._scope(data))

    def evaluate_all(self, expressions: Sequence[str], data: Mapping[str, Any]) -> list[Any]:
        """Return the values of several FEEL expressions."""
        return evaluate_all(expressions, self._scope(data))

    def condition(self, expression: str, data: Mapping[str, Any]) -> bool:
        """Return the value of a FEEL condition."""
        return condition(expression, self._scope(data))

    def decide(self, decision: str, data: Mapping[str, Any]) -> Any:
        """Return the result of a decision of the bundle.

        Raises:
            BpmnError: the bundle has no such decision.
        """
        model = self._bundle.decisions.get(decision)
        if model is None:
            raise BpmnError("decision_unknown", "The bundle has no decision {name}.", name=decision)
        return decide(model, decision, self._scope(data))

    def call(
        self,
        topic: str,
        parameters: Mapping[str, Any],
        data: Mapping[str, Any],  # noqa: ARG002 - the name is the interface's
        *,
        element_id: str,
        token: str,  # noqa: ARG002 - the name is the interface's
    ) -> Mapping[str, Any]:
        """Answer a service task with what is given; what only goes out needs no answer.

        Raises:
            BpmnError: the given answer is an error.
            FieldflowError: no answer is given; the element waits.
        """
        question = Question(element_id, topic, dict(parameters))
        self.asked.append(question)
        answer = self._answers.take(element_id, topic)
        if isinstance(answer, Failure):
            raise BpmnError(answer.code)
        if answer is not None:
            return answer
        found = topics.find(topic)
        if found is not None and found.kind is TopicKind.DELIVERY and not found.waits:
            return {}
        self.questions.append(question)
        raise FieldflowError("No answer of {topic} is given.", code=UNANSWERED, topic=topic)

    def _scope(self, data: Mapping[str, Any]) -> Scope:
        return Scope(variables=data, types=self._bundle.model.variables, now=self.now, time_zone=TIME_ZONE)


@dataclass(frozen=True)
class Opened:
    """A user task that opened in the run, with when it is due."""

    element_id: str
    due: str | None


@dataclass(frozen=True)
class Stop:
    """Why a run cannot go on: an element that failed, or asked what nobody answers."""

    element_id: str
    code: str
    message: str | FieldProblem


@dataclass
class Happened:
    """What one act did."""

    trail: list[Trail] = field(default_factory=list)
    opened: list[Opened] = field(default_factory=list)
    status: str = "running"


class IsolatedRun:
    """An instance that exists in memory only."""

    def __init__(self, bundle: Bundle, answers: Answers, *, now: datetime) -> None:
        self.bundle = bundle
        self.host = IsolatedHost(bundle, answers, now)
        self.step: Step | None = None
        self.stop: Stop | None = None
        self.trail: list[Trail] = []
        self.opened: list[Opened] = []

    @property
    def is_running(self) -> bool:
        """Whether it may go on."""
        return self.stop is None and self.step is not None and self.step.status == "running"

    @property
    def question(self) -> Question | None:
        """What a service asked last that nobody answers, if the run stands there."""
        return self.host.questions[-1] if self.stop and self.stop.code == UNANSWERED and self.host.questions else None

    def label(self, element_id: str) -> Label:
        """Return the name of an element."""
        found = self.bundle.model.elements.get(element_id)
        return found.name if found else Label(element_id)

    def lane_label(self, key: str) -> Label:
        """Return the name of a lane by its key."""
        return self.bundle.model.lane_names.get(key, Label(key))

    def open_tasks(self) -> tuple[OpenTask, ...]:
        """Return the user tasks that wait."""
        return bpmn.open_tasks(self.bundle.model, self.step.state) if self.step and self.is_running else ()

    def timers(self) -> tuple[tuple[str, datetime], ...]:
        """Return the timers that wait: element id and due time, the earliest first."""
        found = bpmn.timers(self.bundle.model, self.step.state) if self.step and self.is_running else ()
        return tuple((each.element_id, each.due_at) for each in found)

    def start(self, data: Mapping[str, Any]) -> Happened:
        """Start with these variables."""
        return self._take(lambda: bpmn.start(self.bundle.model, data, self.host))

    def complete(self, element_id: str, values: Mapping[str, Any]) -> Happened | None:
        """Complete the first open task of an element with its form's values; None if there is none."""
        task = next((task for task in self.open_tasks() if task.element_id == element_id), None)
        if task is None:
            return None
        state = self._state()
        nested = self.bundle.model.elements[element_id].properties.get("result")
        variables = {nested: dict(values)} if nested else dict(values)
        return self._take(lambda: bpmn.complete(self.bundle.model, state, task.key, variables, self.host))

    def send(self, name: str, payload: Mapping[str, Any]) -> Happened | None:
        """Give a message; None if nothing waits for it."""
        if self.step is None or not self.is_running or name not in self.step.awaiting:
            return None
        state = self._state()
        return self._take(lambda: bpmn.send_message(self.bundle.model, state, name, payload, self.host))

    def revise(self, values: Mapping[str, Any]) -> Happened | None:
        """Change variables from outside; None if it is over."""
        if not self.is_running:
            return None
        state = self._state()
        return self._take(lambda: bpmn.revise(self.bundle.model, state, values, self.host))

    def jump(self) -> Happened | None:
        """Let the clock jump to the next timer and fire it; None if none waits."""
        waiting = self.timers()
        if not waiting:
            return None
        self.host.now = max(self.host.now, waiting[0][1])
        state = self._state()
        return self._take(lambda: bpmn.advance(self.bundle.model, state, self.host))

    def wait_until(self, until: datetime) -> Happened:
        """Let time pass: timers fire at their own times on the way."""
        happened = Happened(status=self.step.status if self.step else "running")
        while (waiting := self.timers()) and waiting[0][1] <= until:
            found = self.jump()
            if found is None:
                break
            happened.trail += found.trail
            happened.opened += found.opened
            happened.status = found.status
        self.host.now = max(self.host.now, until)
        return happened

    def _state(self) -> bytes:
        assert self.step is not None, "it was started"
        return self.step.state

    def _take(self, act: Any) -> Happened:
        try:
            step: Step = act()
        except FieldflowError as error:
            self.stop = Stop("", error.code, FieldProblem.of(error))
            return Happened(status="stopped")
        self.step = step
        opened = [Opened(task.element_id, task.due) for task in step.opened]
        self.trail += step.trail
        self.opened += opened
        if step.incidents:
            first = step.incidents[0]
            self.stop = Stop(first.element_id, first.code, first.problem or first.message)
        return Happened(list(step.trail), opened, "stopped" if self.stop else step.status)

    def visited(self) -> tuple[frozenset[str], frozenset[str]]:
        """Return the ids of the elements and of the sequence flows that the run has touched."""
        elements = self.bundle.model.elements
        nodes = {entry.element_id for entry in self.trail} | {task.element_id for task in self.opened}
        nodes |= {question.element_id for question in self.host.asked}
        ran = {entry.element_id for entry in self.trail}
        flows: set[str] = set()
        for entry in self.trail:
            element = elements.get(entry.element_id)
            if element is not None:
                flows |= _left_by(element, entry.result, ran)
        return frozenset(nodes), frozenset(flows)


def _left_by(element: Element, result: Any, ran: set[str]) -> set[str]:
    if element.kind in _CHOICES and isinstance(result, Mapping):
        return set(result.get("flows", ()))
    if element.kind == "eventBasedGateway":
        return {flow.id for flow in element.flows if flow.target in ran}
    return {flow.id for flow in element.flows}
