"""Everything that the page of one request shows, and comments on it."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from engine.access import Actor, Role
from engine.attachments.service import Upload
from engine.calendar import queries as calendar
from engine.catalogue import service as catalogue
from engine.comments import service as comments
from engine.customers import queries as customers
from engine.errors import NotFoundError
from engine.ids import new_id
from engine.people import queries as people
from engine.process import pictures
from engine.process import queries as process
from engine.support import queries as support
from engine.support import service
from engine.visits import queries as visits
from web import context
from web.comments import writing
from web.comments.entries import CommentEntry
from web.i18n import locale
from web.i18n import translate as _
from web.operate import history
from web.support import handling
from web.support.clocks import Clock, clock
from web.support.handling import is_back_office
from web.visits.report_view import Line

__all__ = ["Page", "is_back_office", "load", "new_id", "write_comment"]


@dataclass(frozen=True)
class Page:
    """A request with its surroundings."""

    found: support.RequestDetail
    customer: customers.CustomerRow | None
    visit: visits.VisitRow | None
    requester: str
    items: Mapping[str, str]
    handling: tuple[Line, ...]
    carriers: Mapping[str, str]
    clocks: list[Clock]
    my_tasks: list[process.TaskRow]
    other_tasks: list[process.TaskRow]
    timeline: list[history.Entry | CommentEntry]
    instance: process.InstanceRow | None
    may_cancel: bool
    may_see_internal: bool


def load(session: Session, actor: Actor, request_id: UUID) -> Page:
    """Return the page of a request that the actor may see.

    Raises:
        NotFoundError: no such request, or not the actor's.
    """
    found = support.request_detail(session, actor, request_id)
    row, key = found.row, service.business_key(request_id)
    # The request's own process, and the fulfilments of its samples: people need not know that they are several.
    instances = process.instances_of(session, key)
    instance = next((each for each in instances if each.process_key == service.PROCESS), None)
    tasks = [task for each in instances for task in process.tasks_of_instance(session, each.id)]
    open_tasks = [task for task in tasks if task.state == "open"]
    busy = {task.instance_id for task in open_tasks}
    mine = frozenset[UUID]().union(*(pictures.offered_tasks(session, actor, each) for each in busy))
    names = {name: text for each in instances for name, text in _names(session, each).items()}
    events = [
        event
        for each in reversed(instances)  # what happened at one moment stands in the order in which they began
        for event in process.history(session, each.id)
        if each is instance or event.kind != "started"
    ]
    written = comments.comments_of(session, key, with_internal=is_back_office(actor))
    products = catalogue.product_names(session, [line.item for line in found.lines]) if found.lines else {}
    index = 1 if locale() == "en" else 0
    return Page(
        found=found,
        customer=customers.by_id(session, [row.customer_id]).get(row.customer_id),
        visit=_visit(session, actor, row.visit_id),
        requester=people.names(session, [row.requester_id]).get(row.requester_id, ""),
        items={code: names_of[index] for code, names_of in products.items()},
        handling=handling.read(session, actor, row.id, instance.id, found.handling) if instance else (),
        carriers=handling.carriers(session, instance.id) if instance and found.shipments else {},
        clocks=[clock(each) for each in calendar.deadlines_of(session, [key], now=context.now())[key]],
        my_tasks=[task for task in open_tasks if task.id in mine],
        other_tasks=[task for task in open_tasks if task.id not in mine],
        timeline=history.entries(events, tasks, names, written, started=_("Request raised")),
        instance=instance,
        may_cancel=row.state in service.CANCELLABLE
        and (row.requester_id == actor.user_id or actor.has(Role.OPS, Role.MANAGER)),
        may_see_internal=is_back_office(actor),
    )


def _names(session: Session, instance: process.InstanceRow) -> Mapping[str, str]:
    return pictures.element_names(session, instance.id, locale())


def _visit(session: Session, actor: Actor, visit_id: UUID | None) -> visits.VisitRow | None:
    try:
        return visits.visit_detail(session, actor, visit_id).visit if visit_id else None
    except NotFoundError:
        return None


def write_comment(request_id: UUID, files: list[Upload], *, is_internal: bool) -> None:
    """Add the comment that was typed and tell the other side; needs a transaction.

    Raises:
        NotFoundError: no such request, or not the actor's.
        InvalidInputError: empty, too long, or somebody mentioned may not see it.
    """
    session, actor = context.session(), context.actor()
    support.request_detail(session, actor, request_id)
    writing.write(service.business_key(request_id), files, is_internal=is_internal)
