"""Every supported element runs to its end, and a run with saves between all steps is the run without."""

from typing import Any

import pytest

from engine.bpmn import codec
from engine.bpmn import step as steps
from tests.unit.bpmn.conformance import CASES
from tests.unit.bpmn.harness import FakeHost, Instance


def drive(name: str) -> Instance:
    source, data, acts = CASES[name]
    host = FakeHost()
    host.answers = {"a.b": {"ok": 1}, "wait.one": steps.WAIT, "grade": "A"}
    instance = Instance(source, data, host=host)
    for act in acts:
        assert instance.status == "running", f"{name} ended early"
        act(instance)
    return instance


@pytest.mark.parametrize("name", CASES)
def test_model_runs_to_its_end(name: str) -> None:
    instance = drive(name)
    assert (instance.status, instance.open, instance.step.incidents) == ("completed", [], ())
    assert instance.step.awaiting == ()
    assert instance.step.next_due_at is None


@pytest.mark.parametrize("name", CASES)
def test_saving_between_steps_changes_nothing(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    saved = drive(name)
    monkeypatch.setattr(codec, "dump", lambda tree, _model: tree)
    monkeypatch.setattr(codec, "load", lambda tree, _model: tree)
    straight = drive(name)
    assert saved.trail == straight.trail
    assert saved.data == straight.data
    assert saved.messages == straight.messages


RESULTS: dict[str, tuple[list[str], dict[str, Any]]] = {
    "parallel": (["start", "f", "b", "a", "j", "c", "end"], {"x": {"p": 2, "q": 3}, "l": [1, 2]}),
    "parallel in a loop": (
        ["start", "again", "f", "a", "b", "j", "x", "again", "f", "b", "a", "j", "x", "end"],
        {"n": 0, "k": 1},
    ),
    "inclusive, two of three": (["start", "o", "c", "b", "oj", "end"], {"n": 3, "c": 1, "b": 1}),
    "event gateway, timer": (["start", "g", "t", "b", "end"], {}),
    "boundary timer, not interrupting": (["start", "t", "a", "end", "b", "end"], {"x": 2, "y": 1}),
    "boundary message, twice": (["start", "m", "m", "b", "end", "a", "end", "b", "end"], {"n": 2}),
    "sub-process": (["start", "s_in", "inner", "e_in", "sub", "a", "end"], {"x": 2}),
    "sub-process, disturbed": (
        ["start", "s_in", "t", "a", "end", "inner", "e_in", "sub", "end"],
        {"x": 2, "seen": True},
    ),
    "error end": (
        ["start", "s_in", "inner", "bad", "one", "b", "end"],
        {"x": 1, "error": {"code": "E1", "message": "E1"}},
    ),
    "terminate": (["start", "f", "a", "stop"], {"x": 1}),
    "call activity": (["start", "qs", "qa", "qe", "c", "end"], {"x": 1, "y": 2}),
    "service, at once": (["start", "s", "end"], {"x": 1, "r": {"ok": 1}}),
    "standard loop": (["start", "a", "a", "a", "end"], {"n": 3}),
    "standard loop, tested first": (["start", "a", "end"], {"n": 3}),
    "multi-instance, parallel": (["start", "a", "a", "end"], {"xs": [1, 2], "ys": [10, 20]}),
    "multi-instance, sequential": (["start", "a", "a", "end"], {"xs": [1, 2], "sum": 3}),
}


@pytest.mark.parametrize("name", RESULTS)
def test_trail_and_data_are_as_drawn(name: str) -> None:
    instance = drive(name)
    assert (instance.trail, instance.data) == RESULTS[name]
