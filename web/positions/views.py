"""Positions: tracks that arrive, looks of managers (each in the ledger), pins to confirm, codes of places."""

from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

import segno
from flask import Blueprint, Response, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from engine.access import Role
from engine.customers import queries as customers
from engine.customers import service as customer_service
from engine.errors import FieldProblem, InvalidInputError, NotFoundError
from engine.evidence import looks, pins, track
from engine.people import queries as people
from engine.visits import queries as visits
from web import audit, context
from web.i18n import translate as _
from web.maps import MapLink, map_links
from web.positions import pictures, readings
from web.security import policy
from web.transactions import transactional

blueprint = Blueprint("positions", __name__, template_folder="templates")


@blueprint.post("/position/track")
@policy(Role.REP)
@transactional
def record_track() -> ResponseReturnValue:
    """Store a batch of a track, once; refused without consent and outside working time."""
    body: Any = request.get_json(silent=True)
    now: datetime = context.now()
    try:
        batch_id = UUID(str(body["batch"]))
    except (ValueError, TypeError, KeyError) as error:
        problem = FieldProblem("Send the batch with an id of its own.", code="batch_invalid")
        raise InvalidInputError(errors={"batch": [problem]}) from error
    found = readings.read_batch(body, now=now)
    stored = track.record_batch(context.session(), context.actor(), batch_id, found, now=now)
    return jsonify(stored=stored.stored, refused=stored.refused), 201


@blueprint.post("/visits/<uuid:visit_id>/position")
@policy(Role.MANAGER)
@transactional
def look_at_check(visit_id: UUID) -> ResponseReturnValue:
    """Show where a rep checked in, after the look is in the ledger."""
    session, actor = context.session(), context.actor()
    visit = visits.visit_detail(session, actor, visit_id).visit
    place = customers.places_by_id(session, [visit.place_id]).get(visit.place_id) if visit.place_id else None
    known = place is not None and place.latitude is not None and place.longitude is not None
    picture = looks.look_at_check(
        session,
        actor,
        visit.rep_id,
        visit_id,
        purpose=request.form.get("purpose", ""),
        place=(place.latitude, place.longitude) if known else None,  # type: ignore[union-attr, arg-type]  # known says so
        radius_m=place.radius_m if place else None,
        now=context.now(),
    )
    name = people.names(session, [visit.rep_id]).get(visit.rep_id, "")
    return render_template(
        "positions/check.html", visit=visit, picture=pictures.of_check(picture), spots=picture.spots, rep_name=name,
        used=looks.views_on(session, actor, context.local_now().date()),
    )  # fmt: skip


@blueprint.post("/visits/<uuid:visit_id>/track")
@policy(Role.MANAGER)
@transactional
def look_at_track(visit_id: UUID) -> ResponseReturnValue:
    """Show a rep's track of the day of a visit, after the look is in the ledger."""
    session, actor = context.session(), context.actor()
    visit = visits.visit_detail(session, actor, visit_id).visit
    purpose = request.form.get("purpose", "")
    found = track.look_at_day(session, actor, visit.rep_id, visit.local_date, purpose=purpose, now=context.now())
    name = people.names(session, [visit.rep_id]).get(visit.rep_id, "")
    return render_template(
        "positions/track.html", visit=visit, track=found, picture=pictures.of_track(found), rep_name=name,
        used=looks.views_on(session, actor, context.local_now().date()),
    )  # fmt: skip


@blueprint.get("/pins", endpoint="pins")
@policy(Role.MANAGER)
def waiting_pins() -> ResponseReturnValue:
    """Show the proposals for positions of places that wait for the manager."""
    return _pins_page(None)


@blueprint.post("/pins/<uuid:pin_id>/look")
@policy(Role.MANAGER)
@transactional
def look_at_pin(pin_id: UUID) -> ResponseReturnValue:
    """Show where a proposal lies, after the look is in the ledger."""
    return _pins_page(pins.look(context.session(), context.actor(), pin_id, now=context.now()))


@blueprint.post("/pins/<uuid:pin_id>/decide")
@policy(Role.MANAGER)
@transactional
def decide_pin(pin_id: UUID) -> ResponseReturnValue:
    """Give the place the proposed position, or drop the proposal."""
    is_right = request.form.get("decision") == "confirm"
    pins.decide(context.session(), context.actor(), pin_id, is_right=is_right, now=context.now())
    said = _("The place has its position now.") if is_right else _("The proposal was dropped.")
    flash(said, "success")
    return redirect(url_for("positions.pins"))


@blueprint.get("/places/<uuid:place_id>/code")
@policy(Role.MANAGER, Role.ADMIN)
def code(place_id: UUID) -> ResponseReturnValue:
    """Show the code of a place for printing, or how to make one."""
    session, actor = context.session(), context.actor()
    found = customer_service.code_of(session, actor, place_id)
    place = customers.places_by_id(session, [place_id])[place_id]
    return render_template(
        "positions/code.html",
        place=place,
        customer=customers.customer(session, actor, place.customer_id),
        code=found,
    )


@blueprint.get("/places/<uuid:place_id>/code.svg")
@policy(Role.MANAGER, Role.ADMIN)
def code_picture(place_id: UUID) -> ResponseReturnValue:
    """Return the QR code of a place as a picture."""
    found = customer_service.code_of(context.session(), context.actor(), place_id)
    if found is None:
        raise NotFoundError("This place has no code yet.", code="no_code")
    picture = segno.make(found.payload, error="m", micro=False).svg_inline(border=2, omitsize=True)
    return Response(picture.replace("<svg", '<svg xmlns="http://www.w3.org/2000/svg"', 1), mimetype="image/svg+xml")


@blueprint.post("/places/<uuid:place_id>/code")
@policy(Role.MANAGER, Role.ADMIN)
@transactional
def renew_code(place_id: UUID) -> ResponseReturnValue:
    """Make the code of a place, or a new one."""
    customer_service.renew_code(context.session(), context.actor(), place_id)
    audit.changed("place.code_renewed", ("place", place_id))
    flash(_("The code is new. Print it and hang it up; older ones are worthless now."), "success")
    return redirect(url_for("positions.code", place_id=place_id))


def _pins_page(seen: pins.PinRow | None) -> str:
    session = context.session()
    rows = pins.waiting_pins(session, context.actor())
    places = customers.places_by_id(session, [row.place_id for row in rows]) if rows else {}
    owners = customers.by_id(session, [place.customer_id for place in places.values()]) if places else {}
    return render_template(
        "positions/pins.html",
        rows=rows,
        places=places,
        owners=owners,
        names=people.names(session, {row.proposed_by for row in rows}),
        seen=seen,
        maps=_pin_links(seen, places.get(seen.place_id)) if seen else [],
    )


def _pin_links(seen: pins.PinRow, place: customers.PlaceRow | None) -> list[MapLink]:
    """Return the maps in which a proposal can be compared with the address."""
    if place is None or seen.seen is None:
        return []
    return map_links(replace(place, latitude=seen.seen[0], longitude=seen.seen[1]), place.address)
