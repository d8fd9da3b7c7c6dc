"""Edits that an administrator makes to the tokens and variables of one instance, before it runs on.

A moved token stays in its branch, so that joins still know what the branch changed; an added one gets a split of its
own at the root of its scope. What is skipped ends as if it had been done, with the result that is given, and without
its effect. Nothing runs between the edits: what they leave behind is driven once, at the end.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

from SpiffWorkflow.bpmn.specs import defaults
from SpiffWorkflow.bpmn.specs.event_definitions.item_aware_event import ErrorEventDefinition
from SpiffWorkflow.util.task import TaskState

from engine.bpmn import behaviour, joins, loops, specs
from engine.bpmn import revise as revision
from engine.bpmn.elements import Element
from engine.bpmn.errors import BpmnError
from engine.bpmn.mends import Token
from engine.bpmn.run import Run
from engine.bpmn.values import checked, merge
from engine.errors import FieldflowError, FieldProblem, InvalidInputError

Act = Literal["move", "add", "cancel", "skip", "set", "retry"]
ACTS: tuple[Act, ...] = get_args(Act)
SKIPPED = {"skipped": True}
"""What the trail says of an element that was skipped."""

_CHOOSING = (defaults.ExclusiveGateway, specs.InclusiveGateway)
_JOINING = (specs.ParallelGateway, specs.InclusiveGateway)
_SCOPES = (specs.SubProcess, specs.CallActivity)
_CATCHING = (specs.IntermediateCatchEvent, specs.ReceiveTask, specs.BoundaryEvent)
_ABSORBING = (defaults.UserTask, defaults.ManualTask, defaults.ScriptTask, defaults.ServiceTask)


@dataclass(frozen=True)
class Edit:
    """One edit.

    Args:
        token: key of the token that it is about; none for ``add`` and ``set``.
        to: id of the element to move to, or to add a token at.
        values: the result of what is skipped, or the variables to set; JSON.
    """

    act: Act
    token: str = ""
    to: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Standing:
    """A token, and what may be done to it.

    Args:
        state: ``open``, ``waiting``, ``running`` or ``incident``.
        due_at: of a timer, ISO 8601, UTC.
        is_stranded: it waits for a token that can no longer come.
        scope: id of the process or sub-process that it is in.
    """

    token: str
    element_id: str
    state: str
    due_at: str | None
    acts: tuple[Act, ...]
    is_stranded: bool
    scope: str


class RepairError(InvalidInputError):
    """Edits that are impossible; ``problems`` are pairs of the edit's number and why.

    A problem's parameter ``element`` is the id of an element.
    """

    code = "repair_impossible"

    def __init__(self, problems: Sequence[tuple[int, FieldProblem]]) -> None:
        super().__init__("Some edits are impossible.")
        self.problems = tuple(problems)


class _ImpossibleError(Exception):
    def __init__(self, template: str, code: str, **params: Any) -> None:
        super().__init__(template)
        self.problem = FieldProblem(template, code=code, **params)


def _refusal(act: Act, element_id: str) -> _ImpossibleError:
    match act:
        case "retry":
            return _ImpossibleError("Nothing has failed at {element}.", "no_retry", element=element_id)
        case "move":
            return _ImpossibleError(
                "{element} cannot be moved by itself: move what it belongs to.", "no_move", element=element_id
            )
        case "cancel":
            return _ImpossibleError(
                "{element} cannot be cancelled by itself: cancel or skip what it belongs to.",
                "no_cancel",
                element=element_id,
            )
    return _ImpossibleError(
        "{element} chooses a way: move the token to where it should go, or cancel it.", "no_skip", element=element_id
    )


def acts(token: Token) -> tuple[Act, ...]:
    """Return what may be done to a token."""
    spec = token.task_spec
    parked: tuple[Act, ...] = ("retry",) if "incident" in token.internal_data else ()
    if isinstance(getattr(spec, "event_definition", None), ErrorEventDefinition) and isinstance(
        spec, specs.BoundaryEvent
    ):
        return parked
    if isinstance(spec, specs.BoundaryEvent):
        return (*parked, "skip", "cancel")
    if loops.is_turn(token.parent, token):
        return (*parked, "skip")
    if isinstance(spec, _CHOOSING) and token._state != TaskState.WAITING:
        return (*parked, "move", "cancel")
    return (*parked, "skip", "move", "cancel")


def apply(run: Run, edits: Sequence[Edit]) -> list[Token]:
    """Do the edits, and return the open tasks whose due time or fields were asked again.

    Raises:
        RepairError: some of them are impossible.
    """
    return _Repair(run).do(edits)


class _Repair:
    def __init__(self, run: Run) -> None:
        self.run = run
        self.revised: list[Token] = []
        # A scope whose last token is cancelled has no variables any more; one that is added must find them.
        self.last_data = {id(tree): run.data_of(tree) for tree in run.tree.trees()}

    def do(self, edits: Sequence[Edit]) -> list[Token]:
        problems: list[tuple[int, FieldProblem]] = []
        for number, edit in enumerate(edits):
            try:
                getattr(self, f"_{edit.act}")(edit)
            except _ImpossibleError as error:
                problems.append((number, error.problem))
            except FieldflowError as error:
                problems.append((number, FieldProblem.of(error)))
            except BpmnError as error:
                problems.append((number, FieldProblem("{reason}", code=error.code, reason=error.message)))
        if not problems:
            problems = [(len(edits) - 1, problem) for problem in self._emptied()]
        if problems:
            raise RepairError(problems)
        return self.revised

    def _emptied(self) -> list[FieldProblem]:
        tree = self.run.tree
        found = [
            FieldProblem("Nothing is left inside of {element}: cancel or skip it instead.", code="scope_emptied",
                         element=scope.owner.task_spec.element.id)
            for scope in tree.subprocesses.values() if not scope.live_tokens()
        ]  # fmt: skip
        if not found and not tree.live_tokens():
            self.run._close("cancelled", self.last_data[id(tree)])
        return found

    def _token(self, edit: Edit) -> Token:
        token = self.run.tree.find(edit.token)
        if token is None or token.task_spec.element is None:
            raise _ImpossibleError("This token is not there any more.", "token_gone")
        if edit.act not in acts(token):
            raise _refusal(edit.act, token.task_spec.element.id)
        return token

    def _target(self, to: str, tree: Any) -> Any:
        spec = tree.spec.task_specs.get(to)
        element: Element | None = self.run.model.elements.get(to)
        if spec is None or element is None:
            raise _ImpossibleError("{element} is in another sub-process.", "other_scope", element=to)
        if isinstance(spec, specs.BoundaryEvent):
            raise _ImpossibleError(
                "{element} waits beside its activity: a token cannot be put there.", "on_boundary", element=to
            )
        return tree.spec.task_specs.get(f"{to}.BoundaryEventSplit", spec)

    def _move(self, edit: Edit) -> None:
        token = self._token(edit)
        spec = self._target(edit.to, token.workflow)
        self._require_way_in(spec, token)
        self._stop(token)
        token.grow(spec)
        token.complete()
        [child] = token.children
        self._come_in(child)
        token.prune()

    def _require_way_in(self, spec: Any, token: Token) -> None:
        if isinstance(spec, _JOINING) and joins.missing_input(spec, token) is None:
            raise _ImpossibleError(
                "A token waits on every way into {element} already.", "ways_taken", element=spec.element.id
            )

    def _come_in(self, token: Token) -> None:
        """Let a token that was put on a join count for a flow by which none has come."""
        if isinstance(token.task_spec, _JOINING):
            token.internal_data["via"] = joins.missing_input(token.task_spec, token)

    def _stop(self, token: Token) -> None:
        """End what runs inside of a token's element and waits beside it."""
        self.run._end_events(token)
        for child in token.children:
            if child.live:
                self.run.withdraw(child)
        inner = self.run.tree.subprocesses.pop(token.id, None)
        if inner is not None:
            for child in inner.live_tokens():
                if child.live:
                    self.run.withdraw(child)
        self._close_task(token)
        for name in ("incident", "awaits", "due_at"):
            token.internal_data.pop(name, None)

    def _close_task(self, token: Token) -> None:
        if token.internal_data.pop("open", None) is not None:
            self.run.closed.append(token.key)

    def _add(self, edit: Edit) -> None:
        trees = [tree for tree in self.run.tree.trees() if edit.to in tree.spec.task_specs]
        if not trees:
            element = self.run.model.elements.get(edit.to)
            if element is None:
                raise _ImpossibleError("This element is not in the process.", "element_unknown")
            raise _ImpossibleError(
                "{element} is in a sub-process that does not run: add a token at that.",
                "scope_closed",
                element=edit.to,
            )
        if len(trees) > 1:
            raise _ImpossibleError(
                "The sub-process of {element} runs more than once: it is not clear where.",
                "scope_twice",
                element=edit.to,
            )
        tree = trees[0]
        spec = self._target(edit.to, tree)
        self._require_way_in(spec, tree.task_tree)
        parent, data = self._fork(tree)
        child = parent._add_child(spec)
        child.data = data
        spec._update(child)
        self._come_in(child)

    def _fork(self, tree: Any) -> tuple[Token, dict[str, Any]]:
        """Return where a new branch of a scope begins, and its variables."""
        root = tree.task_tree
        if not tree.live_tokens():
            return root, self.last_data[id(tree)]
        data = self.run.data_of(tree)
        # The root of a loaded state has no variables, so that no branch may compare with it.
        others = list(root._children)
        fork = Token(tree, tree.spec.start, root, state=TaskState.COMPLETED)
        fork.data = data
        fork._children, root._children = others, [fork.id]
        for child in others:
            tree.tasks[child]._parent = fork.id
        rest = {key: task for key, task in tree.tasks.items() if key not in {root.id, fork.id}}
        tree.tasks.clear()
        tree.tasks.update({root.id: root, fork.id: fork, **rest})
        return fork, data

    def _cancel(self, edit: Edit) -> None:
        token = self._token(edit)
        if not isinstance(token.task_spec, specs.BoundaryEvent):
            self.run._end_events(token)
        self.run.withdraw(token)

    def _skip(self, edit: Edit) -> None:
        token = self._token(edit)
        spec, values = token.task_spec, checked(edit.values)
        internal = token.internal_data
        if isinstance(spec, _CATCHING):
            internal.pop("incident", None)
            self.run.fire(token, values, SKIPPED)
        elif isinstance(spec, specs.LOOPS):
            if "turns" not in internal:
                self._finish(token)
                return
            internal.pop("incident", None)
            loops.break_off(self.run, token)
        elif isinstance(spec, _SCOPES):
            inner = self.run.tree.subprocesses.get(token.id)
            if inner is not None:
                token.data = merge(token.data, [self.run.data_of(inner)])
            token.data = {**token.data, **values}
            self._stop(token)
            self._finish(token)
        elif isinstance(spec, _JOINING):
            internal.pop("incident", None)
            joins.pass_alone(token)
        else:
            if isinstance(spec, _ABSORBING):
                behaviour.absorb(token, spec.element, values)
            self._finish(token)

    def _finish(self, token: Token) -> None:
        self._close_task(token)
        for name in ("incident", "awaits"):
            token.internal_data.pop(name, None)
        self.run.finish(token, SKIPPED)

    def _set(self, edit: Edit) -> None:
        for element in self.run.model.elements.values():
            if element.loop and element.loop["kind"] != "standard" and loops.item_name(element.loop) in edit.values:
                raise _ImpossibleError(
                    "{name} is the item of each turn of {element}: it cannot be set for all.",
                    "loop_item",
                    name=loops.item_name(element.loop),
                    element=element.id,
                )
        self.revised += revision.revise(self.run, edit.values)
        self.last_data = {key: {**data, **edit.values} for key, data in self.last_data.items()}

    def _retry(self, edit: Edit) -> None:
        token = self._token(edit)
        del token.internal_data["incident"]
        if token.internal_data.pop("awaits", None):
            token._set_state(TaskState.READY)
        token.ask_attention()
