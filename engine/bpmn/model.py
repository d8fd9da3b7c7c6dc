"""Bundles parsed once: ``load`` returns a frozen model, shared by every instance and thread."""

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import PurePath
from types import MappingProxyType
from typing import Any

from engine.bpmn import documents, elements, parser
from engine.bpmn.documents import DocumentError, Node
from engine.bpmn.elements import Element, Event, Flow
from engine.bpmn.errors import ModelError
from engine.bpmn.labels import Label

__all__ = ["Element", "Event", "Flow", "Label", "ModelError", "ProcessModel", "Source", "bundle_digest", "load"]

CACHE_SIZE = 200
ENGINE_VERSION = version("SpiffWorkflow")


@dataclass(frozen=True)
class Source:
    """A file of a bundle, like ``visit.bpmn``."""

    name: str
    content: bytes


@dataclass(frozen=True)
class ProcessModel:
    """A process with all that it calls.

    Args:
        key: id of the process.
        variables: declared types of the variables, from the properties ``var.<name>``.
        elements: flow nodes of all processes of the bundle, by id.
        lane_names: what the lanes are called, by key.
        specs: SpiffWorkflow's specs by process or sub-process id; nobody outside this package looks at them.
    """

    key: str
    name: Label
    digest: str
    variables: Mapping[str, str]
    properties: Mapping[str, str]
    elements: Mapping[str, Element]
    lane_names: Mapping[str, Label]
    specs: Mapping[str, Any] = field(repr=False)

    @property
    def user_tasks(self) -> tuple[Element, ...]:
        """User and manual tasks, in document order."""
        return self._of(elements.HUMAN_TASKS)

    @property
    def lanes(self) -> frozenset[str]:
        """Keys of the lanes that hold elements."""
        return frozenset(element.lane for element in self.elements.values() if element.lane)

    @property
    def forms(self) -> frozenset[str]:
        """Form keys that user tasks name; those chosen by an expression are not known before it runs."""
        named = (element.properties.get("form", "") for element in self.user_tasks)
        return frozenset(form for form in named if form and not form.startswith("="))

    @property
    def topics(self) -> frozenset[str]:
        """Topics of the service tasks."""
        return frozenset(filter(None, (e.properties.get("topic") for e in self._of({"serviceTask"}))))

    @property
    def decisions(self) -> frozenset[str]:
        """Decisions that business rule tasks ask for."""
        return frozenset(filter(None, (e.properties.get("decision") for e in self._of({"businessRuleTask"}))))

    @property
    def messages(self) -> frozenset[str]:
        """Names of the messages that are caught or thrown."""
        return frozenset(element.message for element in self.elements.values() if element.message)

    @property
    def start_message(self) -> str | None:
        """Name of the message that starts the process, if one does."""
        starts = (e for e in self._of({"startEvent"}) if e.parent == self.key)
        return next((element.message for element in starts if element.message), None)

    def _of(self, kinds: Iterable[str]) -> tuple[Element, ...]:
        return tuple(element for element in self.elements.values() if element.kind in kinds)


def bundle_digest(sources: Iterable[Source]) -> str:
    """Return the SHA-256 of the files, whatever their order, in hex."""
    digest = hashlib.sha256()
    for source in sorted(sources, key=lambda source: source.name):
        # Lengths keep one file's end from passing for the next one's beginning.
        digest.update(f"{len(source.name.encode())}:{source.name}:{len(source.content)}:".encode())
        digest.update(source.content)
    return digest.hexdigest()


_cache: OrderedDict[tuple[str, str], ProcessModel] = OrderedDict()
_lock = threading.Lock()


def load(sources: Sequence[Source]) -> ProcessModel:
    """Return the model of a bundle, from the cache if it was parsed before.

    The bundle's process is the one that no other process of the bundle calls; if that leaves several, the one whose id
    is the name of its file.

    Raises:
        ModelError: a file does not parse, or the bundle has no process of its own.
    """
    digest = bundle_digest(sources)
    cache_key = (digest, ENGINE_VERSION)
    with _lock:
        if cache_key in _cache:
            _cache.move_to_end(cache_key)
            return _cache[cache_key]
    model = _build(sources, digest)
    with _lock:
        _cache[cache_key] = model
        while len(_cache) > CACHE_SIZE:
            _cache.popitem(last=False)
    return model


def _build(sources: Sequence[Source], digest: str) -> ProcessModel:
    roots = [(source.name, _root(source)) for source in sources if source.name.endswith(".bpmn")]
    processes = [(name, node) for name, root in roots for node in documents.descendants(root, "process")]
    found: dict[str, Element] = {}
    for _name, process in processes:
        for element in elements.read(process):
            if element.id in found:
                raise ModelError("The id {id} is used twice in the bundle.", id=element.id, code="id_twice")
            found[element.id] = element
    main = _main(processes, found.values())
    settings = documents.properties(main)
    lanes = {key: name for _name, root in roots for key, name in elements.lane_names(root).items()}
    key = main.get("id")
    specs = parser.build(roots, key)
    for spec in specs.values():
        for task_spec in spec.task_specs.values():
            _attach(task_spec, spec, found)
    return ProcessModel(
        key=key,
        name=elements.label_of(main, settings),
        digest=digest,
        variables=MappingProxyType(
            {name[4:]: kind for name, kind in settings.items() if name.startswith("var.") and len(name) > 4}
        ),
        properties=MappingProxyType(dict(settings)),
        elements=MappingProxyType(found),
        lane_names=MappingProxyType(lanes),
        specs=MappingProxyType(specs),
    )


def _attach(task_spec: Any, spec: Any, found: Mapping[str, Element]) -> None:
    """Give a spec what the run reads of it, so that nothing is looked up, or changed, while it runs."""
    # Data objects are drawing here; the library would fail the task that lacks one.
    task_spec.io_specification = None
    task_spec.element = found.get(task_spec.bpmn_id)
    names = spec.task_specs
    task_spec.events = frozenset(
        name for name, other in names.items() if getattr(other, "activity", None) == task_spec.name
    )
    task_spec.targets = {
        flow.id: split if (split := f"{flow.target}.BoundaryEventSplit") in names else flow.target
        for flow in (task_spec.element.flows if task_spec.element else ())
    }


def _root(source: Source) -> Node:
    try:
        return documents.parse(source.content)
    except DocumentError as error:
        raise ModelError(
            "{file} cannot be read: {reason}",
            file=source.name,
            reason=str(error),
            findings=[str(error)],
            code=error.code,
        ) from error


def _main(processes: Sequence[tuple[str, Node]], found: Iterable[Element]) -> Node:
    called = {element.called for element in found}
    own = [(name, node) for name, node in processes if node.get("isExecutable", "true") == "true"]
    free = [(name, node) for name, node in own if node.get("id") not in called] or own
    named = [node for name, node in free if PurePath(name).stem == node.get("id")]
    if len(free) == 1:
        return free[0][1]
    if len(named) == 1:
        return named[0]
    raise ModelError("The bundle needs one process of its own; it has {count}.", count=len(free), code="process_count")
