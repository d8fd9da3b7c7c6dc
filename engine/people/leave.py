"""Leave: who does the tasks of a person who is away, and from when to when."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, aliased

from engine.access import Actor, Role
from engine.errors import FieldProblem, InvalidInputError, NotFoundError
from engine.ids import new_id
from engine.people import queries
from engine.people.tables import Substitution, User

MAX_DAYS = 366


@dataclass(frozen=True)
class SubstitutionRow:
    """A substitution as pages show it."""

    id: UUID
    absent_id: UUID
    absent_name: str
    substitute_id: UUID
    substitute_name: str
    first_day: date
    last_day: date


def arrange(
    session: Session,
    actor: Actor,
    absent_id: UUID,
    substitute_id: UUID,
    first_day: date,
    last_day: date,
    *,
    now: datetime,
) -> UUID:
    """Let a person do the tasks of another one who is away: one's own, or one's people's.

    Raises:
        NotFoundError: the actor may not speak for that person.
        InvalidInputError: names each field.
    """
    if not may_arrange(session, actor, absent_id):
        raise NotFoundError("There is no such user.", code="user_unknown")
    errors: dict[str, list[FieldProblem]] = {}
    substitute = session.get(User, substitute_id)
    today = now.astimezone(ZoneInfo(actor.time_zone)).date()
    if substitute is None or not substitute.is_active or substitute_id == absent_id:
        errors["substitute_id"] = [FieldProblem("Choose a colleague.", code="person_missing")]
    if last_day < first_day or (last_day - first_day).days > MAX_DAYS or last_day < today:
        errors["last_day"] = [FieldProblem("Choose a last day from the first one on.", code="days_invalid")]
    if errors:
        raise InvalidInputError(errors=errors)
    row = Substitution(
        id=new_id(),
        absent_id=absent_id,
        substitute_id=substitute_id,
        first_day=first_day,
        last_day=last_day,
        arranged_by=actor.user_id or absent_id,
        arranged_at=now,
    )
    session.add(row)
    return row.id


def cancel(session: Session, actor: Actor, substitution_id: UUID) -> None:
    """End a substitution: the tasks are the person's own again.

    Raises:
        NotFoundError: no such substitution, or not one that the actor may end.
    """
    row = session.get(Substitution, substitution_id)
    if row is None or not may_arrange(session, actor, row.absent_id):
        raise NotFoundError("There is no such substitution.", code="substitution_unknown")
    session.delete(row)


def may_arrange(session: Session, actor: Actor, absent_id: UUID) -> bool:
    """Tell whether the actor may say who does a person's tasks."""
    return actor.user_id == absent_id or actor.has(Role.ADMIN) or absent_id in queries.managed_ids(session, actor)


def substitutions(session: Session, actor: Actor, *, now: datetime) -> tuple[SubstitutionRow, ...]:
    """Return what is arranged from today on: of the actor, for the actor, and of the people whom the actor manages."""
    today = now.astimezone(ZoneInfo(actor.time_zone)).date()
    absent, substitute = aliased(User), aliased(User)
    mine = {actor.user_id} | queries.managed_ids(session, actor)
    rows = session.execute(
        select(Substitution, absent.name.label("absent_name"), substitute.name.label("substitute_name"))
        .join(absent, absent.id == Substitution.absent_id)
        .join(substitute, substitute.id == Substitution.substitute_id)
        .where(
            Substitution.last_day >= today,
            or_(Substitution.absent_id.in_(mine), Substitution.substitute_id == actor.user_id),
        )
        .order_by(Substitution.first_day, Substitution.id)
    )
    return tuple(
        SubstitutionRow(
            row.Substitution.id,
            row.Substitution.absent_id,
            row.absent_name,
            row.Substitution.substitute_id,
            row.substitute_name,
            row.Substitution.first_day,
            row.Substitution.last_day,
        )
        for row in rows
    )
