"""What people have chosen about being told."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.access import Actor
from engine.errors import FieldProblem, InvalidInputError
from engine.notifications.routing import DAY_MINUTES, Channel, Kind, Preferences, default_preferences
from engine.notifications.tables import NoticePreference


def preferences_of(session: Session, roles: Mapping[UUID, Collection[str]]) -> dict[UUID, Preferences]:
    """Return what holds for each person: what they chose, else what suits their roles.

    Args:
        roles: of each person.
    """
    rows = session.scalars(select(NoticePreference).where(NoticePreference.user_id.in_(roles)))
    chosen = {row.user_id: _read(row) for row in rows}
    return {user_id: chosen.get(user_id) or default_preferences(roles[user_id]) for user_id in roles}


def mine(session: Session, actor: Actor) -> Preferences:
    """Return what holds for the actor."""
    assert actor.user_id is not None, "the system is not told anything"
    return preferences_of(session, {actor.user_id: actor.roles})[actor.user_id]


def change(session: Session, actor: Actor, wanted: Preferences, *, now: datetime) -> None:
    """Store what the actor has chosen; it holds for what comes from now on.

    Raises:
        InvalidInputError: only one end of the quiet hours, or a time that is none.
    """
    assert actor.user_id is not None, "the system is not told anything"
    _check(wanted)
    row = session.get(NoticePreference, actor.user_id) or NoticePreference(user_id=actor.user_id)
    row.channels = {str(kind): sorted(channels) for kind, channels in wanted.channels.items()}
    row.quiet_from, row.quiet_to = wanted.quiet_from, wanted.quiet_to
    row.urgent_passes, row.digest_at, row.changed_at = wanted.urgent_passes, wanted.digest_at, now
    session.add(row)


def _check(wanted: Preferences) -> None:
    errors: dict[str, list[FieldProblem]] = {}
    if (wanted.quiet_from is None) != (wanted.quiet_to is None):
        missing = "quiet_from" if wanted.quiet_from is None else "quiet_to"
        errors[missing] = [FieldProblem("Give both ends of the quiet hours, or none.", code="required")]
    elif wanted.quiet_from is not None and wanted.quiet_from == wanted.quiet_to:
        errors["quiet_to"] = [FieldProblem("Quiet hours must end at another time than they begin.", code="empty")]
    for name in ("quiet_from", "quiet_to", "digest_at"):
        minute = getattr(wanted, name)
        if minute is not None and not 0 <= minute < DAY_MINUTES:
            errors[name] = [FieldProblem("Enter a time such as 08:30.", code="time")]
    if errors:
        raise InvalidInputError(errors=errors)


def _read(row: NoticePreference) -> Preferences:
    return Preferences(
        channels={Kind(kind): _channels(names) for kind, names in row.channels.items() if kind in set(Kind)},
        quiet_from=row.quiet_from,
        quiet_to=row.quiet_to,
        urgent_passes=row.urgent_passes,
        digest_at=row.digest_at,
    )


def _channels(names: Iterable[str]) -> frozenset[Channel]:
    return frozenset(Channel(name) for name in names if name in set(Channel))
