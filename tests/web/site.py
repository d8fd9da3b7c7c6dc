"""The web application on a company at work, with clients as people and programs use them."""

from dataclasses import dataclass, field
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from engine.access import Actor
from engine.people import service as people
from tests.workflows.world import World
from web.security import masked

TRACES = ("Traceback", 'File "', "sqlalchemy", "psycopg", "sqlite3")
"""What no answer may ever show."""


@dataclass
class Api:
    """A program that acts for a person by a bearer token."""

    client: FlaskClient
    headers: dict[str, str]

    def get(self, path: str, **query: Any) -> TestResponse:
        """GET below ``/api/v1``."""
        return checked(self.client.get(f"/api/v1{path}", query_string=query, headers=self.headers))

    def post(self, path: str, body: Any = None) -> TestResponse:
        """POST JSON below ``/api/v1``."""
        return checked(self.client.post(f"/api/v1{path}", json=body, headers=self.headers))

    def patch(self, path: str, body: Any = None) -> TestResponse:
        """PATCH JSON below ``/api/v1``."""
        return checked(self.client.patch(f"/api/v1{path}", json=body, headers=self.headers))

    def pages(self, path: str, **query: Any) -> list[list[dict[str, Any]]]:
        """Return every page of a list, following ``next`` to the end."""
        pages: list[list[dict[str, Any]]] = []
        after: str | None = None
        while len(pages) < 2000:
            answer = self.get(path, **query, **({"after": after} if after else {})).json
            assert answer is not None
            pages.append(answer["items"])
            after = answer["next"]
            if after is None:
                return pages
        raise AssertionError("the list has no end")


@dataclass
class Browser:
    """A browser in which a person is signed in; it sends the CSRF token, as pages do."""

    client: FlaskClient
    csrf_token: str
    secret: str

    def get(self, path: str, **options: Any) -> TestResponse:
        """GET a page."""
        return self.client.get(path, **options)

    def send(
        self, method: str, path: str, *, csrf: bool = True, headers: dict[str, str] | None = None, **options: Any
    ) -> TestResponse:
        """Send an unsafe request."""
        given = dict(headers or {})
        if csrf:
            given["X-CSRF-Token"] = self.csrf_token
        return self.client.open(path, method=method, headers=given, **options)

    def post(self, path: str, data: Any = None, **options: Any) -> TestResponse:
        """POST a form."""
        return self.send("POST", path, data=data, **options)


@dataclass
class Site:
    """The company, and the application that serves it."""

    world: World
    app: Flask
    _tokens: dict[str, str] = field(default_factory=dict)

    def person(self, name: str) -> Actor:
        """Return one of the company's people."""
        return self.world.company.everyone[name]

    def api(self, name: str) -> Api:
        """Return a program of a person."""
        if name not in self._tokens:
            self._tokens[name] = self.world.application.database.run(
                lambda session: people.create_token(session, name, name="tests", now=self.world.clock())
            )
        return Api(self.app.test_client(), {"Authorization": f"Bearer {self._tokens[name]}"})

    def browser(self, name: str) -> Browser:
        """Return a person's browser."""
        user_id = self.person(name).user_id
        assert user_id is not None
        opened = self.world.application.database.run(
            lambda session: people.open_session(session, user_id, now=self.world.clock())
        )
        client = self.app.test_client()
        client.set_cookie("fieldflow", opened.secret)
        return Browser(client, masked(opened.csrf_token), opened.secret)


def checked(answer: TestResponse) -> TestResponse:
    """Return an answer of the API after checking what holds for all: JSON, and problems as RFC 9457 says."""
    assert answer.status_code < 500, answer.text
    if answer.status_code >= 400:
        assert answer.content_type == "application/problem+json", answer.text
        body = answer.get_json(force=True)
        assert body["status"] == answer.status_code
        assert body["title"]
        assert body["type"]
        assert body["code"]
    else:
        assert answer.content_type == "application/json"
    assert not any(trace in answer.text for trace in TRACES)
    return answer


def fields_of(answer: TestResponse) -> dict[str, str]:
    """Return the fields that a 422 names, with the sentence about each."""
    assert answer.status_code == 422, answer.text
    return {row["field"]: row["detail"] for row in answer.get_json(force=True)["errors"]}
