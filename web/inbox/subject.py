"""What a task is about: the visit or request behind its business key, and the line of steps."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from flask import url_for
from sqlalchemy.orm import Session

from engine.access import Actor, Role
from engine.catalogue import service as catalogue
from engine.customers import queries as customers
from engine.errors import FieldflowError
from engine.offline import queries as offline
from engine.people import queries as people
from engine.process import queries as process
from engine.process.user_tasks import Completion
from engine.support import queries as support
from engine.visits import queries as visits
from engine.visits.rules import task_rank
from web.i18n import locale
from web.i18n import translate as _
from web.offline import case_view
from web.support import handling
from web.visits.report_view import Line


@dataclass(frozen=True)
class About:
    """The object behind a task; the fields that do not apply are None."""

    kind: str = ""
    address: str = ""
    visit: visits.VisitDetail | None = None
    request: support.RequestDetail | None = None
    case: case_view.CaseView | None = None
    customer: customers.CustomerRow | None = None
    place: customers.PlaceRow | None = None
    rep_name: str = ""
    items: Mapping[str, str] = field(default_factory=dict)
    done: tuple[Line, ...] = ()
    past_visits: tuple[visits.VisitRow, ...] = ()
    form_context: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class LineStep:
    """One step of the line: ``done``, ``now`` (the one of this page) or ``open`` beside it."""

    name: str
    state: str
    who: str


def about(session: Session, actor: Actor, task: process.TaskRow) -> About:
    """Return what a task is about, as far as the actor may see it."""
    kind, _separator, text = task.business_key.partition(":")
    try:
        object_id = UUID(text)
        if kind == "visit":
            return _about_visit(session, actor, object_id)
        if kind == "request":
            return _about_request(session, actor, object_id, task.instance_id)
        if kind == "case":
            found = case_view.gather(session, actor, object_id)
            return About(kind="case", address=found.visit_address, case=found)
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
        if kind == "case":
            offline.case_detail(session, actor, UUID(text))
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


def _about_request(session: Session, actor: Actor, request_id: UUID, instance_id: UUID) -> About:
    found = support.request_detail(session, actor, request_id)
    row = found.row
    return About(
        kind="request",
        address=url_for("support.request_page", request_id=request_id),
        request=found,
        customer=customers.by_id(session, [row.customer_id]).get(row.customer_id),
        rep_name=people.names(session, [row.requester_id]).get(row.requester_id, ""),
        items=_item_names(session, [line.item for line in found.lines]),
        done=handling.read(session, actor, request_id, instance_id, found.handling),
        form_context={
            "lines": [{"item": line.item, "quantity": line.quantity - line.shipped} for line in found.lines],
            "priority": row.priority,
            "queue": row.queue,
            "subject": row.subject,
        },
    )


def _item_names(session: Session, codes: list[str]) -> dict[str, str]:
    names = catalogue.product_names(session, codes) if codes else {}
    return {code: (en if locale() == "en" else zh) for code, (zh, en) in names.items()}


def process_line(session: Session, task: process.TaskRow) -> list[LineStep]:
    """Return the user tasks of a task's instance: what is done, by whom, and what is open, this task first."""
    return line_of(process.tasks_of_instance(session, task.instance_id), now_id=task.id)


def line_of(rows: Sequence[process.TaskRow], *, now_id: UUID | None) -> list[LineStep]:
    """Return the line of an instance's tasks: the done ones as they were done, then the open ones.

    Args:
        now_id: the task that the reader has before them; None: the one that comes first.
    """
    done = sorted((row for row in rows if row.ended_at and not row.is_withdrawn), key=_ended_at)
    waiting = sorted(
        (row for row in rows if row.is_open), key=lambda row: (row.id != now_id, task_rank(row.element_id))
    )
    return [
        *(LineStep(row.label(locale()), "done", row.completed_by_name or "") for row in done),
        *(LineStep(row.label(locale()), "open" if number else "now", "") for number, row in enumerate(waiting)),
    ]


def _ended_at(row: process.TaskRow) -> datetime:
    assert row.ended_at is not None, "only tasks that are over are in this order"
    return row.ended_at


def what_next(session: Session, actor: Actor, task: process.TaskRow, done: Completion) -> str:
    """Return what to say after a step: that it is done, and who goes on with what."""
    name = task.label(locale())
    if done.opened:
        row = process.task_detail(session, actor, done.opened[0]).task
        return _("{name}: done. Now: {step}.", name=name, step=row.label(locale()))
    waiting = [row for row in process.tasks_of(session, done.business_key) if row.id != task.id]
    if waiting:
        return _("{name}: done. Next: {step}.", name=name, step=waiting[0].label(locale()))
    return _("{name}: done. Nothing else waits here.", name=name)


def next_address(session: Session, actor: Actor, done: Completion) -> str:
    """Return where to go next: the task that opened for the same person, the object, the day, or the inbox."""
    if done.opened:
        return url_for("inbox.task", task_id=done.opened[0])
    is_visit = done.business_key.startswith("visit:")
    if is_visit and actor.has(Role.REP) and not process.has_open_task(session, actor, done.business_key):
        # Done here: the day shows the visit that is next.
        return url_for("today.today")
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
