"""Sign in and out, tokens, users and teams."""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError
from sqlalchemy import CompoundSelect, delete, literal, select, union_all
from sqlalchemy.orm import Session

from engine.access import Absent, Actor, Role
from engine.errors import ConflictError, FieldProblem, ForbiddenError, InvalidInputError, NotFoundError
from engine.people.tables import (
    ApiToken,
    SignInFailure,
    SignInSession,
    Substitution,
    Team,
    Territory,
    User,
    UserTerritory,
)

SESSION_LENGTH = timedelta(days=14)
FAILURES_ALLOWED = 8
FAILURE_PAUSE = timedelta(minutes=10)
TOKEN_PREFIX = "fft_"  # noqa: S105 - the visible prefix of tokens, no secret
MIN_PASSWORD = 10
LOCALES = ("zh", "en")
THEMES = ("auto", "light", "dark")

# OWASP Password Storage Cheat Sheet (2024): Argon2id with m=19456 KiB, t=2, p=1.
_hasher = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)


@dataclass(frozen=True)
class SignedIn:
    """A new session: ``secret`` goes into the cookie and nowhere else."""

    secret: str
    csrf_token: str
    expires_at: datetime


@dataclass(frozen=True)
class SessionInfo:
    """Who a cookie belongs to."""

    actor: Actor
    csrf_token: str
    theme: str


def sign_in(session: Session, login: str, password: str, *, now: datetime) -> SignedIn | None:
    """Check a password and open a session; None when they do not fit (and the failure is counted).

    Raises:
        ForbiddenError: too many failures for this login name within ten minutes.
    """
    failure = session.get(SignInFailure, login[:60])
    if failure is not None and failure.last_at < now - FAILURE_PAUSE:
        session.delete(failure)
        failure = None
    if failure is not None and failure.count >= FAILURES_ALLOWED:
        raise ForbiddenError("Too many failed attempts. Please wait ten minutes.", code="sign_in_paused")
    user = session.scalar(select(User).where(User.login == login, User.is_active.is_(True)))
    if not _password_fits(user.password_hash if user else _unknown_hash(), password) or user is None:
        if failure is None:
            session.add(SignInFailure(login=login[:60], count=1, last_at=now))
        else:
            failure.count, failure.last_at = failure.count + 1, now
        return None
    if failure is not None:
        session.delete(failure)
    session.execute(delete(SignInSession).where(SignInSession.expires_at < now))
    return open_session(session, user.id, now=now)


def open_session(session: Session, user_id: UUID, *, now: datetime) -> SignedIn:
    """Open a session for a person whose identity is known."""
    secret, csrf_token = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
    expires_at = now + SESSION_LENGTH
    session.add(
        SignInSession(
            token_hash=_digest(secret), user_id=user_id, csrf_token=csrf_token, created_at=now, expires_at=expires_at
        )
    )
    return SignedIn(secret, csrf_token, expires_at)


def sign_out(session: Session, secret: str) -> None:
    """End the session of a cookie."""
    session.execute(delete(SignInSession).where(SignInSession.token_hash == _digest(secret)))


def session_of(session: Session, secret: str, *, now: datetime) -> SessionInfo | None:
    """Return who a cookie belongs to, or None."""
    row = session.execute(
        select(User, SignInSession.csrf_token)
        .join(SignInSession, SignInSession.user_id == User.id)
        .where(SignInSession.token_hash == _digest(secret), SignInSession.expires_at > now, User.is_active.is_(True))
    ).first()
    if row is None:
        return None
    return SessionInfo(actor_of(session, row.User, now=now), row.csrf_token, row.User.theme)


def create_token(session: Session, login: str, *, name: str, now: datetime, lifetime: timedelta | None = None) -> str:
    """Make a bearer token for a person and return it; it cannot be shown again.

    Raises:
        NotFoundError: no such user.
    """
    user = session.scalar(select(User).where(User.login == login))
    if user is None:
        raise NotFoundError("There is no user {login}.", code="user_unknown", login=login)
    secret = TOKEN_PREFIX + secrets.token_urlsafe(32)
    session.add(
        ApiToken(
            user_id=user.id,
            name=name,
            token_hash=_digest(secret),
            created_at=now,
            expires_at=now + lifetime if lifetime is not None else None,
        )
    )
    return secret


def actor_of_token(session: Session, secret: str, *, now: datetime) -> Actor | None:
    """Return the person behind a bearer token, or None."""
    row = session.execute(
        select(User, ApiToken.expires_at)
        .join(ApiToken, ApiToken.user_id == User.id)
        .where(ApiToken.token_hash == _digest(secret), ApiToken.revoked_at.is_(None), User.is_active.is_(True))
    ).first()
    if row is None or (row.expires_at is not None and row.expires_at <= now):
        return None
    return actor_of(session, row.User, now=now)


def actor_of(session: Session, user: User, *, now: datetime | None = None) -> Actor:
    """Return the actor that a user is: roles, groups, teams and territories.

    Args:
        now: whom they stand in for is of that day; None: for nobody.
    """
    roles = frozenset(Role(role) for role in user.roles)
    today = now.astimezone(ZoneInfo(user.time_zone)).date() if now else None
    found: dict[str, set[UUID]] = {"team": set(), "territory": set(), "absent": set()}
    for kind, object_id in session.execute(_belongings(user.id, today)):
        found[kind].add(object_id)
    teams = found["team"] if Role.MANAGER in roles else set()
    if user.team_id is not None:
        teams.add(user.team_id)
    return Actor(
        user_id=user.id,
        name=user.name,
        roles=roles,
        groups=frozenset(user.groups),
        team_ids=frozenset(teams),
        territory_ids=frozenset(found["territory"]),
        time_zone=user.time_zone,
        locale=user.locale,
        stands_in_for=_absent(session, found["absent"]),
    )


def _belongings(user_id: UUID, today: date | None) -> CompoundSelect[Any]:
    # One statement: each page asks for it.
    parts = [
        select(literal("team"), Team.id).where(Team.manager_id == user_id),
        select(literal("territory"), UserTerritory.territory_id).where(UserTerritory.user_id == user_id),
    ]
    if today is not None:
        is_on = (Substitution.first_day <= today) & (Substitution.last_day >= today)
        mine = Substitution.substitute_id == user_id
        parts.append(select(literal("absent"), Substitution.absent_id).where(mine, is_on))
    return union_all(*parts)


def _absent(session: Session, ids: set[UUID]) -> tuple[Absent, ...]:
    if not ids:
        return ()
    rows = session.scalars(select(User).where(User.id.in_(ids)).order_by(User.name))
    return tuple(Absent(row.id, row.name, frozenset(row.groups)) for row in rows)


def actor_for(session: Session, user_id: UUID, *, now: datetime | None = None) -> Actor:
    """Return the actor of a user id, as ``actor_of`` does.

    Raises:
        NotFoundError: no such user.
    """
    user = session.get(User, user_id)
    if user is None:
        raise NotFoundError("There is no such user.", code="user_unknown")
    return actor_of(session, user, now=now)


def add_user(
    session: Session,
    *,
    login: str,
    name: str,
    password: str,
    roles: Sequence[Role],
    now: datetime,
    email: str = "",
    groups: Sequence[str] = (),
    team_id: UUID | None = None,
    territory_ids: Sequence[UUID] = (),
    locale: str = "zh",
) -> UUID:
    """Add a person.

    Raises:
        InvalidInputError: names each field.
        ConflictError: the login name is taken.
    """
    errors: dict[str, list[FieldProblem]] = {}
    login, name = login.strip().lower(), name.strip()
    if not login or len(login) > 60 or not all(letter.isalnum() or letter in "._-@" for letter in login):
        errors["login"] = [FieldProblem("Use letters, digits, dots, hyphens or underscores.", code="login_invalid")]
    if not name or len(name) > 100:
        errors["name"] = [FieldProblem("Enter a name of at most {max} characters.", code="name_invalid", max=100)]
    if len(password) < MIN_PASSWORD:
        problem = FieldProblem("Use at least {min} characters.", code="password_short", min=MIN_PASSWORD)
        errors["password"] = [problem]
    if not roles:
        errors["roles"] = [FieldProblem("Choose at least one role.", code="roles_missing")]
    if errors:
        raise InvalidInputError(errors=errors)
    if session.scalar(select(User.id).where(User.login == login)):
        raise ConflictError("The login name {login} is taken.", code="login_taken", login=login)
    user = User(
        login=login,
        name=name,
        email=email,
        password_hash=_hasher.hash(password),
        roles=[role.value for role in roles],
        groups=list(groups),
        team_id=team_id,
        locale=locale,
        created_at=now,
    )
    session.add(user)
    session.flush()  # the rows below refer to it
    session.add_all(UserTerritory(user_id=user.id, territory_id=territory_id) for territory_id in territory_ids)
    return user.id


def change_user(
    session: Session,
    user_id: UUID,
    *,
    roles: Sequence[Role] | None = None,
    groups: Sequence[str] | None = None,
    is_active: bool | None = None,
) -> None:
    """Change what a person may do; sessions of a deactivated person end.

    Raises:
        NotFoundError: no such user.
    """
    user = session.get(User, user_id)
    if user is None:
        raise NotFoundError("There is no such user.", code="user_unknown")
    if roles is not None:
        user.roles = [role.value for role in roles]
    if groups is not None:
        user.groups = list(groups)
    if is_active is not None:
        user.is_active = is_active
        if not is_active:
            session.execute(delete(SignInSession).where(SignInSession.user_id == user_id))


def change_team(session: Session, user_id: UUID, team_id: UUID | None) -> bool:
    """Move a person to a team, or out of every team if None.

    Returns:
        whether anything changed.

    Raises:
        NotFoundError: no such user.
        InvalidInputError: no such team.
    """
    user = session.get(User, user_id)
    if user is None:
        raise NotFoundError("There is no such user.", code="user_unknown")
    if team_id is not None and session.get(Team, team_id) is None:
        raise InvalidInputError(errors={"team_id": [FieldProblem("Choose a team.", code="team_unknown")]})
    is_new = user.team_id != team_id
    user.team_id = team_id
    return is_new


def change_password(session: Session, login: str, password: str) -> None:
    """Set a new password; whoever signed in with the old one is signed out.

    Raises:
        NotFoundError: no such user.
        InvalidInputError: too short.
    """
    user = session.scalar(select(User).where(User.login == login))
    if user is None:
        raise NotFoundError("There is no user {login}.", code="user_unknown", login=login)
    if len(password) < MIN_PASSWORD:
        problem = FieldProblem("Use at least {min} characters.", code="password_short", min=MIN_PASSWORD)
        raise InvalidInputError(errors={"password": [problem]})
    user.password_hash = _hasher.hash(password)
    session.execute(delete(SignInSession).where(SignInSession.user_id == user.id))


def change_appearance(session: Session, actor: Actor, *, locale: str | None = None, theme: str | None = None) -> None:
    """Remember the language and the theme that a person chose; unknown ones are ignored."""
    user = session.get(User, actor.user_id)
    if user is not None:
        user.locale = locale if locale in LOCALES else user.locale
        user.theme = theme if theme in THEMES else user.theme


def add_team(session: Session, name: str, *, manager_id: UUID | None = None) -> UUID:
    """Add a team."""
    team = Team(name=name, manager_id=manager_id)
    session.add(team)
    session.flush()  # callers refer to it
    return team.id


def set_manager(session: Session, team_id: UUID, manager_id: UUID) -> None:
    """Let a person manage a team.

    Raises:
        NotFoundError: no such team.
    """
    team = session.get(Team, team_id)
    if team is None:
        raise NotFoundError("There is no such team.", code="team_unknown")
    team.manager_id = manager_id


def add_territory(session: Session, name: str) -> UUID:
    """Add a territory."""
    territory = Territory(name=name)
    session.add(territory)
    session.flush()  # callers refer to it
    return territory.id


def _password_fits(password_hash: str, password: str) -> bool:
    try:
        return _hasher.verify(password_hash, password)
    except (Argon2Error, InvalidHashError):
        return False


@cache
def _unknown_hash() -> str:
    # An unknown login name must cost as much time as a known one.
    return _hasher.hash(secrets.token_urlsafe(16))


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
