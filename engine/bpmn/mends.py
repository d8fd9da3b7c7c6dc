"""SpiffWorkflow's tokens and trees, mended. Everything here goes when ``tests/unit/bpmn/test_mends.py`` says so.

What is mended, each measured or reproduced with 3.2.0:

- Every completed task stays in the tree, searches walk all of it, stop without a word at depth 1,000, and some recurse
  by parent: a loop of 500 turns stalls, and each turn costs more than the one before. Here finished tokens are spliced
  out as soon as no split needs them (``Token.prune``): history is the application's.
- Every reachable element is predicted as a task of its own, again after each step. Here a token's children are made
  when it completes.
- Each state change formats a log record; each ready task tests its spec again.
- Data is half-copied from task to task, its inner lists and dicts shared with siblings and history. Here a token
  shares its parent's dict until it gets its own, and nested values are never changed in place.
- Joins count what earlier turns of a loop left behind, and merge whole copies over each other. See ``Run`` for ours.
- ``call_service`` hides errors behind a ``NameError``, and the script engine is ``eval``. Here there is none.
"""

import heapq
from collections.abc import Mapping
from typing import Any

from SpiffWorkflow.bpmn.util.subworkflow import BpmnSubWorkflow
from SpiffWorkflow.bpmn.workflow import BpmnWorkflow
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from engine.bpmn.effects import Status

MENDED_VERSION = "3.2.0"


class Token(Task):
    """A task of the tree: a token, or a finished task that a split still needs.

    ``internal_data`` holds JSON only: ``via``, ``due_at``, ``incident``, ``open``, and what loops count.
    """

    data: dict[str, Any]
    internal_data: dict[str, Any]
    _state: int

    def __init__(
        self, workflow: Any, task_spec: Any, parent: Any = None, state: int = TaskState.FUTURE, id: int | None = None
    ) -> None:
        super().__init__(workflow, task_spec, parent, state=state, id=id or workflow.top_workflow.next_id())

    def _set_state(self, value: int) -> None:
        self._state = value

    def _add_child(self, task_spec: Any, state: int = TaskState.FUTURE) -> "Token":
        return Token(self.workflow, task_spec, self, state=state)

    def _inherit_data(self) -> None:
        parent = self.parent
        if parent is not None:
            self.data = {**parent.data, **self.data} if self.data else parent.data

    def _ready(self) -> None:
        self._state = TaskState.READY
        self.ask_attention()

    def ask_attention(self) -> None:
        """Have the run look at this token."""
        heapq.heappush(self.workflow.top_workflow.attention, (self.id, self))

    @property
    def key(self) -> str:
        """How others call this token: unique in its instance, for ever."""
        return str(self.id)

    @property
    def live(self) -> bool:
        """Whether it is not finished."""
        return bool(self._state < TaskState.COMPLETED)

    def grow(self, spec: Any) -> None:
        """Make a child that is updated when this token completes."""
        Token(self.workflow, spec, self)

    def prune(self) -> None:
        """Take finished tasks out of the tree, from here up, as far as no split needs them.

        A task with two children or more is a split: joins compare branches with its data. The root stays.
        """
        tasks = self.workflow.tasks
        token = self
        while not token.live and token._parent is not None and len(token._children) < 2:
            parent = tasks[token._parent]
            place = parent._children.index(token.id)
            parent._children[place : place + 1] = token._children
            for child in token._children:
                tasks[child]._parent = parent.id
            del tasks[token.id]
            token = parent


class _Tree:
    """What a process instance and its sub-processes have in common."""

    tasks: dict[int, Token]
    task_tree: Token
    last_task: Any
    spec: Any

    def _task_completed_notify(self, task: Token) -> None:
        # The library searches the tree for waiting tasks after each completion; ours ask for attention themselves.
        self.last_task = task

    def plant(self, data: dict[str, Any]) -> Token:
        """Make the root of the tree, completed."""
        self.task_tree = Token(self, self.spec.start, state=TaskState.COMPLETED)
        self.task_tree.data = data
        return self.task_tree

    def live_tokens(self) -> list[Token]:
        """Return the tokens that are not finished, the oldest first."""
        return [token for token in self.tasks.values() if token.live]


class SubProcessTree(_Tree, BpmnSubWorkflow):
    """The tree of a running sub-process or called process."""

    def __init__(self, spec: Any, owner: Token, top: "InstanceTree") -> None:
        super().__init__(spec, owner.id, top, deserializing=True)
        self.owner = owner

    def _calculate_depth(self) -> int:
        return 0


class InstanceTree(_Tree, BpmnWorkflow):
    """The tree of a process instance; ``subprocesses`` holds the others by the id of the token that runs them."""

    def __init__(self, specs: Mapping[str, Any], key: str) -> None:
        super().__init__(specs[key], specs, script_engine=_NoScripts(), deserializing=True)
        self.attention: list[tuple[int, Token]] = []
        self.last_id = 0
        self.status: Status = "running"

    def next_id(self) -> int:
        """Return a token id that was never used in this instance."""
        self.last_id += 1
        return self.last_id

    def open_scope(self, owner: Token) -> SubProcessTree:
        """Start the tree of the sub-process that a token stands on."""
        tree = SubProcessTree(self.subprocess_specs[owner.task_spec.spec], owner, self)
        self.subprocesses[owner.id] = tree
        return tree

    def trees(self) -> list[Any]:
        """Return the trees of the instance, outer before inner."""
        return [self, *self.subprocesses.values()]

    def live(self) -> list[Token]:
        """Return the tokens of all trees that are not finished, the oldest first."""
        found = [token for tree in self.trees() for token in tree.live_tokens()]
        return sorted(found, key=lambda token: int(token.id))

    def find(self, key: str) -> Token | None:
        """Return the live token that others call ``key``."""
        if key.isascii() and key.isdigit():
            for tree in self.trees():
                token: Token | None = tree.tasks.get(int(key))
                if token is not None and token.live:
                    return token
        return None


class _NoScripts:
    """In place of the library's script engine: a process model holds FEEL, and the run evaluates it."""

    def evaluate(self, *_args: Any, **_kwargs: Any) -> Any:
        """Refuse.

        Raises:
            AssertionError: always.
        """
        raise AssertionError("the library evaluates nothing here")

    execute = call_service = evaluate
