"""Tell people: in the application at once; elsewhere by deliveries of their own, so that no channel waits for another.

A ``notify.send`` delivery becomes rows of the application, and in the same transaction either a delivery for each
channel, webhook and chat room, or a row that waits for its time (``held_notice``). What waited becomes a delivery in
the transaction that removes the row: nothing is lost, nothing is sent twice, however often the sweeper dies.
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from itertools import groupby
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5
from zoneinfo import ZoneInfo

from sqlalchemy import delete, select, tuple_
from sqlalchemy.orm import Session

from engine.ids import new_id
from engine.notifications import preferences, routing
from engine.notifications.routing import Channel
from engine.notifications.tables import ChatRoom, HeldNotice, Notification, PushSubscription, Webhook
from engine.outbox import service as outbox
from engine.people import queries as people
from engine.people.queries import Person
from engine.process.topics import DeliveryContext

MAIL_TOPIC = "notify.mail"
PUSH_TOPIC = "notify.push"
WEBHOOK_TOPIC = "notify.webhook"
CHAT_TOPIC = "notify.chat"

RELEASE_LIMIT = 500


def recipients(session: Session, to: Collection[str]) -> list[UUID]:
    """Return the people behind principals (``user:<id>``, ``group:<name>``)."""
    found: dict[UUID, None] = {}
    for principal in to:
        kind, _, name = principal.partition(":")
        if kind == "user":
            found[UUID(name)] = None
        elif kind == "group":
            found.update(dict.fromkeys(person.id for person in people.members_of_group(session, name)))
    return list(found)


def store(session: Session, context: DeliveryContext, payload: Mapping[str, Any], *, only_in_app: bool = False) -> bool:
    """Write what a ``notify.send`` delivery asks for; committed together with "done".

    Args:
        only_in_app: nobody outside is told: a story of the past.
    """
    template, to = str(payload.get("template") or "")[:60], list(payload.get("to") or [])
    values, about = dict(payload.get("values") or {}), str(payload.get("business_key") or "")
    spared = set(payload.get("except") or [])
    notices = {}
    for user_id in recipients(session, to):
        if str(user_id) in spared:
            continue
        notices[user_id] = Notification(
            id=new_id(), key=f"{context.key}:{user_id}", user_id=user_id, template=template, values=values,
            business_key=about, created_at=context.now,
        )  # fmt: skip
    session.add_all(notices.values())
    if not only_in_app:
        _route(session, notices, template, now=context.now)
        event = {"template": template, "values": values, "business_key": about, "at": context.now.isoformat()}
        _tell_systems(session, event, to, event_id=uuid5(NAMESPACE_URL, context.key), now=context.now)
    return True


def release(session: Session, now: datetime) -> int:
    """Send what waited for its time, as one delivery for each person and channel; returns how many notices."""
    due = select(HeldNotice).where(HeldNotice.due_at <= now).order_by(HeldNotice.due_at).limit(RELEASE_LIMIT)
    rows = sorted(
        session.scalars(due.with_for_update(skip_locked=True)),
        key=lambda row: (row.user_id, row.channel, row.notification_id),
    )
    if not rows:
        return 0
    browsers = _subscriptions(session, {row.user_id for row in rows})
    for (user_id, channel), group in groupby(rows, key=lambda row: (row.user_id, row.channel)):
        _emit(session, Channel(channel), [row.notification_id for row in group], browsers.get(user_id, ()), now=now)
    keys = [(row.notification_id, row.channel) for row in rows]
    session.execute(delete(HeldNotice).where(tuple_(HeldNotice.notification_id, HeldNotice.channel).in_(keys)))
    return len(rows)


def _route(session: Session, notices: Mapping[UUID, Notification], template: str, *, now: datetime) -> None:
    told = [each for each in people.people(session, ids=notices) if each.is_active] if notices else []
    chosen = preferences.preferences_of(session, {each.id: each.roles for each in told})
    browsers = _subscriptions(session, [each.id for each in told])
    for person in told:
        notice = notices[person.id]
        for routed in routing.route(chosen[person.id], template, now=now, zone=ZoneInfo(person.time_zone)):
            if not _reaches(person, routed.channel, browsers):
                continue
            if routed.due_at is None or routed.wait is None:
                _emit(session, routed.channel, [notice.id], browsers.get(person.id, ()), now=now)
                continue
            session.add(
                HeldNotice(
                    notification_id=notice.id,
                    channel=routed.channel,
                    user_id=person.id,
                    wait=routed.wait,
                    due_at=routed.due_at,
                )
            )


def _reaches(person: Person, channel: Channel, browsers: Mapping[UUID, list[UUID]]) -> bool:
    return bool(person.email) if channel is Channel.MAIL else person.id in browsers


def _subscriptions(session: Session, user_ids: Collection[UUID]) -> dict[UUID, list[UUID]]:
    query = select(PushSubscription.user_id, PushSubscription.id).where(PushSubscription.user_id.in_(user_ids))
    found: dict[UUID, list[UUID]] = {}
    for row in session.execute(query.order_by(PushSubscription.id)) if user_ids else ():
        found.setdefault(row.user_id, []).append(row.id)
    return found


def _emit(session: Session, channel: Channel, ids: list[UUID], browsers: Iterable[UUID], *, now: datetime) -> None:
    # A notice goes over a channel once at most, so the first one's id makes the key of those that go together.
    payload = {"ids": [str(each) for each in ids]}
    if channel is Channel.MAIL:
        outbox.emit(session, MAIL_TOPIC, payload, key=f"mail:{ids[0]}", now=now)
        return
    for browser in browsers:
        to_browser = payload | {"subscription": str(browser)}
        outbox.emit(session, PUSH_TOPIC, to_browser, key=f"push:{ids[0]}:{browser}", now=now)


def _tell_systems(
    session: Session, event: dict[str, Any], to: Collection[str], *, event_id: UUID, now: datetime
) -> None:
    kind = routing.kind_of(event["template"])
    for hook in session.scalars(select(Webhook).where(Webhook.is_active.is_(True)).order_by(Webhook.id)):
        if kind in hook.kinds:
            payload = event | {"webhook": str(hook.id), "event": str(event_id)}
            outbox.emit(session, WEBHOOK_TOPIC, payload, key=f"webhook:{hook.id}:{event_id}", now=now)
    for room in session.scalars(select(ChatRoom).where(ChatRoom.is_active.is_(True)).order_by(ChatRoom.id)):
        is_theirs = not room.groups or any(f"group:{name}" in to for name in room.groups)
        if kind in room.kinds and is_theirs:
            payload = event | {"room": str(room.id)}
            outbox.emit(session, CHAT_TOPIC, payload, key=f"chat:{room.id}:{event_id}", now=now)
