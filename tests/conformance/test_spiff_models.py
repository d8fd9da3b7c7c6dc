"""SpiffWorkflow's own test models, where the tester has placed them: a straight run is a run with save and load.

``FIELDFLOW_SPIFF_MODELS`` names a checkout of github.com/sartography/SpiffWorkflow, whose licence keeps it out of here.
Their expressions are Python, which does not run here: the host answers each by its text, so that both runs go the same
way. What the models are about is their shape: gateways, events, loops, sub-processes, call activities. Those with what
does not run here are refused with a sentence, and counted.
"""

import os
import zlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from engine.bpmn import codec, documents
from engine.bpmn import step as steps
from engine.bpmn.documents import DocumentError
from engine.bpmn.mends import InstanceTree
from engine.bpmn.model import ProcessModel, Source, load
from engine.errors import FieldflowError
from engine.studio import foreign

PLACE = os.environ.get("FIELDFLOW_SPIFF_MODELS", "")
MODELS = sorted((Path(PLACE) / "tests").rglob("*.bpmn")) if PLACE else []
ACTS = 60
LEAST, LEAST_COMPLETED = 85, 75
"""How many models must run at least, and come to their end: fewer would mean that we refuse what we took before."""

pytestmark = pytest.mark.skipif(
    not MODELS, reason="FIELDFLOW_SPIFF_MODELS names no checkout of SpiffWorkflow with a folder tests"
)


class Answering:
    """Answers every question by its text alone."""

    now = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)

    def evaluate(self, expression: str, data: Mapping[str, Any]) -> Any:
        return self._value(expression)

    def evaluate_all(self, expressions: Sequence[str], data: Mapping[str, Any]) -> list[Any]:
        return [self._value(text) for text in expressions]

    def condition(self, expression: str, data: Mapping[str, Any]) -> bool:
        # By its text and by how far it has come, so that loops end.
        return zlib.crc32(f"{expression}{len(data)}".encode()) % 3 > 0

    def decide(self, decision: str, data: Mapping[str, Any]) -> Any:
        return {"decided": decision}

    def call(self, topic: str, *_rest: Any, element_id: str, **_more: Any) -> Mapping[str, Any]:
        return {f"did_{element_id}": topic}

    def _value(self, text: str) -> Any:
        stripped = text.strip().strip("\"'")
        if stripped.isdigit():
            return int(stripped) % 5
        if "timedelta" in text or stripped.startswith(("P", "R")):
            return "PT1H"
        return {"value": zlib.crc32(text.encode()) % 7}


def _acts(model: ProcessModel, host: Answering) -> Iterator[tuple[Any, ...]]:
    """Run a model to its end, or as far as it goes: what happened at each act."""
    step = steps.start(model, {"first": 1}, host)  # type: ignore[arg-type]
    for number in range(ACTS):
        yield (
            step.status,
            [(entry.element_id, entry.kind, entry.result, entry.token) for entry in step.trail],
            [(task.key, task.element_id, task.due, sorted(task.data)) for task in step.opened],
            step.closed, step.awaiting, step.next_due_at,
            [(thrown.name, thrown.payload) for thrown in step.messages],
            [(found.element_id, found.token, found.code) for found in step.incidents],
            step.data,
        )  # fmt: skip
        if step.status != "running":
            return
        tasks = steps.open_tasks(model, step.state)
        if tasks and not (step.awaiting and number % 7 == 6):
            task = tasks[number % len(tasks)]
            step = steps.complete(model, step.state, task.key, {f"act_{number}": number}, host)  # type: ignore[arg-type]
        elif step.awaiting:
            name = step.awaiting[number % len(step.awaiting)]
            step = steps.send_message(model, step.state, name, {f"said_{number}": name}, host)  # type: ignore[arg-type]
        elif step.next_due_at is not None:
            host.now = max(host.now, step.next_due_at) + timedelta(seconds=1)
            step = steps.advance(model, step.state, host)  # type: ignore[arg-type]
        else:
            return


def _outcome(model: ProcessModel) -> list[Any]:
    found: list[Any] = []
    try:
        for act in _acts(model, Answering()):
            found.append(act)
    except FieldflowError as error:
        found.append((error.code, str(error)))
    return found


def _model(path: Path) -> ProcessModel | str:
    """Return a model with what lies beside it, as the assistant mends it, or why it does not run here."""
    try:
        content = path.read_bytes()
        wanted = {node.get("calledElement") for node in documents.descendants(documents.parse(content), "callActivity")}
        beside = [other.read_bytes() for other in path.parent.glob("*.bpmn") if other != path and _holds(other, wanted)]
        mended = [foreign.mend(each, [m.key for m in foreign.propose(each)]) for each in (content, *beside)]
        return load([Source(path.name if not n else f"called_{n}.bpmn", each) for n, each in enumerate(mended)])
    except (FieldflowError, DocumentError) as error:
        assert str(error)
        return str(error)


def _holds(path: Path, wanted: set[str | None]) -> bool:
    try:
        root = documents.parse(path.read_bytes())
    except DocumentError:
        return False
    return bool({node.get("id") for node in documents.descendants(root, "process")} & wanted)


def test_a_straight_run_is_a_run_with_save_and_load(monkeypatch: pytest.MonkeyPatch) -> None:
    refused: Counter[str] = Counter()
    saved = {}
    for path in MODELS:
        model = _model(path)
        if isinstance(model, str):
            refused[model[:90]] += 1
        else:
            saved[path] = (model, _outcome(model))
    kept: dict[bytes, InstanceTree] = {}

    def dump(tree: InstanceTree, _model: ProcessModel) -> bytes:
        state = f"living {len(kept)}".encode()
        kept[state] = tree
        return state

    monkeypatch.setattr(codec, "dump", dump)
    monkeypatch.setattr(codec, "load", lambda state, _model: kept[state])
    for path, (model, outcome) in saved.items():
        assert _outcome(model) == outcome, path.name
    print(f"{len(saved)} of {len(MODELS)} models ran alike; refused: {sum(refused.values())}")
    assert len(saved) >= LEAST, refused
    completed = sum(outcome[-1][0] == "completed" for _mended, outcome in saved.values())
    assert completed >= LEAST_COMPLETED, "they hardly move"
