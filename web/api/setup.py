"""Register the API and its description."""

from http import HTTPStatus
from typing import Any

from flask import Flask
from flask_smorest import Api

from web.api.attachments import blueprint as attachments
from web.api.blueprint import PROBLEM
from web.api.customers import blueprint as customers
from web.api.definitions import blueprint as definitions
from web.api.requests import blueprint as requests
from web.api.schemas import Problem
from web.api.tasks import blueprint as tasks
from web.api.visits import blueprint as visits
from web.security import policy

DESCRIPTION = """Field visits and support requests as BPMN processes.

Make a token with `fieldflow token create USER` and send it as `Authorization: Bearer …`. Lists are paged by keyset:
send `next` of a page as `after` of the next. Ids may be minted by the client (UUID version 7); sending a creation or a
submission again gives the same answer. Errors are RFC 9457 problem documents; sentences come in the user's language.
"""


class FieldflowApi(Api):
    """flask-smorest without its own error pages: ``web.errors`` is the only table of errors, and all are problems."""

    ERROR_SCHEMA = Problem

    def _register_error_handlers(self) -> None:
        return None

    def _register_responses(self) -> None:
        problems = {status.name: status.phrase for status in HTTPStatus if status >= HTTPStatus.BAD_REQUEST}
        for name, phrase in {**problems, "DEFAULT_ERROR": "Anything else that went wrong"}.items():
            response = {"description": phrase, "content": {PROBLEM: {"schema": Problem}}}
            self.spec.components.response(name, response, lazy=True)


def init_app(app: Flask) -> None:
    """Register the blueprints and the OpenAPI document."""
    app.config.update(
        API_TITLE="Fieldflow",
        API_VERSION="v1",
        OPENAPI_VERSION="3.0.3",
        OPENAPI_URL_PREFIX="/api",
        OPENAPI_JSON_PATH="openapi.json",
        API_SPEC_OPTIONS={
            "info": {"description": DESCRIPTION, "license": {"name": "MIT"}},
            "components": {"securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}}},
            "security": [{"bearer": []}],
        },
    )
    api = FieldflowApi(app)
    for blueprint in (visits, tasks, requests, customers, definitions, attachments):
        api.register_blueprint(blueprint)
    document = app.view_functions["api-docs.openapi_json"]

    @policy(public=True, by_token=True)
    def openapi_json() -> Any:
        return document()

    app.view_functions["api-docs.openapi_json"] = openapi_json
