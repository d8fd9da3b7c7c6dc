"""Who may call what: sessions, bearer tokens, CSRF, policies and headers. What declares no policy is refused."""

import base64
import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import urlsplit

import orjson
from flask import Flask, Response, current_app, g, request
from werkzeug.exceptions import BadRequest, Forbidden, Unauthorized

from engine.access import Actor, Role
from engine.people import service as people
from web import context, transactions

SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}
ANYBODY = Actor(user_id=None, name="")

View = TypeVar("View", bound=Callable[..., Any])

CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; "
    "font-src 'self' data:; form-action 'self'; frame-ancestors 'none'; base-uri 'none'; manifest-src 'self'"
)
EDITOR_CSP = CSP.replace("style-src 'self'", "style-src 'self' 'unsafe-inline'")


@dataclass(frozen=True)
class Policy:
    """Who may call an endpoint.

    Args:
        roles: one of these; empty: everyone who is signed in.
        is_public: nobody needs to be signed in.
        by_token: bearer tokens, not cookies (the API); no CSRF token is needed then.
        inline_styles: the page holds an editor that sets styles on elements.
    """

    roles: frozenset[Role] = frozenset()
    is_public: bool = False
    by_token: bool = False
    inline_styles: bool = False

    def admits(self, actor: Actor) -> bool:
        """Tell whether the actor may call."""
        return self.is_public or (actor.user_id is not None and (not self.roles or actor.has(*self.roles)))


def policy(
    *roles: Role, public: bool = False, by_token: bool = False, inline_styles: bool = False
) -> Callable[[View], View]:
    """Declare who may call a view; without roles everyone who is signed in."""

    def declare(view: View) -> View:
        view.policy = Policy(frozenset(roles), public, by_token, inline_styles)  # type: ignore[attr-defined]  # read by policy_of
        return view

    return declare


def policy_of(app: Flask, endpoint: str | None) -> Policy | None:
    """Return what an endpoint declared, or None."""
    view = app.view_functions.get(endpoint or "")
    return getattr(view, "policy", None) or getattr(getattr(view, "view_class", None), "policy", None)


def cookie_name() -> str:
    """Return the session cookie's name; ``__Host-`` needs HTTPS."""
    return "__Host-fieldflow" if context.app().settings.is_secure else "fieldflow"


def csrf_token() -> str:
    """Return the token of the request's session for a page; nothing where nobody is signed in."""
    return masked(str(g.get("csrf_token", "")))


def masked(token: str) -> str:
    """Return a text that stands for a session's token, another one each time.

    Pages are compressed, and a text that is the same in each could be guessed from their lengths (BREACH, 2013).
    """
    plain = token.encode()
    pad = secrets.token_bytes(len(plain))
    return base64.urlsafe_b64encode(pad + _xor(plain, pad)).decode()


def _unmasked(sent: str) -> bytes:
    try:
        both = base64.urlsafe_b64decode(sent.encode())
    except ValueError:
        return b""
    half = len(both) // 2
    return _xor(both[half:], both[:half])


def _xor(one: bytes, other: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(one, other, strict=False))


def init_app(app: Flask) -> None:
    """Check every request before its view runs."""
    app.before_request(_admit)
    app.after_request(_add_headers)


def _admit() -> None:
    g.now = context.app().clock()
    g.actor, g.csrf_token, g.theme = ANYBODY, "", "auto"
    transactions.open_reading()
    if request.endpoint is None:
        _identify(None)
        return
    declared = policy_of(current_app, request.endpoint)
    if declared is None:
        raise Forbidden
    _identify(declared)
    if not declared.by_token:  # the API's fields name what they refuse
        _check_texts()
    if declared.is_public and declared.by_token:
        return
    if request.method not in SAFE_METHODS and not declared.by_token:
        _check_origin()
        if not declared.is_public:
            _check_csrf()
    if not declared.admits(g.actor):
        raise Forbidden if g.actor.user_id else Unauthorized


def _identify(declared: Policy | None) -> None:
    if declared is not None and declared.by_token:
        kind, _, secret = request.headers.get("Authorization", "").partition(" ")
        if kind.lower() == "bearer" and secret:
            g.actor = people.actor_of_token(g.session, secret.strip(), now=g.now) or ANYBODY
        return
    secret = request.cookies.get(cookie_name(), "")
    found = people.session_of(g.session, secret, now=g.now) if secret else None
    if found is not None:
        g.actor, g.csrf_token, g.theme = found.actor, found.csrf_token, found.theme


def _check_origin() -> None:
    origin = request.headers.get("Origin")
    if origin and urlsplit(origin).netloc != request.host:
        raise Forbidden
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in {"same-origin", "none"}:
        raise Forbidden


def _check_csrf() -> None:
    sent = request.headers.get("X-CSRF-Token") or request.form.get("csrf_token", "")
    if g.actor.user_id is not None and not hmac.compare_digest(_unmasked(sent), g.csrf_token.encode()):
        raise Forbidden


def _check_texts() -> None:
    # No browser sends NUL or half of a surrogate pair, and PostgreSQL stores neither.
    if any("\x00" in text for values in (request.args, request.form) for _name, text in values.items(multi=True)):
        raise BadRequest
    if request.is_json:
        try:
            body = orjson.dumps(request.get_json(silent=True))
        except (TypeError, RecursionError) as error:
            raise BadRequest from error
        if b"\\u0000" in body:
            raise BadRequest


def allow_pictures_of(address: str) -> None:
    """Let this one page load pictures from the host of an address, where a ``{s}`` stands for any of its names."""
    parts = urlsplit(address.replace("{s}", "*"))
    if parts.scheme == "https" and parts.netloc:
        g.picture_host = f"https://{parts.netloc}"


def _add_headers(response: Response) -> Response:
    declared = policy_of(current_app, request.endpoint)
    csp = EDITOR_CSP if declared is not None and declared.inline_styles else CSP
    if style := g.get("style_hash"):
        csp = csp.replace("style-src 'self'", f"style-src 'self' {style}")
    if host := g.get("picture_host"):
        csp = csp.replace("img-src 'self'", f"img-src 'self' {host}")
        csp = csp.replace("connect-src 'self'", f"connect-src 'self' {host}")
    response.headers.setdefault("Content-Security-Policy", csp)
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    response.headers.setdefault("Referrer-Policy", "same-origin")
    response.headers.setdefault("Permissions-Policy", "geolocation=(self), camera=(self), microphone=()")
    if context.app().settings.is_secure:
        response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    return response
