"""Bars by day, as numbers that a template writes into an SVG."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

# The drawing is stretched to its place, so its units are shares of that place and not pixels.
WIDTH, HEIGHT, GAP_SHARE = 720, 100, 0.3


@dataclass(frozen=True)
class Bar:
    """One day's bar."""

    day: date
    count: int
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True)
class Chart:
    """Bars with the scale they were drawn to."""

    bars: tuple[Bar, ...]
    highest: int
    width: int = WIDTH
    height: int = HEIGHT


def by_day(counts: Mapping[date, int], first: date, last: date) -> Chart:
    """Return one bar for each day from ``first`` to ``last``."""
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    highest = max(counts.values(), default=0)
    step = WIDTH / len(days)
    bars = []
    for number, day in enumerate(days):
        count = counts.get(day, 0)
        height = HEIGHT * count / highest if highest else 0
        left = (number + GAP_SHARE / 2) * step
        width = (1 - GAP_SHARE) * step
        bars.append(Bar(day, count, round(left, 1), round(HEIGHT - height, 1), round(width, 1), round(height, 1)))
    return Chart(tuple(bars), highest)
