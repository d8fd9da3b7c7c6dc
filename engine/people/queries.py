"""What screens show of people and teams."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.access import Actor, Role, group_principal, user_principal
from engine.errors import NotFoundError
from engine.people.tables import Team, Territory, User, UserTerritory


@dataclass(frozen=True)
class Person:
    """A user as lists show it."""

    id: UUID
    login: str
    name: str
    email: str
    roles: tuple[str, ...]
    groups: tuple[str, ...]
    team_id: UUID | None
    team_name: str | None
    locale: str
    is_active: bool
    time_zone: str


@dataclass(frozen=True)
class TeamRow:
    """A team with its members."""

    id: UUID
    name: str
    manager_id: UUID | None
    members: tuple[Person, ...]


def person(session: Session, user_id: UUID) -> Person:
    """Return one person.

    Raises:
        NotFoundError: no such user.
    """
    user = session.get(User, user_id)
    if user is None:
        raise NotFoundError("There is no such user.", code="user_unknown")
    team = session.get(Team, user.team_id) if user.team_id else None
    return _person(user, team.name if team else None)


def people(session: Session, *, ids: Collection[UUID] | None = None, role: Role | None = None) -> tuple[Person, ...]:
    """Return people by name; with ``role`` only those who have it."""
    query = select(User, Team.name.label("team_name")).outerjoin(Team, Team.id == User.team_id).order_by(User.name)
    if ids is not None:
        query = query.where(User.id.in_(ids))
    rows = [_person(row.User, row.team_name) for row in session.execute(query)]
    return tuple(row for row in rows if role is None or role.value in row.roles)


def names(session: Session, ids: Collection[UUID]) -> dict[UUID, str]:
    """Return the names of people by id."""
    wanted = {user_id for user_id in ids if user_id is not None}
    if not wanted:
        return {}
    return {row.id: row.name for row in session.execute(select(User.id, User.name).where(User.id.in_(wanted)))}


def teams(session: Session, actor: Actor) -> tuple[TeamRow, ...]:
    """Return the teams whose work the actor may see, with their reps; an admin sees all."""
    query = select(Team).order_by(Team.name)
    if not actor.has(Role.ADMIN):
        query = query.where(Team.id.in_(actor.team_ids))
    rows = list(session.scalars(query))
    members = session.scalars(
        select(User).where(User.team_id.in_([team.id for team in rows]), User.is_active.is_(True)).order_by(User.name)
    )
    by_team: dict[UUID, list[Person]] = {team.id: [] for team in rows}
    for user in members:
        if user.team_id is not None and Role.REP.value in user.roles:
            by_team[user.team_id].append(_person(user, None))
    return tuple(TeamRow(team.id, team.name, team.manager_id, tuple(by_team[team.id])) for team in rows)


def team_rep_ids(session: Session, actor: Actor) -> frozenset[UUID]:
    """Return the reps whose visits the actor manages."""
    if not actor.has(Role.MANAGER, Role.ADMIN):
        return frozenset()
    return frozenset(member.id for team in teams(session, actor) for member in team.members)


def managed_ids(session: Session, actor: Actor) -> frozenset[UUID]:
    """Return everyone of the teams that the actor manages, also who may not sign in any more: their work is left."""
    if not actor.has(Role.MANAGER, Role.ADMIN):
        return frozenset()
    query = select(User.id)
    if not actor.has(Role.ADMIN):
        query = query.where(User.team_id.in_(actor.team_ids))
    return frozenset(session.scalars(query))


def manager_of(session: Session, user_id: UUID) -> UUID | None:
    """Return the manager of a person's team."""
    return session.scalar(select(Team.manager_id).join(User, User.team_id == Team.id).where(User.id == user_id))


def time_zones(session: Session) -> tuple[str, ...]:
    """Return the time zones that people work in."""
    return tuple(session.scalars(select(User.time_zone).distinct()))


def members_of_group(session: Session, group: str) -> tuple[Person, ...]:
    """Return the active people of a group."""
    return tuple(row for row in people(session) if group in row.groups and row.is_active)


def principals_label(session: Session, principals: Collection[str]) -> str:
    """Return who a task is offered to, for a timeline: names of people, else names of groups."""
    ids = [UUID(value[5:]) for value in principals if value.startswith("user:")]
    found = names(session, ids)
    groups = [value[6:] for value in principals if value == group_principal(value[6:])]
    return ", ".join([found[key] for key in ids if key in found] + groups)


def principal_of(user_id: UUID) -> str:
    """Return the principal of a person."""
    return user_principal(user_id)


def territories(session: Session) -> dict[UUID, str]:
    """Return all territories by id."""
    return {row.id: row.name for row in session.scalars(select(Territory).order_by(Territory.name))}


def territory_rep_ids(session: Session, territory_id: UUID) -> tuple[UUID, ...]:
    """Return the people who work in a territory."""
    query = select(UserTerritory.user_id).where(UserTerritory.territory_id == territory_id)
    return tuple(session.scalars(query))


def _person(user: User, team_name: str | None) -> Person:
    return Person(
        id=user.id,
        login=user.login,
        name=user.name,
        email=user.email,
        roles=tuple(user.roles),
        groups=tuple(user.groups),
        team_id=user.team_id,
        team_name=team_name,
        locale=user.locale,
        is_active=user.is_active,
        time_zone=user.time_zone,
    )
