"""Conditions of forms in words, for those who read no code."""

from collections.abc import Mapping
from typing import Any

import orjson

from engine.studio.changes import Label
from web.i18n import locale
from web.i18n import translate as _


def operator_words() -> dict[str, str]:
    """Return comparison → how it is said between its two sides, or behind the only one."""
    return {
        "eq": _("is"), "ne": _("is not"), "in": _("is one of"), "contains": _("contains"),
        "gt": _("is more than"), "ge": _("is at least"), "lt": _("is less than"), "le": _("is at most"),
        "empty": _("is empty"), "not_empty": _("is filled in"),
    }  # fmt: skip


def condition_text(condition: Mapping[str, Any], fields: Mapping[str, Label]) -> str:
    """Return a condition as a sentence; see ``forms.conditions`` for its shape.

    Args:
        fields: what fields are called, by key; one that is not there keeps its key.
    """
    return _said(condition, fields, is_inner=False)


def _said(condition: Mapping[str, Any], fields: Mapping[str, Label], *, is_inner: bool) -> str:
    operator, operand = next(iter(condition.items()))
    if operator in {"all", "any"}:
        word = _(" and ") if operator == "all" else _(" or ")
        text = word.join(_said(part, fields, is_inner=True) for part in operand)
        return f"({text})" if is_inner and len(operand) > 1 else text
    if operator == "not":
        return _("not {condition}", condition=_said(operand, fields, is_inner=True))
    word = operator_words().get(operator, operator)
    sides = operand if isinstance(operand, list | tuple) else [operand]
    said = [_side(side, fields) for side in sides]
    return " ".join([said[0], word, *said[1:]])


def _side(value: Any, fields: Mapping[str, Label]) -> str:
    if isinstance(value, Mapping) and "field" in value:
        key = str(value["field"])
        name = fields.get(key) or fields.get(key.rpartition(".")[2])
        return _("“{name}”", name=name.text(locale()) if name else key)
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, list | tuple):
        return _(", ").join(_side(each, fields) for each in value)
    return value if isinstance(value, str) else orjson.dumps(value).decode()
