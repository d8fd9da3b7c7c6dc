"""Impossible moves: what no traveller can do is seen, and no traveller is ever taken for one who cannot."""

from hypothesis import given
from hypothesis import strategies as st

from engine.evidence.rules import CLOCK_ERROR_S, SHORTEST_MOVE_M, fits_its_place, is_impossible_move

KM_H = 1 / 3.6
DISTANCES = st.floats(0, 6_000_000)
ACCURACIES = st.floats(0, 400)
SECONDS = st.floats(0, 86_400)
FIT = {"mock": False, "distance_m": 120, "accuracy_m": 20, "age_s": 5, "radius_m": 200}


def travel_s(distance_m: float, speed_km_h: float) -> float:
    return distance_m / (speed_km_h * KM_H)


def test_thirty_kilometres_in_a_minute_are_impossible() -> None:
    assert is_impossible_move(30_000, 40, 60)
    assert is_impossible_move(30_000, 40, -60)
    assert not is_impossible_move(30_000, 40, 600)


@given(DISTANCES, st.floats(1, 350), ACCURACIES, st.floats(-1, 1), st.floats(-CLOCK_ERROR_S, CLOCK_ERROR_S))
def test_whoever_goes_by_road_or_rail_is_honest(
    distance: float, speed: float, accuracy: float, jitter: float, clock_s: float
) -> None:
    """Up to the fastest train, with each reading off by all that its accuracy allows and the clocks by a minute."""
    elapsed = max(0.0, travel_s(distance, speed) + clock_s)
    assert not is_impossible_move(distance + jitter * accuracy, accuracy, elapsed)


@given(DISTANCES, st.floats(1, 880), st.floats(45 * 60, 10_000))
def test_whoever_flies_is_honest(distance: float, speed: float, ground_s: float) -> None:
    assert not is_impossible_move(distance, 0, travel_s(distance, speed) + ground_s)


@given(DISTANCES, ACCURACIES, SECONDS, SECONDS)
def test_more_time_makes_no_move_impossible(distance: float, accuracy: float, one: float, other: float) -> None:
    short, long = sorted((one, other))
    assert is_impossible_move(distance, accuracy, short) >= is_impossible_move(distance, accuracy, long)


@given(st.floats(0, SHORTEST_MOVE_M), ACCURACIES, SECONDS)
def test_a_short_move_is_always_possible(distance: float, accuracy: float, elapsed: float) -> None:
    assert not is_impossible_move(distance + accuracy, accuracy, elapsed)


def test_only_a_good_reading_at_its_place_can_contradict() -> None:
    assert fits_its_place(FIT)
    for change in (
        {"mock": True}, {"distance_m": None}, {"distance_m": 900}, {"accuracy_m": 201}, {"age_s": 301}, {"age_s": None},
    ):  # fmt: skip
        assert not fits_its_place({**FIT, **change}), change
    assert not fits_its_place({})
