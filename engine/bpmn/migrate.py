"""Carry an instance over to another version of its model, standing as it stands.

The library's own migration starts tasks and timers that wait anew: what was typed and how long it had waited is lost.
Here the stored state is written for the new model: each token keeps its key, its variables, its due time, and what it
counts; only the name of the element under it may change. A boundary event that the new model adds beside a waiting
activity begins to wait; one that is gone ends. Nothing else moves. What cannot be carried over is refused with every
reason.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from SpiffWorkflow.bpmn.specs.event_definitions.timer import TimerEventDefinition
from SpiffWorkflow.util.task import TaskState

from engine.bpmn import codec, loops, specs
from engine.bpmn.elements import HUMAN_TASKS, Element
from engine.bpmn.mends import InstanceTree, Token
from engine.bpmn.model import ProcessModel
from engine.bpmn.run import Run
from engine.errors import FieldflowError, FieldProblem, InvalidInputError

SPLIT = ".BoundaryEventSplit"


class MigrationError(InvalidInputError):
    """An instance that cannot be carried over.

    Args:
        problems: why; the parameter ``element`` is the id of an element of the old model.
    """

    code = "migration_impossible"

    def __init__(self, problems: Sequence[FieldProblem]) -> None:
        super().__init__("This instance cannot be migrated.")
        self.problems = tuple(problems)


@dataclass(frozen=True)
class Moved:
    """What became of the tokens.

    Args:
        elements: token key → id of the element under it in the new model.
        ended: ids of boundary events of the old model that waited and are gone.
        begun: ids of boundary events of the new model that wait now.
    """

    elements: Mapping[str, str]
    ended: tuple[str, ...]
    begun: tuple[str, ...]


@dataclass
class _Change:
    """From one model to another."""

    old: ProcessModel
    new: ProcessModel
    mapping: Mapping[str, str]

    def target(self, element_id: str) -> Element | None:
        return self.new.elements.get(self.mapping.get(element_id, element_id))

    def target_id(self, element_id: str) -> str:
        return self.mapping.get(element_id, element_id)

    def spec_name(self, name: str) -> str:
        """Return what the new model calls a spec; specs of one element are called by its id and an ending."""
        base = name.removesuffix(SPLIT)
        if base in self.old.elements:
            return self.target_id(base) + name[len(base) :]
        # The turns of a loop: the library calls the activity in it "<id> [child]".
        base, bracket, rest = name.partition(" [")
        return self.target_id(base) + bracket + rest if bracket and base in self.old.elements else name


def carry_over(run: Run, new: ProcessModel, mapping: Mapping[str, str]) -> tuple[Run, Moved]:
    """Return the instance on the new model.

    Args:
        run: on the old model; it is used up.

    Raises:
        MigrationError: it cannot be carried over.
    """
    change = _Change(run.model, new, mapping)
    ended = _end_what_is_gone(run, change)
    problems = [problem for token in run.tree.live() for problem in _problems(token, change)]
    if problems:
        raise MigrationError(problems)
    document = codec.document_of(run.tree, run.model)
    _rename(document, run.tree, change)
    tree = codec.restore(document, new)
    carried = Run(new, tree, run.host)
    for token in tree.live():
        if "open" in token.internal_data:
            _take_form(token)
    begun = _begin_what_is_new(carried, change)
    elements = {token.key: token.task_spec.element.id for token in tree.live() if token.task_spec.element is not None}
    return carried, Moved(elements, tuple(ended), tuple(begun))


def _end_what_is_gone(run: Run, change: _Change) -> list[str]:
    ended = []
    for token in run.tree.live():
        spec = token.task_spec
        if not token.live or not isinstance(spec, specs.BoundaryEvent) or "incident" in token.internal_data:
            continue
        found = change.target(spec.element.id)
        host = change.target_id(spec.element.attached_to or "")
        if found is None or found.attached_to != host or _kind(found) != _kind(spec.element):
            ended.append(spec.element.id)
            run.withdraw(token)
    return ended


def _kind(element: Element) -> tuple[str, str]:
    kind = "userTask" if element.kind in HUMAN_TASKS else element.kind
    return kind, element.event.kind


def _problems(token: Token, change: _Change) -> Iterator[FieldProblem]:
    element: Element | None = token.task_spec.element
    if element is None:
        return
    found = change.target(element.id)
    if found is None:
        yield FieldProblem("{element} is not in the new version: say where its token goes.", code="element_gone",
                           element=element.id)  # fmt: skip
        return
    params = {"element": element.id, "to": found.id}
    if _kind(found) != _kind(element):
        yield FieldProblem("{element} is another kind of element in the new version.", code="kind_changed", **params)
        return
    scope = element.parent if element.parent not in change.old.elements else change.target_id(element.parent)
    if found.parent != scope:
        yield FieldProblem("{element} is in another sub-process in the new version.", code="scope_changed", **params)
    if element.loop.get("kind") != found.loop.get("kind"):
        yield FieldProblem("{element} is repeated in another way in the new version.", code="loop_changed", **params)
    if found.called != element.called:
        yield FieldProblem("{element} calls another process in the new version.", code="call_changed", **params)
    if element.attached_to and change.target_id(element.attached_to) != found.attached_to:
        yield FieldProblem("{element} is attached elsewhere in the new version.", code="host_changed", **params)
    if "awaits" in token.internal_data and element.properties.get("topic") != found.properties.get("topic"):
        yield FieldProblem("{element} waits for an answer that the new version does not ask for.", code="topic_changed",
                           **params)  # fmt: skip
    yield from _problems_around(token, found, change, params)


def _problems_around(
    token: Token, found: Element, change: _Change, params: Mapping[str, str]
) -> Iterator[FieldProblem]:
    spec = change.new.specs[found.parent].task_specs.get(found.id) if found.parent in change.new.specs else None
    if spec is None:
        yield FieldProblem("{element} is not reached in the new version.", code="element_cut", **params)
        return
    if "via" in token.internal_data and change.spec_name(token.internal_data["via"]) not in spec._inputs:
        yield FieldProblem("{element} is reached in another way in the new version.", code="way_changed", **params)
    parent = token.parent
    if parent is not None and isinstance(parent.task_spec, specs.EventBasedGateway):
        gateway = change.target(parent.task_spec.element.id)
        if gateway is None or gateway.kind != "eventBasedGateway" or all(f.target != found.id for f in gateway.flows):
            yield FieldProblem("{element} is not behind its gateway in the new version.", code="gateway_changed",
                               **params)  # fmt: skip


def _rename(document: list[Any], tree: InstanceTree, change: _Change) -> None:
    document[1] = change.new.key
    for scope, (_owner, rows) in zip(tree.trees(), document[4], strict=True):
        spec = change.new.specs[_scope_name(scope.spec.name, change)]
        for row in rows:
            internal = row[6]
            if "via" in internal:
                row[6] = {**internal, "via": change.spec_name(internal["via"])}
            name = change.spec_name(row[2])
            # A finished split is kept for the variables that it had; the element may be gone.
            is_finished = row[3] >= TaskState.COMPLETED
            row[2] = spec.start.name if is_finished and name not in spec.task_specs else name


def _take_form(token: Token) -> None:
    """Let an open task have the form that the new model names; one that an expression chose stays."""
    form = token.task_spec.element.properties.get("form") or None
    if form is None or not form.startswith("="):
        token.internal_data["open"] = {**token.internal_data["open"], "form": form}


def _scope_name(name: str, change: _Change) -> str:
    return change.target_id(name) if name in change.old.elements else name


def _begin_what_is_new(run: Run, change: _Change) -> list[str]:
    kept = {change.target_id(element_id) for element_id in change.old.elements}
    begun: list[str] = []
    problems: list[FieldProblem] = []
    for token in run.tree.live():
        spec = token.task_spec
        fresh = sorted(name for name in spec.events if name not in kept)
        if not fresh or loops.is_turn(token.parent, token):
            continue
        split = _split_above(token)
        for name in fresh:
            event = split._add_child(token.workflow.spec.task_specs[name])
            event.task_spec._update(event)
            try:
                if isinstance(event.task_spec.event_definition, TimerEventDefinition):
                    run._arm(event)
            except FieldflowError as error:
                params = {"element": name, "reason": str(error)}
                problems.append(FieldProblem("{element} has no time: {reason}", code="timer_value", **params))
            begun.append(name)
    if problems:
        raise MigrationError(problems)
    return begun


def _split_above(token: Token) -> Token:
    """Return the split that a token and the events beside it hang on, made where there was none."""
    tree = token.workflow
    spec = tree.spec.task_specs[token.task_spec.name + SPLIT]
    parent: Token = token.parent
    if parent.task_spec is spec:
        return parent
    place = parent._children.index(token.id)
    split = Token(tree, spec, parent, state=TaskState.COMPLETED)
    split.data = token.data
    parent._children.remove(split.id)
    parent._children[place] = split.id
    split._children, token._parent = [token.id], split.id
    # A stored state has parents first.
    rest = dict(tree.tasks)
    tree.tasks.clear()
    for key, task in rest.items():
        if key == split.id:
            continue
        if key == token.id:
            tree.tasks[split.id] = split
        tree.tasks[key] = task
    return split


def automatic(old: ProcessModel, new: ProcessModel) -> Callable[[str], Element | None]:
    """Return what finds the element of the new model that an element of the old one becomes by itself.

    The same id; else the only one of the same kind and name in the same scope.
    """
    named: dict[tuple[Any, ...], list[Element]] = {}
    for element in new.elements.values():
        if element.id not in old.elements and element.has_name:
            named.setdefault((_kind(element), element.name.default, element.parent), []).append(element)

    def find(element_id: str) -> Element | None:
        if element_id in new.elements:
            return new.elements[element_id]
        element = old.elements[element_id]
        found = named.get((_kind(element), element.name.default, element.parent), [])
        return found[0] if len(found) == 1 else None

    return find
