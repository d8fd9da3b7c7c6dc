"""The API's blueprints: bodies and query strings are read strictly, and nothing in them can break the reader."""

import json
from typing import Any

import marshmallow as ma
from flask import Request
from flask_smorest import Blueprint
from webargs.flaskparser import FlaskParser

PROBLEM = "application/problem+json"


class StrictParser(FlaskParser):
    """webargs' parser, but for two habits.

    It drops unknown query parameters and files whatever their schema says: a typing error in a filter would show
    everything. And it takes only one kind of broken JSON for broken: a number of 5,000 digits or 100,000 brackets ended
    as a 500.
    """

    DEFAULT_UNKNOWN_BY_LOCATION = {**FlaskParser.DEFAULT_UNKNOWN_BY_LOCATION, "query": ma.RAISE, "files": ma.RAISE}

    def _raw_load_json(self, req: Request) -> Any:
        try:
            return super()._raw_load_json(req)
        except (json.JSONDecodeError, UnicodeDecodeError):
            raise
        except (ValueError, RecursionError) as error:
            raise json.JSONDecodeError(type(error).__name__, "", 0) from error


class ApiBlueprint(Blueprint):
    """flask-smorest's blueprint with the strict parser; its other responses are problems."""

    ARGUMENTS_PARSER = StrictParser()

    def alt_response(self, status_code: int, *, content_type: str = PROBLEM, **options: Any) -> Any:
        """Describe another response than the usual one: a problem document."""
        return super().alt_response(status_code, content_type=content_type, **options)
