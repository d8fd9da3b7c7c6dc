"""The texts of notices as an admin may change them: placeholders only, Chinese and English, back to the original."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.access import Actor
from engine.errors import FieldProblem, InvalidInputError, NotFoundError
from engine.notifications import rules
from engine.notifications.rules import TEMPLATES, Texts
from engine.notifications.tables import NoticeText

MAX_LENGTH = 500
EXAMPLES = {
    "title": "仁济医院",
    "title_en": "Renji Hospital",
    "who": "陈晓",
    "number": "R000123",
    "reason": "客户出差",
    "item": "P-01",
    "made": 5,
    "missed": 1,
    "open": 2,
    "promises": 3,
    "km": 18,
    "note": "",
}
"""What a preview is filled with."""


@dataclass(frozen=True)
class TextRow:
    """A template with the texts that hold; ``is_changed``: they are not the original ones."""

    template: str
    zh: str
    en: str
    is_changed: bool


def changed(session: Session) -> Texts:
    """Return the texts that an admin has changed."""
    return {row.template: (row.zh, row.en) for row in session.scalars(select(NoticeText))}


def all_texts(session: Session) -> tuple[TextRow, ...]:
    """Return every template with its texts."""
    edited = changed(session)
    return tuple(TextRow(name, *edited.get(name, original), name in edited) for name, original in TEMPLATES.items())


def text_of(session: Session, template: str) -> TextRow:
    """Return one template.

    Raises:
        NotFoundError: no such template.
    """
    found = next((row for row in all_texts(session) if row.template == template), None)
    if found is None:
        raise NotFoundError("There is no such text.", code="text_unknown")
    return found


def check(template: str, zh: str, en: str) -> None:
    """Refuse texts that could not be shown.

    Raises:
        InvalidInputError: empty, too long, or with a placeholder that this template does not have.
    """
    errors = {name: problems for name, text in (("zh", zh), ("en", en)) if (problems := _problems(template, text))}
    if errors:
        raise InvalidInputError(errors=errors)


def change(session: Session, actor: Actor, template: str, *, zh: str, en: str, now: datetime) -> None:
    """Change the texts of a template; notices that were sent already read differently too.

    Raises:
        NotFoundError: no such template.
        InvalidInputError: see ``check``.
    """
    text_of(session, template)
    zh, en = zh.strip(), en.strip()
    check(template, zh, en)
    if (zh, en) == TEMPLATES[template]:
        reset(session, template)
        return
    row = session.get(NoticeText, template) or NoticeText(template=template)
    row.zh, row.en, row.changed_at, row.changed_by = zh, en, now, actor.user_id
    session.add(row)


def reset(session: Session, template: str) -> None:
    """Return to the original texts of a template.

    Raises:
        NotFoundError: no such template.
    """
    text_of(session, template)
    row = session.get(NoticeText, template)
    if row is not None:
        session.delete(row)


def preview(template: str, zh: str, en: str) -> tuple[str, str]:
    """Return both texts filled with examples."""
    shown = {template: (zh, en)}
    return rules.render(template, EXAMPLES, "zh", shown), rules.render(template, EXAMPLES, "en", shown)


def _problems(template: str, text: str) -> list[FieldProblem]:
    if not text.strip():
        return [FieldProblem("Enter a text.", code="required")]
    if len(text) > MAX_LENGTH:
        return [FieldProblem("Use at most {max} characters.", code="too_long", max=MAX_LENGTH)]
    unknown = rules.unknown_placeholders(template, text)
    if not unknown:
        return []
    names = ", ".join(f"{{{name}}}" if name not in {"{", "}"} else name for name in unknown)
    known = ", ".join(f"{{{name}}}" for name in sorted(rules.placeholders(template)))
    return [
        FieldProblem("{names} is no placeholder here; there are: {known}.", code="unknown", names=names, known=known)
    ]
