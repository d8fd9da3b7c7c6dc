"""Sign in and out."""

from urllib.parse import urlsplit

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from engine.access import Actor, Role
from engine.consent import service as consent
from engine.errors import FieldflowError
from engine.people import service as people
from web import context
from web.i18n import LOCALE_COOKIE, LOCALES, explain
from web.i18n import translate as _
from web.security import cookie_name, policy
from web.transactions import transactional

blueprint = Blueprint("auth", __name__, template_folder="templates")

YEAR_S = 31_536_000


@blueprint.get("/")
@policy()
def home() -> ResponseReturnValue:
    """Send everyone to the page where their work starts."""
    actor = context.actor()
    if _is_to_be_asked(actor):
        return redirect(url_for("privacy.choose"))
    starts = ((Role.REP, "today.today"), (Role.MANAGER, "team.week"), (Role.ADMIN, "studio.definitions"))
    return redirect(url_for(next((endpoint for role, endpoint in starts if actor.has(role)), "inbox.inbox")))


@blueprint.get("/sign-in")
@policy(public=True)
def sign_in() -> ResponseReturnValue:
    """Show the form; in the demo, who there is to play."""
    if context.actor().user_id is not None:
        return redirect(url_for("auth.home"))
    return render_template("auth/sign_in.html", login="", problem="", next=request.args.get("next", ""), demo=_demo())


@blueprint.post("/sign-in")
@policy(public=True)
def submit_sign_in() -> ResponseReturnValue:
    """Check the password and open a session; what was typed stays, but for the password."""
    login, target = request.form.get("login", "").strip().lower(), request.form.get("next", "")
    try:
        opened = _open_session(login, request.form.get("password", ""))
        problem = "" if opened else _("The name and the password do not fit. Check both and try again.")
    except FieldflowError as error:
        opened, problem = None, explain(error)
    if opened is None:
        page = render_template("auth/sign_in.html", login=login, problem=problem, next=target, demo=_demo())
        return page, 422
    onward = _own_address(target)
    signed_in = people.session_of(context.session(), opened.secret, now=context.now())
    if onward and signed_in is not None and _is_to_be_asked(signed_in.actor):
        onward = url_for("privacy.choose", next=onward)
    response = redirect(onward or url_for("auth.home"))
    _set_cookie(response, opened)
    return response


@transactional
def _open_session(login: str, password: str) -> people.SignedIn | None:
    return people.sign_in(context.session(), login, password, now=context.now())


submit_sign_in.is_transactional = True  # type: ignore[attr-defined]  # its writes stand in _open_session, which commits even a failure's count


@blueprint.post("/sign-out")
@policy()
@transactional
def sign_out() -> ResponseReturnValue:
    """End the session."""
    people.sign_out(context.session(), request.cookies.get(cookie_name(), ""))
    response = redirect(url_for("auth.sign_in"))
    response.delete_cookie(cookie_name(), path="/")
    return response


@blueprint.post("/language")
@policy(public=True)
@transactional
def language() -> ResponseReturnValue:
    """Choose the language: for the person, or for this browser before signing in."""
    chosen = request.form.get("locale", "")
    if context.actor().user_id is not None:
        people.change_appearance(context.session(), context.actor(), locale=chosen)
    response = redirect(_own_address(request.form.get("next", "")) or url_for("auth.home"))
    if chosen in LOCALES:
        secure = context.app().settings.is_secure
        response.set_cookie(LOCALE_COOKIE, chosen, max_age=YEAR_S, samesite="Lax", secure=secure, httponly=True)
    return response


def _is_to_be_asked(actor: Actor) -> bool:
    """Tell whether a rep has not said yet, or is to say again, how they check in: that comes before the day (R1)."""
    return actor.has(Role.REP) and consent.mode_of(context.session(), actor, now=context.now()) is None


def _set_cookie(response: Response, opened: people.SignedIn) -> None:
    response.set_cookie(
        cookie_name(),
        opened.secret,
        expires=opened.expires_at,
        path="/",
        secure=context.app().settings.is_secure,
        httponly=True,
        samesite="Lax",
    )


def _own_address(target: str) -> str | None:
    # Only a path of this server: an address of elsewhere would make the sign-in page an open redirect.
    parts = urlsplit(target)
    is_own = target.startswith("/") and not target.startswith(("//", "/\\")) and not parts.netloc and not parts.scheme
    return target if is_own else None


def _demo() -> list[tuple[str, str]]:
    if not context.app().settings.is_demo:
        return []
    return [
        ("rep1", _("Rep: visits on a phone")),
        ("manager1", _("Manager: plans and looks")),
        ("ops1", _("Ops: handles requests")),
        ("admin", _("Admin: edits processes")),
    ]
