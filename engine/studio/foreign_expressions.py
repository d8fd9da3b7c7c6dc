"""Expressions of other engines in FEEL, where the words alone differ; what means more is left as it is for the gate."""

import re

_BRACES = re.compile(r"^[$#]\{(.*)\}$", re.DOTALL)
_TEXT = re.compile(r"""("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')""")
_WORDS = (
    (re.compile(r"\s*&&\s*"), " and "),
    (re.compile(r"\s*\|\|\s*"), " or "),
    (re.compile(r"=="), "="),
    (re.compile(r"\beq\b"), "="),
    (re.compile(r"\bne\b"), "!="),
    (re.compile(r"\bgt\b"), ">"),
    (re.compile(r"\blt\b"), "<"),
    (re.compile(r"\bge\b"), ">="),
    (re.compile(r"\ble\b"), "<="),
    (re.compile(r"!(?!=)\s*([\w.]+)"), r"not(\1)"),
)
"""Operators of the expression language of Java (JSR 341) and their FEEL."""


def feel_of(text: str) -> str:
    """Return an expression in FEEL: ``${a == 'b' && c}`` is ``a = "b" and c``, Zeebe's ``=a`` is ``a``."""
    stripped = text.strip()
    found = _BRACES.match(stripped)
    if found is None:
        return stripped[1:].strip() if stripped.startswith("=") else stripped
    parts = _TEXT.split(found[1].strip())
    return "".join(_quoted(part) if number % 2 else _operators(part) for number, part in enumerate(parts))


def value_of(text: str) -> str:
    """Return the value of a parameter in FEEL: plain text becomes a text, an expression stays one."""
    stripped = text.strip()
    if _BRACES.match(stripped):
        return feel_of(stripped)
    return '"' + stripped.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _quoted(text: str) -> str:
    return f'"{text[1:-1]}"' if text.startswith("'") else text


def _operators(text: str) -> str:
    for pattern, feel in _WORDS:
        text = pattern.sub(feel, text)
    return text
