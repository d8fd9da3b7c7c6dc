"""Support requests: the list, raising one, its page with clocks and timeline, cancelling, commenting."""

from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from engine.access import Role
from engine.attachments.service import Upload
from engine.calendar import queries as calendar
from engine.customers import queries as customers
from engine.errors import FieldProblem, InvalidInputError
from engine.people import queries as people
from engine.support import queries as support
from engine.support import service
from engine.support.rules import QUEUES
from web import context
from web.comments import writing
from web.i18n import explain, locale
from web.i18n import translate as _
from web.security import policy
from web.support import detail, entry
from web.support.clocks import resolve_clock
from web.support.handling import is_back_office
from web.transactions import transactional

blueprint = Blueprint("support", __name__, template_folder="templates")

PAGE_SIZE = 40
STATES = ("new", "triaged", "waiting", "in_progress", "shipped", "fulfilled", "closed", "cancelled", "refused")


@blueprint.get("/requests")
@policy(Role.REP, Role.MANAGER, Role.OPS, Role.ADMIN, Role.COMPLIANCE)
def requests() -> ResponseReturnValue:
    """List the requests that the actor may see, the newest first."""
    session, actor = context.session(), context.actor()
    show = {name: request.args.get(name, "").strip()[:80] for name in ("q", "state", "type", "open")}
    show["open"] = "" if show["open"] == "0" or show["state"] else "1"
    rows = support.requests(
        session,
        actor,
        state=show["state"],
        type_=show["type"],
        search=show["q"],
        open_only=bool(show["open"]),
        after=entry.uuid_of(request.args.get("after", "")),
        limit=PAGE_SIZE + 1,
    )
    more, rows = len(rows) > PAGE_SIZE, rows[:PAGE_SIZE]
    clocks = calendar.deadlines_of(session, [service.business_key(row.id) for row in rows], now=context.now())
    return render_template(
        "support/requests.html",
        rows=rows,
        customers=customers.by_id(session, [row.customer_id for row in rows]),
        names=people.names(session, [row.requester_id for row in rows]),
        clocks={row.id: resolve_clock(clocks[service.business_key(row.id)]) for row in rows},
        show=show,
        next_key=rows[-1].id if more else None,
        types=service.TYPES,
        states=STATES,
    )


@blueprint.get("/requests/new")
@policy(Role.REP, Role.MANAGER, Role.OPS)
def new() -> ResponseReturnValue:
    """Show the empty form, or one about a customer or a visit."""
    return _form(entry.Entry(type=request.args.get("type", "")), {})


@blueprint.post("/requests/new")
@policy(Role.REP, Role.MANAGER, Role.OPS)
def create() -> ResponseReturnValue:
    """Raise the request; on a mistake the form comes back with what was typed."""
    if request.form.get("more"):
        return _form(entry.entry_of(request.form, more=entry.MORE_ROWS), {})
    typed = entry.entry_of(request.form)
    errors: dict[str, list[FieldProblem]] = {}
    session, actor = context.session(), context.actor()
    customer, visit = entry.around(session, actor, request.form)
    fitting: tuple[Any, ...] = ()
    customer_id = customer.id if customer else None
    if customer_id is None:
        customer_id, fitting = entry.find_customer(session, actor, typed.customer, errors)
    needed_by = entry.day_of(typed.needed_by, errors)
    if errors or customer_id is None:
        # All that is to mend at once, not one mistake after the other.
        lines = entry.lines_of(typed)
        errors |= service.problems_of(session, typed.type, typed.subject, typed.description, typed.priority, lines)
        return _form(typed, errors, fitting=fitting), 422
    try:
        return _create(typed, customer_id, visit.id if visit else None, needed_by)
    except InvalidInputError as error:
        return _form(typed, error.errors), 422


create.is_transactional = True  # type: ignore[attr-defined]  # _create is; what stands before it only reads


@transactional
def _create(typed: entry.Entry, customer_id: UUID, visit_id: UUID | None, needed_by: Any) -> ResponseReturnValue:
    raised = service.raise_request(
        context.session(),
        context.actor(),
        type_=typed.type,
        subject=typed.subject,
        description=typed.description,
        priority=typed.priority,
        customer_id=customer_id,
        visit_id=visit_id,
        needed_by=needed_by,
        lines=entry.lines_of(typed),
        request_id=entry.uuid_of(request.form.get("request_id", "")),
        now=context.now(),
    )
    flash(_("Request {number} is on its way.", number=raised.number), "success")
    return redirect(url_for("support.request_page", request_id=raised.id))


def _form(
    typed: entry.Entry, errors: dict[str, list[FieldProblem]], *, fitting: tuple[customers.CustomerRow, ...] = ()
) -> str:
    session, actor = context.session(), context.actor()
    customer, visit = entry.around(session, actor, request.values)
    choices = () if customer else fitting or customers.customers(session, actor, limit=entry.PICK_LIMIT)
    return render_template(
        "support/new.html",
        typed=typed,
        errors={path: explain(problems[0]) for path, problems in errors.items()},
        customer=customer,
        visit=visit,
        choices=[(entry.label_of(each, locale()),) * 2 for each in choices],
        is_unclear=bool(fitting),
        offers=entry.offers(session, locale()),
        types=service.TYPES,
        priorities=service.PRIORITIES,
        request_id=request.form.get("request_id") or str(detail.new_id()),
    )


@blueprint.get("/requests/<uuid:request_id>")
@policy()
def request_page(request_id: UUID) -> ResponseReturnValue:
    """Show one request: what is asked, how it stands, what happened."""
    return _page(request_id)


@blueprint.post("/requests/<uuid:request_id>/cancel")
@policy()
def cancel(request_id: UUID) -> ResponseReturnValue:
    """Cancel the request with a reason."""
    try:
        return _cancel(request_id)
    except InvalidInputError as error:
        return _page(request_id, errors=error.errors), 422


cancel.is_transactional = True  # type: ignore[attr-defined]  # _cancel is; the page after a mistake only reads


@transactional
def _cancel(request_id: UUID) -> ResponseReturnValue:
    reason = request.form.get("reason", "")
    service.cancel_request(context.session(), context.actor(), request_id, reason=reason, now=context.now())
    flash(_("The request is cancelled."), "success")
    return redirect(url_for("support.request_page", request_id=request_id))


@blueprint.post("/requests/<uuid:request_id>/comments")
@policy()
def comment(request_id: UUID) -> ResponseReturnValue:
    """Add a comment; the other side is told, of an internal one only the back office."""
    try:
        return _comment(request_id, writing.uploads())
    except InvalidInputError as error:
        return _page(request_id, errors=error.errors), 422


comment.is_transactional = True  # type: ignore[attr-defined]  # _comment is; the page after a mistake only reads


@transactional
def _comment(request_id: UUID, files: list[Upload]) -> ResponseReturnValue:
    is_internal = request.form.get("internal") == "1" and is_back_office(context.actor())
    detail.write_comment(request_id, files, is_internal=is_internal)
    return redirect(url_for("support.request_page", request_id=request_id, _anchor="timeline"))


def _page(request_id: UUID, *, errors: dict[str, list[FieldProblem]] | None = None) -> str:
    page = detail.load(context.session(), context.actor(), request_id)
    queue = QUEUES.get(page.found.row.queue)
    return render_template(
        "support/request.html",
        page=page,
        queue=queue[1 if locale() == "en" else 0] if queue else page.found.row.queue,
        row=page.found.row,
        errors={path: explain(problems[0]) for path, problems in (errors or {}).items()},
        typed={name: request.form.get(name, "") for name in ("text", "reason", "internal")},
    )
