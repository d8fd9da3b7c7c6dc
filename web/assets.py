"""Built front-end files: their hashed addresses, served precompressed by WhiteNoise."""

import json
from functools import cache
from pathlib import Path

from flask import Flask
from whitenoise import WhiteNoise

DIST = Path(__file__).parent / "static" / "dist"
PREFIX = "/static"
YEAR_S = 31_536_000


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


def init_app(app: Flask) -> None:
    """Serve the files; their names change with their content, so they never expire."""
    app.jinja_env.globals.update(asset=asset, has_asset=has_asset)
    server = WhiteNoise(app.wsgi_app, max_age=YEAR_S, immutable_file_test=lambda _path, _url: True)
    if DIST.is_dir():
        server.add_files(str(DIST), prefix=PREFIX)
    app.wsgi_app = server  # type: ignore[method-assign]  # Flask's documented way to add WSGI middleware
