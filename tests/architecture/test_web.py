"""Every endpoint declares who may call it; every unsafe one writes in a transaction, and no safe one writes."""

import ast
import inspect
from pathlib import Path

import pytest
from flask import Flask

from engine import wiring
from engine.settings import Settings
from web.app import create_app
from web.security import SAFE_METHODS, policy_of

WRITES_NOTHING = {"studio.check"}
"""Unsafe by its method only because its input is too large for an address."""


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    folder = tmp_path_factory.mktemp("web")
    return create_app(wiring.build(Settings.from_environment({"FIELDFLOW_DATA": str(folder)})))


def test_every_endpoint_has_a_policy(app: Flask) -> None:
    silent = [rule.endpoint for rule in app.url_map.iter_rules() if policy_of(app, rule.endpoint) is None]
    assert not silent


def test_unsafe_views_are_transactional(app: Flask) -> None:
    unguarded = {
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if (rule.methods or set()) - SAFE_METHODS
        and not getattr(app.view_functions[rule.endpoint], "is_transactional", False)
    }
    assert unguarded <= WRITES_NOTHING


def test_a_safe_method_shares_no_view_with_an_unsafe_one(app: Flask) -> None:
    mixed = [
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if (rule.methods or set()) - SAFE_METHODS and "GET" in (rule.methods or set())
    ]
    assert not mixed


def test_public_endpoints_are_few(app: Flask) -> None:
    public = {
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if (declared := policy_of(app, rule.endpoint)) is not None and declared.is_public
    }
    assert public == {
        "auth.sign_in", "auth.submit_sign_in", "auth.language", "health.alive", "health.ready", "files.icon",
        "api-docs.openapi_json",
        # A phone asks for these before it knows whether anybody is signed in; they hold nothing of anybody.
        "offline.shell", "offline.service_worker", "offline.manifest", "offline.icon", "offline.authority",
    }  # fmt: skip


def test_views_are_short() -> None:
    import web

    long = []
    for path in Path(inspect.getfile(web)).parent.rglob("views.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.FunctionDef) and (node.end_lineno or 0) - node.lineno > 45:
                long.append(f"{path.parent.name}.{node.name}")
    assert not long
