"""What the studio's scripts and forms send, and what they get."""

from collections.abc import Sequence
from typing import Any

from flask import request

from engine.errors import InvalidInputError
from web.i18n import locale, translate

MAX_NOTE = 500


def text(name: str, *, required: bool = True) -> str:
    """Return a text of the request's JSON body, or of its form.

    Raises:
        InvalidInputError: it is missing.
    """
    value = _given(name)
    if isinstance(value, str) and (value or not required):
        return value
    if not required and value is None:
        return ""
    raise InvalidInputError("Something is missing in what was sent: {name}.", code="body_incomplete", name=name)


def number(name: str) -> int:
    """Return a whole number of the request's JSON body, or of its form.

    Raises:
        InvalidInputError: it is missing.
    """
    value = _given(name)
    if isinstance(value, str) and value.isdecimal():
        value = int(value[:9])
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    raise InvalidInputError("Something is missing in what was sent: {name}.", code="body_incomplete", name=name)


def _given(name: str) -> Any:
    if not request.is_json:
        return request.form.get(name)
    body = request.get_json(silent=True)
    return body.get(name) if isinstance(body, dict) else None


def finding_text(finding: Any) -> str:
    """Return what a finding says; the gate's have both languages, what an error said is translated here."""
    if finding.template_en == finding.template_zh:
        return translate(finding.template_en, **finding.params)
    return str(finding.text(locale()))


def rows(findings: Sequence[Any]) -> list[dict[str, Any]]:
    """Return findings for the editor, in the reader's language."""
    return [
        {
            "element": finding.element_id,
            "file": finding.params.get("file", ""),
            "line": finding.line,
            "severity": finding.severity,
            "code": finding.code,
            "text": finding_text(finding),
        }
        for finding in findings
    ]
