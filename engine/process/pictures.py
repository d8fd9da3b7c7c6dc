"""What the picture of an instance shows: its diagram, where it stands, what it has done, and who may look."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from engine.access import Actor
from engine.bpmn import step as bpmn
from engine.bpmn.elements import ACTIVITIES
from engine.errors import NotFoundError
from engine.process import bundles
from engine.process.definitions import definition, definition_files
from engine.process.tables import HistoryEvent, InboxEntry, ProcessDefinition, ProcessInstance, UserTask


@dataclass(frozen=True)
class Picture:
    """Where an instance stands in its diagram.

    Args:
        xml: the diagram as of the instance's version.
        tokens: element id with ``open``, ``waiting``, ``running`` or ``incident``.
        done: elements that have finished, in order of their first time.
        counts: how often each has.
    """

    xml: str
    tokens: tuple[tuple[str, str], ...]
    done: tuple[str, ...]
    counts: dict[str, int]


def picture(session: Session, instance_id: UUID) -> Picture:
    """Return the diagram of an instance with where it stands; the caller has checked who may see it.

    Raises:
        NotFoundError: no such instance.
    """
    found = _load(session, instance_id)
    bundle = bundles.by_digest(session, found.definition_id, found.digest)
    xml = diagram(definition_files(session, found.definition_id), found.process_key)
    details = session.scalars(
        select(HistoryEvent.detail).where(HistoryEvent.instance_id == instance_id).order_by(HistoryEvent.id)
    )
    counts = Counter(entry["id"] for detail in details for entry in detail.get("trail", ()))
    # An instance whose time is over has no state any more (engine.process.forgetting), and nothing stands in it.
    standing = bpmn.tokens(bundle.model, found.state_bytes) if found.state_bytes else ()
    return Picture(xml, standing, tuple(counts), dict(counts))


def diagram(files: dict[str, bytes], process_key: str) -> str:
    """Return the process file of a bundle: the one named like the process, else its only one."""
    name = diagram_name(files, process_key)
    return files[name].decode("utf-8")


def diagram_name(files: dict[str, bytes], process_key: str) -> str:
    """Return the name of the process file of a bundle."""
    own = f"{process_key}.bpmn"
    return own if own in files else next(name for name in files if name.endswith(".bpmn"))


def may_see(session: Session, actor: Actor, instance_id: UUID) -> bool:
    """Tell whether the actor has, or did, a task of an instance."""
    offered = (
        select(InboxEntry.task_id)
        .join(UserTask, UserTask.id == InboxEntry.task_id)
        .where(UserTask.instance_id == instance_id, InboxEntry.principal.in_(actor.principals))
    )
    did = select(UserTask.id).where(UserTask.instance_id == instance_id, UserTask.completed_by == actor.user_id)
    return bool(session.scalar(select(exists(offered) | exists(did))))


def element_names(session: Session, instance_id: UUID, locale: str) -> dict[str, str]:
    """Return the names of the elements of an instance's version, in the reader's language."""
    found = _load(session, instance_id)
    bundle = bundles.by_digest(session, found.definition_id, found.digest)
    return {element.id: element.name.text(locale) for element in bundle.model.elements.values()}


def lane_names(session: Session, instance_id: UUID, locale: str) -> dict[str, str]:
    """Return the names of the lanes of an instance's version by key, in the reader's language."""
    found = _load(session, instance_id)
    bundle = bundles.by_digest(session, found.definition_id, found.digest)
    return {key: name.text(locale) for key, name in bundle.model.lane_names.items()}


def places(session: Session, process_key: str, definition_id: UUID | None, locale: str) -> dict[str, str]:
    """Return the elements of a process at which a token can stand, with their names, in the order of the diagram.

    Args:
        definition_id: of one version; None: the newest.

    Raises:
        NotFoundError: there is no such process or version.
    """
    if definition_id is None:
        definition_id, bundle = bundles.latest(session, process_key)
    else:
        bundle = bundles.by_digest(session, definition_id, definition(session, definition_id).digest)
    kinds = ACTIVITIES | {"intermediateCatchEvent"}
    found = [element for element in bundle.model.elements.values() if element.kind in kinds]
    return {element.id: element.name.text(locale) for element in found}


def names_of_version(session: Session, definition_id: UUID, locale: str) -> dict[str, str]:
    """Return the names of those elements of a version that have one: what people know.

    Raises:
        NotFoundError: no such version.
    """
    bundle = bundles.by_digest(session, definition_id, definition(session, definition_id).digest)
    return {each.id: each.name.text(locale) for each in bundle.model.elements.values() if each.has_name}


def names_of_process(session: Session, process_key: str, locale: str) -> dict[str, str]:
    """Return the names of the elements of a process's newest version; none if it is not deployed."""
    if not bundles.is_deployed(session, process_key):
        return {}
    _definition_id, bundle = bundles.latest(session, process_key)
    return {element.id: element.name.text(locale) for element in bundle.model.elements.values()}


def counts_by_state(session: Session, process_key: str = "") -> dict[str, int]:
    """Return how many instances are in each state."""
    query = select(ProcessInstance.state, func.count()).group_by(ProcessInstance.state)
    if process_key:
        query = query.where(ProcessInstance.process_key == process_key)
    return {str(state): count for state, count in session.execute(query)}


def process_names(session: Session) -> dict[str, tuple[str, str]]:
    """Return the names of all processes in Chinese and English, by key, as of their newest version."""
    rows = session.execute(
        select(ProcessDefinition.key, ProcessDefinition.name, ProcessDefinition.name_en).order_by(
            ProcessDefinition.key, ProcessDefinition.version
        )
    )
    return {row.key: (row.name, row.name_en or row.name) for row in rows}


def _load(session: Session, instance_id: UUID) -> ProcessInstance:
    found = session.get(ProcessInstance, instance_id)
    if found is None:
        raise NotFoundError("There is no such process instance.", code="instance_unknown")
    return found


def offered_tasks(session: Session, actor: Actor, instance_id: UUID) -> frozenset[UUID]:
    """Return the open tasks of an instance that stand in the actor's inbox."""
    query = (
        select(InboxEntry.task_id)
        .join(UserTask, UserTask.id == InboxEntry.task_id)
        .where(UserTask.instance_id == instance_id, InboxEntry.principal.in_(actor.principals))
    )
    return frozenset(session.scalars(query))


def titles(session: Session, instance_ids: Collection[UUID], locale: str) -> dict[UUID, str]:
    """Return the titles of instances in the reader's language."""
    rows = session.execute(
        select(ProcessInstance.id, ProcessInstance.title, ProcessInstance.title_en).where(
            ProcessInstance.id.in_(instance_ids)
        )
    )
    return {row.id: (row.title_en or row.title) if locale == "en" else row.title for row in rows}


def business_keys(session: Session, instance_ids: Collection[UUID]) -> dict[UUID, str]:
    """Return what instances are about, as numbers and keys say it."""
    query = select(ProcessInstance.id, ProcessInstance.business_key).where(ProcessInstance.id.in_(instance_ids))
    return {row.id: row.business_key for row in session.execute(query)}


def titles_by_key(session: Session, business_keys: Collection[str], locale: str) -> dict[str, str]:
    """Return the titles of what instances are about, by business key, in the reader's language."""
    rows = session.execute(
        select(ProcessInstance.business_key, ProcessInstance.title, ProcessInstance.title_en)
        .where(ProcessInstance.business_key.in_(business_keys))
        .order_by(ProcessInstance.id.desc())
    )
    # The first process of an object names it as a whole.
    return {row.business_key: (row.title_en or row.title) if locale == "en" else row.title for row in rows}


def running_by_definition(session: Session) -> dict[UUID, int]:
    """Return how many instances of each version are not over."""
    rows = session.execute(
        select(ProcessInstance.definition_id, func.count())
        .where(ProcessInstance.ended_at.is_(None))
        .group_by(ProcessInstance.definition_id)
    )
    return {definition_id: count for definition_id, count in rows}
