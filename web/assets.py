"""Built front-end files: their hashed addresses, served precompressed by WhiteNoise."""

import base64
import json
from functools import cache
from hashlib import sha256
from pathlib import Path

from flask import Flask, Response, g, request
from markupsafe import Markup
from whitenoise import WhiteNoise

DIST = Path(__file__).parent / "static" / "dist"
PREFIX = "/static"
YEAR_S = 31_536_000
STYLE = "app.css"
STYLE_COOKIE = "style"


class FrontEndMissingError(RuntimeError):
    """The front end is not built."""


@cache
def manifest() -> dict[str, str]:
    """Return entry name → hashed file name.

    Raises:
        FrontEndMissingError: ``make build`` has not run.
    """
    try:
        return dict(json.loads((DIST / "manifest.json").read_text("utf-8")))
    except FileNotFoundError as error:
        raise FrontEndMissingError("The front end is not built: run make build.") from error


def asset(name: str) -> str:
    """Return the address of a built entry, such as ``app.css``."""
    return f"{PREFIX}/{manifest()[name]}"


def has_asset(name: str) -> bool:
    """Tell whether an entry was built."""
    return name in manifest()


def first_style() -> Markup:
    """Return the style sheet itself for the first page that a browser gets, nothing for all others.

    On a slow line the sheet costs a way there and back before anything can be painted: 400 ms of 1.5 s. The page names
    the file too, so that the browser has it for the next page; a cookie says that it has.
    """
    name = manifest()[STYLE]
    if request.cookies.get(STYLE_COOKIE) == name:
        return Markup()
    text, g.style_hash = _style(name)
    g.style_name = name
    return text


@cache
def _style(name: str) -> tuple[Markup, str]:
    text = (DIST / name).read_text("utf-8").strip()
    digest = base64.b64encode(sha256(text.encode()).digest()).decode()
    return Markup(text), f"'sha256-{digest}'"  # noqa: S704 (built by ourselves)


def _note_style(response: Response) -> Response:
    if name := g.get("style_name"):
        response.set_cookie(STYLE_COOKIE, name, max_age=YEAR_S, samesite="Lax", httponly=True, secure=request.is_secure)
    return response


def init_app(app: Flask) -> None:
    """Serve the files; their names change with their content, so they never expire."""
    app.jinja_env.globals.update(asset=asset, has_asset=has_asset, first_style=first_style)
    app.after_request(_note_style)
    server = WhiteNoise(app.wsgi_app, max_age=YEAR_S, immutable_file_test=lambda _path, _url: True)
    if DIST.is_dir():
        server.add_files(str(DIST), prefix=PREFIX)
    app.wsgi_app = server  # type: ignore[method-assign]  # Flask's documented way to add WSGI middleware
