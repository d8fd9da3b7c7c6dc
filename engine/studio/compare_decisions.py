"""What two decision files differ in: rows of tables by id, columns, hit policies, other logic as text."""

from collections.abc import Iterator

import orjson

from engine.bpmn.elements import Label
from engine.feel import decisions
from engine.feel.model import Decision, DecisionModel, Table
from engine.studio.changes import Change, Part, between


def compare_decisions(file: str, before: bytes | None, after: bytes | None) -> list[Change]:
    """Return what differs; a file that is missing has no decisions.

    Raises:
        DecisionError: one of them is no decision file.
    """
    return between(file, dict(_parts(before)), dict(_parts(after)))


def _parts(content: bytes | None) -> Iterator[tuple[str, Part]]:
    if content is None:
        return
    model: DecisionModel = decisions.parse(content)
    for decision in model.decisions.values():
        name = Label(decision.name or decision.id)
        table = decision.table
        yield decision.id, Part(decision.id, name, "decision", "decision", _logic(decision))
        if table is not None:
            yield from _rules(table, decision.id, name)


def _logic(decision: Decision) -> dict[str, str]:
    shared = {"name": decision.name, "requires": " · ".join(decision.required)}
    table = decision.table
    if table is None:
        text = decision.logic.text or orjson.dumps(decision.logic.job()).decode()
        return {**shared, "logic": text}
    return {
        **shared,
        "hit_policy": " ".join(filter(None, (table.hit_policy.value, table.aggregation))),
        "inputs": " · ".join(f"{each.label} ({each.expression})" for each in table.inputs),
        "outputs": " · ".join(each.label or each.name for each in table.outputs),
        "rows": " · ".join(rule.id for rule in table.rules),
    }


def _rules(table: Table, decision_id: str, place: Label) -> Iterator[tuple[str, Part]]:
    labels = [each.label or each.expression for each in table.inputs]
    labels += [each.label or each.name for each in table.outputs]
    for number, rule in enumerate(table.rules, start=1):
        cells = dict(zip(labels, [*rule.cells, *rule.outputs], strict=False))
        name = Label(f"第 {number} 行", f"Row {number}")
        key = rule.id or str(number)
        yield f"{decision_id}/{key}", Part(f"{decision_id}/{key}", name, "rule", "rule", cells, place)
