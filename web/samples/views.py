"""Samples: what I hold, and the drop at a visit."""

from uuid import UUID

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from engine.access import Role
from engine.catalogue import service as catalogue
from engine.customers import queries as customers
from engine.errors import ConflictError
from engine.process import queries as process
from engine.samples import counts, drops, queries, rules
from engine.visits import queries as visits
from web import context
from web.i18n import locale
from web.i18n import translate as _
from web.labels import Label
from web.security import policy
from web.transactions import transactional

blueprint = Blueprint("samples", __name__, template_folder="templates")

SOON_DAYS = 90


@blueprint.get("/samples")
@policy(Role.REP)
def mine() -> ResponseReturnValue:
    """Show what the reader holds, the first to expire first."""
    session, actor = context.session(), context.actor()
    assert actor.user_id is not None, "the system holds no samples"
    rows = queries.stock_of(session, rules.rep(actor.user_id))
    last = counts.last_counted_at(session, actor.user_id)
    return render_template(
        "samples/mine.html",
        rows=rows,
        last_counted=last,
        is_count_due=last is None or context.now() - last > counts.EVERY,
        items=item_names({row.item for row in rows}),
        today=context.local_now().date(),
        soon_days=SOON_DAYS,
    )


@blueprint.post("/visits/<uuid:visit_id>/samples")
@policy(Role.REP)
@transactional
def drop(visit_id: UUID) -> ResponseReturnValue:
    """Begin a drop at one's own visit and go to its form; a draft that is open is taken up again."""
    session, actor = context.session(), context.actor()
    visit = visits.visit_detail(session, actor, visit_id).visit
    if visit.rep_id != actor.user_id or visit.checked_in_at is None:
        raise ConflictError("Samples are handed over by the rep of the visit, once there.", code="not_there")
    drafts = [row for row in queries.drops_of(session, visit_id) if row.state == rules.DropState.DRAFT]
    if drafts:
        drop_id = drafts[0].id
    else:
        customer = customers.by_id(session, [visit.customer_id])[visit.customer_id]
        drop_id = drops.begin_drop(
            session, actor, visit_id=visit_id, customer=customer, rep_id=visit.rep_id, now=context.now()
        )
    key = drops.business_key(drop_id)
    tasks = process.my_open_tasks_of(session, actor, [key])[key]
    if not tasks:
        return redirect(url_for("visits.visit", visit_id=visit_id))
    return redirect(url_for("inbox.task", task_id=tasks[0].id))


def item_names(codes: set[str]) -> dict[str, str]:
    """Return the names of items in the reader's language, by code."""
    found = catalogue.product_names(context.session(), codes) if codes else {}
    return {code: (en if locale() == "en" else zh) for code, (zh, en) in found.items()}


def drop_state_label(state: str) -> Label:
    """Return the label of a drop's state."""
    labels = {
        "draft": Label(_("Not finished"), "warning", "edit"),
        "waiting": Label(_("Waits for approval or signature"), "info", "clock"),
        "dropped": Label(_("Dropped"), "success", "check"),
        "rejected": Label(_("Not dropped"), "danger", "x"),
    }
    return labels.get(state, Label(state))


@blueprint.app_context_processor
def _labels() -> dict[str, object]:
    return {"drop_state_label": drop_state_label}
