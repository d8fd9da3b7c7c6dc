"""Evaluate and check FEEL expressions over typed process variables.

Values go in and come out as JSON. A variable that is declared as a date, a date and time or a duration becomes FEEL's
own type on the way in, since a text never equals a date, and ISO 8601 text on the way out. Everything that plain FEEL
answers with a silent null (different types compared, a missing variable, a condition that is neither true nor false)
raises ``FeelError`` instead.

Three rules go beyond the standard, because its answer would be silently wrong here: a date and time without a zone is
local time of the scope's zone; a date plus a time of day (``visit_date + duration("PT9H")``) is a date and time and
not the date alone; and results of arithmetic are rounded to 15 digits, so that 0.1 + 0.2 is 0.3.
Money is whole minor units and so never rounded.
"""

import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from difflib import get_close_matches
from functools import lru_cache
from typing import Any, Literal

from engine.feel import isolate
from engine.feel.faults import FeelError, Problem, problem_from
from engine.feel.plain import NotPlainError, value_of

WORD = re.compile(r"\w+")
CLOCK_WORDS = frozenset({"now", "today"})
NO_TIME = datetime(1970, 1, 1, tzinfo=UTC)
_OUR_TYPES = {"string": "text", "date time": "datetime"}
Kind = Literal[
    "condition", "value", "script", "timer", "unary",
    "text", "number", "money", "boolean", "date", "datetime", "duration", "list", "context",
]  # fmt: skip
TYPES = frozenset({"text", "number", "money", "boolean", "date", "datetime", "duration", "list", "context"})

__all__ = [
    "TYPES", "FeelError", "Function", "Kind", "Problem", "Scope",
    "check", "condition", "evaluate", "evaluate_all", "functions",
]  # fmt: skip


@dataclass(frozen=True)
class Scope:
    """What an expression sees.

    Args:
        variables: JSON; datetimes are ISO 8601 with an offset.
        types: declared types by name; a dotted name declares an entry of a context or of each context in a list
            (``visit.planned_start``). A declared variable that is absent is null. Others have their JSON type.
        now: aware, UTC; what ``now()`` and ``today()`` show.
        time_zone: IANA name; the zone of ``now()``, of datetimes that enter, and of those written without one.
    """

    variables: Mapping[str, Any]
    types: Mapping[str, str]
    now: datetime
    time_zone: str

    def mentioned_in(self, expressions: Sequence[str]) -> "Scope":
        """Return the scope with only the names that the expressions can mean: converting the others takes longest."""
        words = frozenset[str]().union(*(_words_of(expression) for expression in expressions))
        # Without the clock in it, the same question is the same job at any time, and its answer is remembered.
        return Scope(
            variables={name: value for name, value in self.variables.items() if _may_be_meant(name, words)},
            types={name: type_ for name, type_ in self.types.items() if _may_be_meant(name, words)},
            now=self.now if CLOCK_WORDS & words else NO_TIME,
            time_zone=self.time_zone,
        )

    def job(self) -> dict[str, Any]:
        """Return what every job of the isolate needs to know."""
        return {
            "variables": dict(self.variables),
            "types": dict(self.types),
            "now": int(self.now.timestamp() * 1000),
            "zone": self.time_zone,
        }


@dataclass(frozen=True)
class Function:
    """A function that expressions may call; ``type`` is one of ``TYPES``, or ``any`` where it depends."""

    name: str
    parameters: tuple[str, ...]
    type: str


@lru_cache(maxsize=1)
def functions() -> tuple[Function, ...]:
    """Return every function that expressions may call, by name."""
    found = run({"op": "functions", "now": 0, "zone": "UTC"}, "")
    return tuple(
        Function(each["name"], tuple(each["parameters"]), _OUR_TYPES.get(each["type"], each["type"])) for each in found
    )


@lru_cache(maxsize=4096)
def _words_of(expression: str) -> frozenset[str]:
    return frozenset(WORD.findall(expression))


@lru_cache(maxsize=4096)
def _first_word(name: str) -> str | None:
    first = name.partition(".")[0]
    return first if WORD.fullmatch(first) else None


def _may_be_meant(name: str, words: frozenset[str]) -> bool:
    # A name with spaces or signs in it is more than one word: such ones are always kept.
    first = _first_word(name)
    return first is None or first in words


def run(job: dict[str, Any], expression: str) -> Any:
    """Run a job in the isolate and return its value.

    Args:
        job: see ``web/frontend/src/feel/index.js``.
        expression: what an error about time or memory shows.

    Raises:
        FeelError: the job has no usable result.
    """
    try:
        answer = isolate.run(job)
    except isolate.IsolateTimeoutError as error:
        raise FeelError({"code": "timeout"}, expression) from error
    except isolate.IsolateMemoryError as error:
        raise FeelError({"code": "memory"}, expression) from error
    if "fault" in answer:
        raise FeelError(answer["fault"], expression)
    return answer["value"]


def evaluate_all(expressions: Sequence[str], scope: Scope) -> list[Any]:
    """Evaluate several expressions in one call; see ``evaluate``."""
    found: dict[int, Any] = {}
    for number, expression in enumerate(expressions):
        with suppress(NotPlainError):
            found[number] = value_of(expression, scope.variables, scope.types, scope.time_zone)
    left = [expression for number, expression in enumerate(expressions) if number not in found]
    if not left:
        return [found[number] for number in range(len(expressions))]
    values = iter(run({"op": "evaluate", "expressions": left, **scope.mentioned_in(left).job()}, left[0]))
    return [found[number] if number in found else next(values) for number in range(len(expressions))]


def evaluate(expression: str, scope: Scope) -> Any:
    """Evaluate one expression and return a JSON value.

    Dates, datetimes (with offset) and durations come back as ISO 8601 text; null is None.

    Raises:
        FeelError: it cannot be read, meets a value of the wrong type or an unknown name, or takes too much time or
            memory.
    """
    return evaluate_all([expression], scope)[0]


def condition(expression: str, scope: Scope) -> bool:
    """Evaluate a condition.

    Raises:
        FeelError: see ``evaluate``; also when the result is null or anything else that is not true or false.
    """
    result = evaluate(expression, scope)
    if isinstance(result, bool):
        return result
    if result is None:
        raise FeelError({"code": "null"}, expression)
    raise FeelError({"code": "not_boolean", "type": _type_name(result)}, expression)


def _type_name(value: Any) -> str:
    names = {str: "string", int: "number", float: "number", list: "list", dict: "context"}
    return names.get(type(value), "null")


def check(expression: str, types: Mapping[str, str], *, kind: Kind) -> list[Problem]:
    """Find what is wrong with an expression before it runs.

    Args:
        expression: FEEL; of kind "unary" a cell of a decision table, whose input is the type ``?`` of ``types``.
        types: the declared variables; a name that is not among them is a problem, and so is an entry of a "record" (a
            context whose entries are all declared) that is not.
        kind: what the result is for; a "condition" must be boolean, a "timer" a moment or a duration; one of ``TYPES``
            where a value of that type is wanted.
    """
    return check_all([(expression, kind, types)])[0]


def check_all(asked: Sequence[tuple[str, str, Mapping[str, str]]], *, names_known: bool = True) -> list[list[Problem]]:
    """Check several expressions in one call; see ``check``.

    Args:
        asked: expression, kind and declared types of each.
        names_known: whether a name that is not declared is a problem.
    """
    checks = [{"expression": text, "kind": kind, "types": dict(types)} for text, kind, types in asked]
    job = {"op": "check", "checks": checks, "open": not names_known, "now": 0, "zone": "UTC"}
    try:
        found = run(job, asked[0][0] if asked else "")
    except FeelError as error:
        # One expression that exhausts the isolate must not hide what is wrong with the others.
        if len(asked) > 1:
            return [check_all([one], names_known=names_known)[0] for one in asked]
        found = [[{"code": error.code}]]
    for (_, _, types), faults in zip(asked, found, strict=True):
        for fault in faults:
            if fault["code"] == "unknown_member":
                fault["nearest"] = _nearest(fault["name"], fault["owner"], types)
    return [
        [problem_from(fault, text, kind) for fault in faults]
        for (text, kind, _), faults in zip(asked, found, strict=True)
    ]


def _nearest(name: str, owner: str, types: Mapping[str, str]) -> str:
    # The linter finds a wrong entry only where there are right ones, so that one of them is the nearest.
    entries = {path.removeprefix(f"{owner}.").partition(".")[0] for path in types if path.startswith(f"{owner}.")}
    return get_close_matches(name, sorted(entries), 1, 0)[0]
