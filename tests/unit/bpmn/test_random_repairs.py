"""Fifty random repairs and migrations on each of twenty random models: what they leave is loaded and completed."""

import random
import re

import pytest

from engine.bpmn import codec
from engine.bpmn import step as steps
from engine.bpmn.step import Edit, MigrationError, RepairError
from tests.unit.bpmn.build import boundary, bpmn, end, node, timer
from tests.unit.bpmn.harness import Instance, load
from tests.unit.bpmn.test_random_models import Maker

ACTS = 50


class Patient:
    """An instance of a random model, to which anything may be done."""

    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)
        self.maker = Maker(seed)
        self.text, links, first, last = self.maker.block(3)
        self.links = f"start {first}\n{last} end\n{links}"
        self.version = 0
        self.applied = {"repaired": 0, "migrated": 0, "refused": 0}
        self.begin()

    def begin(self) -> None:
        self.written: dict[str, int] = {}
        self.instance = Instance(self.source())

    def source(self) -> bytes:
        return bpmn(self.text, self.links, messages=" ".join(self.maker.messages))

    def standing(self) -> tuple[steps.Standing, ...]:
        return steps.standing(self.instance.model, self.instance.step.state)

    def go_on(self) -> None:
        """Let a person, a message or a timer do the next thing; what is stranded is helped on by hand."""
        instance = self.instance
        if instance.open:
            element_id = self.dice.choice(sorted(instance.open))
            name = element_id.partition("n")[0]  # under which it was made
            self.written[name] = self.written.get(name, 0) + 1
            instance.complete(element_id, **{name: self.written[name]})
        elif instance.step.next_due_at:
            instance.advance(hours=1)
        else:
            self.help_on()

    def help_on(self) -> None:
        stuck = [token for token in self.standing() if "skip" in token.acts]
        failed = [token for token in self.standing() if token.state == "incident"]
        if failed:
            # A gateway that asks for what a skipped task never gave.
            usual = next(flow for flow in self.instance.model.elements[failed[0].element_id].flows if flow.default)
            self.repair(Edit("move", failed[0].token, usual.target))
        else:
            self.repair(Edit("skip", stuck[-1].token))

    def any_edit(self) -> Edit:
        tokens = self.standing()
        token = self.dice.choice(tokens)
        elements = list(self.instance.model.elements)
        act = self.dice.choice(("move", "move", "add", "cancel", "skip", "set"))
        if act == "add":
            return Edit("add", to=self.dice.choice(elements))
        if act == "set":
            return Edit("set", values={f"v{self.dice.randint(0, 5)}": self.dice.randint(0, 9)})
        return Edit(act, token.token, self.dice.choice(elements) if act == "move" else "")

    def repair(self, *edits: Edit) -> None:
        instance = self.instance
        before = instance.step.state
        try:
            instance._take(steps.repair(instance.model, before, edits, instance.host))
        except RepairError:
            self.applied["refused"] += 1
            return
        self.applied["repaired"] += 1

    def migrate(self) -> None:
        """Draw the next version: a step after each split, a timer beside a task, or a task under another name."""
        self.version += 1
        mapping: dict[str, str] = {}
        tasks = [e.id for e in self.instance.model.elements.values() if e.kind == "userTask" and e.parent == "p"]
        chosen = self.dice.choice(tasks) if tasks else None
        if chosen and self.dice.random() < 0.5:
            mapping[chosen] = f"{chosen}n{self.version}"
            self.text = self.text.replace(f'"{chosen}"', f'"{mapping[chosen]}"')
            self.links = "\n".join(
                " ".join(mapping.get(word, word) for word in line.split()) for line in self.links.splitlines()
            )
            self.text = re.sub(rf'(default="f_\w+_){chosen}"', rf'\g<1>{mapping[chosen]}"', self.text)
        elif chosen:
            event = f"extra{self.version}"
            self.text += boundary(event, chosen, timer("PT1H"), interrupting=False) + node("task", f"{event}t")
            self.text += end(f"{event}e")
            self.links += f"\n{event} {event}t {event}e"
        instance = self.instance
        waiting = {token.token: token.due_at for token in self.standing()}
        new = load(self.source())
        try:
            step, moved = steps.migrate(instance.model, new, instance.step.state, mapping, instance.host)
        except MigrationError as error:
            assert error.problems
            self.applied["refused"] += 1
            self.begin()
            return
        instance.model = new
        instance._take(step)
        now = {token.token: token.due_at for token in self.standing()}
        assert {key: now[key] for key in waiting} == waiting
        assert moved.ended == ()
        self.applied["migrated"] += 1


@pytest.mark.parametrize("seed", range(20))
def test_what_repairs_and_migrations_leave_is_completed(seed: int) -> None:
    patient = Patient(seed)
    for _ in range(ACTS):
        if patient.instance.status != "running":
            patient.begin()
        if patient.dice.random() < 0.3:
            patient.migrate()
        else:
            patient.repair(*(patient.any_edit() for _ in range(patient.dice.randint(1, 2))))
        instance = patient.instance
        loaded = codec.load(instance.step.state, instance.model)
        assert codec.dump(loaded, instance.model) == instance.step.state
        if instance.status == "running":
            assert patient.standing()
            if patient.dice.random() < 0.5:
                patient.go_on()
    for _ in range(2000):
        if patient.instance.status != "running":
            break
        patient.go_on()
    assert patient.instance.status in {"completed", "cancelled"}
    assert patient.instance.step.incidents == ()
    assert patient.applied["repaired"] >= 5, patient.applied
    assert patient.applied["migrated"] >= 5, patient.applied
