"""The order of stops: every stop once, in time where that is possible, never worse than what was given."""

import math
from itertools import pairwise, permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.planning import rules
from engine.planning.rules import Point, Stop


def travel(one: Point | None, other: Point | None) -> float:
    return 0.0 if one is None or other is None else math.dist(one, other)


POINTS = st.tuples(st.integers(0, 60), st.integers(0, 60))


@st.composite
def days(draw: st.DrawFn) -> list[Stop]:
    """Draw stops with and without windows, feasible or not."""
    stops = []
    for place in draw(st.lists(POINTS, max_size=8)):
        earliest = draw(st.none() | st.integers(0, 400))
        length = draw(st.none() | st.integers(0, 200))
        latest = None if length is None else (earliest or 0) + length
        stops.append(Stop(place, draw(st.integers(0, 60)), earliest, latest))
    return stops


@st.composite
def feasible_days(draw: st.DrawFn) -> list[Stop]:
    """Draw stops whose windows fit at least one order: the one in which they were drawn, before they are shuffled."""
    stops = [Stop(place, draw(st.integers(0, 30))) for place in draw(st.lists(POINTS, min_size=1, max_size=7))]
    route = rules.route_as_given(stops, travel)
    slack = [(draw(st.integers(0, 60)), draw(st.integers(0, 60))) for _ in stops]
    known = [
        Stop(stop.place, stop.service, begins - before, begins + after)
        for stop, begins, (before, after) in zip(stops, route.begins, slack, strict=True)
    ]
    return draw(st.permutations(known))


@settings(deadline=None, max_examples=150)
@given(days(), st.none() | POINTS, st.none() | POINTS)
def test_every_stop_once_and_never_worse_than_given(stops: list[Stop], start: Point, end: Point) -> None:
    found = rules.order_stops(stops, travel, start=start, end=end)
    as_given = rules.route_as_given(stops, travel, start=start, end=end)
    assert sorted(found.order) == list(range(len(stops)))
    assert (found.cost.late, found.cost.travel) <= (as_given.cost.late + 1e-5, as_given.cost.travel + 1e-5) or (
        found.cost.late < as_given.cost.late
    )


@settings(deadline=None, max_examples=80)
@given(feasible_days())
def test_windows_are_kept_where_they_can_be(stops: list[Stop]) -> None:
    found = rules.order_stops(stops, travel)
    assert found.cost.late == pytest.approx(0, abs=1e-4)
    for number, begins in zip(found.order, found.begins, strict=True):
        assert stops[number].earliest - 1e-6 <= begins <= stops[number].latest + 1e-4


@settings(deadline=None, max_examples=25)
@given(st.lists(POINTS, min_size=2, max_size=6))
def test_few_stops_get_the_shortest_way(places: list[Point]) -> None:
    stops = [Stop(place, 10) for place in places]
    shortest = min(sum(math.dist(a, b) for a, b in pairwise(p)) for p in permutations(places))
    assert rules.order_stops(stops, travel).cost.travel == pytest.approx(shortest, abs=1e-4)


@settings(deadline=None, max_examples=20)
@given(days())
def test_the_same_day_gets_the_same_order(stops: list[Stop]) -> None:
    assert rules.order_stops(stops, travel) == rules.order_stops(stops, travel)


def test_the_begin_of_a_visit_waits_for_its_window() -> None:
    route = rules.route_as_given([Stop((0, 0), 30, 540, 600), Stop((0, 10), 30)], travel, begin=480)
    assert route.begins == (540, 580)


def test_lateness_counts_before_travel() -> None:
    near, far = Stop((0, 1), 60), Stop((0, 50), 10, 0, 55)
    assert rules.order_stops([near, far], travel, start=(0, 0)).order == (1, 0)


@pytest.mark.parametrize(
    ("confirmed", "planned", "expected"),
    [
        ([], ["a", "b"], ["a", "b"]),
        (["b", "a"], ["a", "b"], ["b", "a"]),
        (["c", "a"], ["a", "b", "c"], ["b", "c", "a"]),
        (["b", "a"], ["a", "b", "c"], ["b", "a", "c"]),
        (["gone", "b", "b"], ["a", "b"], ["a", "b"]),
    ],
)
def test_new_visits_find_their_place_in_the_confirmed_order(
    confirmed: list[str], planned: list[str], expected: list[str]
) -> None:
    assert rules.merged(confirmed, planned) == expected


@pytest.mark.parametrize(
    ("key", "by", "expected"),
    [("b", -1, ["b", "a", "c"]), ("b", 1, ["a", "c", "b"]), ("a", -1, ["a", "b", "c"]), ("x", 1, ["a", "b", "c"])],
)
def test_a_button_moves_one_visit(key: str, by: int, expected: list[str]) -> None:
    assert rules.moved(["a", "b", "c"], key, by) == expected
