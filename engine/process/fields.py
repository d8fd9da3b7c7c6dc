"""What the slots of a process's tasks mean: declared in the model, kept as rows, so that no page parses BPMN.

On the process element, ``label.text_1`` and ``label.text_1_en`` name a slot; ``values.text_2`` and ``values.text_2_en``
name the words that it may hold: ``sample=样品; technical=技术支持``.
"""

import threading
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from engine.process.filters import SLOTS
from engine.process.tables import BusinessField, ProcessDefinition

LABEL, VALUES, ENGLISH = "label.", "values.", "_en"


@dataclass(frozen=True)
class SlotMeaning:
    """A slot of one process: its label in Chinese and English, and the words that it may hold, each in both."""

    process_key: str
    slot: str
    label: tuple[str, str]
    choices: Mapping[str, tuple[str, str]]


def declare(session: Session, process_key: str, properties: Mapping[str, str]) -> None:
    """Keep what the newest version of a process says of its slots."""
    session.execute(delete(BusinessField).where(BusinessField.process_key == process_key))
    for slot in SLOTS:
        label = properties.get(f"{LABEL}{slot}")
        if label:
            zh = _words(properties.get(f"{VALUES}{slot}", ""))
            en = _words(properties.get(f"{VALUES}{slot}{ENGLISH}", ""))
            session.add(
                BusinessField(
                    process_key=process_key,
                    slot=slot,
                    label=label[:100],
                    label_en=properties.get(f"{LABEL}{slot}{ENGLISH}", label)[:100],
                    choices=[[word, text, en.get(word, text)] for word, text in zh.items()],
                )
            )


def _words(text: str) -> dict[str, str]:
    pairs = (part.partition("=") for part in text.split(";"))
    return {word.strip(): label.strip() for word, equals, label in pairs if equals}


@dataclass(frozen=True)
class Catalogue:
    """What is declared of all slots, and the names of processes in Chinese and English, by key."""

    slots: tuple[SlotMeaning, ...]
    processes: Mapping[str, tuple[str, str]]

    def meanings(self, slot: str, processes: Collection[str] = ()) -> tuple[SlotMeaning, ...]:
        """Return what a slot means, in these processes or in all."""
        return tuple(
            each for each in self.slots if each.slot == slot and (not processes or each.process_key in processes)
        )


_known: dict[str, tuple[str, Catalogue]] = {}
_lock = threading.Lock()


def catalogue(session: Session, *, generation: str | None = None) -> Catalogue:
    """Return what is declared.

    Args:
        generation: ``inbox.generation`` as just read: what this process of ours read at the same one holds still.
    """
    address = str(session.get_bind().engine.url)
    with _lock:
        known = _known.get(address)
    if known is not None and known[0] == generation:
        return known[1]
    rows = session.scalars(select(BusinessField).order_by(BusinessField.process_key, BusinessField.slot))
    slots = tuple(
        SlotMeaning(
            row.process_key, row.slot, (row.label, row.label_en), {word: (zh, en) for word, zh, en in row.choices}
        )
        for row in rows
    )
    names = session.execute(
        select(ProcessDefinition.key, ProcessDefinition.name, ProcessDefinition.name_en).order_by(
            ProcessDefinition.key, ProcessDefinition.version
        )
    )
    found = Catalogue(slots, {key: (zh, en or zh) for key, zh, en in names})
    if generation is not None:
        with _lock:
            _known[address] = generation, found
    return found
