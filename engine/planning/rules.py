"""The order of stops of a day: a small solver of the travelling salesman problem with time windows, plain Python.

Cheapest insertion and earliest deadline first give the first orders; 2-opt (Croes 1958) and Or-opt (Or 1976) improve
the best of them; then strings of neighbours are taken out and put back where they cost least (ruin and recreate,
Schrimpf et al. 2000). The search ends after a fixed count of looks, not after a time, so that the same day always gets
the same order. Lateness counts first, then minutes of travel, then when the day ends.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from random import Random

Point = tuple[float, float]
Travel = Callable[[Point | None, Point | None], float]
"""Minutes from one place to another; None is a place that nobody knows, or no place at all."""

LOOKS_FOR_EACH_STOP = 400
"""How many orders the search may look at: 15 stops take some 20 ms, 30 some 100 ms."""
OVERLOOKED = 0.1
"""How often a place is overlooked when strings are put back, so that the search leaves a dead end ("blinks",
Christiaens and Vanden Berghe 2020)."""
DETOUR = 0.2
"""How much more travel than in the best order the search goes on from at first; less and less, then none."""
MAX_STOPS = 60
"""Beyond this the given order is only improved step by step: no rep makes so many visits."""
EPSILON = 1e-6
NEVER = 1e12


@dataclass(frozen=True)
class Stop:
    """A visit to be made.

    Args:
        service: minutes at the place.
        earliest: minute before which it cannot begin; None: any time.
        latest: minute after which its begin is late; None: any time.
    """

    place: Point | None
    service: float = 30
    earliest: float | None = None
    latest: float | None = None


@dataclass(frozen=True, order=True)
class Cost:
    """What an order costs, in minutes; smaller is better."""

    late: float
    travel: float
    end: float


@dataclass(frozen=True)
class Route:
    """An order of stops.

    Args:
        order: indices of the given stops.
        begins: when each of them begins, in that order; minutes.
    """

    order: tuple[int, ...]
    begins: tuple[float, ...]
    cost: Cost


def order_stops(
    stops: Sequence[Stop],
    travel: Travel,
    *,
    begin: float = 0,
    start: Point | None = None,
    end: Point | None = None,
    looks: int | None = None,
) -> Route:
    """Return the best order found, never a worse one than the given.

    Args:
        begin: minute at which the day begins.
        start: where it begins; None: at the first stop.
        end: where it ends; None: at the last stop.
        looks: how many orders the search may look at; None: ``LOOKS_FOR_EACH_STOP`` of each stop.
    """
    problem = _Problem(stops, travel, begin, start, end)
    given = list(range(len(stops)))
    if len(stops) < 2:
        return problem.route(given)
    if len(stops) <= MAX_STOPS:
        firsts = [given, problem.by_deadline(), problem.inserted(given), problem.inserted(problem.by_deadline())]
    else:
        firsts = [given]
    problem.left = LOOKS_FOR_EACH_STOP * len(stops) if looks is None else looks
    best = min(firsts, key=problem.cost)
    return problem.route(_ruined_and_recreated(problem, problem.improved(best)))


def route_as_given(
    stops: Sequence[Stop],
    travel: Travel,
    *,
    begin: float = 0,
    start: Point | None = None,
    end: Point | None = None,
) -> Route:
    """Return what the given order costs, and when each stop begins."""
    return _Problem(stops, travel, begin, start, end).route(list(range(len(stops))))


def merged(confirmed: Sequence[str], planned: Sequence[str]) -> list[str]:
    """Return keys in the confirmed order; one that is new stands before the first that was planned after it.

    Args:
        planned: every key of the day, in time order.
    """
    known = [key for key in dict.fromkeys(confirmed) if key in set(planned)]
    rank = {key: number for number, key in enumerate(planned)}
    listed = set(known)
    for key in planned:
        if key not in listed:
            place = next((number for number, other in enumerate(known) if rank[other] > rank[key]), len(known))
            known.insert(place, key)
            listed.add(key)
    return known


def moved(order: Sequence[str], key: str, by: int) -> list[str]:
    """Return an order with one key moved up (-1) or down (1), as far as there is room."""
    keys = list(order)
    if key in keys:
        place = keys.index(key)
        keys.remove(key)
        keys.insert(max(0, min(len(keys), place + by)), key)
    return keys


class _Problem:
    """The minutes between all places, with the way in as row n and the way out as column n."""

    def __init__(
        self, stops: Sequence[Stop], travel: Travel, begin: float, start: Point | None, end: Point | None
    ) -> None:
        self.size = len(stops)
        places = [stop.place for stop in stops]
        self.minutes = [[travel(one, other) for other in places] for one in places]
        for row, place in zip(self.minutes, places, strict=True):
            row.append(travel(place, end) if end is not None else 0.0)
        self.minutes.append([travel(start, place) if start is not None else 0.0 for place in places] + [0.0])
        self.begin = begin
        self.left = 0
        self._service = [stop.service for stop in stops]
        self._earliest = [-NEVER if stop.earliest is None else stop.earliest for stop in stops]
        self._latest = [NEVER if stop.latest is None else stop.latest for stop in stops]

    def cost(self, order: Sequence[int]) -> tuple[float, float, float]:
        """Return lateness, travel and the end of the day."""
        self.left -= 1
        minutes, earliest, latest, service = self.minutes, self._earliest, self._latest, self._service
        time, late, way = self.begin, 0.0, 0.0
        row = minutes[self.size]
        for stop in order:
            leg = row[stop]
            way += leg
            time += leg
            if time < earliest[stop]:
                time = earliest[stop]
            elif time > latest[stop]:
                late += time - latest[stop]
            time += service[stop]
            row = minutes[stop]
        leg = row[self.size]
        return late, way + leg, time + leg

    def route(self, order: Sequence[int]) -> Route:
        """Return an order with the times of its stops."""
        begins: list[float] = []
        time, row = self.begin, self.minutes[self.size]
        for stop in order:
            time = max(time + row[stop], self._earliest[stop])
            begins.append(time)
            time += self._service[stop]
            row = self.minutes[stop]
        return Route(tuple(order), tuple(begins), Cost(*self.cost(order)))

    def by_deadline(self) -> list[int]:
        """Return the stops by the end of their windows."""
        return sorted(range(self.size), key=lambda stop: (self._latest[stop], self._earliest[stop]))

    def inserted(self, stops: Sequence[int], into: Sequence[int] = (), *, random: Random | None = None) -> list[int]:
        """Put stops one by one where they cost least; with ``random`` a place is overlooked now and then."""
        order = list(into)
        for stop in stops:
            order = self._with(order, stop, random)
        return order

    def improved(self, order: Sequence[int]) -> list[int]:
        """Return an order that is in time after 2-opt and Or-opt, until neither helps or no looks are left."""
        best, cost = list(order), self.cost(order)
        found = cost[0] <= EPSILON
        while found and self.left > 0:
            found = False
            for changed in self._shorter(best):
                other = self.cost(changed)
                if _is_less(other, cost):
                    best, cost, found = changed, other, True
                    break
        return best

    def _with(self, order: list[int], stop: int, random: Random | None) -> list[int]:
        minutes, last = self.minutes, self.size
        before, after = [last, *order], [*order, last]
        extra = [
            (minutes[one][stop] + minutes[stop][other] - minutes[one][other], place)
            for place, (one, other) in enumerate(zip(before, after, strict=True))
        ]
        floor = self.cost(order)[0] + EPSILON
        best: list[int] = []
        best_cost = (NEVER, NEVER, NEVER)
        for _minutes, place in sorted(extra):
            if random is not None and place and random.random() < OVERLOOKED:
                continue
            candidate = [*order[:place], stop, *order[place:]]
            cost = self.cost(candidate)
            if not best or _is_less(cost, best_cost):
                best, best_cost = candidate, cost
            if cost[0] <= floor:
                break  # none that costs more travel can be better
        return best

    def _shorter(self, order: list[int]) -> list[list[int]]:
        """Return the orders one change away that travel less, by the change of their edges; the shortest first."""
        minutes, size = self.minutes, len(order)
        line = [self.size, *order, self.size]
        forth, back = [0.0], [0.0]
        for one, other in pairwise(line):
            forth.append(forth[-1] + minutes[one][other])
            back.append(back[-1] + minutes[other][one])
        found: list[tuple[float, list[int]]] = []
        for i in range(1, size + 1):
            for j in range(i, size + 1):
                before, first, last, after = line[i - 1], line[i], line[j], line[j + 1]
                turned = back[j] - back[i] - forth[j] + forth[i]
                cut = minutes[before][first] + minutes[last][after]
                gain = minutes[before][last] + minutes[first][after] - cut + turned
                string, rest = order[i - 1 : j], [*order[: i - 1], *order[j:]]
                if gain < -EPSILON:
                    found.append((gain, [*order[: i - 1], *reversed(string), *order[j:]]))
                joined = minutes[before][after] - cut
                if j - i > 2 or joined > -EPSILON:
                    continue
                for place, (one, other) in enumerate(pairwise([self.size, *rest, self.size])):
                    link = joined - minutes[one][other]
                    straight = link + minutes[one][first] + minutes[last][other]
                    if straight < -EPSILON:
                        found.append((straight, [*rest[:place], *string, *rest[place:]]))
                    reverse = link + minutes[one][last] + minutes[first][other] + turned
                    if reverse < -EPSILON:
                        found.append((reverse, [*rest[:place], *reversed(string), *rest[place:]]))
        found.sort(key=lambda each: each[0])
        return [changed for _gain, changed in found]


def _ruined_and_recreated(problem: _Problem, order: list[int]) -> list[int]:
    best = now = order
    best_cost = now_cost = problem.cost(order)
    random = Random(len(order))  # noqa: S311 (no secret: the same day gets the same order)
    longest = max(2, min(8, len(order) // 2))
    looks = max(1, problem.left)
    while problem.left > 0:
        center = random.randrange(problem.size)
        count = random.randint(2, longest)
        near = sorted(now, key=lambda stop: problem.minutes[center][stop] if stop != center else -1.0)[:count]
        if random.random() < 0.5:
            at = random.randrange(problem.size - count + 1)
            near = now[at : at + count]
        random.shuffle(near)
        gone = set(near)
        changed = problem.inserted(near, [stop for stop in now if stop not in gone], random=random)
        cost = problem.cost(changed)
        if _is_less(cost, best_cost):
            changed = problem.improved(changed)
            best, best_cost = changed, problem.cost(changed)
            now, now_cost = best, best_cost
        elif cost[0] <= now_cost[0] + EPSILON and cost[1] <= best_cost[1] * (1 + DETOUR * problem.left / looks):
            now, now_cost = changed, cost
    return best


def _is_less(one: tuple[float, float, float], other: tuple[float, float, float]) -> bool:
    for a, b in zip(one, other, strict=True):
        if abs(a - b) > EPSILON:
            return a < b
    return False
