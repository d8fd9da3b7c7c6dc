"""SpiffWorkflow's task specs, each told when a token that reaches it goes on by itself.

A spec is shared by every instance and thread, so nothing here changes one after it was built. What an element *does* is
in ``run.py``: a token that becomes READY is handed to it, and it decides how the token completes.
"""

from typing import Any

from SpiffWorkflow.bpmn.specs import defaults
from SpiffWorkflow.bpmn.specs.bpmn_process_spec import BpmnProcessSpec
from SpiffWorkflow.bpmn.specs.bpmn_task_spec import BpmnTaskSpec
from SpiffWorkflow.bpmn.specs.control import BoundaryEventSplit
from SpiffWorkflow.bpmn.specs.event_definitions.simple import NoneEventDefinition
from SpiffWorkflow.bpmn.specs.event_definitions.timer import TimerEventDefinition
from SpiffWorkflow.util.task import TaskState

Token = Any


def _wait(token: Token) -> bool:
    token._inherit_data()
    token._set_state(TaskState.WAITING)
    return False


class _Catching:
    """Waits for its event; the run evaluates timers, so that a faulty one is an incident of its element."""

    event_definition: Any

    def _update_hook(self, token: Token) -> bool:
        if isinstance(self.event_definition, NoneEventDefinition):
            token._inherit_data()
            return True
        _wait(token)
        if isinstance(self.event_definition, TimerEventDefinition):
            token.ask_attention()
        return False


class _Joining:
    """Waits for the run to see whether all tokens have come; remembers the flow by which this one came."""

    def _update_hook(self, token: Token) -> bool:
        token.internal_data["via"] = token.parent.task_spec.name
        _wait(token)
        token.ask_attention()
        return False


class _Plain:
    """Is READY at once. The library would open sub-processes and make loop instances here, half outside of the run."""

    def _update_hook(self, token: Token) -> bool:
        token._inherit_data()
        return True


class StartEvent(_Plain, defaults.StartEvent):
    """A start event; which one starts an instance is decided by whoever starts it."""


class IntermediateCatchEvent(_Catching, defaults.IntermediateCatchEvent):
    """A message or timer to wait for."""


class ReceiveTask(_Catching, defaults.ReceiveTask):
    """A message to wait for."""


class BoundaryEvent(_Catching, defaults.BoundaryEvent):
    """Waits beside its activity; ``activity`` is the spec name of that."""

    activity: str = ""


class EndEvent(defaults.EndEvent):
    """An end event; what a terminate event ends is the run's affair, the library searches the tree for it."""

    _on_complete_hook = BpmnTaskSpec._on_complete_hook


class EventBasedGateway(defaults.EventBasedGateway):
    """The first of the events behind it wins."""

    def connect(self, task_spec: Any) -> None:
        """Connect an event and leave it its definition, which the library moves into the gateway."""
        BpmnTaskSpec.connect(self, task_spec)

    def _update_hook(self, token: Token) -> bool:
        token._inherit_data()
        return True


class ParallelGateway(_Joining, defaults.ParallelGateway):
    """Goes on when a token has come by each flow."""


class InclusiveGateway(_Joining, defaults.InclusiveGateway):
    """Goes on when no token is left that could still come."""


class SubProcess(_Plain, defaults.SubWorkflowTask):
    """An embedded sub-process."""


class CallActivity(_Plain, defaults.CallActivity):
    """Another process of the bundle."""


class StandardLoop(_Plain, defaults.StandardLoopTask):
    """Repeats its activity while a condition holds."""


class SequentialMultiInstance(_Plain, defaults.SequentialMultiInstanceTask):
    """Its activity once for each item, one after the other."""


class ParallelMultiInstance(_Plain, defaults.ParallelMultiInstanceTask):
    """Its activity once for each item, all at once."""


class _End(BpmnTaskSpec):
    """Where tokens end: the run sees whether the process, or sub-process, is over."""

    def _update_hook(self, token: Token) -> bool:
        _wait(token)
        token.ask_attention()
        return False


class ProcessSpec(BpmnProcessSpec):
    """A process or embedded sub-process whose end waits for nobody by searching the tree."""

    end: Any

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        name = self.end.name
        del self.task_specs[name]
        self.end = _End(self, name)


LOOPS = (StandardLoop, SequentialMultiInstance, ParallelMultiInstance)
SCOPES = (SubProcess, CallActivity)
EventSplit = BoundaryEventSplit
End = _End
