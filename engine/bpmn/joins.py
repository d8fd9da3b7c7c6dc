"""Gateways that wait for tokens, and how the variables of the tokens come together.

BPMN 2.0.2, section 13.4: a parallel gateway takes one token from each flow and leaves the others; an inclusive one
waits for every token that could still come by a flow which has none yet. The library's joins count completed tasks of
the tree instead, and so fire early in the second turn of a loop.
"""

from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from SpiffWorkflow.util.task import TaskState

from engine.bpmn import specs
from engine.bpmn.mends import Token
from engine.bpmn.values import merge

if TYPE_CHECKING:
    from engine.bpmn.run import Run


def fold(task: Token, chosen: Mapping[int, Mapping[str, Any]]) -> dict[str, Any] | None:
    """Return what the chosen tokens below a task make of its data; None if none of them is there.

    Args:
        chosen: data by token id.
    """
    if task.id in chosen:
        return dict(chosen[task.id])
    below = [fold(child, chosen) for child in sorted(task.children, key=lambda child: int(child.id))]
    parts = [part for part in below if part is not None]
    if not parts:
        return None
    return parts[0] if len(parts) == 1 else merge(task.data, parts)


def open_parallel(token: Token) -> None:
    """Let a parallel gateway go on if a token has come by each of its flows."""
    waiting = _waiting(token)
    missing = Counter(token.task_spec._inputs)
    taken: list[Token] = []
    for other in waiting:
        if missing[other.internal_data["via"]] > 0:
            missing[other.internal_data["via"]] -= 1
            taken.append(other)
    if not missing.total():
        _join(taken)


def open_inclusive(run: "Run") -> bool:
    """Let one inclusive gateway go on for which no token can come any more; False if there is none."""
    for token in run.tree.live():
        if token._state != TaskState.WAITING or not isinstance(token.task_spec, specs.InclusiveGateway):
            continue
        waiting = _waiting(token)
        filled = {other.internal_data["via"] for other in waiting}
        if not _may_still_come(token, filled):
            _join(waiting)
            return True
    return False


def is_stranded(token: Token) -> bool:
    """Tell whether a token waits at a parallel gateway for one that nothing can send any more."""
    if token._state != TaskState.WAITING or not isinstance(token.task_spec, specs.ParallelGateway):
        return False
    missing: Counter[str] = Counter(token.task_spec._inputs)
    missing.subtract(other.internal_data["via"] for other in _waiting(token))
    names = token.task_spec._wf_spec.task_specs
    standing = {
        other.task_spec.name for other in token.workflow.live_tokens() if other.task_spec is not token.task_spec
    }
    return any(
        count > 0 and standing.isdisjoint(_upstream(token.task_spec.name, {name}, names))
        for name, count in missing.items()
    )


def missing_input(gateway: Any, token: Token) -> str | None:
    """Return a flow of a gateway by which no token waits there, by the spec that it comes from; None if all have."""
    left = Counter(gateway._inputs)
    waiting = [
        other
        for other in token.workflow.tasks.values()
        if other is not token and other._state == TaskState.WAITING and other.task_spec is gateway
    ]
    left.subtract(other.internal_data["via"] for other in waiting)
    return next((name for name, count in left.items() if count > 0), None)


def pass_alone(token: Token) -> None:
    """Let a token go on from a gateway without those that it waits for."""
    _join([token])


def _waiting(token: Token) -> list[Token]:
    return [
        other
        for other in token.workflow.tasks.values()
        if other._state == TaskState.WAITING and other.task_spec is token.task_spec
    ]


def _may_still_come(token: Token, filled: set[str]) -> bool:
    gateway = token.task_spec
    empty = set(gateway._inputs) - filled
    if not empty:
        return False
    names = gateway._wf_spec.task_specs
    to_empty, to_filled = _upstream(gateway.name, empty, names), _upstream(gateway.name, filled, names)
    standing = {other.task_spec.name for other in token.workflow.live_tokens() if other.task_spec is not gateway}
    return any(name in to_empty and name not in to_filled for name in standing)


def _upstream(gateway: str, sources: set[str], names: Mapping[str, Any]) -> set[str]:
    """Return the specs from which a token reaches one of the sources without passing the gateway."""
    found: set[str] = set()
    todo = [name for name in sources if name != gateway]
    while todo:
        name = todo.pop()
        if name not in found:
            found.add(name)
            todo += [before for before in names[name]._inputs if before != gateway]
    return found


def _join(tokens: list[Token]) -> None:
    last = max(tokens, key=lambda token: int(token.id))
    if len(tokens) > 1:
        data = fold(last.workflow.task_tree, {token.id: token.data for token in tokens})
        assert data is not None, "the tokens are in the tree"
        last.data = data
    for token in tokens:
        if token is not last:
            token._set_state(TaskState.CANCELLED)
            token.prune()
    last.internal_data.pop("via")
    last._ready()
