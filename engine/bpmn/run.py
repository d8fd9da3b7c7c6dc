"""One step of an instance: tokens move until each waits for a person, a message, a time or a result.

A token that becomes READY, or waits and may go on, asks for attention; ``drive`` takes them in the order of their ids,
which survives saving, so a run with saves between its steps is the same run. Whatever may fail (FEEL, a decision, a
topic) is evaluated before anything of the token changes: a failure parks the token as it stands, and retrying it
repeats nothing else.
"""

import heapq
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from SpiffWorkflow.bpmn.specs.event_definitions.item_aware_event import ErrorEventDefinition
from SpiffWorkflow.bpmn.specs.event_definitions.message import MessageEventDefinition
from SpiffWorkflow.bpmn.specs.event_definitions.timer import TimerEventDefinition
from SpiffWorkflow.util.task import TaskState

from engine.bpmn import behaviour, instants, joins, loops, specs
from engine.bpmn.effects import Host, Incident, Status, Thrown, Trail
from engine.bpmn.errors import BpmnError, BudgetError
from engine.bpmn.mends import InstanceTree, SubProcessTree, Token
from engine.bpmn.model import ProcessModel
from engine.bpmn.values import apply_changes, changes, merge
from engine.errors import FieldflowError, FieldProblem, RetryableError

STEP_BUDGET = 1_000
"""Elements that one step may run; a model that needs more turns in an endless loop."""


class Run:
    """What happens to one instance in one step, and what comes out of it."""

    def __init__(self, model: ProcessModel, tree: InstanceTree, host: Host) -> None:
        self.model = model
        self.tree = tree
        self.host = host
        self.trail: list[Trail] = []
        self.messages: list[Thrown] = []
        self.incidents: list[Incident] = []
        self.opened: dict[int, Token] = {}
        self.closed: list[str] = []
        self._left = STEP_BUDGET

    def drive(self) -> None:
        """Run until every token waits.

        Raises:
            BudgetError: the model loops without waiting.
        """
        while True:
            token = self._next()
            if token is not None:
                self._attend(token)
            elif not joins.open_inclusive(self) and not self._fire_due():
                return
            self._left -= 1
            if self._left < 0:
                raise BudgetError("The process ran {count} elements without waiting.", count=STEP_BUDGET)

    def _next(self) -> Token | None:
        attention = self.tree.attention
        while attention:
            token = heapq.heappop(attention)[1]
            if token.live and "incident" not in token.internal_data:
                return token
        return None

    def _attend(self, token: Token) -> None:
        try:
            if token._state == TaskState.READY:
                behaviour.perform(self, token)
            elif isinstance(token.task_spec, specs.End):
                self._end(token)
            elif isinstance(token.task_spec, specs.ParallelGateway):
                joins.open_parallel(token)
            elif isinstance(getattr(token.task_spec, "event_definition", None), TimerEventDefinition):
                self._arm(token)
        except RetryableError:
            raise
        except BpmnError as error:
            self.raise_error(token, error.code, error.message, error.problem)
        except FieldflowError as error:
            self.park(token, error.code, str(error), FieldProblem.of(error))

    def finish(self, token: Token, result: Any = None, *, targets: Iterable[str] | None = None) -> None:
        """Complete a token's element and send it on.

        Args:
            result: for the trail.
            targets: names of the specs to go to; all by default.
        """
        spec = token.task_spec
        self.note(token, result)
        self._end_events(token)
        owner = token.parent
        if loops.is_turn(owner, token):
            token.complete()
            token.prune()
            loops.turn_done(owner, token)
            return
        tree = token.workflow
        for name in targets if targets is not None else (spec._outputs or (tree.spec.end.name,)):
            token.grow(tree.spec.task_specs[name])
        token.complete()
        token.prune()

    def note(self, token: Token, result: Any = None) -> None:
        """Write an element into the trail; a loop is there by its turns."""
        spec = token.task_spec
        if spec.element is not None and not isinstance(spec, specs.EventSplit) and not token.internal_data.get("turns"):
            self.trail.append(Trail(spec.element.id, spec.element.kind, result, token.key))

    def _end_events(self, token: Token) -> None:
        """End what waits beside a finished activity, and what a fired event interrupts."""
        spec, parent = token.task_spec, token.parent
        ended: frozenset[str] | set[str] = spec.events
        if isinstance(spec, specs.BoundaryEvent):
            if spec.cancel_activity:
                ended = {spec.activity} | token.workflow.spec.task_specs[spec.activity].events
            elif isinstance(spec.event_definition, MessageEventDefinition):
                # A message may come again while its activity goes on.
                again = parent._add_child(spec)
                spec._update(again)
        elif isinstance(parent.task_spec, specs.EventBasedGateway):
            ended = set(parent.task_spec._outputs)
        if ended:
            for other in parent.children:
                if other is not token and other.live and other.task_spec.name in ended:
                    self.withdraw(other)

    def withdraw(self, token: Token) -> None:
        """Cancel a token with all that runs inside of its element."""
        for child in token.children:
            if child.live:
                self.withdraw(child)
        inner = self.tree.subprocesses.pop(token.id, None)
        if inner is not None:
            for child in inner.live_tokens():
                if child.live:
                    self.withdraw(child)
        if self.opened.pop(token.id, None) is None and "open" in token.internal_data:
            self.closed.append(token.key)
        token._set_state(TaskState.CANCELLED)
        token.prune()

    def fire(self, token: Token, values: Mapping[str, Any], result: Any) -> None:
        """Let a waiting event happen.

        An event that interrupts a sub-process goes on with what was done inside: those variables are lost otherwise.
        """
        spec = token.task_spec
        data = token.data
        if isinstance(spec, specs.BoundaryEvent) and spec.cancel_activity:
            for other in token.parent.children:
                inner = self.tree.subprocesses.get(other.id)
                if other.task_spec.name == spec.activity and inner is not None:
                    data = merge(data, [self.data_of(inner)])
        token.data = {**data, **values} if values else data
        self.finish(token, result)

    def raise_error(
        self, token: Token, code: str, message: str, problem: FieldProblem | None = None, *, ended: bool = False
    ) -> None:
        """Give an error to the nearest boundary event that catches it; an incident if none does.

        Args:
            problem: the message to be translated, if it can be.
            ended: the token's element is an end event, which is done by raising it.
        """
        catcher = self._catcher(token, code)
        if catcher is None:
            self.park(token, code, message, problem)
        else:
            if ended:
                self.note(token, {"error": code})
            self.fire(catcher, {"error": {"code": code, "message": message}}, {"error": code})

    def _catcher(self, token: Token | None, code: str) -> Token | None:
        while token is not None:
            parent = token.parent
            caught = [
                other
                for other in (parent.children if parent else ())
                if other._state == TaskState.WAITING
                and isinstance(other.task_spec, specs.BoundaryEvent)
                and other.task_spec.activity == token.task_spec.name
                and isinstance(other.task_spec.event_definition, ErrorEventDefinition)
                and other.task_spec.event_definition.code in {None, code}
            ]
            if caught:
                found: Token = max(caught, key=lambda other: other.task_spec.event_definition.code is not None)
                return found
            token = parent if loops.is_turn(parent, token) else getattr(token.workflow, "owner", None)
        return None

    def park(self, token: Token, code: str, message: str, problem: FieldProblem | None = None) -> None:
        """Leave a token where it is until somebody has it retried."""
        token.internal_data["incident"] = [code, message]
        element = token.task_spec.element
        element_id = element.id if element else token.task_spec.name
        self.incidents.append(Incident(element_id, token.key, code, message, problem))

    def enter(self, tree: InstanceTree | SubProcessTree, data: dict[str, Any], message: str | None = None) -> None:
        """Put the first token into a tree, on the start event for a message, or on the one for none."""
        root = tree.plant(data)
        starts = tree.spec.start.outputs
        fitting = [spec for spec in starts if spec.element.message == message] or starts
        child = root._add_child(fitting[0])
        child.task_spec._update(child)

    def _end(self, token: Token) -> None:
        tree = token.workflow
        ended: dict[str, Any] = tree.task_tree.internal_data.setdefault("ended", {})
        if any(other is not token for other in tree.live_tokens()):
            # The others go on without what this branch changed; it comes in when the last of them ends.
            ended.update(changes(token.parent.data, token.data))
            token._set_state(TaskState.COMPLETED)
            token.prune()
            return
        data = apply_changes(token.data, ended)
        owner = getattr(tree, "owner", None)
        if owner is None:
            self._close("completed", data)
            return
        del self.tree.subprocesses[owner.id]
        owner.data = data
        self.finish(owner)

    def cancel(self) -> None:
        """Withdraw every token of the instance."""
        data = self.data_of(self.tree)
        for token in self.tree.live_tokens():
            if token.live:
                self.withdraw(token)
        self._close("cancelled", data)

    def _close(self, status: Status, data: dict[str, Any]) -> None:
        self.tree.tasks.clear()
        self.tree.plant({}).internal_data["final"] = data
        self.tree.status = status

    def data_of(self, tree: Any) -> dict[str, Any]:
        """Return the variables of a tree as if all its branches met now."""
        root = tree.task_tree
        if "final" in root.internal_data:
            return dict(root.internal_data["final"])
        live = {token.id: self._current(token) for token in tree.live_tokens()}
        return apply_changes(joins.fold(root, live) or root.data, root.internal_data.get("ended", {}))

    def _current(self, token: Token) -> Mapping[str, Any]:
        inner = self.tree.subprocesses.get(token.id)
        return token.data if inner is None else self.data_of(inner)

    def _arm(self, token: Token) -> None:
        text = token.task_spec.element.event.expression or ""
        value = text if instants.is_literal(text) else self.host.evaluate(text, token.data)
        token.internal_data["due_at"] = instants.instant(value, now=self.host.now).isoformat()

    def timers(self) -> list[tuple[datetime, int, Token]]:
        """Return the waiting timers, the earliest first."""
        found = [
            (datetime.fromisoformat(token.internal_data["due_at"]), int(token.id), token)
            for token in self.tree.live()
            if "due_at" in token.internal_data and "incident" not in token.internal_data
        ]
        return sorted(found, key=lambda entry: entry[:2])

    def _fire_due(self) -> bool:
        timers = self.timers()
        if not timers or timers[0][0] > self.host.now:
            return False
        token = timers[0][2]
        self.fire(token, {}, {"due_at": token.internal_data["due_at"]})
        return True
