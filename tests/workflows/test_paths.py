"""Every path ends where it should, covers every element, and is the same with and without saving between the steps."""

import pytest

from engine.bpmn import codec
from engine.process import bundles
from tests.workflows.paths import PATHS, drive


@pytest.mark.parametrize("name", PATHS)
def test_saving_between_the_steps_changes_nothing(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    saved, end = drive(name)
    monkeypatch.setattr(codec, "dump", lambda tree, _model: tree)
    monkeypatch.setattr(codec, "load", lambda tree, _model: tree)
    straight, _end = drive(name)
    assert (saved.step.status, end in saved.trail) == ("completed", True)
    assert saved.trail == straight.trail
    assert saved.host.calls == straight.host.calls
    assert saved.opened == straight.opened
    assert saved.messages == straight.messages
    assert saved.step.data == straight.step.data


@pytest.mark.parametrize("key", bundles.factory_keys())
def test_the_paths_cover_every_element(key: str) -> None:
    seen = {element for name in PATHS if PATHS[name][0] == key for element in drive(name)[0].trail}
    elements = bundles.build(bundles.factory_sources(key)).model.elements
    assert elements.keys() - seen == set()
