"""Evaluate decision tables: all hit policies, COLLECT's aggregations and required decisions.

All cells of a table are evaluated in one call of the isolate; this module decides what the matching rules mean.
A cell that meets null does not match (except ``-``, ``null`` and expressions about ``?``); values of different types,
several matches where one is allowed, and outputs that the table does not list are errors, never "no match".
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from engine.errors import NotFoundError
from engine.feel.dmn import parse
from engine.feel.expressions import FeelError, Problem, Scope, check_all, evaluate, run
from engine.feel.model import Aggregation, Decision, DecisionError, DecisionModel, Finding, HitPolicy

__all__ = [
    "Decision",
    "DecisionError",
    "DecisionModel",
    "Finding",
    "Outcome",
    "check_decision",
    "decide",
    "explain",
    "parse",
]

_NEVER = datetime(1970, 1, 1, tzinfo=UTC)
_LISTS = {HitPolicy.COLLECT, HitPolicy.RULE_ORDER, HitPolicy.OUTPUT_ORDER}


@dataclass(frozen=True)
class Outcome:
    """A result, and the ids of the rules that gave it, in the order of the table."""

    value: Any
    rules: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Match:
    rule: str
    outputs: Sequence[Any]


def decide(model: DecisionModel, decision_id: str, scope: Scope) -> Any:
    """Evaluate a decision, and before it those it requires.

    Returns:
        The value of a single output, a dict of several, a list of either when the hit policy collects; None when no
        rule matches and the outputs have no default (COUNT: 0).

    Raises:
        NotFoundError: the model has no such decision.
        FeelError: an expression fails, or the rules that match contradict the hit policy.
    """
    return explain(model, decision_id, scope)[decision_id].value


def explain(model: DecisionModel, decision_id: str, scope: Scope) -> dict[str, Outcome]:
    """Evaluate like ``decide``; return the outcome of each decision involved, required ones first.

    Raises:
        NotFoundError: the model has no such decision.
    """
    if decision_id not in model.decisions:
        raise NotFoundError("There is no decision “{name}”.", name=decision_id)
    needed = _needed(model, decision_id)
    outcomes: dict[str, Outcome] = {}
    for decision in model.decisions.values():
        if decision.id in needed:
            outcomes[decision.id] = _outcome(decision, scope)
            scope = _with_result(scope, decision, outcomes[decision.id].value)
    return outcomes


def check_decision(model: DecisionModel, decision_id: str, types: Mapping[str, str]) -> list[tuple[str, Problem]]:
    """Check a decision, and those it requires, against the declared variables of the process that uses it.

    Returns:
        Element id of the rule, column or decision, and the problem there.

    Raises:
        NotFoundError: the model has no such decision.
    """
    if decision_id not in model.decisions:
        raise NotFoundError("There is no decision “{name}”.", name=decision_id)
    needed = _needed(model, decision_id)
    known = Scope(variables={}, types=types, now=_NEVER, time_zone="UTC")
    asked: list[tuple[str, tuple[str, str, Mapping[str, str]]]] = []
    for decision in model.decisions.values():
        if decision.id in needed:
            asked.extend(_expressions(decision, known.types))
            known = _with_result(known, decision, None)
            # A result whose type the file leaves open is known by name all the same.
            known = replace(known, types={**dict.fromkeys(decision.names, "any"), **known.types})
    found = check_all([one for _, one in asked])
    return [(element, problem) for (element, _), problems in zip(asked, found, strict=True) for problem in problems]


def _expressions(
    decision: Decision, types: Mapping[str, str]
) -> Iterator[tuple[str, tuple[str, str, Mapping[str, str]]]]:
    if decision.literal is not None:
        yield decision.id, (decision.literal, "value", types)
    for column in decision.inputs:
        yield column.id, (column.expression, "value", types)
    for rule in decision.rules:
        for column, cell in zip(decision.inputs, rule.cells, strict=True):
            kind = column.type or types.get(column.expression)
            yield rule.id, (cell, "unary", {**types, "?": kind} if kind else types)
        for text in filter(None, rule.outputs):
            yield rule.id, (text, "value", types)
    for output in decision.outputs:
        if output.default:
            yield output.id, (output.default, "value", types)


def _needed(model: DecisionModel, decision_id: str) -> set[str]:
    needed: set[str] = set()
    waiting = [decision_id]
    while waiting:
        current = waiting.pop()
        if current not in needed:
            needed.add(current)
            waiting.extend(model.decisions[current].required)
    return needed


def _with_result(scope: Scope, decision: Decision, value: Any) -> Scope:
    """Let later decisions see the result, with the types that its outputs declare."""
    variables, types = dict(scope.variables), dict(scope.types)
    single = decision.type if decision.literal is not None else decision.outputs[0].type
    collects = decision.hit_policy in _LISTS and decision.aggregation is None
    for name in decision.names:
        for stale in [known for known in types if known == name or known.startswith(f"{name}.")]:
            del types[stale]
        variables[name] = value
        if len(decision.outputs) > 1:
            types.update({f"{name}.{output.name}": output.type for output in decision.outputs if output.type})
        elif single and not collects:
            types[name] = single
    return replace(scope, variables=variables, types=types)


def _outcome(decision: Decision, scope: Scope) -> Outcome:
    if decision.literal is not None:
        return Outcome(evaluate(decision.literal, scope))
    seen = _typed(decision, scope).mentioned_in(_texts(decision))
    answer = run({**_job(decision), **seen.job()}, decision.name)
    matches = [_Match(decision.rules[match["rule"]].id, match["outputs"]) for match in answer["matches"]]
    if not matches:
        return Outcome(_without_match(decision, answer["defaults"]))
    chosen = _choose(decision, matches, answer["order"])
    values = [_value(decision, match.outputs) for match in chosen]
    rules = tuple(match.rule for match in chosen)
    if decision.aggregation is not None:
        return Outcome(_aggregate(decision, decision.aggregation, values), rules)
    return Outcome(values if decision.hit_policy in _LISTS else values[0], rules)


def _job(decision: Decision) -> dict[str, Any]:
    return {
        "op": "table",
        "first": decision.hit_policy is HitPolicy.FIRST,
        "ordered": decision.ordered,
        "inputs": [{"expression": i.expression, "type": i.type, "values": i.values} for i in decision.inputs],
        "outputs": [{"type": o.type, "values": o.values, "default": o.default} for o in decision.outputs],
        "rules": [{"cells": rule.cells, "outputs": rule.outputs} for rule in decision.rules],
    }


def _texts(decision: Decision) -> list[str]:
    columns = [column.expression for column in decision.inputs]
    outputs = [output.default for output in decision.outputs if output.default]
    return [*columns, *outputs, *(text for rule in decision.rules for text in (*rule.cells, *rule.outputs) if text)]


def _typed(decision: Decision, scope: Scope) -> Scope:
    """Declare the variables that are inputs by name alone, if the process did not."""
    types = {
        column.expression: column.type
        for column in decision.inputs
        if column.type is not None and column.expression in scope.variables
    }
    return replace(scope, types={**types, **scope.types})


def _value(decision: Decision, outputs: Sequence[Any]) -> Any:
    if len(decision.outputs) == 1:
        return outputs[0]
    return {output.name: value for output, value in zip(decision.outputs, outputs, strict=True)}


def _without_match(decision: Decision, defaults: Sequence[Any]) -> Any:
    if decision.aggregation is Aggregation.COUNT:
        return 0
    if any(output.default is not None for output in decision.outputs):
        value = _value(decision, defaults)
        return [value] if decision.hit_policy in _LISTS and decision.aggregation is None else value
    return None


def _choose(decision: Decision, matches: list[_Match], order: Sequence[Sequence[Any] | None]) -> list[_Match]:
    """Return the matches that count, in the order that counts.

    Raises:
        FeelError: the hit policy allows one match, or only equal ones, and there are others.
    """
    first = matches[:1]
    match decision.hit_policy:
        case HitPolicy.UNIQUE if len(matches) > 1:
            raise FeelError({"code": "several_rules"}, decision.name)
        case HitPolicy.ANY if any(match.outputs != first[0].outputs for match in matches):
            raise FeelError({"code": "rules_disagree"}, decision.name)
        case HitPolicy.UNIQUE | HitPolicy.ANY | HitPolicy.FIRST:
            return first
        case HitPolicy.PRIORITY:
            return _by_output(matches, order)[:1]
        case HitPolicy.OUTPUT_ORDER:
            return _by_output(matches, order)
        case _:
            return matches


def _by_output(matches: list[_Match], order: Sequence[Sequence[Any] | None]) -> list[_Match]:
    """Sort by the place of each output in the list of its values, the first output first; ties keep rule order."""

    def rank(match: _Match) -> list[int]:
        return [values.index(match.outputs[n]) for n, values in enumerate(order) if values is not None]

    return sorted(matches, key=rank)


def _aggregate(decision: Decision, aggregation: Aggregation, values: list[Any]) -> Any:
    if aggregation is Aggregation.COUNT:
        return len(values)
    if not all(isinstance(value, int | float) and not isinstance(value, bool) for value in values):
        raise FeelError({"code": "not_numbers"}, decision.name)
    if aggregation is Aggregation.MIN:
        return min(values)
    if aggregation is Aggregation.MAX:
        return max(values)
    # Decimal, as FEEL's numbers are: adding ten times 0.1 as floats is not 1.
    total = sum((Decimal(str(value)) for value in values), Decimal(0))
    return int(total) if total == total.to_integral_value() else float(total)
