"""Views and transactions: a GET reads, an unsafe view writes in one transaction that commits when it returns."""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

from flask import Flask, Response, g
from sqlalchemy.orm import Session

from web import context

View = TypeVar("View", bound=Callable[..., Any])


def transactional(view: View) -> View:
    """Run a view in one transaction; returning commits, raising rolls back, passing lock trouble is tried again."""

    @wraps(view)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        _close_reading()

        def work(session: Session) -> Any:
            g.session = session
            try:
                return view(*args, **kwargs)
            finally:
                g.session = None

        try:
            return context.app().database.run(work)
        finally:
            open_reading()

    wrapped.is_transactional = True  # type: ignore[attr-defined]  # read by the architecture tests
    return cast(View, wrapped)


def open_reading() -> None:
    """Give the request a session that only reads."""
    g.reading = context.app().database.reading()
    g.session = g.reading.__enter__()


def _close_reading() -> None:
    # On SQLite a read that is still open would see the database as it was before the transaction.
    reading = g.pop("reading", None)
    if reading is not None:
        reading.__exit__(None, None, None)
        g.session = None


def init_app(app: Flask) -> None:
    """Close the reading session at the end of each request."""

    @app.teardown_request
    def close(_error: BaseException | None) -> None:
        _close_reading()

    @app.after_request
    def keep_private(response: Response) -> Response:
        # Pages hold personal data: no shared cache may keep them.
        response.headers.setdefault("Cache-Control", "no-store")
        return response
