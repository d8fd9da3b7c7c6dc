"""Make the Flask application from the engine's application."""

from flask import Flask, g
from jinja2 import ChoiceLoader, PackageLoader, StrictUndefined

from engine.access import Role
from engine.wiring import Application
from web import assets, compression, errors, i18n, labels, security, transactions
from web.api import setup as api
from web.areas import BLUEPRINTS
from web.navigation import navigation
from web.positions import script

MAX_REQUEST_BYTES = 16_000_000


def create_app(application: Application) -> Flask:
    """Return the web application.

    Args:
        application: what ``engine.wiring`` built; its clock is the time of every request.
    """
    app = Flask("web", static_folder=None, template_folder="templates")
    app.extensions["fieldflow"] = application
    app.secret_key = application.settings.secret_key()
    app.config.update(
        SESSION_COOKIE_NAME="fieldflow_flash",
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=application.settings.is_secure,
    )
    app.config.update(MAX_CONTENT_LENGTH=MAX_REQUEST_BYTES, MAX_FORM_MEMORY_SIZE=2_000_000, MAX_FORM_PARTS=2_000)
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.loader = ChoiceLoader([app.jinja_env.loader or PackageLoader("web"), PackageLoader("forms")])
    i18n.init_app(app)
    assets.init_app(app)
    labels.init_app(app)
    script.init_app(app)
    security.init_app(app)
    transactions.init_app(app)
    errors.init_app(app)
    compression.init_app(app)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    api.init_app(app)
    app.context_processor(_page_context)
    # Imported macros do not see a page's context, but globals.
    app.jinja_env.globals["csrf_value"] = security.csrf_token
    return app


def _page_context() -> dict[str, object]:
    return {
        "actor": g.get("actor"),
        "csrf_token": security.csrf_token(),
        "theme": g.get("theme", "auto"),
        "now": g.get("now"),
        "navigation": navigation,
        "is_rep": lambda actor: actor.has(Role.REP),
    }
