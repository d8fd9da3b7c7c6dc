"""Tests of decisions: rows of inputs with what should come out, as a JSON file of their bundle.

``decision_tests/<decision>.json``::

    {"at": "2026-03-02T01:00:00+00:00",
     "rows": [{"inputs": {"sample.quantity": 3, "sample.eligible": true}, "expected": {"level": "auto"}}]}

``at`` is what ``now()`` shows. A row without ``expected`` is tried, and neither passes nor fails. Of several outputs
only those that ``expected`` names are compared.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Literal

import orjson

from engine.errors import FieldflowError, FieldProblem, InvalidInputError
from engine.feel import decisions
from engine.feel.decisions import DecisionModel
from engine.feel.expressions import Scope
from engine.feel.faults import FeelError
from engine.feel.inputs import inputs_of
from engine.process import bundles, editing
from engine.studio.isolated import TIME_ZONE
from engine.studio.scenarios import contrast

MAX_ROWS = 200
MAX_BYTES = 500_000
CODE = "decision_test_malformed"
EARLIEST = datetime(2026, 1, 1, tzinfo=UTC)
_HOPELESS = {"timeout", "memory"}


@dataclass(frozen=True)
class Row:
    """A row of the test table; it is open while nobody has said what should come out."""

    inputs: Mapping[str, Any]
    expected: Any
    is_open: bool


@dataclass(frozen=True)
class DecisionTests:
    """The test table of a decision."""

    decision: str
    at: datetime
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class RowOutcome:
    """What came of a row.

    Args:
        rules: the rules that match, of the decision and of those it requires: decision id, and numbers from 1.
    """

    state: Literal["passes", "fails", "open"]
    value: Any = None
    rules: tuple[tuple[str, tuple[int, ...]], ...] = ()
    problem: FieldProblem | None = None


def in_files(files: Mapping[str, bytes]) -> list[str]:
    """Return the names of a bundle's files of decision tests."""
    return [name for name in sorted(files) if name.startswith(bundles.DECISION_TESTS)]


def parse(name: str, content: bytes) -> DecisionTests:
    """Read a file of tests.

    Raises:
        InvalidInputError: it is none; the sentence says why.
    """
    decision = name.rpartition("/")[2].removesuffix(".json")
    try:
        document = orjson.loads(content) if len(content) <= MAX_BYTES else None
    except orjson.JSONDecodeError as error:
        raise InvalidInputError("The tests of {name} are not written as JSON.", code=CODE, name=decision) from error
    return read(decision, document)


def read(decision: str, document: Any) -> DecisionTests:
    """Read the tests of a decision from their JSON.

    Raises:
        InvalidInputError: they are none; the sentence says why.
    """
    rows = document.get("rows") if isinstance(document, dict) else None
    if not isinstance(rows, list) or len(rows) > MAX_ROWS:
        raise InvalidInputError(
            "The tests of {name} need a list of at most {n} rows.", code=CODE, name=decision, n=MAX_ROWS
        )
    for number, row in enumerate(rows, start=1):
        if not isinstance(row, dict) or not isinstance(row.get("inputs"), dict):
            raise InvalidInputError("The tests of {name}: row {n} is malformed.", code=CODE, name=decision, n=number)
    try:
        at = datetime.fromisoformat(str(document.get("at") or EARLIEST.isoformat()))
    except ValueError as error:
        raise InvalidInputError("The tests of {name} have no readable time.", code=CODE, name=decision) from error
    found = tuple(Row(row["inputs"], row.get("expected"), "expected" not in row) for row in rows)
    return DecisionTests(decision, at if at.tzinfo else at.replace(tzinfo=UTC), found)


def run(model: DecisionModel, tests: DecisionTests) -> list[RowOutcome]:
    """Evaluate a decision for each row and compare.

    Raises:
        NotFoundError: the model has no such decision.
    """
    columns = inputs_of(model, tests.decision)
    types = {column.name: column.type for column in columns if column.type != "any"}
    empty = dict.fromkeys(column.name for column in columns)
    outcomes: list[RowOutcome] = []
    stop: FieldProblem | None = None
    for row in tests.rows:
        outcome = (
            RowOutcome("fails", problem=stop)
            if stop
            else _run(model, tests, replace(row, inputs={**empty, **row.inputs}), types)
        )
        if outcome.problem is not None and outcome.problem.code in _HOPELESS:
            stop = outcome.problem  # each further row would take as long
        outcomes.append(outcome)
    return outcomes


def _run(model: DecisionModel, tests: DecisionTests, row: Row, types: Mapping[str, str]) -> RowOutcome:
    scope = Scope(_variables(row.inputs), types, tests.at, TIME_ZONE)
    try:
        found = decisions.explain(model, tests.decision, scope)
    except FeelError as error:
        return RowOutcome("fails", problem=FieldProblem(error.template, code=error.code, **error.params))
    value = found[tests.decision].value
    rules = tuple((key, numbers) for key, each in found.items() if (numbers := _numbers(model, key, each.rules)))
    if row.is_open:
        return RowOutcome("open", value, rules)
    if _is_as_expected(row.expected, value):
        return RowOutcome("passes", value, rules)
    was, now = contrast(row.expected, _named(row.expected, value))
    problem = FieldProblem("{now} comes out instead of {then}.", code="decided", now=now, then=was)
    return RowOutcome("fails", value, rules, problem)


def _variables(inputs: Mapping[str, Any]) -> dict[str, Any]:
    """Return dotted names as entries of contexts."""
    found: dict[str, Any] = {}
    for name, value in inputs.items():
        *path, last = name.split(".")
        place = found
        for part in path:
            inner = place.get(part)
            if not isinstance(inner, dict):
                inner = place[part] = {}
            place = inner
        place[last] = value
    return found


def _numbers(model: DecisionModel, identifier: str, rules: tuple[str, ...]) -> tuple[int, ...]:
    decision = model.decisions.get(identifier)
    if decision is None or decision.table is None:
        return ()
    ids = [rule.id for rule in decision.table.rules]
    return tuple(ids.index(rule) + 1 for rule in rules)


def _is_as_expected(expected: Any, value: Any) -> bool:
    return _same(expected, _named(expected, value))


def _named(expected: Any, value: Any) -> Any:
    """Return of several outputs those that are expected."""
    if isinstance(expected, dict) and isinstance(value, dict):
        return {name: value[name] for name in expected if name in value}
    return value


def _same(one: Any, other: Any) -> bool:
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(_same(one[name], other[name]) for name in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_same, one, other))
    return isinstance(one, bool) == isinstance(other, bool) and bool(one == other)


def run_all(files: Mapping[str, bytes]) -> dict[str, list[RowOutcome]]:
    """Run the tests of every decision of a bundle; tests that cannot be run are one row that fails."""
    models = dict(_models(files))
    broken = _broken(files)
    found: dict[str, list[RowOutcome]] = {}
    for name in in_files(files):
        decision = name.rpartition("/")[2].removesuffix(".json")
        try:
            tests = parse(name, files[name])
            if decision not in models and broken:
                found[decision] = [RowOutcome("fails", problem=_unreadable(broken[0]))]
            else:
                found[decision] = run(_model(models, decision), tests)
        except FieldflowError as error:
            problem = FieldProblem(error.template, code=error.code, **error.params)
            found[decision] = [RowOutcome("fails", problem=problem)]
    return found


def names(files: Mapping[str, bytes]) -> dict[str, str]:
    """Return what the decisions of a bundle are called, by id; those of a file that cannot be read are left out."""
    return {decision: model.decisions[decision].name or decision for decision, model in _models(files)}


def failing(files: Mapping[str, bytes]) -> list[str]:
    """Return the decisions of which a test does not pass."""
    return [name for name, rows in run_all(files).items() if any(row.state == "fails" for row in rows)]


def findings_of(files: Mapping[str, bytes]) -> Iterator[InvalidInputError]:
    """Yield what is wrong with the files of tests themselves: malformed, or of a decision that is not there."""
    models = dict(_models(files))
    broken = _broken(files)
    for name in in_files(files):
        try:
            tests = parse(name, files[name])
            if not broken:
                _model(models, tests.decision)
        except InvalidInputError as error:
            yield error


def _broken(files: Mapping[str, bytes]) -> list[str]:
    return [name for name in sorted(files) if name.endswith(".dmn") and not editing.decisions_in(name, files[name])]


def _unreadable(file: str) -> FieldProblem:
    return FieldProblem("{file} cannot be read, so its decisions cannot be tried.", code=CODE, file=file)


def _model(models: Mapping[str, DecisionModel], decision: str) -> DecisionModel:
    if decision not in models:
        raise InvalidInputError("There are tests of {name}, but no such decision.", code=CODE, name=decision)
    return models[decision]


def _models(files: Mapping[str, bytes]) -> Iterator[tuple[str, DecisionModel]]:
    for name in sorted(files):
        if editing.decisions_in(name, files[name]):
            model = decisions.parse(files[name])
            yield from dict.fromkeys(model.decisions, model).items()
