"""How variables come together, and that what has finished leaves no trace in the state."""

import sys
import zlib

import orjson
import pytest

from engine.bpmn import values
from tests.unit.bpmn.build import boundary, bpmn, end, message, node, script, timer
from tests.unit.bpmn.harness import Instance

AB = node("userTask", "a") + node("userTask", "b")
LOOP = bpmn(
    node("exclusiveGateway", "y") + node("userTask", "a") + node("exclusiveGateway", "x", attrs='default="f_x_end"'),
    "start y a x end\nx [n > 0] y",
)


def rows(state: bytes) -> int:
    return sum(len(scope[1]) for scope in orjson.loads(zlib.decompress(state))[4])


def test_branch_that_changed_nothing_sets_nothing_back() -> None:
    merged = values.merge({"x": 1, "y": {"p": 1}}, [{"x": 2, "y": {"p": 1}}, {"x": 1, "y": {"p": 1, "q": 2}}])
    assert merged == {"x": 2, "y": {"p": 1, "q": 2}}


def test_later_branch_wins_where_both_changed() -> None:
    assert values.merge({"x": [1]}, [{"x": [2, 3]}, {"x": [4]}]) == {"x": [4]}


def test_ended_branch_counts_where_the_last_one_changed_nothing() -> None:
    body = node("parallelGateway", "f") + AB + end("end2")
    instance = Instance(bpmn(body, "start f a end\nf b end2"), {"x": 0, "y": 0})
    instance.complete("a", x=1, y=1)
    assert instance.data == {"x": 1, "y": 1}
    assert instance.task("b").data == {"x": 0, "y": 0}
    instance.complete("b", y=2)
    assert (instance.status, instance.data) == ("completed", {"x": 1, "y": 2})


def test_excess_token_waits_for_its_partner() -> None:
    body = (
        node("parallelGateway", "f")
        + AB
        + node("exclusiveGateway", "m")
        + node("userTask", "c")
        + node("parallelGateway", "j")
    )
    instance = Instance(bpmn(body + node("userTask", "d"), "start f a m j d end\nf b m\nf c j"))
    instance.complete("a")
    instance.complete("b")
    assert instance.open == ["c"]
    instance.complete("c")
    assert (instance.open, instance.status) == (["d"], "running")


def test_loop_of_500_turns_works_and_leaves_one_token() -> None:
    instance = Instance(LOOP, {"n": 500})
    for turn in range(500):
        instance.complete("a", n=499 - turn)
    assert instance.status == "completed"
    assert instance.trail.count("a") == 500


def test_state_does_not_grow_with_turns() -> None:
    instance = Instance(LOOP, {"n": 9})
    instance.complete("a", n=1)
    size = rows(instance.step.state)
    for _ in range(60):
        instance.complete("a", n=1)
    assert rows(instance.step.state) == size == 2


def test_late_turns_do_what_early_turns_do() -> None:
    """Calls instead of seconds: the same on a busy machine. ``make bench`` has the seconds."""
    instance = Instance(LOOP, {"n": 9})
    calls: list[int] = []

    def count(_frame: object, event: str, _argument: object) -> None:
        calls[-1] += event in {"call", "c_call"}

    for _ in range(200):
        calls.append(0)
        sys.setprofile(count)
        try:
            instance.complete("a", n=1)
        finally:
            sys.setprofile(None)
    assert calls[195] <= 1.1 * calls[5]


def test_reminders_in_a_loop_leave_nothing_behind() -> None:
    events = (
        boundary("t", "a", timer("PT1H"), interrupting=False)
        + boundary("m", "a", message("stop"))
        + script("s", "{'r': 1}")
    )
    body = (
        node("exclusiveGateway", "y") + node("userTask", "a") + node("exclusiveGateway", "x", attrs='default="f_x_end"')
    )
    instance = Instance(
        bpmn(body + events + end("e2"), "start y a x end\nx [n > 0] y\nt s e2\nm e2", messages="stop"), {"n": 1}
    )
    sizes = set()
    for _ in range(20):
        instance.advance(hours=2)
        instance.complete("a", n=1)
        sizes.add(rows(instance.step.state))
    assert len(sizes) == 1
    instance.complete("a", n=0)
    assert (instance.status, instance.data) == ("completed", {"n": 0, "r": 1})


@pytest.mark.parametrize("turns", [5])
def test_sequential_joins_work_after_pruning(turns: int) -> None:
    body = (
        node("exclusiveGateway", "y")
        + node("inclusiveGateway", "o", attrs='default="f_o_a"')
        + AB
        + node("inclusiveGateway", "j")
        + node("exclusiveGateway", "x", attrs='default="f_x_end"')
    )
    instance = Instance(
        bpmn(body, "start y o a j x end\no [two] b j\nx [n > 0] y")
        .replace(b' default="f_o_a"', b"")
        .replace(
            b'targetRef="a"></bpmn:sequenceFlow>',
            b'targetRef="a"><bpmn:conditionExpression>True</bpmn:conditionExpression></bpmn:sequenceFlow>',
        ),
        {"n": turns, "two": True},
    )
    for turn in range(turns):
        two = turn % 2 == 0
        assert instance.open == (["a", "b"] if two else ["a"])
        if two:
            instance.complete("b")
            assert instance.open == ["a"]
        instance.complete("a", n=turns - turn - 1, two=not two)
    assert instance.status == "completed"
