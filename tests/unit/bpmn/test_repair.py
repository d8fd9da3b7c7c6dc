"""What an administrator does to the tokens of an instance."""

from typing import Any

import pytest

from engine.bpmn import step as steps
from engine.bpmn.repair import RepairError
from engine.bpmn.step import Edit
from tests.unit.bpmn.build import boundary, bpmn, end, message, node, script, start, subprocess, timer
from tests.unit.bpmn.harness import FakeHost, Instance


def key_of(instance: Instance, element_id: str) -> str:
    return next(
        each.token for each in steps.standing(instance.model, instance.step.state) if each.element_id == element_id
    )


def repair(instance: Instance, *edits: Edit) -> steps.Step:
    return instance._take(steps.repair(instance.model, instance.step.state, edits, instance.host))


def problems(instance: Instance, *edits: Edit) -> list[tuple[int, str]]:
    with pytest.raises(RepairError) as caught:
        repair(instance, *edits)
    return [(number, problem.code) for number, problem in caught.value.problems]


TWO = node("userTask", "a") + node("userTask", "b")
SPLIT = node("parallelGateway", "f") + node("parallelGateway", "j") + TWO + node("userTask", "c")
SPLIT_FLOWS = "start f a j c end\nf b j"


def test_a_token_moves_and_the_task_that_it_left_is_withdrawn() -> None:
    instance = Instance(bpmn(TWO, "start a b end"), {"x": 1})
    left = instance.task("a").key
    step = repair(instance, Edit("move", left, "b"))
    assert (step.closed, [task.element_id for task in step.opened]) == ((left,), ["b"])
    assert instance.data == {"x": 1}
    instance.complete("b")
    assert instance.status == "completed"


def test_moving_back_does_not_keep_the_timers_of_the_place_that_was_left() -> None:
    body = TWO + boundary("t", "b", timer("PT1H")) + end("late")
    instance = Instance(bpmn(body, "start a b end\nt late"))
    instance.complete("a")
    assert instance.step.next_due_at is not None
    step = repair(instance, Edit("move", key_of(instance, "b"), "a"))
    assert step.next_due_at is None
    instance.complete("a")
    assert instance.step.next_due_at is not None


def test_a_branch_keeps_what_it_changed_when_it_is_moved_past_the_others() -> None:
    instance = Instance(bpmn(SPLIT, SPLIT_FLOWS), {"x": 0})
    instance.complete("a", x=1)
    repair(instance, Edit("move", key_of(instance, "b"), "j"))
    assert (instance.open, instance.data) == (["c"], {"x": 1})


def test_a_gateway_that_all_have_reached_takes_no_more() -> None:
    instance = Instance(bpmn(SPLIT, SPLIT_FLOWS))
    instance.complete("a")
    edits = [Edit("add", to="j"), Edit("add", to="j")]
    assert problems(instance, *edits) == [(1, "ways_taken")]


def test_an_added_branch_and_the_first_one_both_end_with_their_variables() -> None:
    instance = Instance(bpmn(TWO, "start a b end"), {"x": 0})
    repair(instance, Edit("add", to="b"))
    assert sorted(instance.open) == ["a", "b"]
    instance.complete("b", y=1)
    assert instance.status == "running"
    instance.complete("a", x=5)
    instance.complete("b", z=2)
    assert (instance.status, instance.data) == ("completed", {"x": 5, "y": 1, "z": 2})


def test_an_added_branch_sets_nothing_back_that_another_one_changes() -> None:
    instance = Instance(bpmn(TWO + node("userTask", "c"), "start a b c end"), {"x": 0})
    repair(instance, Edit("add", to="b"))
    added = instance.task("b").key
    instance.complete("a", x=5)
    instance._take(steps.complete(instance.model, instance.step.state, added, {}, instance.host))
    assert (sorted(instance.open), instance.data) == (["b", "c"], {"x": 5})


def test_cancelling_the_last_token_ends_the_instance_with_its_variables() -> None:
    instance = Instance(bpmn(TWO, "start a b end"), {"x": 7})
    step = repair(instance, Edit("cancel", instance.task("a").key))
    assert (step.status, step.data, len(step.closed)) == ("cancelled", {"x": 7}, 1)


def test_a_token_added_after_the_last_was_cancelled_finds_the_variables() -> None:
    instance = Instance(bpmn(TWO, "start a b end"), {"x": 7})
    repair(instance, Edit("cancel", instance.task("a").key), Edit("set", values={"x": 8}), Edit("add", to="b"))
    assert (instance.open, instance.data) == (["b"], {"x": 8})


def test_what_is_left_at_a_join_is_stranded() -> None:
    instance = Instance(bpmn(SPLIT, SPLIT_FLOWS))
    instance.complete("a")
    repair(instance, Edit("cancel", key_of(instance, "b")))
    [token] = steps.standing(instance.model, instance.step.state)
    assert (token.element_id, token.is_stranded) == ("j", True)
    repair(instance, Edit("skip", token.token))
    assert instance.open == ["c"]


def test_a_skipped_service_task_leaves_its_result_and_no_call() -> None:
    host = FakeHost()
    host.answers["a.b"] = steps.BpmnError("down", "It is down.")
    instance = Instance(bpmn(node("serviceTask", "s", topic="a.b", result="r") + TWO, "start s a b end"), host=host)
    calls = len(host.calls)
    repair(instance, Edit("skip", key_of(instance, "s"), values={"ok": True}))
    assert (instance.data, len(host.calls), instance.open) == ({"r": {"ok": True}}, calls, ["a"])
    assert steps.incidents(instance.model, instance.step.state) == ()


def test_a_result_that_comes_after_its_task_was_skipped_is_not_taken() -> None:
    host = FakeHost()
    host.answers["a.b"] = steps.WAIT
    instance = Instance(bpmn(node("serviceTask", "s", topic="a.b") + TWO, "start s a b end"), host=host)
    key = key_of(instance, "s")
    repair(instance, Edit("skip", key))
    with pytest.raises(steps.NotWaitingError):
        instance.settle(key, {"x": 1})


def test_a_skipped_boundary_event_happens() -> None:
    body = TWO + boundary("m", "a", message("go")) + node("userTask", "c")
    instance = Instance(bpmn(body, "start a b end\nm c end", messages="go"))
    repair(instance, Edit("skip", key_of(instance, "m"), values={"why": "called"}))
    assert (instance.open, instance.data) == (["c"], {"why": "called"})


def test_a_timer_that_is_stopped_never_fires() -> None:
    body = TWO + boundary("t", "a", timer("PT1H"), interrupting=False) + end("told")
    instance = Instance(bpmn(body, "start a b end\nt told"))
    assert repair(instance, Edit("cancel", key_of(instance, "t"))).next_due_at is None
    assert instance.open == ["a"]


SUB = subprocess("sub", start("s_in") + node("userTask", "inner") + node("userTask", "next") + end("e_in"),
                 "s_in inner next e_in")  # fmt: skip


def test_a_skipped_sub_process_keeps_what_was_done_inside() -> None:
    instance = Instance(bpmn(SUB + node("userTask", "a"), "start sub a end"))
    instance.complete("inner", x=1)
    step = repair(instance, Edit("skip", key_of(instance, "sub")))
    assert (instance.open, instance.data, len(step.closed)) == (["a"], {"x": 1}, 1)


def test_a_sub_process_is_not_left_empty() -> None:
    instance = Instance(bpmn(SUB + node("userTask", "a"), "start sub a end"))
    assert problems(instance, Edit("cancel", key_of(instance, "inner"))) == [(0, "scope_emptied")]


def test_edits_that_are_impossible_are_named_each() -> None:
    host = FakeHost()
    host.broken.add("n > 0")
    body = node("exclusiveGateway", "x", attrs='default="f_x_b"') + SUB + TWO + boundary("t", "a", timer("PT1H"))
    instance = Instance(bpmn(body, "start a x [n > 0] sub end\nx b end\nt end"), host=host)
    found = problems(
        instance,
        Edit("move", key_of(instance, "a"), "inner"),
        Edit("add", to="inner"),
        Edit("add", to="nowhere"),
        Edit("move", key_of(instance, "a"), "t"),
        Edit("retry", key_of(instance, "a")),
        Edit("skip", "999"),
        Edit("move", key_of(instance, "t"), "b"),
    )
    assert found == [
        (0, "other_scope"), (1, "scope_closed"), (2, "element_unknown"), (3, "on_boundary"), (4, "no_retry"),
        (5, "token_gone"), (6, "no_move"),
    ]  # fmt: skip
    assert instance.open == ["a"]


def test_a_gateway_that_failed_is_left_by_moving_or_mended_by_its_variables() -> None:
    body = node("exclusiveGateway", "x") + TWO
    instance = Instance(bpmn(body, "start x [n > 0] a end\nx [n < 0] b end"), {"m": 1})
    key = key_of(instance, "x")
    assert problems(instance, Edit("skip", key)) == [(0, "no_skip")]
    repair(instance, Edit("set", values={"n": 3}), Edit("retry", key))
    assert instance.open == ["a"]
    repair(instance, Edit("move", key_of(instance, "a"), "b"))
    assert instance.open == ["b"]


MULTI = '<bpmn:multiInstanceLoopCharacteristics isSequential="{}"></bpmn:multiInstanceLoopCharacteristics>'
TURNS: dict[str, Any] = {"loop__collection": "people", "loop__item": "who", "loop__result": "done", "loop__value": "ok"}


@pytest.mark.parametrize("sequential", ["true", "false"])
def test_a_turn_is_skipped_and_the_rest_of_a_loop_broken_off(sequential: str) -> None:
    body = node("userTask", "a", MULTI.format(sequential), **TURNS) + node("userTask", "b")
    instance = Instance(bpmn(body, "start a b end"), {"people": ["x", "y", "z"], "ok": 0})
    turn = instance.task("a").key
    assert problems(instance, Edit("cancel", turn)) == [(0, "no_cancel")]
    assert problems(instance, Edit("set", values={"who": "w"})) == [(0, "loop_item")]
    repair(instance, Edit("skip", turn, values={"ok": 1}))
    loop = next(t for t in steps.standing(instance.model, instance.step.state) if "move" in t.acts)
    repair(instance, Edit("skip", loop.token))
    assert (instance.open, instance.data["done"]) == (["b"], [1])


def test_changed_variables_move_what_waits_because_of_them() -> None:
    body = (
        node("userTask", "a", due="when", field__subject="who")
        + boundary("t", "a", timer("when", "timeDate"))
        + end("late")
    )
    instance = Instance(bpmn(body, "start a end\nt late"), {"when": "2026-03-03T10:00:00Z", "who": "Ann"})
    step = repair(instance, Edit("set", values={"when": "2026-03-04T10:00:00Z"}))
    assert [task.due for task in step.revised] == ["2026-03-04T10:00:00+00:00"]
    assert step.next_due_at is not None
    assert step.next_due_at.day == 4


def test_what_runs_after_a_repair_runs_once() -> None:
    body = node("userTask", "a") + script("s", "{'n': n + 1}") + node("userTask", "b")
    instance = Instance(bpmn(body, "start a s b end"), {"n": 0})
    repair(instance, Edit("move", instance.task("a").key, "s"))
    assert (instance.open, instance.data, instance.trail[-1]) == (["b"], {"n": 1}, "s")
