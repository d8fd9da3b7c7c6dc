"""Scenarios run in memory, say the first difference, and what they touch."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import orjson
import pytest

from engine import wiring
from engine.errors import InvalidInputError
from engine.process import bundles
from engine.process.bundles import Bundle
from engine.settings import Settings
from engine.studio import scenarios
from engine.studio.coverage import coverage
from engine.studio.isolated import UNANSWERED, IsolatedRun
from engine.studio.scenario_files import parse
from tests.unit.bpmn.build import bpmn, node, script
from tests.workflows.runs import ANSWERS, REQUEST

FILES = {source.name: source.content for source in bundles.factory_sources("support_request")}
START = "2026-03-02T01:00:00+00:00"


@pytest.fixture(autouse=True)
def _topics(tmp_path: Any) -> Iterator[None]:
    built = wiring.build(Settings.from_environment({"FIELDFLOW_DATA": str(tmp_path)}))
    yield
    built.database.dispose()


def bundle() -> Bundle:
    return bundles.build(bundles.sources_from(FILES))


def with_change(old: str, new: str) -> Bundle:
    assert any(old.encode() in content for content in FILES.values())
    files = {name: content.replace(old.encode(), new.encode()) for name, content in FILES.items()}
    return bundles.build(bundles.sources_from(files))


def document(model: Bundle, *acts: dict[str, Any]) -> dict[str, Any]:
    """Return a scenario as a recording makes it: with what the model does now."""
    elements = model.model.elements.values()
    answers = {each.id: [ANSWERS.get(each.properties["topic"], {})] for each in elements if each.kind == "serviceTask"}
    found = {
        "title": "技术请求",
        "started_at": START,
        "data": REQUEST,
        "answers": answers,
        "acts": [{"act": "start"}, *acts],
    }
    run = IsolatedRun(model, scenarios.answers_of(found), now=datetime.fromisoformat(START))
    for act in found["acts"]:
        happened = scenarios.perform(run, act, REQUEST)
        assert happened is not None
        act["then"] = scenarios.seen(run, happened)
    return orjson.loads(orjson.dumps(found))


TRIAGE = {
    "act": "complete",
    "element": "triage_request",
    "values": {"priority": "P3", "queue": "technical", "incomplete": False},
}
ANSWER = {"act": "complete", "element": "answer_technical", "values": {"answer": "减半"}}


def whole(model: Bundle) -> dict[str, Any]:
    return document(model, dict(TRIAGE), dict(ANSWER), {"act": "timer"})


def outcome(model: Bundle, found: dict[str, Any]) -> scenarios.Outcome:
    return scenarios.run_scenario(model, parse("scenarios/one.json", orjson.dumps(found)))


def test_a_recorded_scenario_passes_and_says_what_it_touches() -> None:
    model = bundle()
    found = whole(model)
    assert found["acts"][-1]["then"]["status"] == "completed"
    passed = outcome(model, found)
    assert passed.passes
    covered = coverage(model, [passed])
    assert 20 < covered.percent < 90
    assert "answer_technical" in covered.nodes
    assert "price_quotation" in {key for key, _label in covered.missed}


def test_the_first_difference_is_named_with_its_element() -> None:
    failed = outcome(with_change('>type = "quotation"<', '>type = "technical"<'), whole(bundle()))
    assert failed.difference is not None
    assert (failed.difference.code, failed.element_id) == ("opened", "answer_technical")
    assert failed.difference.params["n"] == 2
    assert failed.difference.params["name"].en == "Answer the question"


def test_called_processes_run_inside() -> None:
    inner = bpmn(node("userTask", "ask") + script("double", "{ twice: 2 }"), "start ask double end", key="inner")
    outer = bpmn(node("callActivity", "call", attrs='calledElement="inner"'), "start call end", key="outer")
    inner = inner.replace(b'"start"', b'"begun"').replace(b'"end"', b'"over"')
    model = bundles.build(bundles.sources_from({"outer.bpmn": outer, "inner.bpmn": inner}))
    run = IsolatedRun(model, scenarios.answers_of({}), now=datetime.fromisoformat(START))
    run.start({})
    assert [task.element_id for task in run.open_tasks()] == ["ask"]
    happened = run.complete("ask", {"answer": 1})
    assert happened is not None
    assert happened.status == "completed"
    assert run.step is not None
    assert run.step.data == {"answer": 1, "twice": 2}
    nodes, _flows = run.visited()
    assert {"call", "ask", "double"} <= nodes


def test_another_decision_is_named() -> None:
    found = whole(bundle())
    found["acts"][0]["then"]["decisions"]["route_request"] = {"queue": "other"}
    failed = outcome(bundle(), found)
    assert failed.difference is not None
    assert (failed.difference.code, failed.element_id) == ("decided", "route_request")


def test_another_deadline_is_named() -> None:
    found = whole(bundle())
    found["acts"][0]["then"]["open"][0]["due"] = "2026-03-02T09:00:00+00:00"
    failed = outcome(bundle(), found)
    assert failed.difference is not None
    assert (failed.difference.code, failed.element_id) == ("due", "triage_request")


def test_a_step_that_is_gone_is_named() -> None:
    found = whole(bundle())
    found["acts"].insert(1, {"act": "complete", "element": "price_quotation", "values": {}})
    failed = outcome(bundle(), found)
    assert failed.difference is not None
    assert (failed.difference.code, failed.element_id) == ("not_open", "price_quotation")


def test_what_nobody_answers_stops_the_run_and_nothing_else_does() -> None:
    found = whole(bundle())
    del found["answers"]["record_route"]
    failed = outcome(bundle(), found)
    assert failed.element_id == "record_route"
    run = IsolatedRun(bundle(), scenarios.answers_of(found), now=datetime.fromisoformat(START))
    run.start(REQUEST)
    assert run.stop is not None
    assert run.stop.code == UNANSWERED
    assert run.question is not None
    assert run.question.topic.startswith("support.")


@pytest.mark.parametrize(
    "content",
    [
        b"", b"[]", b"{}", b'{"acts": []}', b'{"acts": [{"act": "complete"}]}', b'{"acts": [{"act": "start"}]}',
        b'{"acts": [{"act": "start"}], "started_at": "2026-03-02T01:00:00"}',
        b'{"acts": [{"act": "start"}, {"act": "start"}], "started_at": "2026-03-02T01:00:00+00:00"}',
        b'{"acts": [{"act": "start", "then": 3}], "started_at": "2026-03-02T01:00:00+00:00"}',
    ],
)  # fmt: skip
def test_what_is_no_scenario_is_refused(content: bytes) -> None:
    with pytest.raises(InvalidInputError, match="The scenario one"):
        parse("scenarios/one.json", content)


def test_a_broken_scenario_does_not_pass_and_breaks_no_other() -> None:
    model = bundle()
    files = {**FILES, "scenarios/a.json": b"{", "scenarios/b.json": orjson.dumps(whole(model))}
    assert [each.passes for each in scenarios.run_all(model, files)] == [False, True]
