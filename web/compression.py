"""Compress what is made for each request: on a slow phone the bytes of a page are most of its time.

Built files come precompressed from ``web.assets``. The CSRF token in a page is masked anew each time, so that lengths
tell nothing of it; see ``web.security.csrf_token``.
"""

import gzip

from flask import Flask, Response, request

SMALLEST = 1_000
LEVEL = 6
TYPES = ("text/html", "application/json", "application/manifest+json", "text/javascript", "image/svg+xml")


def init_app(app: Flask) -> None:
    """Compress pages and JSON for browsers that take it."""
    app.after_request(_compress)


def _compress(response: Response) -> Response:
    if response.mimetype not in TYPES or response.direct_passthrough or "Content-Encoding" in response.headers:
        return response
    response.vary.add("Accept-Encoding")
    if response.status_code != 304 and request.accept_encodings["gzip"] and len(response.get_data()) >= SMALLEST:
        response.set_data(gzip.compress(response.get_data(), LEVEL, mtime=0))
        response.headers["Content-Encoding"] = "gzip"
    return response
