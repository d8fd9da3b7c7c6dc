"""The person's own page, and links from mails."""

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from engine.consent import rules as consent_rules
from engine.consent import service as consent
from engine.people import service as people
from web import context
from web.i18n import LOCALE_COOKIE, LOCALES
from web.i18n import translate as _
from web.inbox.subject import address_of
from web.privacy import choices
from web.security import policy
from web.transactions import transactional

blueprint = Blueprint("account", __name__, template_folder="templates")

YEAR_S = 31_536_000


@blueprint.get("/me")
@policy()
def me() -> ResponseReturnValue:
    """Show who is signed in, language and theme, and how the person checks in."""
    session, actor, now = context.session(), context.actor(), context.now()
    return render_template(
        "account/me.html",
        options=choices.options(),
        mode=choices.chosen(session, actor, now=now),
        version=consent_rules.TEXT_VERSION,
        has_answered=bool(consent.answers(session, actor)),
        roles=_roles(),
    )


@blueprint.post("/me/appearance")
@policy()
@transactional
def appearance() -> ResponseReturnValue:
    """Remember the language or the theme."""
    chosen = request.form.get("locale")
    people.change_appearance(context.session(), context.actor(), locale=chosen, theme=request.form.get("theme"))
    response = redirect(url_for("account.me"))
    if chosen in LOCALES:
        # The sign-in page shows the same language.
        secure = context.app().settings.is_secure
        response.set_cookie(LOCALE_COOKIE, chosen, max_age=YEAR_S, samesite="Lax", secure=secure, httponly=True)
    return response


@blueprint.get("/open/<business_key>", endpoint="open")
@policy()
def open_object(business_key: str) -> ResponseReturnValue:
    """Go to the page of an object that a mail names by its business key."""
    address = address_of(business_key)
    if not address:
        abort(404)
    return redirect(address)


def _roles() -> list[str]:
    names = {
        "rep": _("Rep"),
        "manager": _("Manager"),
        "ops": _("Ops"),
        "admin": _("Admin"),
        "compliance": _("Compliance"),
    }
    return [name for role, name in names.items() if role in context.actor().roles]
