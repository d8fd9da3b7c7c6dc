"""What is answered without the isolate is what the isolate would have answered."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from engine.clock import utc_now
from engine.feel import expressions
from engine.feel.expressions import Scope
from engine.feel.plain import NotPlainError, value_of

TYPES = {"name": "text", "count": "number", "is_open": "boolean", "people": "list", "form": "context", "at": "datetime"}
FIRST, LAST = datetime(1971, 1, 1), datetime(2098, 1, 1)  # noqa: DTZ001 - hypothesis wants naive bounds
NAMES = st.sampled_from(
    ["name", "count", "is_open", "people", "form.note", "form.size", "form.ok", "true", "null", "-7"]
)


@given(
    expression=NAMES,
    name=st.text(max_size=12),
    count=st.integers(-(10**12), 10**12),
    is_open=st.booleans(),
    people=st.lists(st.text(max_size=8), max_size=4),
)
def test_plain_values_equal_the_isolates(
    expression: str, name: str, count: int, is_open: bool, people: list[str]
) -> None:
    variables = {
        "name": name, "count": count, "is_open": is_open, "people": people,
        "form": {"note": name, "size": count, "ok": is_open},
    }  # fmt: skip
    scope = Scope(variables=variables, types=TYPES, now=utc_now(), time_zone="Asia/Shanghai")
    plain = value_of(expression, variables, TYPES, "Asia/Shanghai")
    job = {"op": "evaluate", "expressions": [expression], **scope.job()}
    assert [plain] == expressions.run(job, expression)


ANY = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**14), 10**14) | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4),
    max_leaves=12,
)


@given(form=st.dictionaries(st.text(max_size=6), ANY, max_size=4), people=st.lists(ANY, max_size=4))
def test_whole_contexts_and_lists_equal_the_isolates(form: dict[str, object], people: list[object]) -> None:
    variables = {"form": form, "people": people}
    scope = Scope(variables=variables, types=TYPES, now=utc_now(), time_zone="Asia/Shanghai")
    for name in variables:
        job = {"op": "evaluate", "expressions": [name], **scope.job()}
        assert [value_of(name, variables, TYPES, "Asia/Shanghai")] == expressions.run(job, name)


@pytest.mark.parametrize(
    ("expression", "variables"),
    [
        ("at", {"at": "2026-11-23T09:00:00.5+08:00"}),
        ("at", {"at": "2026-11-23T09:00:00"}),
        ("at", {"at": "2026-02-30T09:00:00Z"}),
        ("count", {"count": "5"}),
        ("count", {"count": 1.5}),
        ("unknown", {}),
        ("name + 1", {"name": "a"}),
        ("if", {"if": 1}),
        ('"a\\"b"', {}),
        ("people", {"people": ["2026-01-01", 0.1 + 0.2]}),
        ("people", {"people": [{"count": 10**15}]}),
        ("form", {"form": [1]}),
        ("12345678901234567890", {}),
    ],
)
def test_what_is_not_certain_goes_to_the_isolate(expression: str, variables: dict[str, object]) -> None:
    with pytest.raises(NotPlainError):
        value_of(expression, variables, TYPES, "UTC")


def test_expressions_are_evaluated_where_an_event_loop_runs() -> None:
    async def evaluate() -> object:
        scope = Scope(variables={}, types={}, now=utc_now(), time_zone="UTC")
        return expressions.evaluate("1 + 1", scope)

    # In a thread of its own: a browser test before this one may have left an event loop in this one.
    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(asyncio.run, evaluate()).result() == 2


@given(
    moment=st.datetimes(FIRST, LAST, timezones=st.timezones()),
    zone=st.sampled_from(["Asia/Shanghai", "UTC", "Europe/Berlin", "America/St_Johns"]),
)
def test_plain_instants_equal_the_isolates(moment: datetime, zone: str) -> None:
    text = moment.replace(microsecond=0).isoformat()
    assume(len(text) == 25)  # some zones had offsets with seconds
    # In the hour that comes twice in autumn the isolate, which keeps local time, shows the first of the two.
    local = moment.astimezone(ZoneInfo(zone))
    assume(local.replace(fold=0).utcoffset() == local.replace(fold=1).utcoffset())
    scope = Scope(variables={"at": text}, types=TYPES, now=utc_now(), time_zone=zone)
    job = {"op": "evaluate", "expressions": ["at"], **scope.job()}
    assert [value_of("at", {"at": text}, TYPES, zone)] == expressions.run(job, "at")
