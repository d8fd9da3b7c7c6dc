"""Where an instance is likely to go next, and whom it asks there: for the line of steps on pages."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from engine.access import Actor
from engine.bpmn.outlook import likely_next
from engine.process import bundles
from engine.process.service import LIVE, host_for
from engine.process.tables import ProcessInstance


@dataclass(frozen=True)
class NextTask:
    """A user task that has not opened yet."""

    element_id: str
    name: str
    name_en: str | None
    lane: str | None

    def label(self, locale: str) -> str:
        """Return the task's name in the reader's language."""
        return (self.name_en or self.name) if locale == "en" else self.name


@dataclass(frozen=True)
class Outlook:
    """What is likely to come, and the principals of each lane."""

    tasks: tuple[NextTask, ...]
    lanes: Mapping[str, list[str]]


def outlook(session: Session, actor: Actor, instance_id: UUID, *, now: datetime) -> Outlook:
    """Return the outlook of an instance; nothing is to come of one that has ended. Only reads."""
    instance = session.get(ProcessInstance, instance_id)
    if instance is None or instance.state not in LIVE:
        return Outlook((), instance.lanes if instance else {})
    bundle = bundles.by_digest(session, instance.definition_id, instance.digest)
    host = host_for(session, actor, instance, bundle, now=now)
    found = likely_next(bundle.model, instance.state_bytes, host)
    tasks = tuple(NextTask(each.id, each.name.default, each.name.en, each.lane) for each in found)
    return Outlook(tasks, instance.lanes)
