"""Bundles: a process with the decisions and forms of its version, parsed once and kept by digest."""

import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import orjson
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.bpmn import model as bpmn
from engine.errors import NotFoundError
from engine.feel import decisions as feel_decisions
from engine.process.tables import DefinitionSource, ProcessDefinition, ProcessInstance
from forms import definition as form_definitions
from forms.model import FormDefinition

CACHE_SIZE = 200
NEWEST = "newest versions"
"""Key of ``session.info``: id and digest by process; who stores a version takes its process out."""
SCENARIOS = "scenarios/"
"""Begins the names of a bundle's scenario tests (``engine.studio.scenarios``), which no instance reads."""
DECISION_TESTS = "decision_tests/"
"""Begins the names of the tests of its decisions (``engine.studio.decision_tests``), which no instance reads either."""
TESTS = (SCENARIOS, DECISION_TESTS)


@dataclass(frozen=True)
class Bundle:
    """A parsed bundle; shared by all threads and never changed."""

    digest: str
    model: bpmn.ProcessModel
    decisions: Mapping[str, feel_decisions.DecisionModel]
    forms: Mapping[str, FormDefinition]


_cache: OrderedDict[str, Bundle] = OrderedDict()
_lock = threading.Lock()


def build(sources: Sequence[bpmn.Source]) -> Bundle:
    """Parse the files of a bundle.

    Raises:
        ModelError: the process does not parse.
        DecisionError: a decision table does not.
        FormError: a form does not.
    """
    digest = bpmn.bundle_digest(sources)
    with _lock:
        if digest in _cache:
            _cache.move_to_end(digest)
            return _cache[digest]
    decisions: dict[str, feel_decisions.DecisionModel] = {}
    forms: dict[str, FormDefinition] = {}
    for source in sources:
        if source.name.endswith(".dmn"):
            parsed = feel_decisions.parse(source.content)
            decisions.update(dict.fromkeys(parsed.decisions, parsed))
        elif is_form(source.name):
            form = form_definitions.parse(orjson.loads(source.content))
            forms[form.key] = form
    processes = [source for source in sources if source.name.endswith(".bpmn")]
    bundle = Bundle(digest=digest, model=bpmn.load(processes), decisions=decisions, forms=forms)
    with _lock:
        _cache[digest] = bundle
        while len(_cache) > CACHE_SIZE:
            _cache.popitem(last=False)
    return bundle


def is_form(name: str) -> bool:
    """Tell whether a file of a bundle is a form."""
    return name.endswith(".json") and not name.startswith(TESTS)


def by_digest(session: Session, definition_id: UUID, digest: str) -> Bundle:
    """Return the bundle of a definition, from the cache or from the database."""
    with _lock:
        if digest in _cache:
            _cache.move_to_end(digest)
            return _cache[digest]
    return build(sources_of(session, definition_id))


def of_instance(session: Session, instance_id: UUID) -> Bundle | None:
    """Return the bundle that an instance runs on, or None if there is no such instance."""
    row = session.execute(
        select(ProcessInstance.definition_id, ProcessInstance.digest).where(ProcessInstance.id == instance_id)
    ).first()
    return by_digest(session, row.definition_id, row.digest) if row else None


def sources_of(session: Session, definition_id: UUID) -> list[bpmn.Source]:
    """Return the files of a definition, by name."""
    rows = session.execute(
        select(DefinitionSource.name, DefinitionSource.content)
        .where(DefinitionSource.definition_id == definition_id)
        .order_by(DefinitionSource.name)
    )
    return [bpmn.Source(name=row.name, content=row.content) for row in rows]


def latest(session: Session, process_key: str) -> tuple[UUID, Bundle]:
    """Return id and bundle of the newest version of a process; a session asks once.

    Raises:
        NotFoundError: no version was ever deployed.
    """
    newest: dict[str, tuple[UUID, str]] = session.info.setdefault(NEWEST, {})
    if process_key not in newest:
        row = session.execute(
            select(ProcessDefinition.id, ProcessDefinition.digest)
            .where(ProcessDefinition.key == process_key)
            .order_by(ProcessDefinition.version.desc())
            .limit(1)
        ).first()
        if row is None:
            raise NotFoundError("The process {key} is not deployed.", code="process_not_deployed", key=process_key)
        newest[process_key] = row.id, row.digest
    definition_id, digest = newest[process_key]
    return definition_id, by_digest(session, definition_id, digest)


WORKFLOWS = Path(__file__).resolve().parents[2] / "workflows"
FORMS = Path(form_definitions.__file__).resolve().parent / "definitions"


def factory_sources(process_key: str) -> list[bpmn.Source]:
    """Return the files of a process as it ships: its folder under ``workflows``, and the forms that it names.

    Raises:
        NotFoundError: no process of that key ships.
    """
    folder = WORKFLOWS / process_key
    if not folder.is_dir():
        raise NotFoundError("The process {key} does not ship.", code="process_unknown", key=process_key)
    files = sorted([*folder.glob("*.bpmn"), *folder.glob("*.dmn")])
    sources = [bpmn.Source(name=path.name, content=path.read_bytes()) for path in files]
    listed = folder / "forms.txt"
    keys = listed.read_text("utf-8").split() if listed.exists() else []
    sources += [bpmn.Source(name=f"{key}.json", content=(FORMS / f"{key}.json").read_bytes()) for key in keys]
    return sources


def sources_from(files: Mapping[str, bytes]) -> list[bpmn.Source]:
    """Return named contents as the sources of a bundle."""
    return [bpmn.Source(name=name, content=content) for name, content in sorted(files.items())]


def read_sources(paths: Sequence[Path]) -> list[bpmn.Source]:
    """Return files as the sources of a bundle."""
    names = {
        path: f"{path.parent.name}/{path.name}" if f"{path.parent.name}/" in TESTS else path.name for path in paths
    }
    return [bpmn.Source(name=names[path], content=path.read_bytes()) for path in paths]


def is_deployed(session: Session, process_key: str) -> bool:
    """Tell whether any version of a process is deployed."""
    query = select(ProcessDefinition.id).where(ProcessDefinition.key == process_key).limit(1)
    return session.scalar(query) is not None


def factory_keys() -> list[str]:
    """Return the keys of the processes that ship."""
    return sorted(path.name for path in WORKFLOWS.iterdir() if (path / f"{path.name}.bpmn").exists())
