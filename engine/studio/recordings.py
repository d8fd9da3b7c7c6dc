"""Record scenario tests by clicking through: a recording grows act by act, and is run from its start each time."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.access import Actor
from engine.audit import service as audit
from engine.errors import ConflictError, InvalidInputError, NotFoundError
from engine.process import bundles
from engine.process.bundles import Bundle
from engine.studio import drafts, running
from engine.studio.isolated import Failure, Happened, IsolatedRun
from engine.studio.recorded_cases import cases, document, one_case
from engine.studio.scenario_files import MAX_ACTS, MAX_BYTES, parse
from engine.studio.scenarios import answers_of, perform, seen
from engine.studio.tables import StudioRecording

LOOKED_AT = 5
"""Finished instances whose answers a recording begins with."""


@dataclass(frozen=True)
class RecordingRow:
    """A recording as its page shows it."""

    id: UUID
    draft_id: UUID
    name: str
    document: dict[str, Any]


@dataclass
class Played:
    """A recording that was run: the run as it stands, and what each act did."""

    run: IsolatedRun
    happened: list[Happened] = field(default_factory=list)
    refused: int | None = None
    """The number of the first act that the draft does not take any more."""


@dataclass(frozen=True)
class Beginning:
    """What a recording may begin with; ``started_at`` is when the case was that it is taken from, None without one."""

    data: dict[str, Any]
    answers: dict[str, Any]
    started_at: datetime | None = None


def beginning(session: Session, process_key: str, bundle: Bundle) -> Beginning:
    """Return variables, answers of services and the time to start at: those of the newest finished instances, if any.

    Without one, each declared variable is there with a value of its type to be replaced.
    """
    found = [case for case in cases(session, process_key, limit=LOOKED_AT) if not case.is_forgotten]
    answers: dict[str, Any] = {}
    for case in found:
        for element, given in case.answers.items():
            usable = [dict(each) for each in given if not isinstance(each, Failure)]
            if usable:
                answers.setdefault(element, usable[:1])
    if found:
        return Beginning(dict(found[0].data), answers, found[0].instance.started_at)
    return Beginning({name: _EXAMPLES.get(kind) for name, kind in bundle.model.variables.items()}, answers)


_EXAMPLES: dict[str, Any] = {
    "text": "…",
    "number": 1,
    "money": 100,
    "boolean": False,
    "date": "2026-03-02",
    "datetime": "2026-03-02T09:00:00+08:00",
    "duration": "PT1H",
    "list": [],
    "context": {},
}


def begin(
    session: Session,
    actor: Actor,
    draft_id: UUID,
    *,
    title: str,
    started_at: datetime,
    data: Mapping[str, Any],
    answers: Mapping[str, Any],
    now: datetime,
) -> UUID:
    """Begin a recording on a draft.

    Raises:
        NotFoundError: no such draft.
        ConflictError: the draft is over.
        InvalidInputError: there is no title.
    """
    drafts.lock(session, draft_id)
    if not title.strip():
        raise InvalidInputError("A scenario needs a title.", code="title_missing")
    document = {
        "title": title.strip()[:200],
        "started_at": started_at.isoformat(),
        "data": dict(data),
        "answers": dict(answers),
        "acts": [{"act": "start"}],
    }
    assert actor.user_id is not None, "the system records nothing"
    name = _free_name(title, drafts.files(session, draft_id))
    row = StudioRecording(draft_id=draft_id, user_id=actor.user_id, name=name, document=document, changed_at=now)
    session.add(row)
    session.flush()  # its id is the answer
    _audit(session, actor, row, "scenario.recording_begun", now=now)
    return row.id


def begin_from(session: Session, actor: Actor, draft_id: UUID, name: str, *, now: datetime) -> UUID:
    """Open a scenario of a draft as a recording, to be changed or recorded anew.

    Raises:
        NotFoundError: no such draft or scenario.
        ConflictError: the draft is over.
        InvalidInputError: it is no scenario.
    """
    drafts.lock(session, draft_id)
    file = drafts.files(session, draft_id).get(f"{bundles.SCENARIOS}{name}.json")
    if file is None:
        raise NotFoundError("There is no such scenario.", code="scenario_unknown")
    scenario = parse(file.name, file.content)
    assert actor.user_id is not None, "the system records nothing"
    row = StudioRecording(
        draft_id=draft_id, user_id=actor.user_id, name=name, document=dict(scenario.document), changed_at=now
    )
    session.add(row)
    session.flush()  # its id is the answer
    _audit(session, actor, row, "scenario.recording_begun", now=now)
    return row.id


def begin_from_case(session: Session, actor: Actor, draft_id: UUID, instance_id: UUID, *, now: datetime) -> UUID:
    """Make a recording of a finished case: what people and services said in it.

    Raises:
        NotFoundError: no such draft or case.
        ConflictError: the draft is over.
        InvalidInputError: the case is too long, or what was typed in it has been forgotten.
    """
    draft = drafts.lock(session, draft_id)
    case = one_case(session, draft.process_key, instance_id)
    found = document(case)
    if case.is_forgotten or len(found["acts"]) > MAX_ACTS or len(orjson.dumps(found)) > MAX_BYTES:
        raise InvalidInputError("No scenario can be made of this case.", code="case_unfit")
    assert actor.user_id is not None, "the system records nothing"
    name = _free_name(found["title"], drafts.files(session, draft_id))
    row = StudioRecording(draft_id=draft_id, user_id=actor.user_id, name=name, document=found, changed_at=now)
    session.add(row)
    session.flush()  # its id is the answer
    _audit(session, actor, row, "scenario.recording_begun", now=now)
    return row.id


def recording(session: Session, actor: Actor, recording_id: UUID) -> RecordingRow:
    """Return one's own recording.

    Raises:
        NotFoundError: no such recording, or somebody else's.
    """
    row = _own(session, actor, recording_id)
    return RecordingRow(row.id, row.draft_id, row.name, row.document)


def recordings(session: Session, actor: Actor, draft_id: UUID) -> tuple[RecordingRow, ...]:
    """Return one's own recordings of a draft that are not kept yet."""
    query = select(StudioRecording).where(
        StudioRecording.draft_id == draft_id, StudioRecording.user_id == actor.user_id
    )
    rows = session.scalars(query.order_by(StudioRecording.changed_at.desc(), StudioRecording.id))
    return tuple(RecordingRow(row.id, row.draft_id, row.name, row.document) for row in rows)


def play(bundle: Bundle, document: Mapping[str, Any]) -> Played:
    """Run a recording from its start to where it stands."""
    started_at = datetime.fromisoformat(document["started_at"])
    played = Played(IsolatedRun(bundle, answers_of(document), now=started_at))
    for number, act in enumerate(document["acts"]):
        happened = perform(played.run, act, document.get("data", {}))
        if happened is None:
            played.refused = number
            return played
        played.happened.append(happened)
    return played


def add_act(session: Session, actor: Actor, recording_id: UUID, act: Mapping[str, Any], *, now: datetime) -> None:
    """Do one more thing.

    Raises:
        NotFoundError: no such recording, or somebody else's.
        ConflictError: the process does not wait for that.
        InvalidInputError: it is too long, or the draft cannot run.
    """
    row = _own(session, actor, recording_id)
    acts = [*row.document["acts"], dict(act)]
    document = {**row.document, "acts": acts}
    if len(acts) > MAX_ACTS or len(orjson.dumps(document)) > MAX_BYTES:
        raise InvalidInputError("This scenario is too long. Split it into several.", code="scenario_too_long")
    played = play(running.bundle_of(session, row.draft_id), document)
    if played.refused == len(acts) - 1:
        raise ConflictError("The process does not wait for this.", code="not_waiting")
    row.document, row.changed_at = document, now
    _audit(session, actor, row, "scenario.act_added", now=now)


def answer(
    session: Session, actor: Actor, recording_id: UUID, element_id: str, given: Mapping[str, Any], *, now: datetime
) -> None:
    """Say what a service answers.

    Raises:
        NotFoundError: no such recording, or somebody else's.
    """
    row = _own(session, actor, recording_id)
    answers = dict(row.document.get("answers", {}))
    answers[element_id] = [*_listed(answers.get(element_id)), dict(given)]
    row.document, row.changed_at = {**row.document, "answers": answers}, now
    _audit(session, actor, row, "scenario.answered", now=now)


def _listed(found: Any) -> list[Any]:
    return found if isinstance(found, list) else [] if found is None else [found]


def undo(session: Session, actor: Actor, recording_id: UUID, *, now: datetime) -> None:
    """Take the last act back.

    Raises:
        NotFoundError: no such recording, or somebody else's.
        ConflictError: only the start is left.
    """
    row = _own(session, actor, recording_id)
    acts = row.document["acts"]
    if len(acts) < 2:
        raise ConflictError("Only the start is left.", code="nothing_to_undo")
    row.document, row.changed_at = {**row.document, "acts": acts[:-1]}, now
    _audit(session, actor, row, "scenario.act_taken_back", now=now)


def keep(session: Session, actor: Actor, recording_id: UUID, *, now: datetime) -> str:
    """Put a recording into the draft as a scenario test that expects what happens now; returns its name.

    Raises:
        NotFoundError: no such recording, or somebody else's.
        ConflictError: the draft is over, or its process does not go this way any more.
        InvalidInputError: the draft cannot run.
    """
    row = _own(session, actor, recording_id)
    played = play(running.bundle_of(session, row.draft_id), row.document)
    if played.refused is not None:
        raise ConflictError("The process does not go this way any more. Take acts back first.", code="not_waiting")
    acts = [
        {**act, "then": seen(played.run, happened)}
        for act, happened in zip(row.document["acts"], played.happened, strict=True)
    ]
    content = orjson.dumps({**row.document, "acts": acts}, option=orjson.OPT_INDENT_2)
    name = f"{bundles.SCENARIOS}{row.name}.json"
    known = drafts.files(session, row.draft_id).get(name)
    drafts.save_file(session, actor, row.draft_id, name, content, revision=known.revision if known else 0, now=now)
    _audit(session, actor, row, "scenario.kept", now=now)
    session.delete(row)
    return row.name


def drop(session: Session, actor: Actor, recording_id: UUID, *, now: datetime) -> UUID:
    """Throw a recording away; returns the draft that it was on.

    Raises:
        NotFoundError: no such recording, or somebody else's.
    """
    row = _own(session, actor, recording_id)
    _audit(session, actor, row, "scenario.recording_dropped", now=now)
    session.delete(row)
    return row.draft_id


def _own(session: Session, actor: Actor, recording_id: UUID) -> StudioRecording:
    row = session.get(StudioRecording, recording_id)
    if row is None or row.user_id != actor.user_id:
        raise NotFoundError("There is no such recording.", code="recording_unknown")
    return row


def _free_name(title: str, files: Mapping[str, Any]) -> str:
    stem = re.sub(r"[^a-z0-9]+", "_", title.lower()).strip("_")[:60] or "scenario"
    number, name = 1, stem
    while f"{bundles.SCENARIOS}{name}.json" in files:
        number += 1
        name = f"{stem}_{number}"
    return name


def _audit(session: Session, actor: Actor, row: StudioRecording, action: str, *, now: datetime) -> None:
    audit.record(session, actor, action, subject=("draft", str(row.draft_id)), name=row.document["title"], now=now)
