"""What instances are found by: where they stand, their business fields, and one narrow row of text for each.

Kept in the step that changes them, as columns of the instance's own row; the narrow row is written where it differs.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from engine.bpmn import step as bpmn
from engine.bpmn.step import Step
from engine.process import bundles
from engine.process.filters import SLOTS
from engine.process.inboxes import searched
from engine.process.tables import InstanceText, ProcessInstance, UserTask

FACTS = ("subject", "subject_en", "priority", *SLOTS)
BATCH = 200


def follow(instance: ProcessInstance, step: Step, *, now: datetime) -> dict[str, float]:
    """Keep where an instance stands after a step; returns the seconds that tokens had stood at what finished in it."""
    finished = {entry.element_id for entry in step.trail}
    before = instance.standing or {}
    stood = {
        element_id: (now - datetime.fromisoformat(since)).total_seconds()
        for element_id, since in before.items()
        if element_id in finished
    }
    at = now.isoformat()
    kept = {element_id: since for element_id, since in before.items() if element_id not in finished}
    instance.standing = {element_id: kept.get(element_id, at) for element_id in step.standing}
    instance.changed_at = now
    return stood


def take_facts(instance: ProcessInstance, tasks: Iterable[UserTask]) -> bool:
    """Keep the business fields of tasks that were opened or changed; True if any differs from what was known."""
    known = instance.facts or {}
    facts = dict(known)
    for task in tasks:
        facts |= {name: _plain(value) for name in FACTS if (value := getattr(task, name)) is not None}
    instance.facts = facts
    return facts != known


def write_text(session: Session, instance: ProcessInstance, *, is_new: bool) -> None:
    """Write what an instance, which is stored, is found by."""
    columns = _columns(instance)
    if is_new:
        session.execute(insert(InstanceText).values(instance_id=instance.id, **columns))
    else:
        session.execute(update(InstanceText).where(InstanceText.instance_id == instance.id).values(**columns))


def fill_missing(session: Session, now: datetime) -> int:  # noqa: ARG001 - the chores of a sweep are called alike
    """Give a batch of instances of an earlier release what they are found by; returns how many there were."""
    lacking = ~select(InstanceText.instance_id).where(InstanceText.instance_id == ProcessInstance.id).exists()
    query = select(ProcessInstance.id).where(lacking).order_by(ProcessInstance.id.desc()).limit(BATCH)
    for instance_id in session.scalars(query).all():
        instance = session.scalar(
            select(ProcessInstance).where(ProcessInstance.id == instance_id).with_for_update(skip_locked=True)
        )
        if instance is None:
            continue
        if instance.ended_at is None and instance.state_bytes:
            model = bundles.by_digest(session, instance.definition_id, instance.digest).model
            since = instance.started_at.isoformat()
            stands = {element_id for element_id, _state in bpmn.tokens(model, instance.state_bytes)}
            instance.standing = dict.fromkeys(sorted(stands), since)
        tasks = select(UserTask).where(UserTask.instance_id == instance.id).order_by(UserTask.created_at, UserTask.id)
        take_facts(instance, session.scalars(tasks).all())
        write_text(session, instance, is_new=True)
    return 0


def _columns(instance: ProcessInstance) -> dict[str, Any]:
    facts = instance.facts
    texts = [instance.title, instance.title_en, *(facts.get(name) for name in FACTS if name != "priority")]
    date_1 = facts.get("date_1")
    return {
        **{name: facts.get(name) for name in ("priority", *SLOTS)},
        "date_1": datetime.fromisoformat(date_1) if date_1 else None,
        "subject": (facts.get("subject") or instance.title)[:300],
        "search_text": searched((text for text in texts if isinstance(text, str)), instance.business_key)
        + f" {instance.business_key.casefold()}",
    }


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value) if isinstance(value, UUID) else value
