"""What a phone carries for three days: visits with their customers, the forms of their steps, and pick lists.

Forms come as the HTML that the server would show, each once by its hash: the same runtime starts them on the phone,
and what they post is read by the same code.
"""

from collections.abc import Iterable
from datetime import date, timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID

from flask import get_template_attribute, url_for
from sqlalchemy.orm import Session

from engine.access import Actor
from engine.customers import queries as customers
from engine.offline.rules import VALID_FOR
from engine.planning import queries as planning
from engine.process import lookahead, user_tasks
from engine.process.lookahead import Ahead
from engine.support import queries as support
from engine.visits import queries as visits
from engine.visits.last_reports import last_reports
from engine.visits.queries import VisitRow
from engine.visits.rules import OPTIONAL_STEPS, task_rank
from engine.visits.service import PROCESS, business_key
from forms import render
from forms.remember import remembered
from web import context
from web.i18n import format_date, locale, translate
from web.inbox.task_form import stamp_of
from web.labels import outcome_label, request_state_label, request_type_label
from web.maps import map_links
from web.offline.words import words

DAYS = VALID_FOR.days
LAST_VISITS = 3
CUSTOMERS = 200


def packet(session: Session, actor: Actor, *, csrf_token: str) -> dict[str, Any]:
    """Return the packet as JSON values; times are ISO 8601 with an offset."""
    assert actor.user_id is not None, "the system has no phone"
    now = context.now()
    today = context.local_now().date()
    rows = _visits(session, actor, today)
    keys = [business_key(row.id) for row in rows]
    ahead = lookahead.steps_ahead(session, actor, keys, now=now)
    forms = _Forms(session, actor)
    around = _Around(session, rows)
    purposes = visits.purposes(session)
    return {
        "made_at": now.isoformat(),
        "valid_until": (now + VALID_FOR).isoformat(),
        "user": {"id": str(actor.user_id), "name": actor.name},
        "today": today.isoformat(),
        "time_zone": actor.time_zone,
        "locale": locale(),
        "csrf": csrf_token,
        "words": words(),
        "visits": [
            {**around.visit(row), "steps": forms.steps(key, ahead[key], around.last(row))}
            for key, row in zip(keys, rows, strict=True)
        ],
        "plan_steps": {each.key: _new_visit(session, actor, forms, each.form_key) for each in purposes},
        "forms": forms.html,
        "customers": [
            {"id": str(row.id), "name": row.label(locale())}
            for row in customers.customers(session, actor, limit=CUSTOMERS)
        ],
        "purposes": [{"key": each.key, "name": each.label(locale())} for each in purposes],
    }


def _visits(session: Session, actor: Actor, today: date) -> tuple[VisitRow, ...]:
    assert actor.user_id is not None, "the system has no phone"
    days = (today + timedelta(days=number) for number in range(DAYS))
    coming = [row for day in days for row in _in_order(session, actor.user_id, day)]
    return (*visits.unfinished_before(session, actor.user_id, today), *coming)


def _in_order(session: Session, rep_id: UUID, day: date) -> tuple[VisitRow, ...]:
    """Return the visits of a day in the order that their rep confirmed: the phone shows them as they come."""
    return planning.in_confirmed_order(
        planning.day_of(session, rep_id, day), visits.visits_of_day(session, rep_id, day)
    )


def _new_visit(session: Session, actor: Actor, forms: "_Forms", report_form: str) -> list[dict[str, Any]]:
    steps = lookahead.steps_from_start(
        session, actor, PROCESS, {"report_form": report_form}, lane="Rep", now=context.now()
    )
    return forms.steps("", steps)


Last = dict[str, dict[str, Any]]


class _Forms:
    """Draws each form once for each list of choices that differs."""

    def __init__(self, session: Session, actor: Actor) -> None:
        self.html: dict[str, str] = {}
        self._session = session
        self._actor = actor
        self._draw = get_template_attribute("forms/form.html", "form")

    def steps(self, key: str, ahead: Iterable[Ahead], last: Last | None = None) -> list[dict[str, Any]]:
        """Return the steps in the order in which a rep is offered them.

        Args:
            last: the values of the rep's last reports about the customer, by form.
        """
        return [self.step(key, each, last or {}) for each in sorted(ahead, key=lambda each: task_rank(each.element.id))]

    def step(self, key: str, ahead: Ahead, last: Last) -> dict[str, Any]:
        """Return a step with the hash of its form."""
        choices = user_tasks.form_choices(self._session, self._actor, ahead.form, business_key=key)
        view = render.view(
            ahead.form,
            {},
            locale=locale(),
            choices=choices,
            context=user_tasks.form_context(
                self._session, self._actor, ahead.form, business_key=key, now=context.now()
            ),
            translate=translate,
        )
        drawn = str(self._draw(view, "#", attrs={"data-offline": "true"}))
        name = sha256(drawn.encode()).hexdigest()[:12]
        self.html[name] = drawn
        repeats = remembered(ahead.form, last.get(ahead.form.key, {}))
        return {
            **({"last": repeats} if repeats else {}),
            "element": ahead.element.id,
            "name": ahead.element.name.text(locale()),
            "occurrence": ahead.occurrence,
            "after": [each for each in ahead.after if each not in OPTIONAL_STEPS] or list(ahead.after),
            "optional": ahead.element.id in OPTIONAL_STEPS,
            "form": name,
        }


class _Around:
    """What stands around the visits, read once for all of them."""

    def __init__(self, session: Session, rows: Iterable[VisitRow]) -> None:
        rows = list(rows)
        self._session = session
        self._customers = customers.by_id(session, [row.customer_id for row in rows]) if rows else {}
        self._places = customers.places_by_id(session, [row.place_id for row in rows if row.place_id])
        self._purposes = {each.key: each.label(locale()) for each in visits.purposes(session)}
        ids = {row.customer_id for row in rows}
        self._past = {each: visits.notes_of_customer(session, each, limit=LAST_VISITS) for each in ids}
        self._promises = {each: support.of_customer(session, each) for each in ids}
        self._last = last_reports(session, rows[0].rep_id, ids) if rows else {}
        self._contacts = {each: customers.contacts(session, each) for each in ids}

    def last(self, row: VisitRow) -> "Last":
        """Return the values of the rep's last reports about a visit's customer, by form."""
        return {form: values for (customer_id, form), values in self._last.items() if customer_id == row.customer_id}

    def visit(self, row: VisitRow) -> dict[str, Any]:
        """Return a visit with its customer card."""
        customer = self._customers[row.customer_id]
        place = self._places.get(row.place_id) if row.place_id else None
        name = customer.label(locale())
        return {
            "id": str(row.id),
            "stamp": stamp_of(row.id, (place.name or place.address) if place else customer.name),
            "url": url_for("visits.visit", visit_id=row.id),
            "day": row.local_date.isoformat(),
            "start": row.planned_start.isoformat(),
            "end": row.planned_end.isoformat(),
            "state": str(row.state),
            "purpose": self._purposes.get(row.purpose_key, row.purpose_key),
            "note": row.note,
            "customer": {"id": str(row.customer_id), "name": name},
            "place": str(row.place_id) if row.place_id else "",
            "address": place.address if place else "",
            "maps": [{"name": link.name, "url": link.url} for link in map_links(place, name)],
            "contacts": [self._contact(each) for each in self._contacts[row.customer_id]],
            "past": [
                {"day": format_date(old.local_date), "outcome": outcome_label(old.outcome), "summary": summary[:300]}
                for old, summary in self._past[row.customer_id]
                if old.id != row.id
            ],
            "promises": [self._promise(each) for each in self._promises[row.customer_id]],
        }

    @staticmethod
    def _contact(contact: customers.ContactRow) -> dict[str, str]:
        return {"name": contact.name, "title": contact.title, "phone": contact.phone}

    @staticmethod
    def _promise(request: support.RequestRow) -> dict[str, str]:
        return {
            "subject": request.subject,
            "number": request.number,
            "type": request_type_label(request.type),
            "state": request_state_label(request.state).text,
        }
