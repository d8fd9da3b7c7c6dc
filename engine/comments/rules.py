"""Whom a comment mentions, and how long its author may change it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

EDITABLE_FOR = timedelta(minutes=15)


@dataclass(frozen=True)
class Named:
    """Somebody who may be mentioned: by the name or by the login."""

    id: UUID
    name: str
    login: str


def mentioned(text: str, people: Iterable[Named]) -> list[list[Named]]:
    """Return for each ``@…`` of a text whom it may mean: those with the longest name or login that stands there.

    What nobody is called is plain text, as is an ``@`` within a word (an address for mail).
    """
    known = list(people)
    found: list[list[Named]] = []
    for at, letter in enumerate(text):
        if letter != "@" or (at and _is_word(text[at - 1])):
            continue
        rest = text[at + 1 :].casefold()
        fitting = [(length, each) for each in known if (length := _length(rest, each))]
        longest = max((length for length, _each in fitting), default=0)
        meant = [each for length, each in fitting if length == longest]
        if meant and meant not in found:
            found.append(meant)
    return found


def may_change(author_id: UUID, actor_id: UUID | None, written_at: datetime, *, now: datetime) -> bool:
    """Tell whether the actor may still change the words of a comment."""
    return author_id == actor_id and now < written_at + EDITABLE_FOR


def _length(rest: str, person: Named) -> int:
    words = (word.casefold() for word in (person.name, person.login) if word)
    return max((len(word) for word in words if rest.startswith(word) and _ends(rest, len(word))), default=0)


def _ends(rest: str, at: int) -> bool:
    # "@an" is not within "@anna"; Chinese has no spaces, so after it anything may follow.
    return at == len(rest) or not (_is_word(rest[at - 1]) and _is_word(rest[at]))


def _is_word(letter: str) -> bool:
    return letter.isascii() and (letter.isalnum() or letter == "_")
