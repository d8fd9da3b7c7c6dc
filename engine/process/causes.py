"""What went wrong, as one thing however often it happened: incidents of one process, element, code and message."""

import hashlib
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select, tuple_
from sqlalchemy.orm import Session

from engine.access import Actor
from engine.audit import service as audit
from engine.errors import FieldProblem, InvalidInputError, NotFoundError
from engine.process.sentences import to_json
from engine.process.tables import Incident, IncidentCause, ProcessInstance
from engine.store.upserts import upsert

MAX_MESSAGE = 300
MAX_NOTE = 1000
_VARYING = (
    (re.compile(r"[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}"), "…"),
    (re.compile(r"\b(?=[0-9a-fA-F]*\d)[0-9a-fA-F]{8,}\b"), "…"),
    (re.compile(r"\d+(?:[.:,\-]\d+)*"), "#"),
    (re.compile(r"\s+"), " "),
)


@dataclass(frozen=True)
class Group:
    """A cause and its open incidents: how many, in how many instances, the first and the last."""

    id: str
    process_key: str
    element_id: str
    code: str
    message: str
    sentence: Mapping[str, Any] | None
    assignee_id: UUID | None
    assignee_name: str | None
    note: str
    noted_by: str | None
    noted_at: datetime | None
    count: int
    instances: int
    first_at: datetime | None
    last_at: datetime | None


@dataclass(frozen=True)
class IncidentRow:
    """An incident with what its instance is about."""

    id: UUID
    instance_id: UUID
    element_id: str
    delivery_id: UUID | None
    code: str
    message: str
    sentence: Mapping[str, Any] | None
    created_at: datetime
    resolved_at: datetime | None
    resolution: str | None
    cause: str | None
    process_key: str
    title: str
    title_en: str | None

    def about(self, locale: str) -> str:
        """Return what the instance is about, in the reader's language."""
        return (self.title_en or self.title) if locale == "en" else self.title


def normalised(message: str) -> str:
    """Return a message without what differs from one time to the next: ids, numbers, times."""
    for pattern, instead in _VARYING:
        message = pattern.sub(instead, message)
    return message.strip()[:MAX_MESSAGE]


def cause_id(process_key: str, element_id: str, code: str, message: str) -> str:
    """Return the id of a cause, the same wherever it is computed."""
    parts = (process_key, element_id, code, normalised(message))
    return hashlib.sha256("\x00".join(parts).encode()).hexdigest()[:32]


def add_incident(
    session: Session,
    instance: ProcessInstance,
    *,
    element_id: str,
    code: str,
    message: str,
    now: datetime,
    problem: FieldProblem | None = None,
    token: str | None = None,
    delivery_id: UUID | None = None,
) -> None:
    """Record that something of an instance failed, under its cause.

    Args:
        message: why, in English, or in the words of whoever refused it.
        problem: the same to be translated, where it is ours to say.
    """
    code, message = code[:60], message[:1000]
    cause = cause_id(instance.process_key, element_id, code, message)
    row = {
        "id": cause, "process_key": instance.process_key, "element_id": element_id, "code": code,
        "message": normalised(message), "sentence": _of_all(problem),
    }  # fmt: skip
    insert = upsert(session, IncidentCause).values(row)
    # A cause of an earlier release learns its sentence; any other is there already.
    session.execute(
        insert.on_conflict_do_update(
            index_elements=["id"], set_={"sentence": insert.excluded.sentence}, where=IncidentCause.sentence.is_(None)
        )
        if problem
        else insert.on_conflict_do_nothing()
    )
    session.add(
        Incident(
            instance_id=instance.id,
            element_id=element_id,
            token=token,
            delivery_id=delivery_id,
            code=code,
            message=message,
            sentence=to_json(problem) if problem else None,
            cause=cause,
            created_at=now,
        )
    )


def _of_all(problem: FieldProblem | None) -> dict[str, Any] | None:
    """Return the sentence without what differs from one time to the next."""
    if problem is None:
        return None
    params = {name: normalised(value) if isinstance(value, str) else value for name, value in problem.params.items()}
    return to_json(FieldProblem(problem.template, code=problem.code, **params))


def groups(session: Session) -> tuple[Group, ...]:
    """Return the causes of open incidents, the most frequent first."""
    counted = (
        select(
            Incident.cause,
            func.count().label("number"),
            func.count(Incident.instance_id.distinct()).label("instances"),
            func.min(Incident.created_at).label("first_at"),
            func.max(Incident.created_at).label("last_at"),
        )
        .where(Incident.resolved_at.is_(None))
        .group_by(Incident.cause)
        .subquery()
    )
    query = select(IncidentCause, counted).join(counted, counted.c.cause == IncidentCause.id)
    rows = session.execute(query.order_by(counted.c.number.desc(), IncidentCause.id))
    return tuple(_group(row.IncidentCause, row.number, row.instances, row.first_at, row.last_at) for row in rows)


def group(session: Session, cause: str) -> Group:
    """Return a cause with how often it is open; that may be never any more.

    Raises:
        NotFoundError: no such cause.
    """
    found = _cause(session, cause)
    query = select(
        func.count(), func.count(Incident.instance_id.distinct()), func.min(Incident.created_at),
        func.max(Incident.created_at),
    ).where(Incident.cause == cause, Incident.resolved_at.is_(None))  # fmt: skip
    return _group(found, *session.execute(query).one())


def open_of(
    session: Session, cause: str, *, after: tuple[datetime, UUID] | None = None, limit: int = 50
) -> tuple[IncidentRow, ...]:
    """Return the open incidents of a cause, the oldest first, by keyset on time and id."""
    query = _rows().where(Incident.cause == cause, Incident.resolved_at.is_(None))
    if after is not None:
        query = query.where(tuple_(Incident.created_at, Incident.id) > after)
    return _incident_rows(session, query.order_by(Incident.created_at, Incident.id).limit(limit))


def of_instance(session: Session, instance_id: UUID) -> tuple[IncidentRow, ...]:
    """Return every incident of an instance, the newest first; also those that are resolved."""
    query = _rows().where(Incident.instance_id == instance_id)
    return _incident_rows(session, query.order_by(Incident.created_at.desc(), Incident.id.desc()))


def by_ids(session: Session, ids: Collection[UUID]) -> dict[UUID, IncidentRow]:
    """Return incidents by id."""
    return {row.id: row for row in _incident_rows(session, _rows().where(Incident.id.in_(ids)))}


def open_ids(session: Session, cause: str | None, *, limit: int) -> tuple[UUID, ...]:
    """Return the open incidents of a cause, or of all, the oldest first."""
    query = select(Incident.id).where(Incident.resolved_at.is_(None))
    if cause is not None:
        query = query.where(Incident.cause == cause)
    return tuple(session.scalars(query.order_by(Incident.created_at, Incident.id).limit(limit)))


def annotate(session: Session, actor: Actor, cause: str, note: str, *, now: datetime) -> None:
    """Write down what is known of a cause, in place of what was written before.

    Raises:
        NotFoundError: no such cause.
        InvalidInputError: the note is too long.
    """
    found = _cause(session, cause)
    note = note.strip()
    if len(note) > MAX_NOTE:
        problem = FieldProblem("Use at most {max} characters.", code="too_long", max=MAX_NOTE)
        raise InvalidInputError(errors={"note": [problem]})
    before, found.note, found.noted_by, found.noted_at = found.note, note, actor.name[:200], now
    _record(session, actor, "incident.noted", found, {"note": before}, {"note": note}, now)


def assign(session: Session, actor: Actor, cause: str, person: tuple[UUID, str] | None, *, now: datetime) -> None:
    """Say who sees to a cause; None: nobody.

    Raises:
        NotFoundError: no such cause.
    """
    found = _cause(session, cause)
    before = found.assignee_name
    found.assignee_id, found.assignee_name = person or (None, None)
    _record(session, actor, "incident.assigned", found, {"assignee": before}, {"assignee": found.assignee_name}, now)


def _record(
    session: Session, actor: Actor, action: str, cause: IncidentCause,
    before: dict[str, Any], after: dict[str, Any], now: datetime,
) -> None:  # fmt: skip
    name = f"{cause.code} {cause.message}"
    audit.record(session, actor, action, subject=("cause", cause.id), name=name, before=before, after=after, now=now)


def _cause(session: Session, cause: str) -> IncidentCause:
    found = session.get(IncidentCause, cause)
    if found is None:
        raise NotFoundError("There is no such incident.", code="incident_unknown")
    return found


def _group(row: IncidentCause, count: int, instances: int, first: datetime | None, last: datetime | None) -> Group:
    return Group(
        row.id, row.process_key, row.element_id, row.code, row.message, row.sentence, row.assignee_id,
        row.assignee_name, row.note, row.noted_by, row.noted_at, count, instances, first, last,
    )  # fmt: skip


def _rows() -> Select[Any]:
    names = [name for name in IncidentRow.__dataclass_fields__ if name not in {"title", "title_en", "process_key"}]
    return select(
        *[getattr(Incident, name) for name in names],
        ProcessInstance.title,
        ProcessInstance.title_en,
        ProcessInstance.process_key,
    ).join(ProcessInstance, ProcessInstance.id == Incident.instance_id)


def _incident_rows(session: Session, query: Select[Any]) -> tuple[IncidentRow, ...]:
    return tuple(IncidentRow(**row._mapping) for row in session.execute(query))
