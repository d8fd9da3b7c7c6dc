"""The variables of an instance: what may enter them, and how branches that split come together again.

Nested values are never changed in place, so tokens may share them; a change makes a new top-level ``dict``.
"""

import math
from collections.abc import Iterable, Mapping
from typing import Any

import orjson

from engine.bpmn.errors import ValuesError

MAX_BYTES = 65_536
"""A full visit report in Chinese (three bytes a character) is about 25 KB; photos and files are ids only."""

_MISSING = object()


def checked(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values if they may become variables.

    Raises:
        ValuesError: not JSON, a key that is reserved (``typename``, ``__…``), or more than 64 KB.
    """
    if not isinstance(values, Mapping):
        raise ValuesError("A set of named values is needed here.")
    _refuse_reserved(values)
    plain = dict(values)
    try:
        size = len(orjson.dumps(plain))
    except orjson.JSONEncodeError as error:
        raise ValuesError("Variables hold JSON values only: {reason}.", reason=str(error)) from error
    if size > MAX_BYTES:
        raise ValuesError("These values are {size} bytes; a step takes {limit}.", size=size, limit=MAX_BYTES)
    return plain


def _refuse_reserved(value: object) -> None:
    if value is None or isinstance(value, str | bool | int):
        return
    if isinstance(value, float):
        if not math.isfinite(value):
            raise ValuesError("Variables hold JSON values only: {reason}.", reason="not a finite number")
        return
    if isinstance(value, Mapping):
        for key, inner in value.items():
            if not isinstance(key, str) or key == "typename" or key.startswith("__"):
                raise ValuesError("The name {name} is reserved.", name=str(key))
            _refuse_reserved(inner)
        return
    if isinstance(value, list | tuple):
        for inner in value:
            _refuse_reserved(inner)
        return
    # orjson would also write dates, UUIDs and dataclasses, which come back as text: a silent change of type.
    raise ValuesError("Variables hold JSON values only: {reason}.", reason=type(value).__name__)


def same(one: Any, other: Any) -> bool:
    """Tell whether two JSON values are equal and of the same types all the way down; 1, 1.0 and true are not."""
    if one is other:
        return True
    if type(one) is not type(other) or one != other:
        return False
    if isinstance(one, dict):
        return all(same(one[key], other[key]) for key in one)
    if isinstance(one, list):
        return all(same(left, right) for left, right in zip(one, other, strict=True))
    return True


def merge(base: Mapping[str, Any], branches: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Return ``base`` with what each branch changed since the split; of two changes the later branch's stays.

    SpiffWorkflow merges whole copies, so that a branch which never touched a variable sets it back.
    """
    merged = dict(base)
    for branch in branches:
        for key, value in branch.items():
            before = base.get(key, _MISSING)
            if same(value, before):
                continue
            now = merged.get(key, _MISSING)
            if isinstance(value, dict) and isinstance(now, dict) and now is not before:
                merged[key] = merge(before if isinstance(before, dict) else {}, [now, value])
            else:
                merged[key] = value
    return merged


def changes(base: Mapping[str, Any], data: Mapping[str, Any]) -> dict[str, list[Any]]:
    """Return ``key → [new]`` or ``[new, old]`` for what differs: JSON, so that it can be stored."""
    found: dict[str, list[Any]] = {}
    if data is base:
        return found
    for key, value in data.items():
        before = base.get(key, _MISSING)
        if before is _MISSING:
            found[key] = [value]
        elif not same(value, before):
            found[key] = [value, before]
    return found


def apply_changes(data: Mapping[str, Any], ended: Mapping[str, list[Any]]) -> dict[str, Any]:
    """Return ``data`` with the changes of branches that have ended, except where it changed the variable itself."""
    result = dict(data)
    for key, pair in ended.items():
        before = pair[1] if len(pair) > 1 else _MISSING
        now = result.get(key, _MISSING)
        if same(now, before):
            result[key] = pair[0]
    return result
