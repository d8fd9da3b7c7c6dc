"""Is it alive, is it ready: for supervisors and load balancers."""

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from web import context
from web.security import policy

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
@policy(public=True)
def alive() -> ResponseReturnValue:
    """Answer that the process runs."""
    return jsonify(status="ok")


@blueprint.get("/readyz")
@policy(public=True)
def ready() -> ResponseReturnValue:
    """Answer whether the database can be read; Redis is not needed to serve people."""
    try:
        context.session().execute(text("SELECT 1"))
    except SQLAlchemyError:
        return jsonify(status="database unavailable"), 503
    return jsonify(status="ready")
