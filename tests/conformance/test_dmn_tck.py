"""The DMN TCK, where the tester has placed it: right as often as promised, and never wrong without a word."""

import os
import re
from collections import Counter
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from time import perf_counter
from typing import Any

import pytest

from engine.feel.decisions import DecisionError, DecisionModel, decide, parse
from engine.feel.expressions import FeelError, Scope
from engine.feel.table_findings import table_findings
from tests.conformance.tck_cases import ZONE, Case, Expected, agrees, alone, cases, input_names

PLACE = os.environ.get("FIELDFLOW_DMN_TCK", "")
NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
SECONDS = 5
"""How long one case may take at most."""
FLOORS = {"compliance-level-2": 107, "compliance-level-3": 3_000}
"""How many cases must be right, counting an error where one is expected."""
OWN_RULES = (
    # A date and time without a zone is local time of the scope; the standard has it compared with nothing, or as UTC.
    r"0074-feel-properties dateTime_00[89]_a",
    r"0100-arithmetic subtract_lhs_(dateAndTime|date)_minus_rhs_(dateAndTime|date)_0\d\d",
    # A date and a time of day are a date and time; the standard drops the time.
    r"0100-arithmetic add_lhs_(date_to_rhs_dtDuration|dtDuration_to_rhs_date)_0\d\d",
    r"0100-arithmetic subtract_lhs_date_minus_rhs_dtDuration_0\d\d",
)
"""Cases where we differ from the standard on purpose; see engine/feel/expressions.py."""
ORDER = ("wrong", "by our own rule", "refused at deploy", "refused at run time", "null is refused", "right")

pytestmark = pytest.mark.skipif(not PLACE, reason="FIELDFLOW_DMN_TCK does not name the TestCases folder of the DMN TCK")

single = cache(alone)
named = cache(input_names)


@cache
def parsed(source: bytes) -> DecisionModel | DecisionError:
    try:
        return parse(source)
    except DecisionError as error:
        return error


def refusal(expected: Expected, otherwise: str) -> str:
    """Return what an error counts as: where the standard answers null without a word, we say why instead."""
    if expected.is_error:
        return "right"
    return "null is refused" if expected.value is None else otherwise


def outcome(case: Case, expected: Expected) -> tuple[str, Any]:
    """Return one of ``ORDER``, and what says why."""
    source, identifier = single(case.model, expected.decision, keep=case.service)
    model = parsed(source)
    if isinstance(model, DecisionError):
        assert all(str(finding) for finding in model.findings)
        return refusal(expected, "refused at deploy"), str(model)
    if case.service:
        identifier = next(each.id for each in model.services.values() if each.name == case.service)
    if identifier is None:
        return "wrong", "no such decision"
    variables = {**dict.fromkeys(named(case.model)), **case.inputs}
    scope = Scope(variables=variables, types=case.types, now=NOW, time_zone=ZONE)
    try:
        found = decide(model, identifier, scope)
    except FeelError as error:
        return refusal(expected, "refused at run time"), f"{error.code} {error.params}"
    if case.service and len(case.expected) > 1:
        found = found[expected.decision]
    if agrees(found, expected.value):
        return "right", found
    is_own = any(re.fullmatch(rule, f"{case.folder} {case.id}") for rule in OWN_RULES)
    return "by our own rule" if is_own else "wrong", f"{found!r} instead of {expected.value!r}"


@pytest.mark.parametrize("level", FLOORS)
def test_nothing_is_wrong_without_a_word(level: str) -> None:
    counts: Counter[str] = Counter()
    details = []
    for case in cases(Path(PLACE) / level):
        started = perf_counter()
        verdicts = [outcome(case, expected) for expected in case.expected]
        assert perf_counter() - started < SECONDS, f"{case.folder} {case.id}"
        verdict = min(verdicts, key=lambda each: ORDER.index(each[0]))
        counts[verdict[0]] += 1
        if verdict[0] != "right":
            details.append(f"{verdict[0]}: {case.folder} {case.id}: {verdict[1]}")
    report = os.environ.get("FIELDFLOW_DMN_TCK_REPORT")
    if report:
        Path(report, f"{level}.txt").write_text("\n".join([str(dict(counts)), *details]), encoding="utf-8")
    print(f"{level}: {dict(counts)}")
    assert [detail for detail in details if detail.startswith("wrong")] == []
    assert counts["right"] >= FLOORS[level]


@pytest.mark.parametrize("level", FLOORS)
def test_every_file_is_read_or_refused_with_its_reasons(level: str) -> None:
    for path in sorted((Path(PLACE) / level).glob("*/*.dmn")):
        started = perf_counter()
        model = parsed(path.read_bytes())
        assert perf_counter() - started < SECONDS, path.name
        for finding in model.findings if isinstance(model, DecisionError) else table_findings(model):
            sentences = [text.format(**finding.params) for text in (finding.template_en, finding.template_zh)]
            assert all("{" + name + "}" not in each for each in sentences for name in finding.params), path.name
