"""How much a form may carry. Checked before anything else looks at the values."""

from typing import Any

MAX_DEPTH = 6
MAX_NODES = 5_000
MAX_CHARACTERS = 200_000
MAX_DEFINITION_DEPTH = 60
"""Levels of JSON in a definition: the deepest lists with the deepest conditions take half of them."""


def is_too_large(values: Any) -> bool:
    """Tell whether nested values are too deep, too many or too long."""
    waiting, nodes, characters = [(values, 0)], 0, 0
    while waiting:
        value, depth = waiting.pop()
        nodes += 1
        if isinstance(value, str):
            characters += len(value)
        elif isinstance(value, dict):
            characters += sum(len(key) for key in value if isinstance(key, str))
            waiting.extend((item, depth + 1) for item in value.values())
        elif isinstance(value, list | tuple):
            waiting.extend((item, depth + 1) for item in value)
        if depth > MAX_DEPTH or nodes + len(waiting) > MAX_NODES or characters > MAX_CHARACTERS:
            return True
    return False


def is_deeper_than(document: Any, levels: int) -> bool:
    """Tell whether JSON is nested deeper than this; what walks a definition by recursion asks first."""
    waiting = [(document, 0)]
    while waiting:
        value, depth = waiting.pop()
        if depth > levels:
            return True
        inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
        waiting.extend((each, depth + 1) for each in inner)
    return False
