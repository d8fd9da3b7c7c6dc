"""A filter as SQL: plain comparisons of columns of ``inbox_task``, never a scan of JSON."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, collate, false, func, not_, or_, true
from sqlalchemy.orm import InstrumentedAttribute, Session

from engine.access import Actor
from engine.process import filters
from engine.process.filters import FIELDS, ME, PRIORITIES, Condition, Filter, Kind
from engine.process.tables import NO_DUE_DATE, InboxTask

ALWAYS: ColumnElement[bool] = true()
NEVER = NO_DUE_DATE
SOON = timedelta(hours=2)
TODAY = timedelta(hours=24)

COLUMNS: dict[str, InstrumentedAttribute[Any]] = {
    "process": InboxTask.process_key,
    "element": InboxTask.element_id,
    "deadline": InboxTask.due_at,
    "priority": InboxTask.priority,
    "assignee": InboxTask.assignee_id,
    "group": InboxTask.group_name,
    "due": InboxTask.due_at,
    "follow_up": InboxTask.follow_up_at,
    "created": InboxTask.created_at,
    "subject": InboxTask.subject,
    "text_1": InboxTask.text_1,
    "text_2": InboxTask.text_2,
    "text_3": InboxTask.text_3,
    "number_1": InboxTask.number_1,
    "date_1": InboxTask.date_1,
    "search": InboxTask.search_text,
}


@dataclass(frozen=True)
class Standpoint:
    """Who looks and when: what "me" and "the next 7 days" mean."""

    user_id: UUID | None
    now: datetime
    time_zone: str

    def starts_at(self, day: date, *, plus: int = 0) -> datetime:
        """Return the first instant of a day, or of the one so many days later, where the person is."""
        local = datetime.combine(day + timedelta(days=plus), time(), tzinfo=ZoneInfo(self.time_zone))
        return local.astimezone(UTC)

    @property
    def today(self) -> date:
        """The day where the person is."""
        return self.now.astimezone(ZoneInfo(self.time_zone)).date()


def standpoint(actor: Actor, now: datetime) -> Standpoint:
    """Return the actor's standpoint."""
    return Standpoint(actor.user_id, now, actor.time_zone)


def where(
    session: Session, show: Filter, view: Standpoint, *, columns: Mapping[str, InstrumentedAttribute[Any]] = COLUMNS
) -> ColumnElement[bool]:
    """Return a filter as a condition on ``inbox_task``, or on other columns that hold the fields of the filter."""
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    return and_(true(), *(_sql(each, columns[each.field], view, is_sqlite=is_sqlite) for each in show.conditions))


def _sql(
    each: Condition, column: InstrumentedAttribute[Any], view: Standpoint, *, is_sqlite: bool
) -> ColumnElement[bool]:
    if each.operator == "empty":
        return _is_empty(each.field, column)
    if each.operator == "filled":
        return not_(_is_empty(each.field, column))
    match FIELDS[each.field]:
        case Kind.TEXT:
            return _text(_folded(column, is_sqlite=is_sqlite), column, each)
        case Kind.WORDS:
            return and_(true(), *(column.contains(word, autoescape=True) for word in each.values[0].casefold().split()))
        case Kind.NUMBER:
            return _number(column, each)
        case Kind.DATE:
            return _date(column, each, view)
    return _choice(column, each, view)


def _is_empty(field: str, column: InstrumentedAttribute[Any]) -> ColumnElement[bool]:
    return or_(column.is_(None), column == "") if FIELDS[field] is Kind.TEXT else column.is_(None)


def _folded(column: Any, *, is_sqlite: bool) -> ColumnElement[str]:
    # Both fold A to Z and nothing else: SQLite's lower() always, PostgreSQL's by the rules of the C locale.
    folded: ColumnElement[str] = func.lower(column if is_sqlite else collate(column, "C"))
    return folded


def _text(folded: ColumnElement[str], column: Any, each: Condition) -> ColumnElement[bool]:
    value, *_others = values = [filters.folded(text) for text in each.values]
    match each.operator:
        case "is":
            return folded == value
        case "is_not":
            return or_(column.is_(None), folded != value)
        case "contains":
            return folded.contains(value, autoescape=True)
        case "starts":
            return folded.startswith(value, autoescape=True)
    return folded.in_(values)


def _number(column: Any, each: Condition) -> ColumnElement[bool]:
    numbers = [float(value) for value in each.values]
    compare: dict[str, Callable[[], Any]] = {
        "eq": lambda: column == numbers[0],
        "ne": lambda: or_(column.is_(None), column != numbers[0]),
        "lt": lambda: column < numbers[0],
        "le": lambda: column <= numbers[0],
        "gt": lambda: column > numbers[0],
        "ge": lambda: column >= numbers[0],
        "between": lambda: and_(column >= numbers[0], column <= numbers[-1]),
    }
    found: ColumnElement[bool] = compare[each.operator]()
    return found


def _date(column: Any, each: Condition, view: Standpoint) -> ColumnElement[bool]:
    start, end = bounds(each, view)
    parts = [column >= start] if start else []
    return and_(true(), *parts, *([column < end] if end else []))


def bounds(each: Condition, view: Standpoint) -> tuple[datetime | None, datetime | None]:
    """Return from when and until before when a condition on a date holds; None: no bound."""
    if each.operator in {"last", "next"}:
        days = int(each.values[0])
        if each.operator == "last":
            return view.starts_at(view.today, plus=1 - days), view.starts_at(view.today, plus=1)
        return view.starts_at(view.today), view.starts_at(view.today, plus=days)
    if "T" in each.values[0]:
        moment = datetime.fromisoformat(each.values[0])
        return (None, moment) if each.operator == "before" else (moment, None)
    first, last = date.fromisoformat(each.values[0]), date.fromisoformat(each.values[-1])
    match each.operator:
        case "before":
            return None, view.starts_at(first)
        case "after":
            return view.starts_at(first, plus=1), None
    return view.starts_at(first), view.starts_at(last, plus=1)


def _choice(column: Any, each: Condition, view: Standpoint) -> ColumnElement[bool]:
    if each.field == "deadline":
        found = or_(false(), *(_deadline(value, view.now) for value in each.values))
        return not_(found) if each.operator == "not_in" else found
    values = list(_stored(each, view))
    if each.operator == "not_in":
        return or_(column.is_(None), column.not_in(values))
    return column.in_(values)  # type: ignore[no-any-return]  # columns of several types


def _stored(each: Condition, view: Standpoint) -> Iterable[Any]:
    for value in each.values:
        if each.field == "priority":
            yield PRIORITIES[value]
        elif each.field == "assignee":
            yield view.user_id if value == ME else UUID(value)
        else:
            yield value


def _deadline(state: str, now: datetime) -> ColumnElement[bool]:
    due = InboxTask.due_at
    match state:
        case "late":
            return and_(due.is_not(None), due < now)
        case "soon":
            return and_(due.is_not(None), due >= now, due < now + SOON)
        case "today":
            return and_(due.is_not(None), due >= now + SOON, due < now + TODAY)
        case "later":
            return and_(due.is_not(None), due >= now + TODAY)
    return due.is_(None)
