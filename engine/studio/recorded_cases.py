"""Finished instances as cases that can be run again: what came from outside, in order, and what services answered."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from engine.bpmn.elements import Element
from engine.errors import NotFoundError
from engine.process import bundles
from engine.process.bundles import Bundle
from engine.process.history import RecordedEvent, RecordedInstance, completed_instance, completed_instances
from engine.studio.isolated import Answer, Failure

UNTOUCHED = frozenset({"started", "completed", "message", "timer", "settled", "retried", "revised"})
"""Kinds of events that can be run again; others are a person's repair of that one instance."""


@dataclass(frozen=True)
class Case:
    """A finished instance.

    Args:
        baseline: the bundle that it ran on.
        ran: ids of the elements that finished, in order.
        answers: of service tasks, by element, in order.
        topics: the same by topic, for steps that are drawn anew.
    """

    instance: RecordedInstance
    baseline: Bundle
    ran: tuple[str, ...]
    answers: Mapping[str, Sequence[Answer]]
    topics: Mapping[str, Sequence[Answer]]

    @property
    def id(self) -> UUID:
        """Of the instance."""
        return self.instance.id

    @property
    def data(self) -> Mapping[str, Any]:
        """The variables that it started with."""
        first = self.instance.events[0].detail if self.instance.events else {}
        return dict(first.get("data", {}))

    @property
    def events(self) -> Sequence[RecordedEvent]:
        """What came afterwards."""
        return self.instance.events[1:]

    @property
    def is_touched(self) -> bool:
        """Whether somebody repaired or moved it by hand."""
        return any(event.kind not in UNTOUCHED for event in self.instance.events)

    @property
    def is_forgotten(self) -> bool:
        """Whether what was typed had to be forgotten, or its start was never recorded."""
        events = self.instance.events
        return not events or events[0].kind != "started" or "data" not in events[0].detail


def cases(
    session: Session, process_key: str, *, limit: int, offset: int = 0, since: datetime | None = None
) -> list[Case]:
    """Return the instances of a process that came to their end, at all or since some time, the newest first."""
    found = completed_instances(session, process_key, limit=limit, offset=offset, since=since)
    return [_case(each, bundles.by_digest(session, each.definition_id, each.digest)) for each in found]


def one_case(session: Session, process_key: str, instance_id: UUID) -> Case:
    """Return one finished instance of a process.

    Raises:
        NotFoundError: there is none.
    """
    found = completed_instance(session, instance_id)
    bundle = bundles.by_digest(session, found.definition_id, found.digest)
    if bundle.model.key != process_key:
        raise NotFoundError("There is no such finished case.", code="case_unknown")
    return _case(found, bundle)


def document(case: Case) -> dict[str, Any]:
    """Return a case as a scenario: what was done, and what services answered; what it did then is not in it."""
    answers = {
        element: [{"error": each.code} if isinstance(each, Failure) else dict(each) for each in given]
        for element, given in case.answers.items()
    }
    return {
        "title": case.instance.title or case.instance.business_key,
        "started_at": case.instance.started_at.isoformat(),
        "data": dict(case.data),
        "answers": answers,
        "acts": [{"act": "start"}, *(act for event in case.events for act in _acts(event))],
    }


def _acts(event: RecordedEvent) -> Iterable[dict[str, Any]]:
    detail = event.detail
    if event.kind == "completed" and event.element_id:
        yield {"act": "complete", "element": event.element_id, "values": detail.get("values", {})}
    elif event.kind == "message":
        yield {"act": "message", "name": str(detail.get("message", "")), "payload": detail.get("payload", {})}
    elif event.kind == "timer":
        for entry in detail.get("trail", ()):
            if isinstance(entry.get("result"), dict) and "due_at" in entry["result"]:
                yield {"act": "timer"}


def _case(instance: RecordedInstance, baseline: Bundle) -> Case:
    entries = [entry for event in instance.events for entry in event.detail.get("trail", ())]
    answers: dict[str, list[Answer]] = {}
    topics: dict[str, list[Answer]] = {}
    elements = baseline.model.elements
    for element_id, answer in _answers(entries, elements):
        answers.setdefault(element_id, []).append(answer)
        topic = elements[element_id].properties.get("topic")
        if topic:
            topics.setdefault(topic, []).append(answer)
    return Case(instance, baseline, tuple(entry["id"] for entry in entries), answers, topics)


def _answers(entries: Iterable[Mapping[str, Any]], elements: Mapping[str, Element]) -> Iterable[tuple[str, Answer]]:
    for entry in entries:
        element, result = elements.get(entry["id"]), entry.get("result")
        if element is None:
            continue
        if element.kind == "serviceTask":
            yield element.id, result if isinstance(result, dict) else {}
        elif element.attached_to and isinstance(result, dict) and "error" in result:
            # A task that failed is not in the trail itself: the event that caught its error is.
            yield element.attached_to, Failure(str(result["error"]))


def suggestion(session: Session, process_key: str, element_id: str, topic: str) -> dict[str, Any] | None:
    """Return what a service answered last, in the newest finished instances; None if it never did."""
    for case in cases(session, process_key, limit=5):
        for found in (*case.answers.get(element_id, ()), *case.topics.get(topic, ())):
            if not isinstance(found, Failure):
                return dict(found)
    return None
