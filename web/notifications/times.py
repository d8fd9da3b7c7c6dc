"""Times of the day in forms, ``08:30``, as minutes after midnight."""

from datetime import time

from flask import request

from engine.errors import FieldProblem


def minute_of(name: str, errors: dict[str, list[FieldProblem]]) -> int | None:
    """Return what a field says; nothing typed is None, nonsense is noted in ``errors``."""
    text = request.form.get(name, "").strip()
    if not text:
        return None
    try:
        shown = time.fromisoformat(text)
    except ValueError:
        errors[name] = [FieldProblem("Enter a time such as 08:30.", code="time")]
        return None
    return shown.hour * 60 + shown.minute


def time_of(minute: int | None) -> str:
    """Return how an input shows a minute of the day."""
    return "" if minute is None else f"{minute // 60:02d}:{minute % 60:02d}"
