"""Sentences for people as JSON, so that who reads them later gets them in their own language."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from engine.errors import FieldProblem


def to_json(problem: FieldProblem) -> dict[str, Any]:
    """Return a sentence with its code and parameters; times stay times, a sentence within it a sentence."""
    params = {name: _plain(value) for name, value in problem.params.items()}
    return {"template": problem.template, "code": problem.code, "params": params}


def from_json(stored: Mapping[str, Any]) -> FieldProblem:
    """Return the sentence that was stored."""
    params = {name: _read(value) for name, value in stored["params"].items()}
    return FieldProblem(stored["template"], code=stored.get("code") or "", **params)


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return {"at": value.isoformat()}
    if isinstance(value, FieldProblem):
        return to_json(value)
    return value if value is None or isinstance(value, str | int | float | list | dict) else str(value)


def _read(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    if "at" in value:
        return datetime.fromisoformat(value["at"])
    return from_json(value) if "template" in value else value
