"""The clocks of support requests, the least time left first: what is late, what will be, and what stands still."""

from uuid import UUID

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from engine.access import Role
from engine.calendar import queries as calendar
from engine.customers import queries as customers
from engine.people import queries as people
from engine.support import queries as support
from engine.support.requests import FIRST_RESPONSE, RESOLVE
from engine.support.rules import QUEUES
from web import context
from web.i18n import locale
from web.security import policy
from web.support.clocks import clock

blueprint = Blueprint("deadlines", __name__, template_folder="templates")

PAGE_SIZE = 100
CLOCKS = (FIRST_RESPONSE, RESOLVE)


@blueprint.get("/deadlines")
@policy(Role.OPS, Role.ADMIN)
def deadlines() -> ResponseReturnValue:
    """Show what is about to be late in the reader's own queues, in one, or in all."""
    session, actor, now = context.session(), context.actor(), context.now()
    own = sorted(QUEUES.keys() & actor.groups)
    chosen = request.args.get("queue", "own" if own else "all")
    chosen = chosen if chosen in {"own", "all", *QUEUES} else "all"
    groups = own if chosen == "own" else None if chosen == "all" else [chosen]
    running = calendar.next_due(session, CLOCKS, groups=groups, is_paused=False, now=now, limit=PAGE_SIZE + 1)
    paused = calendar.next_due(session, (RESOLVE,), groups=groups, is_paused=True, now=now, limit=PAGE_SIZE)
    ids = {row.business_key: UUID(row.business_key.removeprefix("request:")) for row in (*running, *paused)}
    found = {row.id: row for row in support.by_id(session, actor, list(ids.values()))}
    index = 1 if locale() == "en" else 0

    def shown(rows: object) -> list[tuple[support.RequestRow, object]]:
        return [(found[ids[row.business_key]], clock(row)) for row in rows if ids[row.business_key] in found]  # type: ignore[attr-defined]  # rows of one query

    return render_template(
        "deadlines/deadlines.html",
        running=shown(running[:PAGE_SIZE]),
        paused=shown(paused),
        has_more=len(running) > PAGE_SIZE,
        counts=calendar.due_counts(session, CLOCKS, groups=groups, now=now),
        customers=customers.by_id(session, [row.customer_id for row in found.values()]),
        names=people.names(session, [row.requester_id for row in found.values()]),
        queues={key: label[index] for key, label in QUEUES.items()},
        chosen=chosen,
        has_own=bool(own),
    )
