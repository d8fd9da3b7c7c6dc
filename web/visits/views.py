"""Visits: one visit, planning, moving, cancelling, comments, and positions under consent."""

from datetime import datetime
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from engine.access import Role
from engine.attachments.service import Upload
from engine.customers import queries as customers
from engine.errors import FieldflowError, FieldProblem, InvalidInputError
from engine.evidence import service as evidence
from engine.people import queries as people
from engine.visits import drafts, handing_over
from engine.visits import service as visits_service
from web import context
from web.comments import writing
from web.i18n import explain, format_span
from web.i18n import translate as _
from web.positions import readings
from web.security import policy
from web.transactions import transactional
from web.visits import page, plan_form
from web.visits.commenting import write_comment

blueprint = Blueprint("visits", __name__, template_folder="templates")

PICK_LIMIT = 30


@blueprint.get("/visits/<uuid:visit_id>")
@policy()
def visit(visit_id: UUID) -> ResponseReturnValue:
    """Show one visit: where and whom, last time, and the step that is due."""
    return _page(visit_id)


@blueprint.get("/visits/new")
@policy(Role.REP, Role.MANAGER)
def new() -> ResponseReturnValue:
    """Show the form of a new visit: first the customer, then the rest."""
    typed = plan_form.prefilled(context.session(), context.actor(), request.args, local_now=context.local_now())
    return _plan_page(typed)


@blueprint.post("/visits/new")
@policy(Role.REP, Role.MANAGER)
def plan() -> ResponseReturnValue:
    """Plan the visit; a visit by a colleague nearby is shown once before it is saved."""
    typed = plan_form.posted(request.form)
    try:
        return _plan(typed)
    except InvalidInputError as error:
        return _plan_page(typed, errors=_sentences(error)), 422


@transactional
def _plan(typed: plan_form.Typed) -> ResponseReturnValue:
    session, actor, now = context.session(), context.actor(), context.now()
    wanted = plan_form.read(typed, actor, now=now)
    offered = plan_form.offer(session, actor, typed)
    if offered is not None and plan_form.unseen(offered, typed):
        raise InvalidInputError("A colleague visits this customer within seven days. Look below, then plan it anyway.")
    visit_id = visits_service.plan_visit(
        session,
        actor,
        customer_id=wanted.customer_id,
        purpose_key=wanted.purpose_key,
        planned_start=wanted.start,
        planned_end=wanted.end,
        rep_id=wanted.rep_id,
        place_id=wanted.place_id,
        contact_ids=wanted.contact_ids,
        channel=wanted.channel,
        note=wanted.note,
        visit_id=wanted.visit_id,
        follows_id=wanted.follows_id,
        now=now,
    )
    flash(_("The visit is planned for {when}.", when=wanted.start), "success")
    return redirect(url_for("visits.visit", visit_id=visit_id))


plan.is_transactional = True  # type: ignore[attr-defined]  # _plan is; the page after a mistake only reads


@blueprint.post("/visits/<uuid:visit_id>/plan")
@policy(Role.REP, Role.MANAGER)
def plan_draft(visit_id: UUID) -> ResponseReturnValue:
    """Plan a follow-up draft at the time that was confirmed."""
    return _act(visit_id, _plan_draft)


@transactional
def _plan_draft(visit_id: UUID) -> ResponseReturnValue:
    start = _start()
    drafts.plan_draft(context.session(), context.actor(), visit_id, planned_start=start, now=context.now())
    flash(_("The visit is planned for {when}.", when=start), "success")
    return redirect(url_for("visits.visit", visit_id=visit_id))


plan_draft.is_transactional = True  # type: ignore[attr-defined]  # _plan_draft is


@blueprint.post("/visits/<uuid:visit_id>/discard")
@policy(Role.REP, Role.MANAGER)
@transactional
def discard_draft(visit_id: UUID) -> ResponseReturnValue:
    """Drop a follow-up draft."""
    drafts.discard_draft(context.session(), context.actor(), visit_id)
    flash(_("The draft was dropped."), "success")
    return redirect(url_for("auth.home"))


@blueprint.post("/visits/<uuid:visit_id>/cancel")
@policy(Role.REP, Role.MANAGER)
def cancel(visit_id: UUID) -> ResponseReturnValue:
    """Cancel the visit with a reason."""
    return _act(visit_id, _cancel)


@transactional
def _cancel(visit_id: UUID) -> ResponseReturnValue:
    reason = request.form.get("reason", "")
    visits_service.cancel_visit(context.session(), context.actor(), visit_id, reason=reason, now=context.now())
    flash(_("The visit was cancelled."), "success")
    return redirect(url_for("visits.visit", visit_id=visit_id))


cancel.is_transactional = True  # type: ignore[attr-defined]  # _cancel is


@blueprint.post("/visits/<uuid:visit_id>/reschedule")
@policy(Role.REP, Role.MANAGER)
def reschedule(visit_id: UUID) -> ResponseReturnValue:
    """Move the visit to another time."""
    return _act(visit_id, _reschedule)


@transactional
def _reschedule(visit_id: UUID) -> ResponseReturnValue:
    start = _start()
    visits_service.reschedule_visit(
        context.session(),
        context.actor(),
        visit_id,
        planned_start=start,
        reason=request.form.get("move_reason", ""),
        now=context.now(),
    )
    flash(_("The visit was moved to {when}.", when=start), "success")
    return redirect(url_for("visits.visit", visit_id=visit_id))


reschedule.is_transactional = True  # type: ignore[attr-defined]  # _reschedule is


@blueprint.post("/visits/<uuid:visit_id>/hand-over")
@policy(Role.MANAGER)
def hand_over(visit_id: UUID) -> ResponseReturnValue:
    """Give the visit to another rep."""
    return _act(visit_id, _hand_over)


@transactional
def _hand_over(visit_id: UUID) -> ResponseReturnValue:
    session = context.session()
    try:
        rep_id = UUID(request.form.get("rep_id", ""))
    except ValueError as error:
        raise InvalidInputError(errors={"rep_id": [FieldProblem("Choose a rep.", code="required")]}) from error
    handing_over.hand_over(session, context.actor(), visit_id, rep_id, now=context.now())
    flash(_("{name} has the visit now.", name=people.names(session, [rep_id])[rep_id]), "success")
    return redirect(url_for("visits.visit", visit_id=visit_id))


hand_over.is_transactional = True  # type: ignore[attr-defined]  # _hand_over is


@blueprint.post("/visits/<uuid:visit_id>/comments")
@policy()
def comment(visit_id: UUID) -> ResponseReturnValue:
    """Write a comment on the visit; its rep is told."""
    return _act(visit_id, lambda found: _comment(found, writing.uploads()))


@transactional
def _comment(visit_id: UUID, files: list[Upload]) -> ResponseReturnValue:
    write_comment(context.session(), context.actor(), visit_id, files)
    return redirect(url_for("visits.visit", visit_id=visit_id, _anchor="timeline"))


comment.is_transactional = True  # type: ignore[attr-defined]  # _comment is


@blueprint.post("/positions")
@policy()
@transactional
def position() -> ResponseReturnValue:
    """Store a reading of the device, if its owner has agreed; answers with the evidence id only."""
    reading = readings.read(request.get_json(silent=True), now=context.now())
    evidence_id = evidence.record_position(context.session(), context.actor(), reading, now=context.now())
    return jsonify(evidence=str(evidence_id)), 201


def _act(visit_id: UUID, work: Any) -> ResponseReturnValue:
    """Do something to a visit; after a mistake the page comes back with what was typed."""
    try:
        result: ResponseReturnValue = work(visit_id)
    except InvalidInputError as error:
        return _page(visit_id, errors=_sentences(error)), 422
    return result


def _start() -> datetime:
    errors: dict[str, list[FieldProblem]] = {}
    day, at = request.form.get("day", ""), request.form.get("time", "")
    start = plan_form.read_start(day, at, context.actor(), now=context.now(), errors=errors)
    if errors or start is None:
        raise InvalidInputError(errors=errors)
    return start


def _page(visit_id: UUID, errors: dict[str, str] | None = None) -> str:
    shown = page.gather(context.session(), context.actor(), visit_id)
    return render_template(
        "visits/visit.html", page=shown, errors=errors or {}, typed=request.form, follow_up_link=page.follow_up_link
    )


def _plan_page(typed: plan_form.Typed, errors: dict[str, str] | None = None) -> str:
    session, actor = context.session(), context.actor()
    try:
        offered = plan_form.offer(session, actor, typed)
    except FieldflowError as error:
        offered, errors = None, {**(errors or {}), "customer_id": explain(error)}
    search = request.args.get("q", "").strip()[:80]
    found = () if offered else customers.customers(session, actor, search=search, limit=PICK_LIMIT)
    places = customers.first_places(session, [row.id for row in found]) if found else {}
    return render_template(
        "visits/new.html",
        typed=typed,
        offer=offered,
        errors=errors or {},
        search=search,
        found=found,
        places=places,
        length_options=[(str(each), format_span(each)) for each in plan_form.LENGTHS],
        rep_options=[("", _("Choose")), *((str(each.id), each.name) for each in offered.reps)] if offered else [],
        place_options=[(str(each.id), each.name or each.address) for each in offered.places] if offered else [],
    )


def _sentences(error: InvalidInputError) -> dict[str, str]:
    names = {"planned_start": "day", "planned_end": "minutes"}
    found = {names.get(path, path): explain(problems[0]) for path, problems in error.errors.items()}
    return found or {"": explain(error)}
