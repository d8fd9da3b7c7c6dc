"""What a step gives and refuses: tasks, timers, messages, deliveries, incidents."""

from datetime import UTC, datetime
from typing import Any

import pytest

from engine.bpmn import step as steps
from engine.bpmn.step import BpmnError, BudgetError, NotReadyError, NotWaitingError, StateError, ValuesError
from engine.errors import RetryableError
from tests.unit.bpmn.build import boundary, bpmn, end, error, message, node, script, start, subprocess, timer
from tests.unit.bpmn.harness import NOON, FakeFeelError, FakeHost, Instance, load

USER = node("userTask", "a")
AB = USER + node("userTask", "b")
SERVICE = node("serviceTask", "s", topic="crm.write", param__id="x")


def test_open_task_carries_form_due_and_fields() -> None:
    task = node("userTask", "a", form="='visit_' + kind", due="'PT2H'", field__subject="kind", name_en="Do it")
    opened = Instance(bpmn(task, "start a end"), {"kind": "call"}).step.opened[0]
    assert (opened.form, opened.due) == ("visit_call", "2026-03-02T14:00:00+00:00")
    assert opened.fields == {"subject": "call"}
    assert (opened.name.text("zh_Hans_CN"), opened.name.text("en")) == ("a", "Do it")


def test_due_may_be_a_length_of_time_itself() -> None:
    opened = Instance(bpmn(node("userTask", "a", due="PT2H"), "start a end")).step.opened[0]
    assert opened.due == "2026-03-02T14:00:00+00:00"


def test_settings_without_an_expression_are_as_if_they_were_not_there() -> None:
    task = node("userTask", "a", field__text_1="", field__subject="'x'")
    assert Instance(bpmn(task, "start a end")).step.opened[0].fields == {"subject": "x"}


def test_lane_is_its_key_and_holds_what_is_inside_of_a_sub_process() -> None:
    lanes = (
        '<bpmn:laneSet id="ls"><bpmn:lane id="l1" name="代表"><bpmn:extensionElements><spiffworkflow:properties>'
        '<spiffworkflow:property name="key" value="rep"/></spiffworkflow:properties></bpmn:extensionElements>'
        "<bpmn:flowNodeRef>sub</bpmn:flowNodeRef></bpmn:lane>"
        '<bpmn:lane id="l2" name="manager"><bpmn:flowNodeRef>b</bpmn:flowNodeRef></bpmn:lane></bpmn:laneSet>'
    )
    inner = subprocess("sub", start("i") + USER + end("o"), "i a o")
    instance = Instance(bpmn(lanes + inner + node("userTask", "b"), "start sub b end"))
    assert instance.step.opened[0].lane == "rep"
    assert instance.complete("a").opened[0].lane == "manager"
    assert instance.model.lanes == {"rep", "manager"}


def test_completing_twice_is_refused() -> None:
    instance = Instance(bpmn(AB, "start a b end"))
    key = instance.task("a").key
    instance.complete("a")
    with pytest.raises(NotReadyError):
        steps.complete(instance.model, instance.step.state, key, {}, instance.host)


@pytest.mark.parametrize("key", ["1", "2", "99", "", "-1", "x", "²"])
def test_only_open_tasks_complete(key: str) -> None:
    instance = Instance(bpmn(USER, "start a end"))
    with pytest.raises(NotReadyError):
        steps.complete(instance.model, instance.step.state, key, {}, instance.host)


@pytest.mark.parametrize(
    "values",
    [
        {"typename": 1},
        {"__class__": 1},
        {"deep": [{"__x": 1}]},
        {"when": datetime(2026, 1, 1, tzinfo=UTC)},
        {"some": {1, 2}},
        {"big": 2**70},
        {"nan": float("nan")},
        {"text": "x" * 70_000},
        {1: "number as a name"},
        {"half": "\ud800"},
    ],
)
def test_values_that_are_no_variables_are_refused(values: Any) -> None:
    instance = Instance(bpmn(USER, "start a end"))
    with pytest.raises(ValuesError):
        steps.complete(instance.model, instance.step.state, instance.task("a").key, values, instance.host)


def test_types_survive_saving() -> None:
    instance = Instance(bpmn(AB, "start a b end"), {"n": 1, "deep": {"f": [1, True]}})
    instance.complete("a", n=True, deep={"f": [1.0, 1]})
    data = instance.task("b").data
    assert data["n"] is True
    assert [type(value) for value in data["deep"]["f"]] == [float, int]


def test_timer_keeps_its_instant_and_fires_at_it() -> None:
    instance = Instance(bpmn(AB + boundary("t", "a", timer("'PT90M'")), "start a end\nt b end"))
    due = datetime(2026, 3, 2, 13, 30, tzinfo=UTC)
    key = instance.task("a").key
    assert instance.step.next_due_at == due
    assert instance.advance(minutes=89).next_due_at == due
    step = instance.advance(minutes=1)
    assert ([task.element_id for task in step.opened], step.next_due_at) == (["b"], None)
    assert step.closed == (key,)
    assert step.trail[0].result == {"due_at": due.isoformat()}


def test_timers_fire_in_the_order_of_their_instants() -> None:
    events = boundary("t2", "a", timer("PT2H"), interrupting=False) + boundary(
        "t1", "a", timer("PT1H"), interrupting=False
    )
    instance = Instance(
        bpmn(USER + events + script("s1", "{}") + script("s2", "{}"), "start a end\nt1 s1 end\nt2 s2 end")
    )
    instance.advance(hours=3)
    assert instance.trail[1:] == ["t1", "s1", "end", "t2", "s2", "end"]


@pytest.mark.parametrize(
    "value", ["None", "7", "'tomorrow'", "'2026-03-02T12:00:00'", "'2026-03-02'", "'P'", "missing"]
)
def test_timer_without_an_instant_is_an_incident(value: str) -> None:
    catch = node("intermediateCatchEvent", "t", timer(value))
    instance = Instance(bpmn(catch, "start t end"))
    assert [found.element_id for found in instance.step.incidents] == ["t"]
    assert instance.step.next_due_at is None


def test_message_goes_to_the_longest_waiting_event_only() -> None:
    body = (
        node("parallelGateway", "f")
        + node("receiveTask", "r1", attrs='messageRef="m_in"')
        + node("receiveTask", "r2", attrs='messageRef="m_in"')
    )
    instance = Instance(bpmn(body + end("e2"), "start f r1 end\nf r2 e2", messages="in"))
    instance.send("in", n=1)
    assert (instance.trail[-2:], instance.step.awaiting) == (["r1", "end"], ("in",))
    assert instance.send("in").status == "completed"


def test_message_that_nobody_awaits_is_refused() -> None:
    instance = Instance(bpmn(USER, "start a end"))
    with pytest.raises(NotWaitingError):
        instance.send("other")


def test_start_message_picks_its_event() -> None:
    source = bpmn(node("startEvent", "go", message("go")) + AB, "start a end\ngo b end", messages="go")
    assert Instance(source).open == ["a"]
    assert Instance(source, start_message="go").open == ["b"]
    with pytest.raises(NotWaitingError):
        Instance(source, start_message="other")


def test_thrown_message_has_payload_and_address() -> None:
    throw = node("intermediateThrowEvent", "t", message("out"), payload="{'v': x}", to="'visit:' + x")
    thrown = Instance(bpmn(throw, "start t end", messages="out"), {"x": "7"}).step.messages
    assert [(m.name, m.payload, m.to, m.element_id) for m in thrown] == [("out", {"v": "7"}, "visit:7", "t")]


def test_interrupting_closes_the_tasks_inside_and_keeps_what_they_did() -> None:
    inner = subprocess("sub", start("i") + AB + end("o"), "i a b o")
    body = inner + node("userTask", "c") + boundary("m", "sub", message("stop"))
    instance = Instance(bpmn(body, "start sub end\nm c end", messages="stop"), {"x": 1})
    instance.complete("a", x=2)
    key = instance.task("b").key
    step = instance.send("stop", why="ill")
    assert step.closed == (key,)
    assert step.opened[0].data == {"x": 2, "why": "ill"}


def test_delivery_waits_for_its_result() -> None:
    host = FakeHost()
    host.answers["crm.write"] = steps.WAIT
    instance = Instance(bpmn(SERVICE + USER, "start s a end"), {"x": 5}, host=host)
    (topic, parameters, element_id, token) = host.calls[0]
    assert (topic, parameters, element_id, instance.open) == ("crm.write", {"id": 5}, "s", [])
    step = instance.settle(token, {"revision": 3})
    assert (step.opened[0].data, step.trail[0].result) == ({"x": 5, "revision": 3}, {"revision": 3})
    with pytest.raises(NotWaitingError):
        instance.settle(token, {})


def test_result_that_is_no_variable_parks_its_task() -> None:
    host = FakeHost()
    host.answers["crm.write"] = steps.WAIT
    instance = Instance(bpmn(SERVICE + USER, "start s a end"), {"x": 5}, host=host)
    token = host.calls[0][3]
    assert [found.token for found in instance.settle(token, {"__x": 1}).incidents] == [token]
    assert instance.settle(token, {"ok": True}).opened[0].data == {"x": 5, "ok": True}


def test_error_of_a_service_task_is_caught_by_its_boundary_event() -> None:
    host = FakeHost()
    host.answers["crm.write"] = BpmnError("gone", "The customer is gone.")
    body = SERVICE + USER + boundary("e", "s", error("gone"))
    instance = Instance(bpmn(body, "start s end\ne a end", errors="gone"), {"x": 1}, host=host)
    assert instance.data["error"] == {"code": "gone", "message": "The customer is gone."}
    assert (instance.open, instance.trail) == (["a"], ["start", "e"])


def test_error_of_a_delivery_is_caught_by_the_sub_process_around_it() -> None:
    host = FakeHost()
    host.answers["crm.write"] = steps.WAIT
    inner = subprocess("sub", start("i") + SERVICE + end("o"), "i s o")
    body = inner + USER + boundary("e", "sub", error("gone"))
    instance = Instance(bpmn(body, "start sub end\ne a end", errors="gone"), {"x": 1}, host=host)
    instance.settle(host.calls[0][3], BpmnError("gone"))
    assert instance.open == ["a"]


def test_error_that_nothing_catches_is_an_incident_and_can_be_retried() -> None:
    host = FakeHost()
    host.answers["crm.write"] = BpmnError("other", "No.")
    body = SERVICE + USER + boundary("e", "s", error("gone"))
    instance = Instance(bpmn(body, "start s end\ne a end", errors="gone"), {"x": 1}, host=host)
    (incident,) = instance.step.incidents
    assert (incident.element_id, incident.code, incident.message) == ("s", "other", "No.")
    assert steps.tokens(instance.model, instance.step.state)[0] == ("s", "incident")
    host.answers["crm.write"] = {}
    assert instance.retry(incident.token).status == "completed"
    assert host.calls[0][3] == host.calls[1][3]


def test_failure_parks_its_element_and_the_rest_goes_on() -> None:
    host = FakeHost()
    body = node("parallelGateway", "f") + SERVICE + script("bad", "broken") + USER + node("parallelGateway", "j")
    instance = Instance(bpmn(body, "start f s bad j end\nf a j"), {"x": 1}, host=host)
    assert [found.element_id for found in instance.step.incidents] == ["bad"]
    assert (instance.open, instance.trail, instance.status) == (["a"], ["start", "f", "s"], "running")
    step = instance.complete("a", y=1)
    assert (step.incidents, step.status, len(steps.incidents(instance.model, step.state))) == ((), "running", 1)
    fixed = instance.host
    fixed.evaluate = lambda expression, data: (
        {"z": 1} if expression == "broken" else FakeHost.evaluate(fixed, expression, data)
    )  # type: ignore[method-assign]
    step = instance.retry("bad")
    assert (step.status, step.data, len(host.calls)) == ("completed", {"x": 1, "y": 1, "z": 1}, 1)


@pytest.mark.parametrize(
    ("body", "links", "element_id"),
    [
        (node("exclusiveGateway", "x") + AB, "start x [n > 1] a end\nx [n > 2] b end", "x"),
        (node("exclusiveGateway", "x") + AB, "start x [missing] a end\nx [n > 2] b end", "x"),
        (node("exclusiveGateway", "x") + AB, "start x [n] a end\nx [n > 2] b end", "x"),
        (node("inclusiveGateway", "x") + AB, "start x [n > 1] a end\nx [n > 2] b end", "x"),
        (script("s", "7") + USER, "start s a end", "s"),
        (script("s", "{'__x': 1}") + USER, "start s a end", "s"),
        (node("userTask", "a", due="missing"), "start a end", "a"),
        (node("userTask", "a", form="=7"), "start a end", "a"),
        (node("userTask", "a", field__text_1="missing"), "start a end", "a"),
        (node("serviceTask", "s", topic="t", param__p="missing"), "start s end", "s"),
        (node("userTask", "a", "<bpmn:multiInstanceLoopCharacteristics/>", loop__collection="n"), "start a end", "a"),
    ],
)
def test_what_cannot_be_evaluated_is_an_incident(body: str, links: str, element_id: str) -> None:
    instance = Instance(bpmn(body, links), {"n": 0})
    assert [found.element_id for found in instance.step.incidents] == [element_id]
    assert (instance.status, instance.open, instance.data) == ("running", [], {"n": 0})


def test_retry_of_nothing_is_refused() -> None:
    instance = Instance(bpmn(USER, "start a end"))
    with pytest.raises(NotReadyError):
        instance.retry("a")


def test_trouble_that_may_pass_ends_the_step() -> None:
    host = FakeHost()
    host.answers["crm.write"] = RetryableError("The database is busy.")
    with pytest.raises(RetryableError):
        Instance(bpmn(SERVICE, "start s end"), {"x": 1}, host=host)


def test_endless_loop_is_stopped() -> None:
    body = (
        node("exclusiveGateway", "y")
        + script("s", "{'n': n + 1}")
        + node("exclusiveGateway", "x", attrs='default="f_x_y"')
    )
    with pytest.raises(BudgetError):
        Instance(bpmn(body, "start y s x y\nx [n < 0] end"), {"n": 0})


def test_cancel_withdraws_everything() -> None:
    inner = subprocess("sub", start("i") + USER + end("o"), "i a o")
    body = inner + boundary("t", "sub", timer("PT1H")) + node("userTask", "b")
    instance = Instance(bpmn(body, "start sub end\nt b end"), {"x": 1})
    key = instance.task("a").key
    step = instance.cancel()
    assert (step.status, step.closed, step.next_due_at, step.data) == ("cancelled", (key,), None, {"x": 1})
    assert instance.cancel().closed == ()


def test_finished_instance_takes_nothing_more() -> None:
    instance = Instance(bpmn("", "start end"), {"x": 1})
    assert (instance.status, instance.data) == ("completed", {"x": 1})
    assert instance.advance(hours=1).status == "completed"
    with pytest.raises(NotReadyError):
        steps.complete(instance.model, instance.step.state, "2", {}, instance.host)


@pytest.mark.parametrize("state", [b"", b"x", b"\x78\x01\x03\x00\x00\x00\x00\x01"])
def test_bytes_that_are_no_state_are_refused(state: bytes) -> None:
    with pytest.raises(StateError):
        steps.advance(load(bpmn(USER, "start a end")), state, FakeHost(NOON))


def test_state_of_another_model_is_refused() -> None:
    instance = Instance(bpmn(USER, "start a end"))
    with pytest.raises(StateError):
        steps.open_tasks(load(bpmn(USER, "start a end", key="q")), instance.step.state)
    with pytest.raises(StateError):
        steps.open_tasks(load(bpmn(node("userTask", "z"), "start z end")), instance.step.state)


def test_host_errors_are_domain_errors() -> None:
    with pytest.raises(FakeFeelError):
        FakeHost().evaluate("1 +", {})
