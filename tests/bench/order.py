"""The order of stops: how far from the best possible, and how long it takes.

15 stops, with windows and without, and 30 stops with windows are compared with the exact answer of dynamic programming
over (visited, last) with Pareto labels of time and travel (Held and Karp 1962; Dumas et al. 1995); 30 stops without
windows with the 1-tree bound (Held and Karp 1971), which is itself some 0.7 % below the shortest tour.
"""

import math
import time
from collections.abc import Sequence
from random import Random
from statistics import mean, median

from engine.planning import rules
from engine.planning.rules import Point, Stop
from tests.bench.report import Report

HOME = (30.0, 30.0)
CASES = 8


def bench_order(report: Report) -> None:
    """Measure gaps in per cent of travel, and milliseconds."""
    for size, limit_ms in ((15, 50), (30, 300)):
        for windows in (False, True):
            gaps: list[float] = []
            times: list[float] = []
            late = 0
            for seed in range(CASES):
                stops = make_stops(size, seed, windows=windows)
                before = time.perf_counter()
                found = rules.order_stops(stops, travel, start=HOME, end=HOME)
                times.append((time.perf_counter() - before) * 1000)
                known = exact(stops) if windows or size <= 15 else one_tree_bound([HOME, *places(stops)])
                gaps.append(100 * (found.cost.travel / known - 1))
                late += found.cost.late > 1e-3
            kind = "with windows" if windows else "without windows"
            to = "the 1-tree bound" if size > 15 and not windows else "the exact order"
            report.add(f"order of {size} stops {kind}: mean gap to {to}", mean(gaps), "%", 2)
            report.add(f"order of {size} stops {kind}: largest gap to {to}", max(gaps), "%", 5)
            report.add(f"order of {size} stops {kind}: days with a late stop", late, "", 0)
            report.add(f"order of {size} stops {kind}", median(times), "ms", limit_ms)


def travel(one: Point | None, other: Point | None) -> float:
    """Return minutes, one for each unit of the plane."""
    return 0.0 if one is None or other is None else math.dist(one, other)


def places(stops: Sequence[Stop]) -> list[Point]:
    """Return the places of stops."""
    return [stop.place for stop in stops if stop.place is not None]


def make_stops(size: int, seed: int, *, windows: bool) -> list[Stop]:
    """Return random stops; their windows (60 minutes) fit an order, by turns a short tour and a random one."""
    random = Random(seed)
    stops = [Stop((random.random() * 60, random.random() * 60), 10) for _ in range(size)]
    if not windows:
        return stops
    if seed % 2:
        stops = [stops[number] for number in rules.order_stops(stops, travel, start=HOME, looks=200).order]
    begins = rules.route_as_given(stops, travel, start=HOME).begins
    early = [at - random.random() * 60 for at in begins]
    stops = [Stop(stop.place, 10, at, at + 60) for stop, at in zip(stops, early, strict=True)]
    random.shuffle(stops)
    return stops


def exact(stops: Sequence[Stop]) -> float:
    """Return the least travel of an order that is in time everywhere."""
    ways = [[math.dist(one, other) for other in places(stops)] for one in places(stops)]
    home = [math.dist(HOME, place) for place in places(stops)]
    latest = [math.inf if stop.latest is None else stop.latest for stop in stops]
    earliest = [-math.inf if stop.earliest is None else stop.earliest for stop in stops]
    everything = range(len(stops))
    labels: dict[tuple[int, int], list[tuple[float, float]]] = {}

    def add(to: dict[tuple[int, int], list[tuple[float, float]]], mask: int, stop: int, at: float, way: float) -> None:
        at = max(at, earliest[stop])
        leaves = at + stops[stop].service
        left = (other for other in everything if not mask >> other & 1)
        if at > latest[stop] or any(leaves + ways[stop][other] > latest[other] for other in left):
            return
        # Without windows the time decides nothing: one label is enough.
        kept = to.setdefault((mask, stop), [])
        if any(way >= other[1] and (at >= other[0] or latest[stop] == math.inf) for other in kept):
            return
        kept[:] = [other for other in kept if not (way <= other[1] and (at <= other[0] or latest[stop] == math.inf))]
        kept.append((at, way))

    for stop in everything:
        add(labels, 1 << stop, stop, home[stop], home[stop])
    for _ in range(len(stops) - 1):
        following: dict[tuple[int, int], list[tuple[float, float]]] = {}
        for (mask, last), found in labels.items():
            for at, way in found:
                leaves = at + stops[last].service
                for stop in everything:
                    if not mask >> stop & 1:
                        add(following, mask | 1 << stop, stop, leaves + ways[last][stop], way + ways[last][stop])
        labels = following
    return min(way + home[last] for (_mask, last), found in labels.items() for _at, way in found)


def one_tree_bound(points: Sequence[Point], rounds: int = 1500) -> float:
    """Return a lower bound of the shortest closed tour, by subgradient ascent on the weights of the points."""
    size = len(points)
    ways = [[math.dist(one, other) for other in points] for one in points]
    weights = [0.0] * size
    best, length = 0.0, 1.0
    for turn in range(rounds):
        degree = [0] * size
        cost = 0.0
        near = {other: (ways[1][other] + weights[1] + weights[other], 1) for other in range(2, size)}
        while near:
            other = min(near, key=lambda each: near[each][0])
            way, joined = near.pop(other)
            cost += way
            degree[other] += 1
            degree[joined] += 1
            for each, (known, _via) in near.items():
                if (candidate := ways[other][each] + weights[other] + weights[each]) < known:
                    near[each] = (candidate, other)
        for way, other in sorted((ways[0][each] + weights[0] + weights[each], each) for each in range(1, size))[:2]:
            cost += way
            degree[other] += 1
            degree[0] += 1
        best = max(best, cost - 2 * sum(weights))
        length = 2.0 * (1 - turn / rounds)
        weights = [weight + length * (count - 2) for weight, count in zip(weights, degree, strict=True)]
    return best
