"""Evaluate decisions: boxed expressions, tables with all hit policies and aggregations, and whatever they require.

A decision, and all that it requires, is one job of the isolate (``web/frontend/src/feel/decide.js``).
A cell that meets null does not match (except ``-``, ``null`` and expressions about ``?``); values of different types,
several matches where one is allowed, and outputs that the table does not list are errors, never "no match".
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from engine.errors import NotFoundError
from engine.feel.decision_texts import UNCHECKED, all_texts, asked_of
from engine.feel.dmn import parse
from engine.feel.expressions import WORD, Problem, Scope, check_all, run
from engine.feel.model import Decision, DecisionError, DecisionModel, Finding

__all__ = [
    "Decision",
    "DecisionError",
    "DecisionModel",
    "Finding",
    "Outcome",
    "check_decision",
    "decide",
    "explain",
    "involved",
    "parse",
]


@dataclass(frozen=True)
class Outcome:
    """A result, and the ids of the rules that gave it, in the order that counts."""

    value: Any
    rules: tuple[str, ...] = ()


def decide(model: DecisionModel, decision_id: str, scope: Scope) -> Any:
    """Evaluate a decision or a decision service, and before it what it requires.

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
    ready = _prepared(model, decision_id)
    types = {name: type_ for name, type_ in ready.columns.items() if name in scope.variables}
    seen = replace(scope, types={**types, **scope.types}).mentioned_in([ready.words])
    found = run({"op": "decide", "file": ready.file, "wanted": decision_id, **seen.job()}, ready.name)
    return {each: _outcome(model, each, found[each]) for each in ready.order if each in found}


@dataclass(frozen=True)
class _Prepared:
    """What evaluating a decision needs each time, whatever the variables are.

    Args:
        file: for the isolate.
        words: of all texts, by which variables are chosen.
        order: ids of what may have an outcome.
        columns: types of variables that are inputs of tables by name alone, if neither the process nor the file does.
    """

    name: str
    file: Mapping[str, Any]
    words: str
    order: tuple[str, ...]
    columns: Mapping[str, str]


@lru_cache(maxsize=256)
def _prepared(model: DecisionModel, identifier: str) -> _Prepared:
    part = involved(model, identifier)
    words = {word for text in (*all_texts(part), *part.inputs) for word in WORD.findall(text)}
    return _Prepared(
        name=(model.decisions.get(identifier) or model.services[identifier]).name,
        file=_file(part),
        words=" ".join(sorted(words)),
        order=(*part.decisions, *part.services),
        columns=_column_types(part),
    )


def _outcome(model: DecisionModel, identifier: str, found: Mapping[str, Any]) -> Outcome:
    decision = model.decisions.get(identifier)
    table = None if decision is None else decision.table
    rules = () if table is None else tuple(table.rules[number].id for number in found["rules"])
    return Outcome(found["value"], rules)


def _file(model: DecisionModel) -> dict[str, Any]:
    return {
        "inputs": [
            {"name": name, "type": None if type_ is None else type_.job()} for name, type_ in model.inputs.items()
        ],
        "decisions": {each.id: each.job() for each in model.decisions.values()},
        "functions": {each.id: each.job() for each in model.functions.values()},
        "services": {each.id: each.job() for each in model.services.values()},
    }


def check_decision(model: DecisionModel, decision_id: str, types: Mapping[str, str]) -> list[tuple[str, Problem]]:
    """Check a decision, and those it requires, against the declared variables of the process that uses it.

    Returns:
        Element id of the rule, column or decision, and the problem there.

    Raises:
        NotFoundError: the model has no such decision.
    """
    asked = [one for one in asked_of(involved(model, decision_id), types) if one.kind != UNCHECKED]
    found = check_all([(one.text, one.kind, one.types) for one in asked])
    return [(one.element, problem) for one, problems in zip(asked, found, strict=True) for problem in problems]


def involved(model: DecisionModel, identifier: str) -> DecisionModel:
    """Return the model with only what a decision or a service needs.

    Raises:
        NotFoundError: the model has no such decision.
    """
    if identifier not in model.decisions and identifier not in model.services:
        raise NotFoundError("There is no decision “{name}”.", name=identifier)
    needed: set[str] = set()
    waiting = [identifier]
    while waiting:
        current = waiting.pop()
        if current in needed:
            continue
        needed.add(current)
        if current in model.decisions:
            waiting.extend((*model.decisions[current].required, *model.decisions[current].knowledge))
        elif current in model.functions:
            waiting.extend(model.functions[current].knowledge)
        elif current in model.services:
            waiting.extend((*model.services[current].outputs, *filter(None, model.services[current].decisions)))
    return replace(
        model,
        decisions={key: one for key, one in model.decisions.items() if key in needed},
        functions={key: one for key, one in model.functions.items() if key in needed},
        services={key: one for key, one in model.services.items() if key in needed},
    )


def _column_types(model: DecisionModel) -> dict[str, str]:
    tables = [decision.table for decision in model.decisions.values() if decision.table is not None]
    return {
        column.expression: column.type.base
        for table in tables
        for column in table.inputs
        if column.type is not None and column.type.base is not None and column.expression not in model.inputs
    }
