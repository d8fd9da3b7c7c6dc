"""What comes out of a run: the step, and how its tokens stand."""

from SpiffWorkflow.bpmn.specs.event_definitions.message import MessageEventDefinition
from SpiffWorkflow.util.task import TaskState

from engine.bpmn import codec, specs
from engine.bpmn.effects import OpenTask, Step
from engine.bpmn.mends import Token
from engine.bpmn.run import Run


def how_it_stands(token: Token) -> str:
    """Return ``open``, ``waiting``, ``running`` or ``incident``."""
    if "incident" in token.internal_data:
        return "incident"
    if "open" in token.internal_data:
        return "open"
    return "waiting" if token._state == TaskState.WAITING or "awaits" in token.internal_data else "running"


def element_id(token: Token) -> str:
    """Return the id of the element under a token."""
    element = token.task_spec.element
    return str(element.id if element else token.task_spec.name)


def finished(run: Run) -> Step:
    """Run on, and return what came of it."""
    if run.tree.status == "running":
        run.drive()
    return at_rest(run)


def at_rest(run: Run) -> Step:
    """Return what came of a run that goes no further now."""
    timers = run.timers()
    return Step(
        state=codec.dump(run.tree, run.model),
        status=run.tree.status,
        data=run.data_of(run.tree),
        opened=tuple(open_task(token) for token in run.opened.values()),
        closed=tuple(run.closed),
        trail=tuple(run.trail),
        messages=tuple(run.messages),
        awaiting=tuple(sorted({name for token in run.tree.live() if (name := message_of(token))})),
        next_due_at=timers[0][0] if timers else None,
        incidents=tuple(run.incidents),
        standing=tuple(dict.fromkeys(element_id(token) for token in run.tree.live() if _stands(token))),
    )


def _stands(token: Token) -> bool:
    return token.task_spec.element is not None and not isinstance(token.task_spec, specs.BoundaryEvent)


def message_of(token: Token) -> str | None:
    """Return the name of the message that a token waits for, or None."""
    waits = token._state == TaskState.WAITING
    definition = getattr(token.task_spec, "event_definition", None)
    return definition.name if waits and isinstance(definition, MessageEventDefinition) else None


def open_task(token: Token) -> OpenTask:
    """Return the user task under a token."""
    element = token.task_spec.element
    opened = token.internal_data["open"]
    return OpenTask(
        key=token.key,
        element_id=element.id,
        lane=element.lane,
        data=dict(token.data),
        name=element.name,
        form=opened["form"],
        due=opened["due"],
        fields=opened["fields"],
        optional=element.properties.get("optional") == "true",
    )
