"""The inbox of a person: filtered, sorted, counted, page by page. Every cost is bounded by what stands in it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, String, and_, bindparam, cast, collate, func, or_, select, tuple_, union
from sqlalchemy.orm import Session

from engine.access import Actor
from engine.errors import FieldProblem, InvalidInputError
from engine.process import conditions
from engine.process.conditions import Standpoint
from engine.process.filters import EVERYTHING, FIELDS, Filter, Kind
from engine.process.rows import InboxPage, TaskRow
from engine.process.tables import HistoryEvent, InboxEntry, InboxTask, ProcessDefinition, UserTask
from engine.store.base import UtcDateTime

COUNT_CAP = 1000
SUGGESTIONS = 20
SORTABLE = (
    "due", "follow_up", "priority", "created", "subject", "text_1", "text_2", "text_3", "number_1", "date_1",
)  # fmt: skip
RECENT = 200
"""How many rows of the history ``stamp`` counts: more than are written at once."""

TASK_COLUMNS = [getattr(UserTask, name) for name in TaskRow.__dataclass_fields__]


@dataclass(frozen=True)
class Order:
    """By which field to sort; what has none comes last either way."""

    field: str
    descending: bool = False

    @property
    def text(self) -> str:
        """The order as it stands in addresses: ``due``, ``-priority``."""
        return f"-{self.field}" if self.descending else self.field


BY_DUE = Order("due")


def parse_order(text: str) -> Order:
    """Return the order that a text means; none: by due time.

    Raises:
        InvalidInputError: there is no such field to sort by.
    """
    field = text.removeprefix("-")
    if not field:
        return BY_DUE
    if field not in SORTABLE:
        problem = FieldProblem("The list cannot be sorted by {field}.", code="sort_unknown", field=field[:60])
        raise InvalidInputError(errors={"sort": [problem]})
    return Order(field, text.startswith("-"))


def inbox(
    session: Session,
    actor: Actor,
    *,
    show: Filter = EVERYTHING,
    order: Order = BY_DUE,
    view: Standpoint | None = None,
    after: str = "",
    main_only: bool = False,
    limit: int = 50,
) -> InboxPage:
    """Return the actor's open tasks that a filter shows, by default the most urgent first.

    Without a filter, in the order of due times, it is one short index range for each principal, merged: the cost does
    not grow with the number of open tasks. Otherwise it reads the narrow rows of the actor's tasks once.

    Args:
        view: what a filter's "me" and "next 7 days" mean; needed with a filter.
        after: ``next_key`` of the page before.
        main_only: without the tasks that a process goes on without.

    Raises:
        InvalidInputError: ``after`` is no key of ours.
    """
    if not actor.principals:
        return InboxPage((), None)
    if not show and order == BY_DUE:
        rows = _by_due(session, actor, after, main_only=main_only, limit=limit + 1)
    else:
        rows = _sorted(session, actor, show, order, view, after, main_only=main_only, limit=limit + 1)
    more = len(rows) > limit
    rows = rows[:limit]
    next_key = _key_text(rows[-1].id, rows[-1].sorted_by) if more else None
    return InboxPage(tuple(TaskRow(*tuple[Any, ...](row)[1:]) for row in rows), next_key)


def _by_due(session: Session, actor: Actor, after: str, *, main_only: bool, limit: int) -> Sequence[Any]:
    principals = sorted(actor.principals)
    values: dict[str, Any] = {f"principal_{number}": each for number, each in enumerate(principals)}
    if after:
        task_id, due_at = _key(after, BY_DUE)
        values.update(after_due_at=due_at or conditions.NEVER, after_task_id=task_id)
    return session.execute(_due_query(len(principals), main_only, bool(after), limit), values).all()


@lru_cache(maxsize=256)
def _due_query(principals: int, main_only: bool, is_paged: bool, limit: int) -> Select[Any, *tuple[Any, ...]]:
    # Putting this statement together costs more than running it.
    ranges = [_range_of(number, main_only, is_paged, limit).subquery() for number in range(principals)]
    keys = union(*(select(part.c.due_at, part.c.task_id) for part in ranges)).subquery()
    page = select(keys.c.due_at, keys.c.task_id).order_by(keys.c.due_at, keys.c.task_id).limit(limit).subquery()
    return (
        select(page.c.due_at.label("sorted_by"), *TASK_COLUMNS)
        .join(UserTask, UserTask.id == page.c.task_id)
        .order_by(page.c.due_at, page.c.task_id)
    )


def _range_of(number: int, main_only: bool, is_paged: bool, limit: int) -> Select[datetime, UUID]:
    query = select(InboxEntry.due_at, InboxEntry.task_id).where(
        InboxEntry.principal == bindparam(f"principal_{number}")
    )
    if is_paged:
        key = bindparam("after_due_at", type_=UtcDateTime), bindparam("after_task_id", type_=InboxEntry.task_id.type)
        query = query.where(tuple_(InboxEntry.due_at, InboxEntry.task_id) > tuple_(*key))
    if main_only:
        query = query.where(InboxEntry.is_optional.is_(False))
    return query.order_by(InboxEntry.due_at, InboxEntry.task_id).limit(limit)


def _sorted(
    session: Session,
    actor: Actor,
    show: Filter,
    order: Order,
    view: Standpoint | None,
    after: str,
    *,
    main_only: bool,
    limit: int,
) -> Sequence[Any]:
    column = conditions.COLUMNS[order.field]
    keys = select(InboxTask.task_id, column.label("sorted_by")).where(
        visible(actor, main_only=main_only), matching(session, show, view)
    )
    if after:
        keys = keys.where(_beyond(session, order, *_key(after, order)))
    page = keys.order_by(*ordering(session, order)).limit(limit).subquery()
    query = (
        select(page.c.sorted_by, *TASK_COLUMNS)
        .select_from(page)
        .join(InboxTask, InboxTask.task_id == page.c.task_id)
        .join(UserTask, UserTask.id == page.c.task_id)
        .order_by(*ordering(session, order))
    )
    return session.execute(query).all()


def visible(actor: Actor, *, main_only: bool) -> ColumnElement[bool]:
    """Return the condition that a task stands in the actor's inbox."""
    mine = select(InboxEntry.task_id).where(InboxEntry.principal.in_(sorted(actor.principals)))
    return InboxTask.task_id.in_(mine.where(InboxEntry.is_optional.is_(False)) if main_only else mine)


def matching(session: Session, show: Filter, view: Standpoint | None) -> ColumnElement[bool]:
    """Return a filter as a condition."""
    if not show:
        return conditions.ALWAYS
    assert view is not None, "a filter needs somebody who looks"
    return conditions.where(session, show, view)


def ordering(session: Session, order: Order) -> tuple[ColumnElement[Any], ...]:
    """Return what to sort by: what has no value comes last, and the id decides between equals."""
    column = _comparable(session, order)
    direction = column.desc() if order.descending else column.asc()
    return conditions.COLUMNS[order.field].is_(None), direction, InboxTask.task_id.expression


def _comparable(session: Session, order: Order) -> ColumnElement[Any]:
    column = conditions.COLUMNS[order.field]
    if FIELDS[order.field] is Kind.TEXT and session.get_bind().dialect.name == "postgresql":
        return collate(column, "C")  # by code points, as SQLite and the keys of pages do
    return column.expression


def _beyond(session: Session, order: Order, task_id: UUID, value: Any) -> ColumnElement[bool]:
    column, later = conditions.COLUMNS[order.field], InboxTask.task_id > task_id
    if value is None:
        return and_(column.is_(None), later)
    comparable = _comparable(session, order)
    further = comparable < value if order.descending else comparable > value
    return or_(further, and_(comparable == value, later), column.is_(None))


def _key_text(task_id: UUID, value: Any) -> str:
    if value is None:
        return str(task_id)
    return f"{task_id}~{value.isoformat() if isinstance(value, datetime) else value}"


def _key(text: str, order: Order) -> tuple[UUID, Any]:
    head, tilde, tail = text.partition("~")
    read: Mapping[Kind, Any] = {Kind.DATE: _moment, Kind.NUMBER: float, Kind.CHOICE: _rank, Kind.TEXT: str}
    try:
        return UUID(head), read[FIELDS[order.field]](tail) if tilde else None
    except (ValueError, OverflowError) as error:
        problem = FieldProblem("Use the value of next of the page before.", code="key")
        raise InvalidInputError(errors={"after": [problem]}) from error


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("no moment of ours")
    return moment.astimezone(UTC)


def _rank(text: str) -> int:
    if len(text) != 1:
        raise ValueError("no priority of ours")
    return int(text)


def inbox_count(session: Session, actor: Actor) -> int:
    """Return how many tasks wait for the actor, without optional ones, counting no further than ``COUNT_CAP``."""
    return capped_count(session, actor)[0]


def capped_count(session: Session, actor: Actor) -> tuple[int, str | None]:
    """Return ``inbox_count`` and the ``generation``, in one statement whose cost does not grow with the inbox."""
    if not actor.principals:
        return 0, None
    mine = InboxEntry.principal.in_(actor.principals) & InboxEntry.is_optional.is_(False)
    capped = select(InboxEntry.task_id).where(mine).limit(COUNT_CAP).subquery()
    count, known = session.execute(select(func.count(), generation()).select_from(capped)).one()
    return count, known


def counts(
    session: Session, actor: Actor, shows: Sequence[Filter], view: Standpoint
) -> tuple[tuple[int, ...], str | None]:
    """Return exactly how many of the actor's tasks each filter shows, and the ``generation``, in one statement."""
    if not actor.principals:
        return (0,) * len(shows), None
    columns = [func.count().filter(matching(session, show, view)) for show in shows]
    query = select(generation(), *columns).select_from(InboxTask).where(visible(actor, main_only=True))
    known, *found = session.execute(query).one()
    return tuple(found), known


def matching_ids(session: Session, actor: Actor, show: Filter, view: Standpoint, *, limit: int) -> tuple[UUID, ...]:
    """Return the ids of all of the actor's tasks that a filter shows, the most urgent first."""
    query = select(InboxTask.task_id).where(visible(actor, main_only=True), matching(session, show, view))
    return tuple(session.scalars(query.order_by(*ordering(session, BY_DUE)).limit(limit)))


def suggestions(session: Session, actor: Actor, field: str, *, begin: str = "") -> tuple[str, ...]:
    """Return values that a text or choice field has among the actor's tasks, the most frequent first.

    Args:
        begin: what they contain.
    """
    column = conditions.COLUMNS[field]
    query = select(column).where(visible(actor, main_only=True), column.is_not(None))
    if begin:
        query = query.where(column.ilike(f"%{_plain(begin)}%", escape="\\"))
    query = query.group_by(column).order_by(func.count().desc(), column).limit(SUGGESTIONS)
    return tuple(str(value) for value in session.scalars(query) if value != "")


def _plain(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def steps(session: Session, actor: Actor) -> tuple[tuple[str, str, str], ...]:
    """Return element id, Chinese and English name of the steps that the actor's tasks are at."""
    query = (
        select(UserTask.element_id, func.max(UserTask.name), func.max(UserTask.name_en))
        .join(InboxTask, InboxTask.task_id == UserTask.id)
        .where(visible(actor, main_only=True))
        .group_by(UserTask.element_id)
        .order_by(func.count().desc())
        .limit(100)
    )
    return tuple((key, zh, en or zh) for key, zh, en in session.execute(query))


def stamp(session: Session) -> str:
    """Return a text that changes whenever anything happens to any task.

    The newest rows of the history are counted too: a transaction that began earlier may commit a lower number later.
    """
    newest = select(func.max(HistoryEvent.id)).scalar_subquery()
    row = session.execute(
        select(newest, select(func.count()).where(HistoryEvent.id > newest - RECENT).scalar_subquery(), generation())
    ).one()
    return "-".join(str(value or 0) for value in row)


def generation() -> ColumnElement[str]:
    """Return how many versions of processes there are, and when the newest came: until then what is known holds."""
    newest = cast(func.max(ProcessDefinition.deployed_at), String)
    text = cast(func.count(), String) + "@" + func.coalesce(newest, "")
    return select(text).select_from(ProcessDefinition).scalar_subquery()
