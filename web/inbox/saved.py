"""Saved filters: save, rename, share, order, open with one, delete."""

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from engine.access import Actor
from engine.desk import saved
from engine.desk import service as desk
from web import context
from web.i18n import translate as _
from web.inbox import listing
from web.labels import group_label
from web.security import policy
from web.transactions import transactional

blueprint = Blueprint("saved", __name__, template_folder="templates", url_prefix="/tasks/filters")


@blueprint.get("")
@policy()
def filters() -> ResponseReturnValue:
    """Show the filters that the person has or others share, and what is in the address to save it."""
    session, actor = context.session(), context.actor()
    rows, text = saved.saved_filters(session, actor), request.args.get("filter", "")
    return render_template(
        "inbox/saved.html",
        rows=rows,
        words=listing.in_words(session, actor, [*(row.filter for row in rows), text]),
        circles=_circles(actor),
        text=text,
        sort=request.args.get("sort", ""),
    )


def _circles(actor: Actor) -> list[tuple[str, str]]:
    teams = desk.team_names(context.session(), actor)
    named = {f"{saved.TEAM}{team_id}": name for team_id, name in teams.items()}
    return [
        (circle, named.get(circle) or group_label(circle.removeprefix("group:"))) for circle in saved.circles(actor)
    ]


@blueprint.post("")
@policy()
@transactional
def save() -> ResponseReturnValue:
    """Save a filter."""
    form = request.form
    filter_id = saved.save(
        context.session(), context.actor(), form.get("name", ""), form.get("filter", ""),
        sort=form.get("sort", ""), shared_with=form.get("shared_with") or None, now=context.now(),
    )  # fmt: skip
    flash(_("Saved."), "success")
    return redirect(url_for("inbox.inbox", saved=filter_id))


@blueprint.post("/<uuid:filter_id>")
@policy()
@transactional
def change(filter_id: UUID) -> ResponseReturnValue:
    """Rename or share a filter."""
    form = request.form
    saved.change(
        context.session(), context.actor(), filter_id, name=form.get("name", ""),
        shared_with=form.get("shared_with") or None,
    )  # fmt: skip
    flash(_("Saved."), "success")
    return redirect(url_for("saved.filters"))


@blueprint.post("/<uuid:filter_id>/delete")
@policy()
@transactional
def delete(filter_id: UUID) -> ResponseReturnValue:
    """Delete a filter of one's own."""
    saved.delete(context.session(), context.actor(), filter_id)
    flash(_("The filter is deleted."), "success")
    return redirect(url_for("saved.filters"))


@blueprint.post("/<uuid:filter_id>/move")
@policy()
@transactional
def move(filter_id: UUID) -> ResponseReturnValue:
    """Move a filter up or down."""
    saved.move(context.session(), context.actor(), filter_id, up=request.form.get("up") == "1")
    return redirect(url_for("saved.filters"))


@blueprint.post("/<uuid:filter_id>/default")
@policy()
@transactional
def make_default(filter_id: UUID) -> ResponseReturnValue:
    """Let the inbox open with a filter, or with everything again."""
    chosen = filter_id if request.form.get("on") == "1" else None
    saved.make_default(context.session(), context.actor(), chosen)
    return redirect(url_for("saved.filters"))
