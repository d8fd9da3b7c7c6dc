"""Variables changed from outside: what waits because of them moves, what does not stays, joins are not misled."""

from typing import Any

import pytest

from engine.bpmn import step as steps
from engine.bpmn.step import NotReadyError, ValuesError
from tests.unit.bpmn.build import boundary, bpmn, end, node, start, subprocess, timer
from tests.unit.bpmn.harness import FakeFeelError, Instance

AT_14, AT_16, AT_18 = (f"2026-03-02T{hour}:00:00+00:00" for hour in (14, 16, 18))


def revise(instance: Instance, **values: Any) -> steps.Step:
    return instance._take(steps.revise(instance.model, instance.step.state, values, instance.host))


def test_due_and_fields_that_name_the_variable_are_asked_again() -> None:
    task = node("userTask", "a", due="at", field__subject="title", field__text_1="kind", form="kind")
    other = node("userTask", "b", due="'PT2H'", field__subject="kind")
    body = node("parallelGateway", "split") + task + other
    instance = Instance(bpmn(body, "start split a end\nsplit b end"), {"at": AT_14, "title": "t", "kind": "k"})
    instance.host.later(minutes=30)
    step = revise(instance, at=AT_16, title="new")
    assert [found.element_id for found in step.revised] == ["a"]
    assert (step.revised[0].due, step.revised[0].fields) == (AT_16, {"subject": "new", "text_1": "k"})
    assert instance.task("b").due == AT_14  # two hours after it was opened, as before


def test_a_waiting_timer_moves_and_fires_at_the_new_time_only() -> None:
    body = node("userTask", "a") + boundary("t", "a", timer("at", "timeDate")) + node("userTask", "b")
    instance = Instance(bpmn(body, "start a end\nt b end"), {"at": AT_14})
    assert revise(instance, at=AT_16).next_due_at.isoformat() == AT_16  # type: ignore[union-attr]
    instance.advance(hours=3)
    assert instance.open == ["a"]
    instance.advance(hours=1)
    assert instance.open == ["b"]


def test_a_timer_that_moves_into_the_past_fires_at_once() -> None:
    body = node("userTask", "a") + boundary("t", "a", timer("at", "timeDate")) + node("userTask", "b")
    instance = Instance(bpmn(body, "start a end\nt b end"), {"at": AT_16})
    instance.host.later(hours=3)
    revise(instance, at=AT_14)
    assert instance.open == ["b"]


def test_a_reminder_that_has_fired_waits_again_if_its_time_is_to_come() -> None:
    body = node("userTask", "a") + boundary("t", "a", timer("at", "timeDate"), interrupting=False) + end("reminded")
    instance = Instance(bpmn(body, "start a end\nt reminded"), {"at": AT_14})
    instance.advance(hours=2)
    assert instance.trail.count("t") == 1
    revise(instance, at=AT_14)
    assert instance.step.next_due_at is None
    revise(instance, at=AT_16)
    revise(instance, at=AT_18)  # moved again: still one
    instance.advance(hours=6)
    assert instance.trail.count("t") == 2
    instance.complete("a")
    assert instance.status == "completed"


def test_inside_of_sub_processes_and_after_a_join_the_new_value_stands() -> None:
    inner = subprocess("sub", start("i") + node("userTask", "a", due="at") + end("o"), "i a o")
    body = node("parallelGateway", "split") + inner + node("userTask", "b") + node("parallelGateway", "join")
    links = "start split sub join c end\nsplit b join"
    instance = Instance(bpmn(body + node("userTask", "c"), links), {"at": AT_14, "who": "anna"})
    instance.complete("b", done=True)
    revise(instance, at=AT_16, who="ben")
    assert instance.task("a").due == AT_16
    instance.complete("a", who="chen")  # a branch may still change it
    assert instance.task("c").data == {"at": AT_16, "who": "chen", "done": True}
    revise(instance, who="dora")
    assert instance.data["who"] == "dora"


def test_what_an_ended_branch_changed_does_not_come_back() -> None:
    body = node("parallelGateway", "split") + node("userTask", "a") + node("userTask", "b") + end("e")
    instance = Instance(bpmn(body, "start split a end\nsplit b e"), {"who": "anna"})
    instance.complete("a", who="ben")
    revise(instance, who="chen")
    instance.complete("b")
    assert instance.data == {"who": "chen"}


def test_a_revision_that_cannot_be_computed_changes_nothing() -> None:
    body = node("userTask", "a", due="at.nothing")
    instance = Instance(bpmn(node("userTask", "b") + body, "start b end"), {"at": AT_14})
    before = instance.step.state
    with pytest.raises(ValuesError):
        revise(instance, __x=1)
    broken = Instance(bpmn(node("userTask", "a", due="at"), "start a end"), {"at": AT_14})
    broken.host.broken.add("at")
    with pytest.raises(FakeFeelError):
        revise(broken, at=AT_16)
    assert (instance.step.state, broken.task("a").due) == (before, AT_14)


def test_an_ended_instance_is_not_revised() -> None:
    instance = Instance(bpmn(node("userTask", "a"), "start a end"))
    instance.complete("a")
    with pytest.raises(NotReadyError):
        revise(instance, at=AT_16)
