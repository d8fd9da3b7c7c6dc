"""Instances carried over to another version of their model, standing as they stood."""

from collections.abc import Mapping

import pytest

from engine.bpmn import codec
from engine.bpmn import step as steps
from engine.bpmn.step import MigrationError
from tests.unit.bpmn.build import boundary, bpmn, end, message, node, script, start, subprocess, timer
from tests.unit.bpmn.harness import Instance, load


def migrate(instance: Instance, source: bytes, mapping: Mapping[str, str] | None = None) -> steps.Moved:
    new = load(source)
    step, moved = steps.migrate(instance.model, new, instance.step.state, mapping or {}, instance.host)
    instance.model = new
    instance._take(step)
    return moved


def refusals(instance: Instance, source: bytes, mapping: Mapping[str, str] | None = None) -> list[tuple[str, str]]:
    with pytest.raises(MigrationError) as caught:
        migrate(instance, source, mapping)
    return [(problem.code, problem.params["element"]) for problem in caught.value.problems]


def due(instance: Instance) -> list[str | None]:
    tree = codec.load(instance.step.state, instance.model)
    found = [
        token.internal_data.get("due_at") or token.internal_data.get("open", {}).get("due") for token in tree.live()
    ]
    return [text for text in found if text]


A = node("userTask", "a", due="now")
AB = A + node("userTask", "b")
LATE = boundary("t", "a", timer("PT4H"), interrupting=False) + end("late")


def test_open_tasks_and_timers_keep_their_keys_and_due_times_to_the_byte() -> None:
    instance = Instance(bpmn(AB + LATE, "start a b end\nt late"), {"x": 1})
    before, key, next_due = due(instance), instance.task("a").key, instance.step.next_due_at
    instance.host.later(hours=3)
    moved = migrate(instance, bpmn(AB + LATE + node("userTask", "c"), "start a c b end\nt late"))
    assert (due(instance), instance.task("a").key, instance.step.next_due_at) == (before, key, next_due)
    assert (moved.ended, moved.begun) == ((), ())
    instance.complete("a", y=2)
    assert (instance.open, instance.data) == (["c"], {"x": 1, "y": 2})


def test_a_timer_that_is_overdue_does_not_fire_by_the_migration() -> None:
    instance = Instance(bpmn(AB + LATE, "start a b end\nt late"))
    instance.host.later(hours=5)
    migrate(instance, bpmn(AB + LATE, "start a b end\nt late", var__x="text"))
    assert instance.trail == ["start"]
    instance.advance(hours=0)
    assert instance.trail == ["start", "t", "late"]


def test_an_element_gets_another_id_by_the_mapping() -> None:
    instance = Instance(bpmn(AB + LATE, "start a b end\nt late"))
    new = bpmn((AB + LATE).replace('"a"', '"a2"').replace('"t"', '"t2"'), "start a2 b end\nt2 late")
    assert refusals(instance, new) == [("element_gone", "a")]
    before = due(instance)
    moved = migrate(instance, new, {"a": "a2", "t": "t2"})
    assert sorted(moved.elements.values()) == ["a2", "t2"]
    assert due(instance) == before
    instance.complete("a2")
    assert (instance.open, instance.step.next_due_at) == (["b"], None)


def test_a_boundary_event_that_is_new_begins_to_wait_and_one_that_is_gone_ends() -> None:
    instance = Instance(bpmn(AB, "start a b end"))
    moved = migrate(instance, bpmn(AB + LATE, "start a b end\nt late"))
    assert moved.begun == ("t",)
    assert instance.step.next_due_at is not None
    moved = migrate(instance, bpmn(AB, "start a b end"))
    assert (moved.ended, instance.step.next_due_at) == (("t",), None)
    instance.complete("a")
    assert instance.open == ["b"]


def test_an_event_that_has_happened_does_not_wait_again() -> None:
    instance = Instance(bpmn(AB + LATE, "start a b end\nt late"))
    instance.advance(hours=5)
    migrate(instance, bpmn(AB + LATE + node("userTask", "c"), "start a c b end\nt late"))
    assert instance.step.next_due_at is None
    instance.complete("a")
    instance.complete("c")
    assert instance.open == ["b"]


def test_a_boundary_event_on_a_branch_of_a_split_leaves_the_join_right() -> None:
    body = AB + node("parallelGateway", "f") + node("parallelGateway", "j")
    instance = Instance(bpmn(body, "start f a j end\nf b j"), {"x": 0})
    migrate(instance, bpmn(body + LATE, "start f a j end\nf b j\nt late"))
    instance.advance(hours=5)
    instance.complete("b", y=1)
    instance.complete("a", x=1)
    assert (instance.status, instance.data) == ("completed", {"x": 1, "y": 1})


SUB = subprocess("sub", start("s_in") + A + end("e_in"), "s_in a e_in")
EVENTS = (
    node("eventBasedGateway", "g")
    + node("intermediateCatchEvent", "m", message("go"))
    + node("intermediateCatchEvent", "w", timer("PT1H"))
)
MULTI = '<bpmn:multiInstanceLoopCharacteristics isSequential="{}"></bpmn:multiInstanceLoopCharacteristics>'
LOOPED = node("userTask", "a", MULTI.format("false"), loop__collection="people")
IN_TURN = node("userTask", "a", MULTI.format("true"), loop__collection="people")
SPLIT = node("parallelGateway", "f") + node("parallelGateway", "j") + AB

REFUSED = {
    "gone": (bpmn(A, "start a end"), bpmn(node("userTask", "b"), "start b end"), [("element_gone", "a")]),
    "another kind": (bpmn(A, "start a end"), bpmn(script("a", "{}"), "start a end"), [("kind_changed", "a")]),
    "into a sub-process": (bpmn(A, "start a end"), bpmn(SUB, "start sub end"), [("scope_changed", "a")]),
    "sub-process dissolved": (
        bpmn(SUB, "start sub end"), bpmn(A, "start a end"), [("element_gone", "sub"), ("scope_changed", "a")],
    ),
    "repeated": (bpmn(A, "start a end"), bpmn(LOOPED, "start a end"), [("loop_changed", "a")]),
    "in turn": (bpmn(LOOPED, "start a end"), bpmn(IN_TURN, "start a end"), [("loop_changed", "a")] * 3),
    "gateway gone": (
        bpmn(EVENTS, "start g m end\ng w end", messages="go"),
        bpmn(EVENTS.replace('"g"', '"h"'), "start h m end\nh w end", messages="go"),
        [("gateway_changed", "m"), ("gateway_changed", "w")],
    ),
    "other way into a join": (
        bpmn(SPLIT, "start f a j end\nf b j"),
        bpmn(SPLIT + node("userTask", "c"), "start f a c j end\nf b j"),
        [("way_changed", "j")],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_carried_over_is_refused_by_name(name: str) -> None:
    old, new, expected = REFUSED[name]
    instance = Instance(old, {"people": ["x", "y"]})
    if name == "other way into a join":
        instance.complete("a")
    state = instance.step.state
    assert refusals(instance, new) == expected
    assert instance.step.state == state


@pytest.mark.parametrize("sequential", ["true", "false"])
def test_the_turns_of_a_loop_go_on(sequential: str) -> None:
    body = node("userTask", "a", MULTI.format(sequential), loop__collection="people", loop__item="who",
                loop__result="all", loop__value="who")  # fmt: skip
    instance = Instance(bpmn(body, "start a end"), {"people": ["x", "y", "z"]})
    instance.complete("a")
    migrate(instance, bpmn(body.replace('"a"', '"a2"') + node("userTask", "c"), "start a2 c end"), {"a": "a2"})
    instance.complete("a2")
    instance.complete("a2")
    assert (instance.open, instance.data["all"]) == (["c"], ["x", "y", "z"])


def test_what_is_parked_stays_parked_and_is_retried_on_the_new_model() -> None:
    instance = Instance(bpmn(script("s", "{'n': 1 / zero}") + A, "start s a end"), {"zero": 0})
    migrate(instance, bpmn(script("s", "{'n': 1}") + A, "start s a end"))
    [parked] = steps.incidents(instance.model, instance.step.state)
    instance.retry(parked.token)
    assert (instance.open, instance.data["n"]) == (["a"], 1)


def test_a_split_whose_gateway_is_gone_still_joins_its_variables() -> None:
    instance = Instance(bpmn(SPLIT, "start f a j end\nf b j"), {"x": 0})
    new = SPLIT.replace('"f"', '"f2"')
    migrate(instance, bpmn(new, "start f2 a j end\nf2 b j"))
    instance.complete("a", x=1)
    instance.complete("b", y=1)
    assert (instance.status, instance.data) == ("completed", {"x": 1, "y": 1})


def test_tokens_of_a_sub_process_follow_it_to_its_new_id() -> None:
    instance = Instance(bpmn(SUB, "start sub end"), {"x": 1})
    migrate(instance, bpmn(SUB.replace('"sub"', '"body"'), "start body end"), {"sub": "body"})
    instance.complete("a", y=1)
    assert (instance.status, instance.data) == ("completed", {"x": 1, "y": 1})


def test_a_restored_state_uses_no_key_twice() -> None:
    instance = Instance(bpmn(AB, "start a b end"))
    before, key = instance.step.state, instance.task("a").key
    instance.complete("a")
    restored = steps.with_later_keys(instance.model, before, instance.step.state)
    again = steps.complete(instance.model, restored, key, {}, instance.host)
    assert int(again.opened[0].key) > int(instance.task("b").key)
