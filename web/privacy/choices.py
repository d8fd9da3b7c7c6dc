"""The ways to check in, with the notice of each purpose, as the choice is shown."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from engine.access import Actor
from engine.consent import rules, texts
from engine.consent import service as consent
from engine.consent.rules import LocationMode
from web.i18n import locale
from web.i18n import translate as _


@dataclass(frozen=True)
class Option:
    """One way to check in, and the notices of the purposes that it agrees to."""

    value: str
    name: str
    text: str
    notices: tuple[texts.ConsentText, ...]


@dataclass(frozen=True)
class Answer:
    """One answer on record, in words."""

    id: str
    title: str
    purpose: str
    version: str
    is_granted: bool
    stands: bool
    given_at: datetime
    withdrawn_at: datetime | None


def options() -> list[Option]:
    """Return the four ways, all alike in weight."""
    words = {
        LocationMode.OFF: (_("Off"), _("Only the time of a check-in is stored. No place, no position.")),
        LocationMode.MANUAL: (
            _("By hand"),
            _("You confirm that you are there, or scan the code that hangs there. No position."),
        ),
        LocationMode.CHECK_IN: (
            _("With my position"),
            _("At a check-in or check-out your phone's position is stored once. You can still check in by hand."),
        ),
        LocationMode.TRACK: (
            _("With my position, and my track"),
            _("As above; during working time, while this page is open in front, your way is stored too."),
        ),
    }
    return [Option(mode.value, *words[mode], _notices(mode)) for mode in LocationMode]


def chosen(session: Session, actor: Actor, *, now: datetime) -> str:
    """Return the mode that holds now, or nothing for one who is (again) to be asked."""
    mode = consent.mode_of(session, actor, now=now)
    return mode.value if mode else ""


def answers(session: Session, actor: Actor, *, now: datetime) -> list[Answer]:
    """Return every answer of the actor, the newest first."""
    newest = {state.id for state in consent.states(session, actor).values()}
    return [
        Answer(
            id=str(row.id),
            title=texts.text_of(row.purpose, locale(), row.text_version).title,
            purpose=row.purpose,
            version=row.text_version,
            is_granted=row.is_granted,
            stands=row.id in newest
            and row.is_granted
            and row.withdrawn_at is None
            and now - row.given_at < rules.VALID_FOR,
            given_at=row.given_at,
            withdrawn_at=row.withdrawn_at,
        )
        for row in consent.answers(session, actor)
    ]


def _notices(mode: LocationMode) -> tuple[texts.ConsentText, ...]:
    return tuple(texts.text_of(purpose, locale()) for purpose in rules.PURPOSES if purpose in mode.grants)
