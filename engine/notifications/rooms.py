"""Chat rooms as admins set them up; an address holds a secret and is shown masked."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.connectors.notify import chat
from engine.connectors.notify.chat import ChatAddressError
from engine.errors import FieldProblem, InvalidInputError, NotFoundError
from engine.ids import new_id
from engine.notifications.hooks import name_problems
from engine.notifications.routing import Kind
from engine.notifications.sending import CHAT_TOPIC
from engine.notifications.tables import ChatRoom
from engine.outbox import service as outbox

MAX_ADDRESS = 500


@dataclass(frozen=True)
class RoomRow:
    """A room as pages show it."""

    id: UUID
    name: str
    service: str
    masked: str
    kinds: tuple[str, ...]
    groups: tuple[str, ...]
    locale: str
    is_active: bool


def rooms(session: Session) -> tuple[RoomRow, ...]:
    """Return all rooms by name."""
    return tuple(_row(row) for row in session.scalars(select(ChatRoom).order_by(ChatRoom.name, ChatRoom.id)))


def room(session: Session, room_id: UUID) -> RoomRow:
    """Return one room.

    Raises:
        NotFoundError: no such room.
    """
    return _row(_found(session, room_id))


def save(
    session: Session,
    room_id: UUID | None,
    *,
    name: str,
    address: str,
    kinds: Collection[str],
    groups: Collection[str],
    locale: str,
    is_active: bool,
    now: datetime,
) -> UUID:
    """Add a room, or change one; without an address it keeps its own.

    Raises:
        NotFoundError: no such room.
        InvalidInputError: a name or kinds are missing, or the address is none of a room that we know.
    """
    problems = name_problems(name, kinds)
    if address.strip() or room_id is None:
        problems |= _address_problems(address)
    if problems:
        raise InvalidInputError(errors=problems)
    if room_id is None:
        row = ChatRoom(id=new_id(), created_at=now)
        session.add(row)
    else:
        row = _found(session, room_id)
    if address.strip():
        row.address = address.strip()
    row.name, row.is_active, row.locale = name.strip(), is_active, "en" if locale == "en" else "zh"
    row.kinds, row.groups = sorted(set(kinds) & set(Kind)), sorted(set(groups))
    return row.id


def try_out(session: Session, room_id: UUID, *, now: datetime) -> None:
    """Write a first message into a room, so that everybody sees that it works.

    Raises:
        NotFoundError: no such room.
    """
    row = _found(session, room_id)
    values = {"title": "外勤流：本群将收到通知", "title_en": "Fieldflow: this room is told of notices"}
    payload = {"room": str(row.id), "template": "", "values": values, "business_key": "", "at": now.isoformat()}
    outbox.emit(session, CHAT_TOPIC, payload, key=f"chat:{row.id}:{new_id()}", now=now)


def _address_problems(address: str) -> dict[str, list[FieldProblem]]:
    if len(address) > MAX_ADDRESS:
        return {"address": [FieldProblem("Use at most {max} characters.", code="too_long", max=MAX_ADDRESS)]}
    try:
        chat.service_of(address)
    except ChatAddressError as error:
        return {"address": [FieldProblem(error.template, code=error.code)]}
    return {}


def _found(session: Session, room_id: UUID) -> ChatRoom:
    found = session.get(ChatRoom, room_id)
    if found is None:
        raise NotFoundError("There is no such chat room.", code="room_unknown")
    return found


def _row(row: ChatRoom) -> RoomRow:
    return RoomRow(
        row.id, row.name, chat.vendor(row.address), chat.masked(row.address), tuple(row.kinds), tuple(row.groups),
        row.locale, row.is_active,
    )  # fmt: skip
