"""Instances that earlier releases stored load, show where they stand, and run to their end."""

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from engine.bpmn import model as bpmn
from engine.bpmn import step
from tests.replay.host import ReplayHost

RELEASES = sorted((Path(__file__).parent / "releases").glob("*.json"))
STORED = [
    pytest.param(each, id=f"{path.stem}-{each['name']}")
    for path in RELEASES
    for each in json.loads(path.read_text("utf-8"))
]


@pytest.mark.parametrize("stored", STORED)
def test_a_stored_instance_goes_on(stored: dict[str, Any]) -> None:
    model = bpmn.load([bpmn.Source(stored["name"], stored["model"].encode())])
    state = base64.b64decode(stored["state"])
    [task] = step.open_tasks(model, state)
    assert task.element_id == stored["waits_at"]
    assert task.data == stored["data"]
    for _turn in range(300):
        done = step.complete(model, state, task.key, {}, ReplayHost())
        if done.status == "completed":
            return
        [task], state = done.opened, done.state
    pytest.fail("the instance does not end")


def test_there_is_a_release_to_replay() -> None:
    assert RELEASES
