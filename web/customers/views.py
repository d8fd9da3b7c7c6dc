"""Customers: the list and the card."""

from datetime import timedelta
from uuid import UUID

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from engine.access import Role
from engine.comments import service as comments
from engine.customers import queries as customers
from engine.customers.service import KINDS, TIERS
from engine.people import queries as people
from engine.samples import queries as samples
from engine.support import queries as support
from engine.visits import queries as visits
from web import context
from web.i18n import locale
from web.samples.views import item_names
from web.security import policy
from web.transactions import transactional
from web.visits.page import BACK_OFFICE, follow_up_link, reachable

blueprint = Blueprint("customers", __name__, template_folder="templates")

PAGE_SIZE = 50
PAST_VISITS = 5
KEPT_FOR = timedelta(days=30)
"""How long a kept promise proposes a follow-up visit."""

EVERYONE = (Role.REP, Role.MANAGER, Role.OPS, Role.ADMIN, Role.COMPLIANCE)


@blueprint.get("/customers", endpoint="customers")
@policy(*EVERYONE)
def customer_list() -> ResponseReturnValue:
    """Show the customers of the reader's territories by name."""
    search = request.args.get("q", "").strip()[:80]
    kind, tier = request.args.get("kind", ""), request.args.get("tier", "")
    rows = customers.customers(
        context.session(),
        context.actor(),
        search=search,
        kind=kind if kind in KINDS else "",
        tier=tier if tier in TIERS else "",
        after=_key(request.args.get("after", "")),
        limit=PAGE_SIZE + 1,
    )
    shown = rows[:PAGE_SIZE]
    return render_template(
        "customers/customers.html",
        rows=shown,
        next_key=f"{shown[-1].id}~{shown[-1].name}" if len(rows) > PAGE_SIZE else "",
        places=customers.first_places(context.session(), [row.id for row in shown]) if shown else {},
        show={"q": search, "kind": kind, "tier": tier},
        kinds=KINDS,
        tiers=TIERS,
    )


@blueprint.get("/customers/<uuid:customer_id>")
@policy(*EVERYONE)
def customer(customer_id: UUID) -> ResponseReturnValue:
    """Show a customer's card: where, whom, what is promised, what was and what is planned."""
    session, actor = context.session(), context.actor()
    found = customers.customer(session, actor, customer_id)
    past = visits.notes_of_customer(session, customer_id, limit=PAST_VISITS)
    sees_all, linked = actor.has(*BACK_OFFICE), reachable(session, actor)
    kept = support.kept_of_customer(session, customer_id, since=context.now() - KEPT_FOR)
    given = samples.given_to(session, customer_id)
    planned = visits.planned_of_customer(session, customer_id, context.local_now().date())
    concerned = {row.rep_id for row in planned} | {row.rep_id for row, _summary in past}
    return render_template(
        "customers/customer.html",
        customer=found,
        places=customers.places(session, customer_id),
        contacts=customers.contacts(session, customer_id),
        promises=support.of_customer(session, customer_id),
        follow_up_link=follow_up_link,
        kept=[row for row in kept if sees_all or row.requester_id in linked],
        given=given,
        items=item_names({row.item for row in given}),
        notes=reversed(comments.comments_of(session, notes_key(customer_id), with_internal=False)),
        past=past,
        planned=planned,
        names=people.names(session, concerned | ({found.owner_id} if found.owner_id else set())),
        purposes={each.key: each.label(locale()) for each in visits.purposes(session)},
        sees_all=sees_all,
        linked=linked,
        plans_visits=actor.has(Role.REP, Role.MANAGER),
        prints_codes=actor.has(Role.MANAGER, Role.ADMIN),
    )


@blueprint.post("/customers/<uuid:customer_id>/notes")
@policy(*EVERYONE)
@transactional
def note(customer_id: UUID) -> ResponseReturnValue:
    """Write a note on the customer, for all who may see it."""
    session, actor = context.session(), context.actor()
    customers.customer(session, actor, customer_id)
    comments.write_comment(session, actor, notes_key(customer_id), request.form.get("text", ""), now=context.now())
    return redirect(url_for("customers.customer", customer_id=customer_id, _anchor="notes-title"))


def notes_key(customer_id: UUID) -> str:
    """Return the key of what is written about a customer."""
    return f"customer:{customer_id}"


def _key(text: str) -> tuple[str, UUID] | None:
    customer_id, _separator, name = text.partition("~")
    try:
        return name, UUID(customer_id)
    except ValueError:
        return None
