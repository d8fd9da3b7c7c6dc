"""What the deliveries of notices do outside: mail, web push, webhooks, chat rooms. Each reads what it needs by ids."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import orjson
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.connectors.notify import Notice, Notifier
from engine.connectors.notify.chat import post_message
from engine.connectors.notify.outbound import Answer, Outbound
from engine.connectors.notify.web_push import Target, VapidKeys, push
from engine.connectors.notify.webhook import post_event
from engine.errors import FieldflowError, RetryableError
from engine.notifications import letters, routing, rules, texts
from engine.notifications.letters import Line
from engine.notifications.tables import ChatRoom, Notification, PushSubscription, Webhook, WebhookAttempt
from engine.people import queries as people
from engine.people.queries import Person
from engine.process.topics import DeliveryContext
from engine.store.database import Database

PREFERENCES_PATH = "/me/notifications"
GONE = {404, 410}
TITLES = ("外勤流", "Fieldflow")


@dataclass
class Channels:
    """Sends notices outside.

    Args:
        public_url: of this installation, without a slash at its end.
        mail_from: whom a push service's operator may write to.
    """

    database: Database
    notifier: Notifier
    outbound: Outbound
    vapid: VapidKeys
    public_url: str
    mail_from: str

    def send_mail(self, context: DeliveryContext, payload: Mapping[str, Any]) -> None:
        """Send one mail for one notice, or for several that waited together."""
        with self.database.reading() as session:
            person, notices = _addressed(session, payload)
            changed = texts.changed(session)
        if person is None or not person.email:
            return
        lines = [self._line(notice, person, changed, is_alone=len(notices) == 1) for notice in notices]
        preferences_url = f"{self.public_url}{PREFERENCES_PATH}"
        letter = letters.letter(lines, locale=person.locale, preferences_url=preferences_url)
        sent = Notice(person.email, letter.subject, letter.plain, letter.html, preferences_url)
        self.notifier.send(sent, key=context.key)

    def send_push(self, context: DeliveryContext, payload: Mapping[str, Any]) -> None:
        """Push to one browser; one that is no longer there is forgotten.

        Raises:
            RetryableError: the push service did not take it.
        """
        with self.database.reading() as session:
            person, notices = _addressed(session, payload)
            changed = texts.changed(session)
            browser = session.get(PushSubscription, UUID(payload["subscription"]))
        if person is None or browser is None or browser.user_id != person.id:
            return
        if len(notices) == 1:
            text = rules.render(notices[0].template, notices[0].values, person.locale, changed)
            path = f"/open/{notices[0].business_key}" if notices[0].business_key else "/notifications"
        else:
            text, path = letters.several(len(notices), locale=person.locale), "/notifications"
        shown = {"title": TITLES[person.locale == "en"], "text": text[:500], "path": path, "tag": payload["ids"][0]}
        answer = push(
            self.outbound,
            self.vapid,
            Target(browser.endpoint, browser.public_key, browser.auth_secret),
            orjson.dumps(shown),
            subject=f"mailto:{self.mail_from}",
            is_urgent=any(notice.template in routing.URGENT for notice in notices),
            now_s=int(context.now.timestamp()),
        )
        if answer.status in GONE:
            self.database.run(lambda session: _forget(session, browser.id))
            return
        _must_be_taken(answer)

    def send_webhook(self, context: DeliveryContext, payload: Mapping[str, Any]) -> None:
        """Post an event to a webhook and note what it answered.

        Raises:
            FieldflowError: it did not take the event; what passes is tried again.
        """
        with self.database.reading() as session:
            hook = session.get(Webhook, UUID(payload["webhook"]))
            changed = texts.changed(session)
        if hook is None or not hook.is_active:
            return
        try:
            answer = post_event(
                self.outbound,
                hook.url,
                hook.secret,
                self._event(payload, changed),
                event_id=payload["event"],
                timestamp=int(context.now.timestamp()),
            )
        except FieldflowError as error:
            self._note(context, hook.id, None, str(error))
            raise
        self._note(context, hook.id, answer.status, "")
        _must_be_taken(answer)

    def send_chat(self, _context: DeliveryContext, payload: Mapping[str, Any]) -> None:
        """Write a notice into a chat room."""
        with self.database.reading() as session:
            room = session.get(ChatRoom, UUID(payload["room"]))
            changed = texts.changed(session)
        if room is None or not room.is_active:
            return
        text = rules.render(payload["template"], payload["values"], room.locale, changed)
        post_message(room.address, f"{text}\n{self._link(payload['business_key'])}".strip())

    def _link(self, business_key: str) -> str:
        return f"{self.public_url}/open/{business_key}" if business_key else ""

    def _line(self, notice: Notification, person: Person, changed: rules.Texts, *, is_alone: bool) -> Line:
        came = notice.created_at.astimezone(ZoneInfo(person.time_zone))
        text = rules.render(notice.template, notice.values, person.locale, changed)
        return Line(text, "" if is_alone else f"{came:%Y-%m-%d %H:%M}", self._link(notice.business_key))

    def _event(self, payload: Mapping[str, Any], changed: rules.Texts) -> dict[str, Any]:
        template, values = payload["template"], payload["values"]
        return {
            "id": payload["event"],
            "kind": str(routing.kind_of(template)),
            "template": template,
            "at": payload["at"],
            "about": payload["business_key"],
            "link": self._link(payload["business_key"]),
            "text": {locale: rules.render(template, values, locale, changed) for locale in ("zh", "en")},
            "values": values,
        }

    def _note(self, context: DeliveryContext, webhook_id: UUID, status: int | None, error: str) -> None:
        attempt = {"webhook_id": webhook_id, "delivery_key": context.key, "status": status, "error": error[:200]}
        self.database.run(lambda session: session.add(WebhookAttempt(at=context.now, **attempt)))


def _addressed(session: Session, payload: Mapping[str, Any]) -> tuple[Person | None, list[Notification]]:
    ids = [UUID(each) for each in payload["ids"]]
    rows = session.scalars(select(Notification).where(Notification.id.in_(ids)).order_by(Notification.created_at))
    notices = list(rows)
    found = people.people(session, ids=[notices[0].user_id]) if notices else ()
    return (found[0] if found and found[0].is_active else None), notices


def _forget(session: Session, subscription_id: UUID) -> None:
    row = session.get(PushSubscription, subscription_id)
    if row is not None:
        session.delete(row)


def _must_be_taken(answer: Answer) -> None:
    if not 200 <= answer.status < 300:
        raise RetryableError("The address answered {status}.", code="not_taken", status=answer.status)
