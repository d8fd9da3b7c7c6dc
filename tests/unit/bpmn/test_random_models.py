"""Block-structured models made at random, driven at random: each ends, with all its variables, saved or not."""

import random

import pytest

from engine.bpmn import codec
from engine.bpmn import step as steps
from tests.unit.bpmn.build import boundary, bpmn, end, flows, message, node, start, timer
from tests.unit.bpmn.harness import Instance


class Maker:
    """Makes blocks with one way in and one way out; each returns (elements, flows, first, last)."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.number = 0
        self.messages: list[str] = []

    def name(self, prefix: str) -> str:
        self.number += 1
        return f"{prefix}{self.number}"

    def block(self, depth: int) -> tuple[str, str, str, str]:
        kinds = [self.task] if depth == 0 else [self.task, self.sequence, self.split, self.loop, self.scope]
        return self.random.choice(kinds)(depth)

    def task(self, depth: int) -> tuple[str, str, str, str]:
        name = self.name("a")
        text = node("userTask", name)
        links = ""
        if self.random.random() < 0.3:
            event, after = self.name("t"), self.name("a")
            text += (
                boundary(event, name, timer("PT1H"), interrupting=False) + node("userTask", after) + end(f"end_{after}")
            )
            links = f"{event} {after} end_{after}\n"
        return text, links, name, name

    def sequence(self, depth: int) -> tuple[str, str, str, str]:
        text, links, first, last = self.block(depth - 1)
        more, more_links, second, final = self.block(depth - 1)
        return text + more, f"{links}{more_links}{last} {second}\n", first, final

    def split(self, depth: int) -> tuple[str, str, str, str]:
        kind = self.random.choice(["parallelGateway", "inclusiveGateway", "exclusiveGateway"])
        fork, join = self.name("f"), self.name("j")
        text, links = node(kind, fork, attrs=f'default="f_{fork}_{{}}"'), ""
        for number in range(self.random.randint(2, 3)):
            inner, inner_links, first, last = self.block(depth - 1)
            if number == 0:
                text = text.format(first) if kind != "parallelGateway" else node(kind, fork)
                condition = ""
            elif kind == "parallelGateway":
                condition = ""
            else:
                condition = f"[{self.random.choice([True, False])}] "
            text += inner
            links += f"{inner_links}{fork} {condition}{first}\n{last} {join}\n"
        return text + node(kind, join), links, fork, join

    def loop(self, depth: int) -> tuple[str, str, str, str]:
        enter, leave, counter = self.name("y"), self.name("x"), self.name("a")
        inner, links, first, last = self.block(depth - 1)
        text = node("exclusiveGateway", enter) + inner + node("userTask", counter)
        text += node("exclusiveGateway", leave, attrs=f'default="f_{leave}_after{leave}"') + node(
            "task", f"after{leave}"
        )
        links += f"{enter} {first}\n{last} {counter} {leave} after{leave}\n{leave} [{counter} < 2] {enter}\n"
        return text, links, enter, f"after{leave}"

    def scope(self, depth: int) -> tuple[str, str, str, str]:
        name, event, merge, name_in = self.name("sub"), self.name("m"), self.name("y"), self.name("s")
        inner, links, first, last = self.block(depth - 1)
        body = start(name_in) + inner + end(f"e{name_in}") + flows(f"{links}{name_in} {first}\n{last} e{name_in}")
        self.messages.append(name)
        text = node("subProcess", name, body) + boundary(event, name, message(name)) + node("exclusiveGateway", merge)
        return text, f"{name} {merge}\n{event} {merge}\n", name, merge


def drive(seed: int) -> tuple[list[str], dict[str, object], list[str], int]:
    maker = Maker(seed)
    text, links, first, last = maker.block(3)
    source = bpmn(text, f"start {first}\n{last} end\n{links}", messages=" ".join(maker.messages))
    instance = Instance(source)
    dice = random.Random(seed)
    written: dict[str, int] = {}
    for _ in range(400):
        if instance.status != "running":
            break
        awaiting = instance.step.awaiting
        if instance.step.next_due_at and dice.random() < 0.1:
            instance.advance(hours=1)
        elif awaiting and dice.random() < 0.1:
            instance.send(dice.choice(awaiting))
        else:
            element_id = dice.choice(sorted(instance.open))
            written[element_id] = written.get(element_id, 0) + 1
            instance.complete(element_id, **{element_id: written[element_id]})
    assert instance.status == "completed", (seed, instance.open, steps.tokens(instance.model, instance.step.state))
    assert instance.step.incidents == ()
    # Each variable has the value that its only writer gave it last: no join has set one back.
    assert instance.data == written
    return instance.trail, instance.data, sorted(written), len(instance.model.elements)


@pytest.mark.parametrize("seed", range(60))
def test_random_model_ends_alike_saved_or_not(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    saved = drive(seed)
    monkeypatch.setattr(codec, "dump", lambda tree, _model: tree)
    monkeypatch.setattr(codec, "load", lambda tree, _model: tree)
    assert drive(seed) == saved
