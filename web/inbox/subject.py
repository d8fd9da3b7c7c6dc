"""What a task is about: the visit or request behind its business key, and the line of steps."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from flask import url_for
from sqlalchemy.orm import Session

from engine.access import Actor
from engine.customers import queries as customers
from engine.errors import FieldflowError
from engine.people import queries as people
from engine.process import queries as process
from engine.process.user_tasks import Completion
from engine.support import queries as support
from engine.visits import queries as visits
from web.i18n import locale


@dataclass(frozen=True)
class About:
    """The object behind a task; the fields that do not apply are None."""

    kind: str = ""
    address: str = ""
    visit: visits.VisitDetail | None = None
    request: support.RequestDetail | None = None
    customer: customers.CustomerRow | None = None
    place: customers.PlaceRow | None = None
    rep_name: str = ""
    past_visits: tuple[visits.VisitRow, ...] = ()
    form_context: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class LineStep:
    """One step of the line: ``done``, ``now`` or ``withdrawn``."""

    name: str
    state: str
    who: str


def about(session: Session, actor: Actor, business_key: str) -> About:
    """Return what a business key stands for, as far as the actor may see it."""
    kind, _separator, text = business_key.partition(":")
    try:
        object_id = UUID(text)
        if kind == "visit":
            return _about_visit(session, actor, object_id)
        if kind == "request":
            return _about_request(session, actor, object_id)
    except (ValueError, FieldflowError):
        pass
    return About()


def is_visible(session: Session, actor: Actor, business_key: str) -> bool:
    """Tell whether the actor may see the object behind a business key, or has a task about it."""
    kind, _separator, text = business_key.partition(":")
    try:
        if kind == "visit":
            visits.visit_detail(session, actor, UUID(text))
            return True
        if kind == "request":
            support.request_detail(session, actor, UUID(text))
            return True
    except (ValueError, FieldflowError):
        pass
    return process.has_open_task(session, actor, business_key)


def _about_visit(session: Session, actor: Actor, visit_id: UUID) -> About:
    found = visits.visit_detail(session, actor, visit_id)
    customer = customers.by_id(session, [found.visit.customer_id])[found.visit.customer_id]
    place_id = found.visit.place_id
    return About(
        kind="visit",
        address=url_for("visits.visit", visit_id=visit_id),
        visit=found,
        customer=customer,
        place=customers.places_by_id(session, [place_id]).get(place_id) if place_id else None,
        rep_name=people.names(session, [found.visit.rep_id]).get(found.visit.rep_id, ""),
        past_visits=visits.of_customer(session, customer.id, limit=3),
    )


def _about_request(session: Session, actor: Actor, request_id: UUID) -> About:
    found = support.request_detail(session, actor, request_id)
    row = found.row
    return About(
        kind="request",
        address=url_for("support.request_page", request_id=request_id),
        request=found,
        customer=customers.by_id(session, [row.customer_id]).get(row.customer_id),
        rep_name=people.names(session, [row.requester_id]).get(row.requester_id, ""),
        form_context={
            "lines": [{"item": line.item, "quantity": line.quantity - line.shipped} for line in found.lines],
            "priority": row.priority,
            "queue": row.queue,
            "subject": row.subject,
        },
    )


def process_line(session: Session, instance_id: UUID) -> list[LineStep]:
    """Return the user tasks of an instance in order: what is done, by whom, and what is open now."""
    names = {"open": "now", "completed": "done", "withdrawn": "withdrawn"}
    return [
        LineStep(row.label(locale()), names[row.state], row.completed_by_name or "")
        for row in process.tasks_of_instance(session, instance_id)
        if row.state != "withdrawn"
    ]


def next_address(done: Completion) -> str:
    """Return where to go next: the task that opened for the same person, else the object, else the inbox."""
    if done.opened:
        return url_for("inbox.task", task_id=done.opened[0])
    return address_of(done.business_key) or url_for("inbox.inbox")


def address_of(business_key: str) -> str:
    """Return the page of the object behind a business key, or nothing."""
    kind, _separator, text = business_key.partition(":")
    try:
        object_id = UUID(text)
    except ValueError:
        return ""
    if kind == "visit":
        return url_for("visits.visit", visit_id=object_id)
    if kind == "request":
        return url_for("support.request_page", request_id=object_id)
    return ""
