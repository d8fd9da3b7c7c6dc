"""The rep's day: what comes next, its order, its close, and a visit that nobody planned."""

from datetime import timedelta
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from engine.access import Role
from engine.errors import InvalidInputError
from engine.ids import new_id
from engine.planning import rules
from engine.planning import service as days
from engine.process import queries as process
from engine.visits import queries as visits
from engine.visits import service as visits_service
from web import context
from web.i18n import translate as _
from web.security import policy
from web.today import adhoc
from web.today.day import rep_day
from web.today.order import order_page
from web.transactions import transactional

blueprint = Blueprint("today", __name__, template_folder="templates")

AD_HOC_LENGTH = timedelta(minutes=30)


@blueprint.get("/today")
@policy(Role.REP)
def today() -> ResponseReturnValue:
    """Show the visits of today, the next one with its one big action."""
    day = rep_day(context.session(), context.actor(), context.local_now().date(), now=context.now())
    return render_template("today/today.html", day=day, greeting=_greeting())


@blueprint.post("/today/start")
@policy(Role.REP)
@transactional
def start() -> ResponseReturnValue:
    """Begin the day before it begins by itself."""
    days.start_day(context.session(), context.actor(), now=context.now())
    return redirect(url_for("today.order"))


@blueprint.get("/today/order")
@policy(Role.REP)
def order() -> ResponseReturnValue:
    """Show the order of the day with its times; the buttons ask for the page again with one visit moved."""
    keys = _keys(request.args.get("order", ""))
    for name, by in (("up", -1), ("down", 1)):
        if name in request.args:
            keys = rules.moved(keys, request.args[name], by)
    asked = [UUID(key) for key in keys] if keys else None
    page = order_page(
        context.session(), context.actor(), asked, is_best=request.args.get("best") == "1", now=context.now()
    )
    return render_template("today/order.html", page=page)


@blueprint.post("/today/order")
@policy(Role.REP)
@transactional
def confirm_order() -> ResponseReturnValue:
    """Keep the order that the page shows."""
    asked = [UUID(key) for key in _keys(request.form.get("order", ""))]
    days.confirm_order(context.session(), context.actor(), context.local_now().date(), asked, now=context.now())
    flash(_("The order is kept. The planned times stay as they were."), "success")
    return redirect(url_for("today.today"))


@blueprint.get("/today/close")
@policy(Role.REP)
def close() -> ResponseReturnValue:
    """Show what is still open, each one tap away, and the button that closes the day."""
    day = rep_day(context.session(), context.actor(), context.local_now().date(), now=context.now())
    return render_template("today/close.html", day=day)


@blueprint.post("/today/close")
@policy(Role.REP)
@transactional
def close_day() -> ResponseReturnValue:
    """Close the day; the digest goes out after the commit."""
    note = request.form.get("note", "").strip()[:500]
    days.close_day(context.session(), context.actor(), context.local_now().date(), note=note, now=context.now())
    flash(_("The day is closed. You and your manager get the digest."), "success")
    return redirect(url_for("today.today"))


@blueprint.get("/today/visit")
@policy(Role.REP)
def visit_now() -> ResponseReturnValue:
    """Offer customers for a visit that begins now."""
    return _offer()


@blueprint.post("/today/visit")
@policy(Role.REP)
@transactional
def begin_visit() -> ResponseReturnValue:
    """Plan a visit for now and lead to its check-in; a colleague's visit nearby is shown once before."""
    session, actor, now = context.session(), context.actor(), context.now()
    customer_id, visit_id = _id(request.form.get("customer_id", "")), _id(request.form.get("visit_id", ""))
    if customer_id is None or visit_id is None:
        raise InvalidInputError("Choose a customer.", code="customer_unknown")
    near = visits.near_visits(session, customer_id, context.local_now().date(), other_than=actor.user_id)
    if near and request.form.get("seen") != str(customer_id):
        return _offer(near=customer_id), 422
    start_at = now.replace(second=0, microsecond=0)
    made = visits_service.plan_visit(
        session,
        actor,
        customer_id=customer_id,
        purpose_key=request.form.get("purpose", ""),
        planned_start=start_at,
        planned_end=start_at + AD_HOC_LENGTH,
        visit_id=visit_id,
        now=now,
    )
    key = visits_service.business_key(made)
    tasks = [row for row in process.my_open_tasks_of(session, actor, [key])[key] if row.element_id == "check_in"]
    if tasks:
        return redirect(url_for("inbox.task", task_id=tasks[0].id))
    return redirect(url_for("visits.visit", visit_id=made))


def _offer(near: UUID | None = None) -> str:
    session, actor = context.session(), context.actor()
    assert actor.user_id is not None, "policies let people in"
    rows = visits.visits_of_day(session, actor.user_id, context.local_now().date())
    search = request.values.get("q", "").strip()[:80]
    return render_template(
        "today/visit_now.html",
        choices=adhoc.choices(session, actor, adhoc.last_begun(rows), search=search, now=context.local_now()),
        purposes=[row for row in visits.purposes(session) if row.is_active],
        purpose=request.values.get("purpose", ""),
        visit_id=request.values.get("visit_id") or str(new_id()),
        search=search,
        near=near,
    )


def _keys(text: str) -> list[str]:
    found = [str(key) for part in text.split(",") if (key := _id(part)) is not None]
    return list(dict.fromkeys(found))[: rules.MAX_STOPS]


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _greeting() -> str:
    hour, name = context.local_now().hour, context.actor().name
    if hour < 12:
        return _("Good morning, {name}", name=name)
    return _("Good afternoon, {name}", name=name) if hour < 18 else _("Good evening, {name}", name=name)
