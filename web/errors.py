"""The only table from errors to HTTP: pages for people, RFC 9457 problem documents for clients."""

import logging
from typing import Any

from flask import Flask, Response, jsonify, redirect, render_template, request, url_for
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import HTTPException

from engine.errors import (
    ConflictError,
    FieldflowError,
    ForbiddenError,
    InvalidInputError,
    NotFoundError,
    RetryableError,
)
from web.api.sentences import problem_of
from web.i18n import explain
from web.i18n import translate as _

log = logging.getLogger(__name__)

STATUS: dict[type[FieldflowError], int] = {
    NotFoundError: 404,
    ForbiddenError: 403,
    ConflictError: 409,
    InvalidInputError: 422,
    RetryableError: 503,
}
API_PREFIX = "/api/"
LOCATIONS = frozenset({"json", "query", "files"})
"""Where webargs reads values; only the first part of a path is one."""


def status_of(error: FieldflowError) -> int:
    """Return the HTTP status of an error."""
    return next((status for kind, status in STATUS.items() if isinstance(error, kind)), 500)


def problem(status: int, title: str, *, code: str, **members: Any) -> Response:
    """Return an RFC 9457 problem document."""
    response = jsonify({"type": "about:blank", "title": title, "status": status, "code": code, **members})
    response.status_code = status
    response.content_type = "application/problem+json"
    return response


def field_errors(error: InvalidInputError) -> list[dict[str, str]]:
    """Return the problems of fields: path, code and the sentence in the reader's language."""
    return [
        {"field": path, "code": each.code, "detail": explain(each)}
        for path, problems in error.errors.items()
        for each in problems
    ]


def init_app(app: Flask) -> None:
    """Register the handlers."""
    app.register_error_handler(FieldflowError, _fieldflow_error)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(OperationalError, _database_error)
    app.register_error_handler(Exception, _unexpected)


def _wants_problem() -> bool:
    return request.path.startswith(API_PREFIX) or request.is_json or request.accept_mimetypes.best == "application/json"


def _fieldflow_error(error: FieldflowError) -> Any:
    status = status_of(error)
    if status == 500:
        log.error("unmapped error %s", error.code)
    if _wants_problem():
        members: dict[str, Any] = {"detail": explain(error)}
        if isinstance(error, InvalidInputError):
            members["errors"] = field_errors(error)
        findings = getattr(error, "findings", None)
        if findings:
            members["findings"] = [_finding(each) for each in findings]
        return problem(status, _title(status), code=error.code, **members)
    details = field_errors(error) if isinstance(error, InvalidInputError) else []
    return render_template("error.html", status=status, sentence=explain(error), details=details), status


def _http_error(error: HTTPException) -> Any:
    status = error.code or 500
    if error.response is not None or status < 400:
        return error
    if _wants_problem():
        members: dict[str, Any] = {}
        data = getattr(error, "data", None) or {}
        if data.get("messages"):
            members["errors"] = _flatten(data["messages"])
        return problem(status, _title(status), code=_code(status), **members)
    if status >= 500:
        return render_template("broken.html", sentence=_title(status)), status
    if status == 401:
        if request.headers.get("HX-Request"):
            return Response(status=401, headers={"HX-Redirect": url_for("auth.sign_in")})
        target = request.full_path.rstrip("?") if request.method == "GET" else None
        return redirect(url_for("auth.sign_in", next=target) if target not in {None, "/"} else url_for("auth.sign_in"))
    return render_template("error.html", status=status, sentence=_title(status), details=[]), status


def _database_error(error: OperationalError) -> Any:
    if "no such " in str(error.orig):
        # A missing table (SQLite; PostgreSQL has another error for it) does not pass by trying again. The driver's
        # sentence names it and holds no values.
        log.error("database: %s at %s", error.orig, request.endpoint)
        return problem(500, _title(500), code="unexpected") if _wants_problem() else _broken()
    log.error("database: %s", type(error.orig).__name__)
    return _fieldflow_error(RetryableError("The server is busy. Nothing was changed; please try again.", code="busy"))


def _unexpected(error: Exception) -> Any:
    # The traceback goes to the log without the request's values, which may hold notes or names.
    log.error("unexpected %s at %s", type(error).__name__, request.endpoint, exc_info=error)
    if _wants_problem():
        return problem(500, _title(500), code="unexpected")
    return _broken()


def _broken() -> tuple[str, int]:
    # What failed may be the page's frame itself: this page has none.
    return render_template("broken.html", sentence=_title(500)), 500


def _title(status: int) -> str:
    titles = {
        400: _("The request could not be understood."),
        401: _("Please sign in."),
        403: _("You may not do this."),
        404: _("This page does not exist, or it is not yours to see."),
        405: _("This address does not take that."),
        409: _("This has changed in the meantime."),
        413: _("This is too large."),
        415: _("This kind of content is not taken here."),
        422: _("Some fields need your attention."),
        429: _("Too many requests. Please wait a moment."),
        503: _("The server is busy. Nothing was changed; please try again."),
    }
    return titles.get(status) or _(
        "Something went wrong on our side. Nothing you typed was submitted; please try again."
    )


def _code(status: int) -> str:
    names = {400: "bad_request", 401: "unauthorized", 403: "forbidden", 404: "not_found", 405: "method_not_allowed"}
    return names.get(status, f"http_{status}")


def _finding(finding: Any) -> dict[str, Any]:
    return {
        "element": finding.element_id,
        "line": finding.line,
        "severity": finding.severity,
        "code": finding.code,
        "zh": finding.text("zh"),
        "en": finding.text("en"),
    }


def _flatten(messages: Any, path: str = "") -> list[dict[str, str]]:
    if isinstance(messages, dict):
        parts = [_flatten(value, f"{path}.{key}" if path else str(key)) for key, value in messages.items()]
        return [row for part in parts for row in part]
    texts = messages if isinstance(messages, list) else [messages]
    # webargs puts the location in front; marshmallow hangs what is wrong with the whole under _schema, with a key of a
    # mapping under .key.
    location, _dot, inside = path.partition(".")
    clean = (inside if location in LOCATIONS else path).removesuffix("._schema").removesuffix(".key")
    problems = [problem_of(str(text)) for text in texts]
    return [{"field": clean, "code": each.code, "detail": explain(each)} for each in problems]
