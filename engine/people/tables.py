"""Users, teams, territories, sessions and tokens."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from engine.ids import new_id
from engine.store.base import Base, JsonText, UtcDateTime


class Team(Base):
    """A sales team with its manager."""

    __tablename__ = "team"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    name: Mapped[str] = mapped_column(String(100), unique=True)
    manager_id: Mapped[UUID | None]


class Territory(Base):
    """A region whose customers its people see."""

    __tablename__ = "territory"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    name: Mapped[str] = mapped_column(String(100), unique=True)


class User(Base):
    """A person who signs in.

    ``groups`` names support queues and approver groups (``group:<name>`` as a principal).
    """

    __tablename__ = "app_user"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    login: Mapped[str] = mapped_column(String(60), unique=True)
    name: Mapped[str] = mapped_column(String(100))
    email: Mapped[str] = mapped_column(String(200), default="")
    password_hash: Mapped[str] = mapped_column(String(200), default="")
    roles: Mapped[list[str]] = mapped_column(JsonText)
    groups: Mapped[list[str]] = mapped_column(JsonText, default=list)
    team_id: Mapped[UUID | None] = mapped_column(ForeignKey(Team.id), index=True)
    locale: Mapped[str] = mapped_column(String(5), default="zh")
    theme: Mapped[str] = mapped_column(String(10), default="auto")
    time_zone: Mapped[str] = mapped_column(String(60), default="Asia/Shanghai")
    is_active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class UserTerritory(Base):
    """Which territories a person works in."""

    __tablename__ = "user_territory"

    user_id: Mapped[UUID] = mapped_column(ForeignKey(User.id), primary_key=True)
    territory_id: Mapped[UUID] = mapped_column(ForeignKey(Territory.id), primary_key=True)


class Substitution(Base):
    """Who does the tasks of a person on leave, from a first to a last day."""

    __tablename__ = "substitution"
    __table_args__ = (
        Index("ix_substitution_substitute", "substitute_id", "last_day"),
        Index("ix_substitution_absent", "absent_id", "last_day"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    absent_id: Mapped[UUID] = mapped_column(ForeignKey(User.id))
    substitute_id: Mapped[UUID] = mapped_column(ForeignKey(User.id))
    first_day: Mapped[date]
    last_day: Mapped[date]
    arranged_by: Mapped[UUID]
    arranged_at: Mapped[datetime] = mapped_column(UtcDateTime)


class SignInSession(Base):
    """A signed-in browser; the cookie holds a secret of which only the hash is stored."""

    __tablename__ = "sign_in_session"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey(User.id), index=True)
    csrf_token: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


class SignInFailure(Base):
    """Failed sign-ins of one login name, for the rate limit."""

    __tablename__ = "sign_in_failure"

    login: Mapped[str] = mapped_column(String(60), primary_key=True)
    count: Mapped[int]
    last_at: Mapped[datetime] = mapped_column(UtcDateTime)


class ApiToken(Base):
    """A bearer token of a person's client; only its hash is stored."""

    __tablename__ = "api_token"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    user_id: Mapped[UUID] = mapped_column(ForeignKey(User.id), index=True)
    name: Mapped[str] = mapped_column(String(100))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
