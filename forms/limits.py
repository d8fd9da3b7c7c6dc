"""How much a form may carry. Checked before anything else looks at the values."""

from typing import Any

MAX_DEPTH = 6
MAX_NODES = 5_000
MAX_CHARACTERS = 200_000


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
