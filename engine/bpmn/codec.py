"""The state of an instance as bytes: tokens as a list, parents first, each with what differs from its parent's data.

Format 1 is ``[1, process key, last id, status, [[owner id | null, [row, …]], …]]`` with rows
``[id, parent id | null, spec name, state, changed, removed, internal]``, as JSON, compressed. Lists keep their order in
any store; the model is not part of it.
"""

import zlib
from collections.abc import Mapping
from typing import Any

import orjson

from engine.bpmn.errors import StateError
from engine.bpmn.mends import InstanceTree, Token
from engine.bpmn.model import ProcessModel
from engine.bpmn.values import same

FORMAT = 1


def dump(tree: InstanceTree, model: ProcessModel) -> bytes:
    """Return the bytes of a state at rest."""
    return zlib.compress(orjson.dumps(document_of(tree, model)), 1)


def document_of(tree: InstanceTree, model: ProcessModel) -> list[Any]:
    """Return a state at rest as the module describes it."""
    scopes: list[list[Any]] = []
    for scope in tree.trees():
        owner = getattr(scope, "owner", None)
        rows = [_row(token, scope.tasks, owner) for token in scope.tasks.values()]
        scopes.append([owner.id if owner else None, rows])
    return [FORMAT, model.key, tree.last_id, tree.status, scopes]


def last_id(state: bytes) -> int:
    """Return the last token id that was used up to a state."""
    return int(orjson.loads(zlib.decompress(state))[2])


def _row(token: Token, tasks: Mapping[int, Token], owner: Token | None) -> list[Any]:
    if token._parent is None:
        # The root has one child at most, so no join asks for its data: it is not worth its bytes.
        return [token.id, None, token.task_spec.name, token._state, {}, [], token.internal_data]
    parent = tasks[token._parent]
    above = owner.data if owner else {}
    changed, removed = _difference(above if parent._parent is None else parent.data, token.data)
    return [token.id, token._parent, token.task_spec.name, token._state, changed, removed, token.internal_data]


def _difference(base: Mapping[str, Any], data: Mapping[str, Any]) -> tuple[Mapping[str, Any], list[str]]:
    if data is base:
        return {}, []
    if not base:
        return data, []
    changed = {key: value for key, value in data.items() if key not in base or not same(base[key], value)}
    return changed, [key for key in base if key not in data]


def load(state: bytes, model: ProcessModel) -> InstanceTree:
    """Return the instance that the bytes describe.

    Raises:
        StateError: no state, of an unknown format, or of another model.
    """
    try:
        document = orjson.loads(zlib.decompress(state))
        number, key = document[0], document[1]
    except (zlib.error, orjson.JSONDecodeError, IndexError, KeyError, TypeError) as error:
        raise StateError("The stored state cannot be read.") from error
    if number != FORMAT:
        raise StateError("The stored state has format {number}, which is not known here.", number=number)
    if key != model.key:
        raise StateError("The stored state belongs to {key}.", key=key)
    return restore(document, model)


def restore(document: list[Any], model: ProcessModel) -> InstanceTree:
    """Return the instance that a document describes.

    Raises:
        StateError: it stands on something that the model does not have.
    """
    _number, _key, last_id, status, scopes = document
    tree = InstanceTree(model.specs, model.key)
    tree.last_id, tree.status = last_id, status
    owners: dict[int, Token] = {}
    for owner_id, rows in scopes:
        owner = owners.get(owner_id)
        scope = tree.open_scope(owner) if owner else tree
        for row in rows:
            token = _token(row, scope, owner)
            owners[token.id] = token
    return tree


def _token(row: list[Any], scope: Any, owner: Token | None) -> Token:
    token_id, parent_id, name, state, changed, removed, internal = row
    spec = scope.spec.task_specs.get(name)
    if spec is None:
        raise StateError("The stored state stands on {element}, which the model does not have.", element=name)
    parent = scope.tasks.get(parent_id)
    token = Token(scope, spec, parent, state=state, id=token_id)
    above = parent or owner
    base = above.data if above else {}
    token.data = {**base, **changed} if changed else base
    if removed:
        token.data = {key: value for key, value in token.data.items() if key not in removed}
    if parent is None:
        scope.task_tree = token
    token.internal_data = internal
    return token
