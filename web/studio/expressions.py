"""Expressions as they are typed in the editor: what the publishing gate would say of them."""

from typing import Any, cast, get_args

from flask import jsonify, request
from flask.typing import ResponseReturnValue

from engine.access import Role
from engine.errors import InvalidInputError
from engine.feel.expressions import Kind
from engine.process import editing
from web.i18n import locale
from web.security import policy
from web.studio.blueprint import blueprint

MAX_LENGTH = 20_000
MAX_VARIABLES = 1_000
MAX_CHECKS = 100
KINDS = frozenset(get_args(Kind)) - {"unary"}


@blueprint.post("/studio/expressions")
@policy(Role.ADMIN)
def check_expressions() -> ResponseReturnValue:
    """Return what is wrong with each expression, in the reader's language.

    Raises:
        InvalidInputError: something is missing or too large.
    """
    body = request.get_json(silent=True)
    types, checks = _given(body, "types", dict, MAX_VARIABLES), _given(body, "checks", list, MAX_CHECKS)
    declared = {str(name): str(type_) for name, type_ in types.items()}
    asked = [(_text(each, "expression"), _kind(each)) for each in checks]
    language = 1 if locale() == "en" else 0
    found = [editing.problems(expression, kind, declared) for expression, kind in asked]
    return jsonify(problems=[[sentences[language] for sentences in problems] for problems in found])


check_expressions.is_transactional = True  # type: ignore[attr-defined]  # it writes nothing: a POST because of its size


def _given(body: Any, name: str, type_: type, most: int) -> Any:
    value = body.get(name) if isinstance(body, dict) else None
    if not isinstance(value, type_) or len(value) > most:  # type: ignore[arg-type]  # a dict or a list has a length
        _refuse(name)
    return value


def _text(check: Any, name: str) -> str:
    return str(_given(check, name, str, MAX_LENGTH))


def _kind(check: Any) -> Any:
    kind = _text(check, "kind")
    return cast(Kind, kind) if kind in KINDS else _refuse("kind")


def _refuse(name: str) -> None:
    raise InvalidInputError("Something is missing in what was sent: {name}.", code="body_incomplete", name=name)
