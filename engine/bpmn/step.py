"""The acts on an instance: each takes a state and gives a ``Step``; on an exception nothing has happened."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, cast

from SpiffWorkflow.util.task import TaskState

from engine.bpmn import behaviour, codec, joins, specs
from engine.bpmn import migrate as migration
from engine.bpmn import repair as repairs
from engine.bpmn import revise as revision
from engine.bpmn.effects import WAIT, Host, Incident, OpenTask, Step, Thrown, Trail, Wait, WaitingTimer
from engine.bpmn.errors import BpmnError, BudgetError, NotReadyError, NotWaitingError, StateError, ValuesError
from engine.bpmn.mends import InstanceTree, Token
from engine.bpmn.migrate import MigrationError, Moved
from engine.bpmn.model import ProcessModel
from engine.bpmn.repair import Edit, RepairError, Standing
from engine.bpmn.result import at_rest, element_id, finished, how_it_stands, message_of, open_task
from engine.bpmn.run import Run
from engine.bpmn.values import checked
from engine.errors import FieldProblem

__all__ = [
    "WAIT",
    "BpmnError",
    "BudgetError",
    "Edit",
    "Host",
    "Incident",
    "MigrationError",
    "Moved",
    "NotReadyError",
    "NotWaitingError",
    "OpenTask",
    "RepairError",
    "Standing",
    "StateError",
    "Step",
    "Thrown",
    "Trail",
    "ValuesError",
    "Wait",
    "WaitingTimer",
    "advance",
    "cancel",
    "complete",
    "drop_timer",
    "incidents",
    "migrate",
    "move_timer",
    "open_tasks",
    "repair",
    "retry",
    "revise",
    "send_message",
    "settle",
    "standing",
    "start",
    "timers",
    "tokens",
    "variables",
    "with_later_keys",
]


def start(model: ProcessModel, data: Mapping[str, Any], host: Host, *, start_message: str | None = None) -> Step:
    """Start an instance and run it to where it waits.

    Args:
        data: its first variables.
        start_message: name of the message that starts it; a model whose only start is a message start needs none.

    Raises:
        ValuesError: the data may not become variables.
        NotWaitingError: the message starts nothing here.
        BudgetError: the model loops without waiting.
    """
    run = Run(model, InstanceTree(model.specs, model.key), host)
    if start_message is not None and start_message != model.start_message:
        raise NotWaitingError("The process does not start by the message {name}.", name=start_message)
    run.enter(run.tree, checked(data), start_message)
    return finished(run)


def complete(model: ProcessModel, state: bytes, task_key: str, values: Mapping[str, Any], host: Host) -> Step:
    """Complete an open user task with the values of its form.

    Raises:
        NotReadyError: the task is not open.
        ValuesError: the values may not become variables.
        BudgetError: the model loops without waiting.
    """
    run = _resumed(model, state, host)
    token = run.tree.find(task_key)
    if token is None or "open" not in token.internal_data:
        raise NotReadyError("This task is no longer open.")
    token.data = {**token.data, **checked(values)}
    del token.internal_data["open"]
    run.finish(token)
    return finished(run)


def send_message(model: ProcessModel, state: bytes, name: str, payload: Mapping[str, Any], host: Host) -> Step:
    """Give a message to the event that has waited for it the longest; its payload becomes variables there.

    Raises:
        NotWaitingError: nothing waits for it.
        ValuesError: the payload may not become variables.
        BudgetError: the model loops without waiting.
    """
    run = _resumed(model, state, host)
    token = next((token for token in run.tree.live() if message_of(token) == name), None)
    if token is None:
        raise NotWaitingError("Nothing waits for the message {name}.", name=name)
    run.fire(token, checked(payload), {"message": name})
    return finished(run)


def settle(model: ProcessModel, state: bytes, token: str, result: Mapping[str, Any] | BpmnError, host: Host) -> Step:
    """Give a service task the result that it waits for, or the error that came instead.

    A result that may not become variables parks the task: to give it again would not help.

    Raises:
        NotWaitingError: nothing waits for it.
        BudgetError: the model loops without waiting.
    """
    run = _resumed(model, state, host)
    found = run.tree.find(token)
    if found is None or "awaits" not in found.internal_data:
        raise NotWaitingError("Nothing waits for this result.")
    if isinstance(result, BpmnError):
        run.raise_error(found, result.code, result.message, result.problem)
        return finished(run)
    try:
        behaviour.absorb(found, found.task_spec.element, result)
    except ValuesError as error:
        run.park(found, error.code, str(error), FieldProblem.of(error))
    else:
        found.internal_data.pop("incident", None)
        run.finish(found, dict(result))
    return finished(run)


def advance(model: ProcessModel, state: bytes, host: Host) -> Step:
    """Fire the timers that are due.

    Raises:
        BudgetError: the model loops without waiting.
    """
    return finished(_resumed(model, state, host))


def retry(model: ProcessModel, state: bytes, token: str, host: Host) -> Step:
    """Run a parked element again.

    Args:
        token: of the incident, or the id of an element: all that is parked there.

    Raises:
        NotReadyError: nothing is parked there.
        BudgetError: the model loops without waiting.
    """
    run = _resumed(model, state, host)
    parked = [found for found in run.tree.live() if "incident" in found.internal_data]
    chosen = [found for found in parked if token in {found.key, element_id(found)}]
    if not chosen:
        raise NotReadyError("Nothing is parked there any more.")
    for found in chosen:
        del found.internal_data["incident"]
        if found.internal_data.pop("awaits", None):
            found._set_state(TaskState.READY)
        found.ask_attention()
    return finished(run)


def revise(model: ProcessModel, state: bytes, values: Mapping[str, Any], host: Host) -> Step:
    """Set variables of a running instance, and ask again what open tasks and timers had computed from them.

    Not for a name that a loop of the model gives to its items: each turn would get the same.

    Raises:
        NotReadyError: the instance has ended.
        ValuesError: the values may not become variables.
        FieldflowError: an expression has no value any more.
        BudgetError: the model loops without waiting.
    """
    run = _resumed(model, state, host)
    if run.tree.status != "running":
        raise NotReadyError("The process has ended.")
    revised = revision.revise(run, values)
    step = finished(run)
    return replace(step, revised=tuple(open_task(token) for token in revised if "open" in token.internal_data))


def repair(model: ProcessModel, state: bytes, edits: Sequence[Edit], host: Host) -> Step:
    """Do an administrator's edits, one after the other, and run on from where they leave the tokens.

    Raises:
        NotReadyError: the instance has ended.
        RepairError: some edits are impossible; it names each.
        BudgetError: the model loops without waiting.
    """
    run = _resumed(model, state, host)
    if run.tree.status != "running":
        raise NotReadyError("The process has ended.")
    revised = repairs.apply(run, edits)
    step = finished(run)
    codec.load(step.state, model)  # what was mended by hand must be there again when it is loaded
    return replace(step, revised=tuple(open_task(token) for token in revised if "open" in token.internal_data))


def migrate(
    old: ProcessModel, new: ProcessModel, state: bytes, mapping: Mapping[str, str], host: Host
) -> tuple[Step, Moved]:
    """Carry an instance over to another version of its model; no token moves on.

    Args:
        mapping: ids of elements of the old model to those of the new one, where they differ.

    Returns:
        the step, whose ``opened`` and ``closed`` stay empty, and what became of each token.

    Raises:
        MigrationError: it cannot be carried over; names each reason.
        NotReadyError: the instance has ended.
    """
    tree = codec.load(state, old)
    if tree.status != "running":
        raise NotReadyError("The process has ended.")
    run, moved = migration.carry_over(Run(old, tree, host), new, mapping)
    step = at_rest(run)
    codec.load(step.state, new)
    return step, moved


def standing(model: ProcessModel, state: bytes) -> tuple[Standing, ...]:
    """Return every token of an instance with what may be done to it."""
    tree = codec.load(state, model)
    return tuple(
        Standing(
            token.key,
            element_id(token),
            how_it_stands(token),
            token.internal_data.get("due_at"),
            repairs.acts(token),
            joins.is_stranded(token),
            token.workflow.spec.name,
        )
        for token in tree.live()
        if token.task_spec.element is not None
    )


def with_later_keys(model: ProcessModel, state: bytes, later: bytes) -> bytes:
    """Return a state from which no token gets a key that was used up to ``later``, a state of the same instance."""
    tree = codec.load(state, model)
    tree.last_id = max(tree.last_id, codec.last_id(later))
    return codec.dump(tree, model)


def move_timer(model: ProcessModel, state: bytes, token: str, due_at: datetime, host: Host) -> Step:
    """Let a waiting timer fire at another time; at once, if that is past.

    Raises:
        NotWaitingError: it does not wait any more.
        BudgetError: the model loops without waiting.
    """
    run = _resumed(model, state, host)
    _timer(run, token).internal_data["due_at"] = due_at.isoformat()
    return finished(run)


def drop_timer(model: ProcessModel, state: bytes, token: str, host: Host) -> Step:
    """Let a timer beside an activity never fire; the activity goes on.

    Raises:
        NotWaitingError: it does not wait any more, or the process would stand still without it.
    """
    run = _resumed(model, state, host)
    found = _timer(run, token)
    if not isinstance(found.task_spec, specs.BoundaryEvent):
        raise NotWaitingError("The process waits for this timer alone. Let it fire instead.")
    run.withdraw(found)
    return finished(run)


def timers(model: ProcessModel, state: bytes) -> tuple[WaitingTimer, ...]:
    """Return the timers that wait, the earliest first."""
    waiting = Run(model, codec.load(state, model), cast(Host, None)).timers()  # reading asks the host for nothing
    return tuple(
        WaitingTimer(element_id(token), token.key, at, isinstance(token.task_spec, specs.BoundaryEvent))
        for at, _id, token in waiting
    )


def _timer(run: Run, key: str) -> Token:
    token = run.tree.find(key)
    if token is None or "due_at" not in token.internal_data or "incident" in token.internal_data:
        raise NotWaitingError("This timer does not wait any more.")
    return token


def cancel(model: ProcessModel, state: bytes, host: Host) -> Step:
    """End an instance where it stands."""
    run = _resumed(model, state, host)
    if run.tree.status == "running":
        run.cancel()
    return finished(run)


def open_tasks(model: ProcessModel, state: bytes) -> tuple[OpenTask, ...]:
    """Return the user tasks that wait for a person."""
    return tuple(open_task(token) for token in codec.load(state, model).live() if "open" in token.internal_data)


def variables(model: ProcessModel, state: bytes) -> dict[str, Any]:
    """Return the variables of an instance as if all its branches met now."""
    tree = codec.load(state, model)
    return Run(model, tree, cast(Host, None)).data_of(tree)  # reading asks the host for nothing


def incidents(model: ProcessModel, state: bytes) -> tuple[Incident, ...]:
    """Return all that is parked, not only since the last step."""
    return tuple(
        Incident(element_id(token), token.key, *token.internal_data["incident"])
        for token in codec.load(state, model).live()
        if "incident" in token.internal_data
    )


def tokens(model: ProcessModel, state: bytes) -> tuple[tuple[str, str], ...]:
    """Return where an instance stands: element id with ``open``, ``waiting``, ``running`` or ``incident``."""
    live = codec.load(state, model).live()
    return tuple((element_id(token), how_it_stands(token)) for token in live if token.task_spec.element is not None)


def _resumed(model: ProcessModel, state: bytes, host: Host) -> Run:
    return Run(model, codec.load(state, model), host)
