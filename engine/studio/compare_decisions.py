"""What two decision files differ in: rows of tables by id, columns, hit policies, other logic as text."""

from collections.abc import Iterator, Mapping
from typing import Any

import orjson

from engine.bpmn.labels import Label
from engine.feel import decisions
from engine.feel.model import Decision, Table
from engine.studio.changes import Change, Part, between


def compare_decisions(file: str, before: bytes | None, after: bytes | None) -> list[Change]:
    """Return what differs; a file that is missing has no decisions.

    Raises:
        DecisionError: one of them is no decision file.
    """
    old, new = _model(before), _model(after)
    rows: dict[str, Mapping[str, int]] = {}
    for decision_id in {*old, *new}:
        ids = [_rule_ids(model.get(decision_id)) for model in (old, new)]
        rows[decision_id] = {rule: number for number, rule in enumerate(ids[0], start=1) if rule in ids[1]}
    return between(file, dict(_parts(old, rows)), dict(_parts(new, rows)))


def _model(content: bytes | None) -> Mapping[str, Decision]:
    return {} if content is None else decisions.parse(content).decisions


def _rule_ids(decision: Decision | None) -> list[str]:
    return [rule.id for rule in decision.table.rules] if decision and decision.table else []


def _parts(model: Mapping[str, Decision], rows: Mapping[str, Mapping[str, int]]) -> Iterator[tuple[str, Part]]:
    for decision in model.values():
        name = Label(decision.name or decision.id)
        yield decision.id, Part(decision.id, name, "decision", "decision", _logic(decision, rows[decision.id]))
        if decision.table is not None:
            yield from _rules(decision.table, decision.id, name)


def _logic(decision: Decision, rows: Mapping[str, int]) -> dict[str, Any]:
    """Return what a decision says; of the order of its rows that of those that both sides have, as numbered before."""
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
        "rows": " · ".join(str(rows[rule.id]) for rule in table.rules if rule.id in rows),
    }


def _rules(table: Table, decision_id: str, place: Label) -> Iterator[tuple[str, Part]]:
    labels = [each.label or each.expression for each in table.inputs]
    labels += [each.label or each.name for each in table.outputs]
    for number, rule in enumerate(table.rules, start=1):
        cells = dict(zip(labels, [*rule.cells, *rule.outputs], strict=False))
        name = Label(f"第 {number} 行", f"Row {number}")
        key = rule.id or str(number)
        yield f"{decision_id}/{key}", Part(f"{decision_id}/{key}", name, "rule", "rule", cells, place)
