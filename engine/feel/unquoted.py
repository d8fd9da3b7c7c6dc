"""Names in the cells of decision tables that nothing gives: as a rule a text whose quotes were forgotten."""

import re
from collections.abc import Collection, Iterator

from engine.feel.decision_texts import UNCHECKED, Asked, asked_of
from engine.feel.expressions import WORD, functions
from engine.feel.model import DecisionModel

_TEXT = re.compile(r'"(?:[^"\\]|\\.)*"')
_NAME = re.compile(r"[^\W\d]\w*(?: +\w+)*")
_NOT = re.compile(r"not\s*\((.*)\)", re.DOTALL)
_BRACKETS = re.compile(r"[()\[\]{}]")
_ROOT = re.compile(r"(?<![\w.])[^\W\d]\w*")
_VALUES = frozenset({"true", "false", "null"})


def unquoted_names(model: DecisionModel, given: Collection[str]) -> Iterator[tuple[str, str]]:
    """Yield the element of a cell and the name in it that neither the file nor its process gives, in order.

    Args:
        given: names of the variables that the process declares.
    """
    asked = list(asked_of(model, dict.fromkeys((*given, *model.inputs), "any")))
    suspects = [(one, name) for one in asked if one.is_cell and one.kind != UNCHECKED for name in _bare_names(one)]
    if not suspects:
        return
    # What a column or an expression reads is there for the cells as well.
    read = {word for one in asked if one.kind == "value" and not one.is_cell for word in _roots(one.text)}
    built_in = {function.name for function in functions()}
    for one, name in suspects:
        if name not in one.types and name not in built_in and not read.issuperset(WORD.findall(name)):
            yield one.element, name


def _bare_names(one: Asked) -> Iterator[str]:
    """Yield the values of a cell that are nothing but a name; what a cell computes is left alone."""
    text = _TEXT.sub('""', one.text.strip())
    negation = _NOT.fullmatch(text) if one.kind == "unary" else None
    text = negation[1] if negation else text
    parts = text.split(",") if one.kind == "unary" and not _BRACKETS.search(text) else [text]
    found = (part.strip() for part in parts)
    yield from dict.fromkeys(part for part in found if _NAME.fullmatch(part) and part not in _VALUES)


def _roots(text: str) -> list[str]:
    return _ROOT.findall(_TEXT.sub('""', text))
