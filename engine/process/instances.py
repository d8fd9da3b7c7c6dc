"""Find instances: by what they are about, where they stand, what failed; by keyset, whatever the order."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, select, tuple_
from sqlalchemy.orm import InstrumentedAttribute, Session

from engine.process.conditions import Standpoint, where
from engine.process.filters import EVERYTHING, Filter
from engine.process.rows import InstanceRow
from engine.process.states import InstanceState
from engine.process.tables import Incident, InstanceText, ProcessDefinition, ProcessInstance

LIVE = (InstanceState.RUNNING, InstanceState.INCIDENT)
FIELDS: dict[str, InstrumentedAttribute[Any]] = {
    "subject": InstanceText.subject,
    "priority": InstanceText.priority,
    "text_1": InstanceText.text_1,
    "text_2": InstanceText.text_2,
    "text_3": InstanceText.text_3,
    "number_1": InstanceText.number_1,
    "date_1": InstanceText.date_1,
    "search": InstanceText.search_text,
}
"""Fields of ``filters`` that instances have."""


class Order(StrEnum):
    """How a list is sorted."""

    NEWEST = "newest"
    OLDEST = "oldest"
    QUIET = "quiet"
    """What has not moved for the longest time first."""
    MOVED = "moved"


_KEYS: dict[Order, tuple[InstrumentedAttribute[datetime], bool]] = {
    Order.NEWEST: (ProcessInstance.started_at, True),
    Order.OLDEST: (ProcessInstance.started_at, False),
    Order.QUIET: (ProcessInstance.changed_at, False),
    Order.MOVED: (ProcessInstance.changed_at, True),
}


@dataclass(frozen=True)
class Search:
    """What to find; everything by default.

    Args:
        words: each must stand in title, number, key or a business field.
        element_id: where a token stands now.
        has_incident: something failed and waits for a person, also after the instance's end.
        started_from: not before, aware.
        started_before: not at or after, aware.
        fields: conditions on business fields, of ``FIELDS``.
    """

    words: str = ""
    process_key: str = ""
    definition_id: UUID | None = None
    states: tuple[str, ...] = ()
    element_id: str = ""
    has_incident: bool = False
    started_from: datetime | None = None
    started_before: datetime | None = None
    fields: Filter = field(default=EVERYTHING)
    order: Order = Order.NEWEST


def find(
    session: Session, search: Search, view: Standpoint, *, after: tuple[datetime, UUID] | None = None, limit: int = 50
) -> tuple[InstanceRow, ...]:
    """Return a page of instances.

    Args:
        after: ``key_of`` the last row of the page before.
    """
    column, descending = _KEYS[search.order]
    query = instance_query().where(*_conditions(session, search, view))
    if search.words or search.fields:
        query = query.join(InstanceText, InstanceText.instance_id == ProcessInstance.id)
    if after is not None:
        key = tuple_(column, ProcessInstance.id)
        query = query.where(key < after if descending else key > after)
    order = (column.desc(), ProcessInstance.id.desc()) if descending else (column, ProcessInstance.id)
    return instance_rows(session, query.order_by(*order).limit(limit))


def key_of(row: InstanceRow, order: Order) -> tuple[datetime, UUID]:
    """Return the key of a row in an order, for the page after it."""
    return (row.changed_at if order in {Order.QUIET, Order.MOVED} else row.started_at), row.id


def instance_query() -> Select[Any]:
    """Return the query of ``InstanceRow`` without condition and order."""
    names = [name for name in InstanceRow.__dataclass_fields__ if name not in {"definition_version", "name", "name_en"}]
    return select(
        *[getattr(ProcessInstance, name) for name in names],
        ProcessDefinition.version.label("definition_version"),
        ProcessDefinition.name,
        ProcessDefinition.name_en,
    ).join(ProcessDefinition, ProcessDefinition.id == ProcessInstance.definition_id)


def instance_rows(session: Session, query: Select[Any]) -> tuple[InstanceRow, ...]:
    """Return what ``instance_query`` finds."""
    return tuple(InstanceRow(**row._mapping) for row in session.execute(query))


def _conditions(session: Session, search: Search, view: Standpoint) -> list[ColumnElement[bool]]:
    instance = ProcessInstance
    words = search.words.casefold().split()
    found: list[ColumnElement[bool]] = [InstanceText.search_text.contains(word, autoescape=True) for word in words]
    if search.fields:
        found.append(where(session, search.fields, view, columns=FIELDS))
    if search.process_key:
        found.append(instance.process_key == search.process_key)
    if search.definition_id is not None:
        found.append(instance.definition_id == search.definition_id)
    if search.states:
        found.append(instance.state.in_(search.states))
    if search.element_id:
        # What has ended stands nowhere. The column is JSON, whose keys stand in quotes.
        found += [instance.state.in_(LIVE), instance.standing.contains(f'"{search.element_id}":', autoescape=True)]
    if search.has_incident:
        found.append(instance.id.in_(select(Incident.instance_id).where(Incident.resolved_at.is_(None))))
    if search.started_from is not None:
        found.append(instance.started_at >= search.started_from)
    if search.started_before is not None:
        found.append(instance.started_at < search.started_before)
    return found
