"""A person's notifications: the list, the count in the header, and how they want to be told."""

from uuid import UUID

from flask import Blueprint, Response, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from engine.errors import FieldProblem, InvalidInputError
from engine.notifications import browsers, preferences, rules, service, texts
from engine.notifications.routing import Channel, Kind, Preferences
from engine.people import queries as people
from web import context
from web.i18n import explain, locale
from web.i18n import translate as _
from web.inbox.subject import address_of
from web.labels import nav_badges
from web.notifications.labels import kind_labels
from web.notifications.times import minute_of, time_of
from web.security import policy
from web.transactions import transactional

blueprint = Blueprint("notifications", __name__, template_folder="templates")


@blueprint.get("/notifications", endpoint="notifications")
@policy()
def notification_list() -> ResponseReturnValue:
    """Show what the person should know, the newest first."""
    changed = texts.changed(context.session())
    rows = [
        {
            "id": row.id,
            "text": rules.render(row.template, row.values, locale(), changed),
            "at": row.created_at,
            "is_read": row.read_at is not None,
            "address": address_of(row.business_key),
        }
        for row in service.mine(context.session(), context.actor())
    ]
    return render_template("notifications/notifications.html", rows=rows)


@blueprint.get("/notifications/unread")
@policy()
def unread() -> ResponseReturnValue:
    """Say how many are unread; an unchanged number costs no body."""
    badge = nav_badges().unread
    response: Response = jsonify(unread=badge)
    response.set_etag(badge or "0")
    return response.make_conditional(request)


@blueprint.post("/notifications/read")
@policy()
@transactional
def read_all() -> ResponseReturnValue:
    """Mark all as read."""
    service.mark_read(context.session(), context.actor(), now=context.now())
    return redirect(url_for("notifications.notifications"))


@blueprint.post("/notifications/<uuid:notice_id>/<any(read, unread):state>")
@policy()
@transactional
def mark(notice_id: UUID, state: str) -> ResponseReturnValue:
    """Mark one as read, or as unread again."""
    service.mark_one(context.session(), context.actor(), notice_id, is_read=state == "read", now=context.now())
    return redirect(url_for("notifications.notifications"))


@blueprint.get("/me/notifications", endpoint="preferences")
@policy()
def show_preferences() -> ResponseReturnValue:
    """Show how the person is told of what."""
    return _form(preferences.mine(context.session(), context.actor()), {})


@blueprint.post("/me/notifications")
@policy()
def save_preferences() -> ResponseReturnValue:
    """Keep what was chosen."""
    errors: dict[str, list[FieldProblem]] = {}
    wanted = _typed(errors)
    try:
        if errors:
            raise InvalidInputError(errors=errors)
        return _save(wanted)
    except InvalidInputError as error:
        return _form(wanted, error.errors), 422


save_preferences.is_transactional = True  # type: ignore[attr-defined]  # _save is; the page after a mistake only reads


@transactional
def _save(wanted: Preferences) -> ResponseReturnValue:
    preferences.change(context.session(), context.actor(), wanted, now=context.now())
    flash(_("Saved. It holds for what comes from now on."), "success")
    return redirect(url_for("notifications.preferences"))


@blueprint.post("/me/notifications/push")
@policy()
@transactional
def subscribe() -> ResponseReturnValue:
    """Remember this browser: it is told although no page is open."""
    sent = {name: request.form.get(name, "") for name in ("endpoint", "public_key", "auth")}
    browsers.subscribe(context.session(), context.actor(), **sent, now=context.now())
    return jsonify(count=browsers.count(context.session(), context.actor())), 201


@blueprint.post("/me/notifications/push/stop")
@policy()
@transactional
def unsubscribe() -> ResponseReturnValue:
    """Forget this browser, or all of the person's."""
    browsers.unsubscribe(context.session(), context.actor(), request.form.get("endpoint", ""))
    return redirect(url_for("notifications.preferences"))


def _typed(errors: dict[str, list[FieldProblem]]) -> Preferences:
    chosen: dict[Kind, frozenset[Channel]] = {
        kind: frozenset(channel for channel in Channel if str(kind) in request.form.getlist(str(channel)))
        for kind in Kind
    }
    quiet_from, quiet_to, digest_at = (minute_of(name, errors) for name in ("quiet_from", "quiet_to", "digest_at"))
    return Preferences(chosen, quiet_from, quiet_to, request.form.get("urgent_passes") == "1", digest_at)


def _form(chosen: Preferences, errors: dict[str, list[FieldProblem]]) -> str:
    session, actor = context.session(), context.actor()
    assert actor.user_id is not None, "policies let nobody else in"
    return render_template(
        "notifications/preferences.html",
        chosen=chosen,
        kinds=kind_labels(),
        times={name: time_of(getattr(chosen, name)) for name in ("quiet_from", "quiet_to", "digest_at")},
        errors={path: explain(problems[0]) for path, problems in errors.items()},
        email=people.person(session, actor.user_id).email,
        browsers=browsers.count(session, actor),
        push_key=context.app().channels.vapid.public_key,
    )
