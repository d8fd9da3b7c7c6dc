"""Take actions from a phone: each exactly once, those of one stream in order."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from engine.access import Actor
from engine.errors import (
    ConflictError,
    FieldflowError,
    ForbiddenError,
    InvalidInputError,
    RetryableError,
)
from engine.evidence import service as evidence
from engine.offline import cases, handlers, rules
from engine.offline.rules import ActionKind, ActionState, Sent, Stamp
from engine.offline.tables import OfflineAction, OfflineStream
from engine.people import service as people


@dataclass(frozen=True)
class Incoming:
    """An action as it comes from a phone.

    Args:
        id: minted by the phone.
        stream: the actions of one stream are applied in the order of their sequence, which starts at 1.
        body: what the person entered; see ``handlers``. Without positions.
        reading: the position that belongs to it, with the age of the fix in seconds at the time of the action.
        reading_field: where its evidence id goes in the values.
    """

    id: UUID
    kind: ActionKind
    stream: str
    sequence: int
    visit_id: UUID | None
    body: Mapping[str, Any]
    stamp: Stamp
    reading: evidence.Reading | None = None
    reading_field: str = ""


@dataclass(frozen=True)
class Answer:
    """What became of an action; ``template`` and ``params`` say why it was not applied."""

    id: UUID
    state: ActionState
    code: str = ""
    template: str = ""
    params: Mapping[str, Any] | None = None
    case_id: UUID | None = None


def receive(
    session: Session, actor: Actor, device_id: UUID, actions: Sequence[Incoming], sent: Sent, *, now: datetime
) -> list[Answer]:
    """Apply actions in the order given; sending one again gives the same answer and does nothing.

    Raises:
        InvalidInputError: an action is too large, or its place in the stream is taken.
        ConflictError: an id belongs to somebody else's action.
        RetryableError: the database is busy; nothing of this was done.
    """
    if len(actions) > rules.MAX_ACTIONS:
        raise InvalidInputError("Send at most {max} actions at once.", code="too_many", max=rules.MAX_ACTIONS)
    for action in actions:
        _take(session, actor, device_id, action, sent, now=now)
    return [_answer(session.get_one(OfflineAction, action.id)) for action in actions]


def _take(session: Session, actor: Actor, device_id: UUID, incoming: Incoming, sent: Sent, *, now: datetime) -> None:
    assert actor.user_id is not None, "the system has no phone"
    known = session.get(OfflineAction, incoming.id)
    if known is not None:
        if known.user_id != actor.user_id:
            raise ConflictError("This id is in use.", code="id_in_use")
        return
    if len(orjson.dumps(dict(incoming.body))) > rules.MAX_BODY_BYTES:
        raise InvalidInputError("This form holds too much. Shorten texts or remove rows.", code="too_large")
    stream = _lock_stream(session, actor.user_id, device_id, incoming.stream)
    taken = _at(stream, incoming.sequence)
    if incoming.sequence < stream.next_sequence or session.scalar(taken) is not None:
        raise InvalidInputError("This place in the order is taken.", code="sequence_taken")
    event_at = rules.event_time(incoming.stamp, sent, now=now)
    session.add(
        OfflineAction(
            id=incoming.id,
            user_id=actor.user_id,
            device_id=device_id,
            stream=incoming.stream,
            sequence=incoming.sequence,
            kind=incoming.kind,
            visit_id=incoming.visit_id,
            body=_with_evidence(session, actor, incoming, event_at),
            event_at=event_at,
            received_at=now,
            state=ActionState.HELD,
            answer={},
        )
    )
    session.flush()  # what is next in the stream is read from the table
    _drain(session, actor, stream, now=now)


def _lock_stream(session: Session, user_id: UUID, device_id: UUID, name: str) -> OfflineStream:
    key = (user_id, device_id, name)
    stream = session.get(OfflineStream, key, with_for_update=True, populate_existing=True)
    if stream is None:
        stream = OfflineStream(user_id=user_id, device_id=device_id, name=name, next_sequence=1)
        session.add(stream)
        session.flush()  # two requests at once: one of them fails here and is tried again
    return stream


def _at(stream: OfflineStream, sequence: int) -> Select[OfflineAction]:
    return select(OfflineAction).where(
        OfflineAction.user_id == stream.user_id,
        OfflineAction.device_id == stream.device_id,
        OfflineAction.stream == stream.name,
        OfflineAction.sequence == sequence,
    )


def _with_evidence(session: Session, actor: Actor, incoming: Incoming, event_at: datetime) -> dict[str, Any]:
    """Return the body with a position turned into its evidence id, before anything stores it."""
    body = dict(incoming.body)
    if incoming.reading is None:
        return body
    entered = "fields" if "fields" in body else "values"
    values = dict(body.get(entered) or {})

    def put(name: str, value: str) -> None:
        values[name] = [value] if entered == "fields" else value

    # The phone's clock may be wrong; the age of the fix is not.
    fix_at = incoming.reading.fix_at + (event_at - incoming.stamp.device_at)
    reading = replace(incoming.reading, fix_at=fix_at)
    try:
        put(incoming.reading_field, str(evidence.record_position(session, actor, reading, now=event_at)))
        session.flush()  # the check-in reads it
    except ForbiddenError:
        # Consent was withdrawn in the meantime: nothing of the position is kept, the visit counts as by hand.
        values.pop(incoming.reading_field, None)
        put("method", "manual")
    return {**body, entered: values}


def _drain(session: Session, actor: Actor, stream: OfflineStream, *, now: datetime) -> None:
    """Apply what is next in the stream, as far as it has come."""
    while True:
        action = session.scalar(_at(stream, stream.next_sequence))
        if action is None:
            return
        _apply(session, actor, action, now=now)
        stream.next_sequence += 1


def _apply(session: Session, actor: Actor, action: OfflineAction, *, now: datetime) -> None:
    try:
        if not rules.is_valid(action.event_at, now=now):
            raise ConflictError("This is older than three days.", code="too_old")
        with session.begin_nested():
            handlers.apply(session, actor, action, now=now)
        action.state = ActionState.APPLIED
    except RetryableError:
        raise
    except FieldflowError as error:
        action.state = ActionState.CONFLICT
        action.answer = {"template": error.template, "params": _plain(error.params), "code": error.code}
        if isinstance(error, InvalidInputError):
            action.answer["errors"] = {path: str(problems[0]) for path, problems in error.errors.items()}
        cases.add_to_case(session, actor, action, now=now)


def _plain(params: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in params.items()}


def give_up_gaps(session: Session, now: datetime) -> int:
    """Hand over to people what waited too long for an action that never came; returns how many. For the sweep."""
    waiting = (
        select(OfflineAction)
        .where(OfflineAction.state == ActionState.HELD, OfflineAction.received_at < now - rules.HELD_FOR)
        .order_by(OfflineAction.sequence)
        .limit(50)
    )
    found = list(session.scalars(waiting))
    for action in found:
        actor = people.actor_for(session, action.user_id)
        stream = _lock_stream(session, action.user_id, action.device_id, action.stream)
        if action.state != ActionState.HELD:
            continue
        stream.next_sequence = max(stream.next_sequence, action.sequence)
        _drain(session, actor, stream, now=now)
    return len(found)


def _answer(action: OfflineAction) -> Answer:
    kept = action.answer
    return Answer(
        id=action.id,
        state=action.state,
        code=kept.get("code", ""),
        template=kept.get("template", ""),
        params=kept.get("params") or {},
        case_id=action.case_id,
    )
