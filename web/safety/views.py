"""Adverse events: the list, and one case."""

from uuid import UUID

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from engine.access import Role
from engine.customers import queries as customers
from engine.people import queries as people
from engine.process import queries as process
from engine.safety import queries as safety
from engine.safety.service import business_key
from web import context
from web.safety.case_view import case_state_label, found_text, stages
from web.security import policy

blueprint = Blueprint("safety", __name__, template_folder="templates")

PAGE_SIZE = 50


@blueprint.app_context_processor
def _labels() -> dict[str, object]:
    return {"case_state_label": case_state_label, "found_text": found_text}


@blueprint.get("/adverse-events")
@policy(Role.REP, Role.COMPLIANCE)
def cases() -> ResponseReturnValue:
    """Show the cases: all of them to the safety desk, a rep's own to the rep."""
    session, actor = context.session(), context.actor()
    open_only = request.args.get("open") == "1"
    rows = safety.cases(session, actor, open_only=open_only, after=_key(request.args.get("after", "")), limit=PAGE_SIZE)
    return render_template(
        "safety/cases.html",
        rows=rows,
        open_only=open_only,
        next_key=rows[-1].id if len(rows) == PAGE_SIZE else "",
        customers=customers.by_id(session, [row.customer_id for row in rows]),
        names=people.names(session, {row.reporter_id for row in rows}),
    )


@blueprint.get("/adverse-events/<uuid:case_id>")
@policy(Role.REP, Role.COMPLIANCE)
def case(case_id: UUID) -> ResponseReturnValue:
    """Show one case: what is known, by stage, and the step that is due."""
    session, actor = context.session(), context.actor()
    found = safety.case(session, actor, case_id)
    key = business_key(case_id)
    mine = process.my_open_tasks_of(session, actor, [key])[key]
    return render_template(
        "safety/case.html",
        case=found,
        customer=customers.by_id(session, [found.customer_id])[found.customer_id],
        reporter=people.names(session, [found.reporter_id]).get(found.reporter_id, ""),
        stages=stages(session, actor, found),
        mine=mine,
    )


def _key(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
