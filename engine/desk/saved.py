"""Saved filters: one's own and those that others share; each person puts them in an order of their own."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, or_, select, update
from sqlalchemy.orm import Session

from engine.access import Actor, group_principal
from engine.desk.tables import SavedFilter, SavedFilterPlace
from engine.errors import ConflictError, FieldProblem, InvalidInputError, NotFoundError
from engine.ids import new_id
from engine.process import filters
from engine.process.inbox import parse_order

MAX_NAME = 60
MAX_OWN = 50
TEAM = "team:"


@dataclass(frozen=True)
class SavedRow:
    """A saved filter as its reader sees it."""

    id: UUID
    name: str
    filter: str
    sort: str
    shared_with: str | None
    owner_name: str
    is_mine: bool
    is_default: bool


def saved_filters(session: Session, actor: Actor) -> tuple[SavedRow, ...]:
    """Return the actor's filters and those shared with the actor's groups and teams, in the actor's order."""
    rows = session.execute(
        select(SavedFilter, SavedFilterPlace.is_default)
        .outerjoin(
            SavedFilterPlace,
            (SavedFilterPlace.filter_id == SavedFilter.id) & (SavedFilterPlace.user_id == actor.user_id),
        )
        .where(or_(SavedFilter.owner_id == actor.user_id, SavedFilter.shared_with.in_(circles(actor))))
        .order_by(func.coalesce(SavedFilterPlace.position, MAX_OWN), SavedFilter.created_at, SavedFilter.id)
    )
    return tuple(
        SavedRow(
            row.SavedFilter.id,
            row.SavedFilter.name,
            row.SavedFilter.filter,
            row.SavedFilter.sort,
            row.SavedFilter.shared_with,
            row.SavedFilter.owner_name,
            row.SavedFilter.owner_id == actor.user_id,
            bool(row.is_default),
        )
        for row in rows
    )


def circles(actor: Actor) -> list[str]:
    """Return with whom the actor can share: their groups and teams."""
    groups = [group_principal(name) for name in sorted(actor.groups)]
    return groups + [f"{TEAM}{team_id}" for team_id in sorted(actor.team_ids)]


def save(
    session: Session, actor: Actor, name: str, text: str, *, sort: str, shared_with: str | None, now: datetime
) -> UUID:
    """Save a filter.

    Raises:
        InvalidInputError: the filter cannot be used, the name is missing, or the actor is not of that circle.
        ConflictError: the actor has too many.
    """
    show, order = filters.parse(text), parse_order(sort)
    assert actor.user_id is not None, "the system saves no filters"
    count = select(func.count()).select_from(SavedFilter).where(SavedFilter.owner_id == actor.user_id)
    if (session.scalar(count) or 0) >= MAX_OWN:
        raise ConflictError("You have {max} filters: delete one first.", code="filters_too_many", max=MAX_OWN)
    row = SavedFilter(
        id=new_id(),
        owner_id=actor.user_id,
        owner_name=actor.name,
        name=_name(name),
        filter=show.text,
        sort=order.text,
        shared_with=_circle(actor, shared_with),
        created_at=now,
    )
    session.add(row)
    return row.id


def change(
    session: Session, actor: Actor, filter_id: UUID, *, name: str, text: str | None = None, shared_with: str | None
) -> None:
    """Rename, share or redefine a filter of the actor's own.

    Args:
        text: None: what it shows stays.

    Raises:
        NotFoundError: no such filter of the actor's.
        InvalidInputError: as ``save``.
    """
    row = _own(session, actor, filter_id)
    row.name, row.shared_with = _name(name), _circle(actor, shared_with)
    if text is not None:
        row.filter = filters.parse(text).text


def delete(session: Session, actor: Actor, filter_id: UUID) -> None:
    """Delete a filter of the actor's own, for everybody.

    Raises:
        NotFoundError: no such filter of the actor's.
    """
    session.delete(_own(session, actor, filter_id))


def make_default(session: Session, actor: Actor, filter_id: UUID | None) -> None:
    """Let the inbox open with a filter, or with everything if None.

    Raises:
        NotFoundError: no such filter that the actor sees.
    """
    mine = update(SavedFilterPlace).where(SavedFilterPlace.user_id == actor.user_id)
    if filter_id is None:
        session.execute(mine.values(is_default=False))
        return
    _places(session, actor, filter_id)
    session.execute(mine.values(is_default=SavedFilterPlace.filter_id == filter_id))


def move(session: Session, actor: Actor, filter_id: UUID, *, up: bool) -> None:
    """Move a filter one place up or down in the actor's list.

    Raises:
        NotFoundError: no such filter that the actor sees.
    """
    places = _places(session, actor, filter_id)
    index = next(number for number, place in enumerate(places) if place.filter_id == filter_id)
    other = index - 1 if up else index + 1
    if 0 <= other < len(places):
        places[index].position, places[other].position = places[other].position, places[index].position


def _places(session: Session, actor: Actor, filter_id: UUID) -> Sequence[SavedFilterPlace]:
    rows = saved_filters(session, actor)
    if filter_id not in {row.id for row in rows}:
        raise NotFoundError("There is no such filter.", code="filter_unknown")
    assert actor.user_id is not None, "the system saves no filters"
    query = select(SavedFilterPlace).where(SavedFilterPlace.user_id == actor.user_id)
    found = {place.filter_id: place for place in session.scalars(query)}
    for position, row in enumerate(rows):
        if row.id not in found:
            found[row.id] = SavedFilterPlace(user_id=actor.user_id, filter_id=row.id, is_default=False)
            session.add(found[row.id])
        found[row.id].position = position
    session.flush()  # what follows updates these rows in one statement
    return [found[row.id] for row in rows]


def _own(session: Session, actor: Actor, filter_id: UUID) -> SavedFilter:
    row = session.get(SavedFilter, filter_id)
    if row is None or row.owner_id != actor.user_id:
        raise NotFoundError("There is no such filter.", code="filter_unknown")
    return row


def _name(text: str) -> str:
    name = " ".join(text.split())
    if not name or len(name) > MAX_NAME:
        problem = FieldProblem("Enter a name of at most {max} characters.", code="name_invalid", max=MAX_NAME)
        raise InvalidInputError(errors={"name": [problem]})
    return name


def _circle(actor: Actor, shared_with: str | None) -> str | None:
    if shared_with and shared_with not in circles(actor):
        problem = FieldProblem("Share it with a group or team of your own.", code="circle_unknown")
        raise InvalidInputError(errors={"shared_with": [problem]})
    return shared_with or None
