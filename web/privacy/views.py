"""Consent and its proof, who saw my position, my own track, and deleting what is stored."""

from datetime import date
from urllib.parse import urlsplit

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from engine.consent import rules as consent_rules
from engine.consent import service as consent
from engine.consent import texts
from engine.consent.rules import LocationMode
from engine.evidence import looks, track
from engine.evidence import queries as evidence
from engine.evidence import service as evidence_service
from engine.people import queries as people
from web import context
from web.i18n import locale
from web.i18n import translate as _
from web.positions import pictures
from web.privacy import choices
from web.security import policy
from web.transactions import transactional

blueprint = Blueprint("privacy", __name__, template_folder="templates")


@blueprint.get("/consent")
@policy()
def choose() -> ResponseReturnValue:
    """Ask how the person checks in, before the first day begins; every answer leads on to it."""
    return render_template(
        "privacy/choose.html",
        options=choices.options(),
        mode=choices.chosen(context.session(), context.actor(), now=context.now()),
        version=consent_rules.TEXT_VERSION,
        next=_own_path(request.args.get("next", "")),
    )


@blueprint.post("/me/location")
@policy()
@transactional
def location() -> ResponseReturnValue:
    """Record how the person wants to check in, one answer for each purpose."""
    picked = request.form.get("mode", "")
    if picked not in set(LocationMode):
        flash(_("Choose one of the four ways."), "danger")
        return redirect(url_for("account.me", _anchor="location"))
    session, actor, mode = context.session(), context.actor(), LocationMode(picked)
    consent.choose_location_mode(session, actor, mode, now=context.now())
    sentences = {
        LocationMode.OFF: _("No place is recorded from now on."),
        LocationMode.MANUAL: _("You check in by hand from now on; no position is recorded."),
        LocationMode.CHECK_IN: _("You may check in with your position from now on."),
        LocationMode.TRACK: _("Your position at check-ins and your track in working time are recorded from now on."),
    }
    flash(sentences[mode], "success")
    onward = _own_path(request.form.get("next", ""))
    return redirect(onward or url_for("privacy.receipt"))


@blueprint.get("/me/consent")
@policy()
def receipt() -> ResponseReturnValue:
    """Show every answer on record with its text and time, and what can be withdrawn or deleted."""
    session, actor = context.session(), context.actor()
    return render_template(
        "privacy/receipt.html",
        answers=choices.answers(session, actor, now=context.now()),
        stored=evidence.stored_positions(session, actor),
    )


@blueprint.get("/me/consent/<version>/<purpose>")
@policy()
def notice(version: str, purpose: str) -> ResponseReturnValue:
    """Show the notice of a purpose in one version, for ever."""
    try:
        found = texts.text_of(purpose, locale(), version)
    except KeyError:
        abort(404)
    return render_template("privacy/notice.html", notice=found, version=version)


@blueprint.post("/me/consent/withdraw")
@policy()
@transactional
def withdraw() -> ResponseReturnValue:
    """Withdraw one consent; it holds with this request."""
    purpose = request.form.get("purpose", "")
    if purpose not in consent_rules.PURPOSES:
        abort(404)
    consent.withdraw(context.session(), context.actor(), purpose, now=context.now())
    flash(_("Withdrawn. It holds from now on; every visit can be completed as before."), "success")
    return redirect(url_for("privacy.receipt"))


@blueprint.post("/me/positions/delete")
@policy()
@transactional
def delete_positions() -> ResponseReturnValue:
    """Delete every stored position of the person."""
    deleted = evidence_service.erase_positions(context.session(), context.actor())
    flash(_("Deleted positions: {n}. Times, grades and distances of your visits stay.", n=deleted), "success")
    return redirect(url_for("privacy.receipt"))


@blueprint.get("/me/position-views")
@policy()
def position_views() -> ResponseReturnValue:
    """Show who looked at the person's positions, why and when."""
    rows = looks.looks_at(context.session(), context.actor())
    names = people.names(context.session(), {row.viewer_id for row in rows})
    return render_template("privacy/position_views.html", rows=rows, names=names)


@blueprint.get("/me/track")
@policy()
def own_track() -> ResponseReturnValue:
    """Show the person's own track of a day; silence is shown as silence."""
    today = context.local_now().date()
    try:
        day = date.fromisoformat(request.args.get("day", ""))
    except ValueError:
        day = today
    found = track.own_day(context.session(), context.actor(), day, now=context.now())
    return render_template("privacy/track.html", day=day, today=today, track=found, picture=pictures.of_track(found))


def _own_path(target: str) -> str:
    # Only a path of this server.
    parts = urlsplit(target)
    is_own = target.startswith("/") and not target.startswith(("//", "/\\")) and not parts.netloc
    return target if is_own else ""
