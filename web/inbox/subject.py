"""What a task is about: the visit or request behind its business key, and the line of steps."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from flask import url_for
from sqlalchemy.orm import Session

from engine.access import Actor, Role
from engine.catalogue import service as catalogue
from engine.comments import service as comments
from engine.customers import queries as customers
from engine.errors import FieldflowError
from engine.offline import queries as offline
from engine.people import queries as people
from engine.process import queries as process
from engine.process.user_tasks import Completion
from engine.safety import queries as safety
from engine.safety import rules as safety_rules
from engine.samples.queries import drop_visit
from engine.support import queries as support
from engine.visits import corrections
from engine.visits import queries as visits
from engine.visits.rules import task_rank
from web import context
from web.i18n import locale
from web.i18n import translate as _
from web.offline import case_view
from web.support import handling
from web.visits import correction_view
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
    raised: tuple[support.RequestRow, ...] = ()
    correction: correction_view.Corrected | None = None

    @property
    def place_text(self) -> str:
        """Where it is, in words."""
        return (self.place.name or self.place.address) if self.place else self.customer.name if self.customer else ""


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
        if kind == "correction":
            return _about_correction(session, actor, object_id)
        if kind == "drop":
            of_drop = drop_visit(session, object_id)
            return replace(_about_visit(session, actor, of_drop[0]), kind="drop") if of_drop else About()
        if kind == "adverse":
            return _about_adverse_event(session, actor, object_id)
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
        if kind == "customer":
            customers.customer(session, actor, UUID(text))
            return True
        if kind == "drop" and (found := drop_visit(session, UUID(text))):
            visits.visit_detail(session, actor, found[0])
            return True
        if kind == "adverse":
            safety.case(session, actor, UUID(text))
            return True
        if kind == "comment":
            found_comment = comments.comment(session, UUID(text))
            hidden = found_comment.deleted_at or (found_comment.is_internal and not handling.is_back_office(actor))
            return not hidden and is_visible(session, actor, found_comment.business_key)
        if kind == "correction":
            visits.visit_detail(session, actor, corrections.correction(session, UUID(text)).visit_id)
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
        raised=tuple(support.of_visits(session, [visit_id])[visit_id]),
    )


def _about_correction(session: Session, actor: Actor, correction_id: UUID) -> About:
    row = corrections.correction(session, correction_id)
    found = _about_visit(session, actor, row.visit_id)
    report = found.visit.report if found.visit else None
    shown = correction_view.corrected(session, actor, (row,), report.form_key) if report else ()
    return replace(found, kind="correction", correction=shown[0] if shown else None)


def _about_adverse_event(session: Session, actor: Actor, case_id: UUID) -> About:
    row = safety.case(session, actor, case_id)
    known = row.known
    return About(
        kind="adverse",
        address=url_for("safety.case", case_id=case_id),
        customer=customers.by_id(session, [row.customer_id])[row.customer_id],
        form_context={name: known.get(name) for name in safety_rules.KNOWN},
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
            # All that is left is what is usually sent.
            "lines": [{"item": line.item, "quantity": left, "shipped": left} for line, left in _left(found)],
            "priority": row.priority,
            "queue": row.queue,
            "subject": row.subject,
        },
    )


def _left(found: support.RequestDetail) -> list[tuple[Any, int]]:
    return [(line, line.quantity - line.shipped) for line in found.lines]


def _item_names(session: Session, codes: list[str]) -> dict[str, str]:
    names = catalogue.product_names(session, codes) if codes else {}
    return {code: (en if locale() == "en" else zh) for code, (zh, en) in names.items()}


def what_next(session: Session, actor: Actor, task: process.TaskRow, done: Completion, *, now: datetime) -> str:
    """Return what to say after a step: that it is done, which requests it raised, and who goes on with what."""
    return " ".join(part for part in (_raised(session, done, now), _going_on(session, actor, task, done)) if part)


def _raised(session: Session, done: Completion, now: datetime) -> str:
    if not done.business_key.startswith("visit:"):
        return ""
    visit_id = UUID(done.business_key.removeprefix("visit:"))
    raised = [row.number for row in support.of_visits(session, [visit_id])[visit_id] if row.created_at == now]
    return _("Requests raised: {numbers}.", numbers=", ".join(raised)) if raised else ""


def _going_on(session: Session, actor: Actor, task: process.TaskRow, done: Completion) -> str:
    name = task.label(locale())
    if done.opened:
        row = process.task_detail(session, actor, done.opened[0]).task
        return _("{name}: done. Now: {step}.", name=name, step=row.label(locale()))
    waiting = [row for row in process.tasks_of(session, done.business_key) if row.id != task.id]
    waiting.sort(key=lambda row: row.is_optional)
    if waiting:
        return _("{name}: done. Next: {step}.", name=name, step=waiting[0].label(locale()))
    return _("{name}: done. Nothing else waits here.", name=name)


def next_address(session: Session, actor: Actor, done: Completion) -> str:
    """Return where to go next: the task that opened or is left for the same person, the day, the object, the inbox."""
    if done.opened:
        return url_for("inbox.task", task_id=done.opened[0])
    if done.business_key.startswith("visit:") and actor.has(Role.REP):
        key = done.business_key
        left = process.my_open_tasks_of(session, actor, [key])[key]
        main = [row for row in left if not row.is_optional]
        if main:
            # A rep at a customer's is not sent round by the visit's page.
            return url_for("inbox.task", task_id=min(main, key=lambda row: task_rank(row.element_id)).id)
        if not left:
            # Done here: the day shows the visit that is next.
            return url_for("today.today")
    if done.business_key.startswith("drop:"):
        of_drop = drop_visit(session, UUID(done.business_key.removeprefix("drop:")))
        if of_drop and actor.has(Role.REP):
            return url_for("visits.visit", visit_id=of_drop[0])
    return address_of(done.business_key) or url_for("inbox.inbox")


def own_page(task: process.TaskRow) -> str:
    """Return the page that does a task of a rep's day better than its form, or nothing."""
    if task.business_key.startswith("repair:") and task.element_id == "approve_repair":
        return address_of(task.business_key)
    pages = {"confirm_order": "today.order", "close_day": "today.close"}
    is_day = task.business_key.startswith("day:") and task.element_id in pages
    return url_for(pages[task.element_id]) if is_day else ""


def address_of(business_key: str) -> str:
    """Return the page of the object behind a business key, or nothing."""
    kind, _separator, text = business_key.partition(":")
    if kind == "day":
        return url_for("today.today") if context.actor().has(Role.REP) else url_for("team.week")
    try:
        object_id = UUID(text)
    except ValueError:
        return ""
    if kind == "visit":
        return url_for("visits.visit", visit_id=object_id)
    if kind == "adverse":
        return url_for("safety.case", case_id=object_id)
    if kind == "request":
        return url_for("support.request_page", request_id=object_id)
    if kind == "case":
        return url_for("offline.case", case_id=object_id)
    if kind == "repair":
        return url_for("repairs.proposal", proposal_id=object_id)
    if kind == "draft":
        return url_for("studio.draft", draft_id=object_id, _anchor="review")
    if kind == "pin":
        return url_for("positions.pins")
    return ""
