"""SpiffWorkflow's parser, building our specs; with what made it hang, guess or depend on the drawing taken out."""

import threading
from collections.abc import Callable, Sequence
from typing import Any

from SpiffWorkflow.bpmn.parser.BpmnParser import BpmnParser
from SpiffWorkflow.bpmn.parser.event_parsers import (
    BoundaryEventParser,
    EndEventParser,
    EventBasedGatewayParser,
    IntermediateCatchEventParser,
    IntermediateThrowEventParser,
    ReceiveTaskParser,
    SendTaskParser,
    StartEventParser,
)
from SpiffWorkflow.bpmn.parser.ProcessParser import ProcessParser
from SpiffWorkflow.bpmn.parser.task_parsers import (
    CallActivityParser,
    ConditionalGatewayParser,
    GatewayParser,
    SubWorkflowParser,
)
from SpiffWorkflow.bpmn.parser.TaskParser import TaskParser
from SpiffWorkflow.bpmn.parser.util import full_tag
from SpiffWorkflow.bpmn.parser.ValidationException import ValidationException
from SpiffWorkflow.bpmn.specs import defaults

from engine.bpmn import specs
from engine.bpmn.documents import Node
from engine.bpmn.errors import ModelError


class _Nodes:
    """What is common to the parsers of all flow nodes."""

    STANDARD_LOOP_CLASS = specs.StandardLoop
    PARALLEL_MI_CLASS = specs.ParallelMultiInstance
    SEQUENTIAL_MI_CLASS = specs.SequentialMultiInstance
    task: Any
    spec: Any
    bpmn_id: str
    process_parser: Any

    def parse_incoming_data_references(self) -> list[Any]:
        """Leave data objects to the drawing: a dangling one in a sub-process hangs the library's search for it."""
        return []

    def parse_outgoing_data_references(self) -> list[Any]:
        """Leave data objects to the drawing."""
        return []

    def get_position(self, node: Node = None) -> dict[str, float]:  # noqa: ARG002 - the library's signature
        """Keep flows in the order of the file: else moving a shape would change which condition is tried first."""
        return {"x": 0.0, "y": 0.0}

    def _add_boundary_event(self, children: Sequence[Node]) -> Any:
        # Without the library's join, which finds its split by climbing the tree; the run ends the events itself.
        split = specs.EventSplit(self.spec, f"{self.bpmn_id}.BoundaryEventSplit", lane=self.task.lane)
        split.connect(self.task)
        for node in children:
            event = self.process_parser.parse_node(node)
            event.activity = self.task.name
            split.connect(event)
        return split

    def _add_loop_task(self, loop_characteristics: Node) -> None:  # noqa: ARG002 - the library's signature
        self._wrap(lambda name: self.STANDARD_LOOP_CLASS(self.spec, name, "", None, None, False))

    def _add_multiinstance_task(self, loop_characteristics: Node) -> None:
        sequential = loop_characteristics.get("isSequential") == "true"
        wrapper = self.SEQUENTIAL_MI_CLASS if sequential else self.PARALLEL_MI_CLASS
        self._wrap(lambda name: wrapper(self.spec, name, ""))

    def _wrap(self, make: Any) -> None:
        original = self.spec.task_specs.pop(self.task.name)
        self.task = make(original.name)
        TaskParser._copy_task_attrs(self, original)


def _ours(parser: type) -> type:
    return type(parser.__name__, (_Nodes, parser), {})


class _ScriptParser(_Nodes, TaskParser):
    def create_task(self) -> Any:
        return self.spec_class(self.spec, self.bpmn_id, script="", **self.bpmn_attributes)


class _ConditionalParser(_Nodes, ConditionalGatewayParser):
    def connect_outgoing(self, outgoing_task: Any, sequence_flow_node: Node, is_default: bool) -> None:  # noqa: ARG002
        # The run evaluates the conditions of the model's flows; here only the graph counts.
        self.task.connect(outgoing_task)


class _ProcessParser(ProcessParser):
    def create_spec(self) -> Any:
        if not self.process_executable:
            raise ValidationException(f"Process {self.bpmn_id} is not executable.", node=self.node)
        return specs.ProcessSpec(name=self.bpmn_id, description=self.get_name(), filename=self.filename)

    def add_tasks(self) -> None:
        """Parse from each start event; several are alternatives, so they need no split and join.

        Raises:
            ValidationException: there is no start event.
        """
        nodes = self.xpath("./bpmn:startEvent")
        if not nodes:
            raise ValidationException("No start event found", node=self.node, file_name=self.filename)
        for node in nodes:
            self.parse_node(node)


class Parser(BpmnParser):
    """Knows exactly the elements that run here."""

    PROCESS_PARSER_CLASS = _ProcessParser
    PARSER_CLASSES = {
        full_tag(name): (parser, spec)
        for name, parser, spec in (
            ("startEvent", _ours(StartEventParser), specs.StartEvent),
            ("endEvent", _ours(EndEventParser), specs.EndEvent),
            ("intermediateCatchEvent", _ours(IntermediateCatchEventParser), specs.IntermediateCatchEvent),
            ("intermediateThrowEvent", _ours(IntermediateThrowEventParser), defaults.IntermediateThrowEvent),
            ("boundaryEvent", _ours(BoundaryEventParser), specs.BoundaryEvent),
            ("userTask", _ours(TaskParser), defaults.UserTask),
            ("manualTask", _ours(TaskParser), defaults.ManualTask),
            ("task", _ours(TaskParser), defaults.NoneTask),
            ("serviceTask", _ours(TaskParser), defaults.ServiceTask),
            ("businessRuleTask", _ours(TaskParser), defaults.ServiceTask),
            ("scriptTask", _ScriptParser, defaults.ScriptTask),
            ("sendTask", _ours(SendTaskParser), defaults.SendTask),
            ("receiveTask", _ours(ReceiveTaskParser), specs.ReceiveTask),
            ("exclusiveGateway", _ConditionalParser, defaults.ExclusiveGateway),
            ("inclusiveGateway", _ConditionalParser, specs.InclusiveGateway),
            ("parallelGateway", _ours(GatewayParser), specs.ParallelGateway),
            ("eventBasedGateway", _ours(EventBasedGatewayParser), specs.EventBasedGateway),
            ("subProcess", _ours(SubWorkflowParser), specs.SubProcess),
            ("callActivity", _ours(CallActivityParser), specs.CallActivity),
        )
    }


def build(roots: Sequence[tuple[str, Node]], key: str) -> dict[str, Any]:
    """Return the specs of process ``key`` and of every sub-process and called process, by id.

    Raises:
        ModelError: SpiffWorkflow's parser refuses the files.
    """
    return _in_thread(lambda: _parse(roots, key))


def probe(root: Node) -> None:
    """Parse every process of one file, and its sub-processes, but not the processes that it calls.

    Raises:
        ModelError: SpiffWorkflow's parser refuses the file.
    """

    def parse() -> dict[str, Any]:
        parser = Parser()
        parser.add_bpmn_xml(root.getroottree())
        done: dict[str, Any] = {}
        # Parsing a process makes parsers of its sub-processes. The process of another pool is drawn, and does not run.
        while missing := [
            key for key, each in parser.process_parsers.items() if key not in done and each.process_executable
        ]:
            done |= {key: parser.get_spec(key) for key in missing}
        return done

    _in_thread(parse)


def _in_thread(parse: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    outcome: list[Any] = []

    def target() -> None:
        try:
            outcome.append(parse())
        except Exception as error:  # noqa: BLE001 - the boundary to the parser
            # It trusts its input: what it stumbles over, whatever it raises, is a fault of the model.
            outcome.append(error)

    # The parser needs two frames for each element of a path: a fresh thread gives it the whole recursion limit.
    thread = threading.Thread(target=target, name="bpmn-parser")
    thread.start()
    thread.join()
    found: dict[str, Any] | Exception = outcome[0]
    if isinstance(found, dict):
        return found
    reason = str(found) or type(found).__name__
    raise ModelError("The process does not parse: {reason}", reason=reason, findings=[reason]) from found


def _parse(roots: Sequence[tuple[str, Node]], key: str) -> dict[str, Any]:
    parser = Parser()
    for name, root in roots:
        parser.add_bpmn_xml(root.getroottree(), filename=name)
    found = {key: parser.get_spec(key)}
    found.update(parser.get_subprocess_specs(key))
    return found
