"""What a model tells about itself, and that it is parsed once and changed by nobody."""

import copy
import threading
from typing import Any

import pytest

from engine.bpmn.errors import ModelError
from engine.bpmn.model import Source, bundle_digest, load
from tests.unit.bpmn.build import bpmn, definitions, end, message, node, process, start
from tests.unit.bpmn.conformance import CASES
from tests.unit.bpmn.test_conformance import drive

BODY = (
    node("userTask", "a", form="fa", name_en="Report")
    + node("userTask", "b", form="='f'")
    + node("serviceTask", "s", topic="crm.write")
    + node("businessRuleTask", "r", decision="grade")
    + node("sendTask", "m", attrs='messageRef="m_out"')
)


def test_model_lists_what_it_needs() -> None:
    model = load([Source("p.bpmn", bpmn(BODY, "start a b s r m end", messages="out", var__n="number", name_en="P"))])
    assert (model.key, model.name.text("en"), dict(model.variables)) == ("p", "P", {"n": "number"})
    assert [task.id for task in model.user_tasks] == ["a", "b"]
    assert (model.forms, model.topics, model.decisions, model.messages) == ({"fa"}, {"crm.write"}, {"grade"}, {"out"})
    assert model.elements["a"].name.en == "Report"
    assert model.start_message is None


def test_start_message_is_known() -> None:
    source = definitions(process("p", start("start", message("go")) + end(), "start end"), messages="go")
    assert load([Source("p.bpmn", source)]).start_message == "go"


def test_digest_depends_on_names_and_contents_and_not_on_order() -> None:
    one, two = Source("a", b"1"), Source("b", b"2")
    assert bundle_digest([one, two]) == bundle_digest([two, one])
    others = [[Source("a", b"2"), Source("b", b"1")], [Source("a", b"1b2")], [one]]
    assert len({bundle_digest(sources) for sources in [[one, two], *others]}) == 4


def test_same_bundle_is_the_same_model() -> None:
    source = bpmn("", "start end")
    assert load([Source("p.bpmn", source)]) is load([Source("p.bpmn", source)])


def test_call_activity_in_another_file_of_the_bundle() -> None:
    caller = definitions(
        process("p", start() + node("callActivity", "c", attrs='calledElement="q"') + end(), "start c end")
    )
    called = definitions(process("q", start("qs") + node("userTask", "qa") + end("qe"), "qs qa qe"))
    assert load([Source("q.bpmn", called), Source("p.bpmn", caller)]).key == "p"


@pytest.mark.parametrize(
    "sources",
    [
        [],
        [Source("p.bpmn", b"<x/>")],
        [Source("p.bpmn", bpmn(node("complexGateway", "g"), "start g end"))],
        [Source("p.bpmn", bpmn(node("callActivity", "c", attrs='calledElement="q"'), "start c end"))],
        [Source("a.bpmn", bpmn("", "start end")), Source("b.bpmn", bpmn("", "start end"))],
    ],
)
def test_unsound_bundles_are_refused(sources: list[Source]) -> None:
    with pytest.raises(ModelError):
        load(sources)


def picture(model: Any) -> Any:
    return {
        key: {
            name: (list(ts._inputs), list(ts._outputs), ts.completed_event.hard_subscribers)
            for name, ts in spec.task_specs.items()
        }
        for key, spec in model.specs.items()
    }


@pytest.mark.parametrize("name", CASES)
def test_running_changes_no_spec(name: str) -> None:
    model = load([Source("p.bpmn", CASES[name][0])])
    before = copy.deepcopy(picture(model))
    drive(name)
    assert picture(model) == before


def test_threads_share_a_model() -> None:
    seen: list[str] = []

    def work() -> None:
        for name in CASES:
            seen.append(drive(name).status)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert seen == ["completed"] * 4 * len(CASES)
