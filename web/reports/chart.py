"""Bars by day, as numbers that a template writes into an SVG."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

WIDTH, HEIGHT, TOP, GAP = 720, 150, 14, 2


@dataclass(frozen=True)
class Bar:
    """One day's bar; ``label`` is true where the axis names the day."""

    day: date
    count: int
    x: float
    y: float
    width: float
    height: float
    is_named: bool


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
    every = max(1, round(len(days) / 6))
    bars = []
    for number, day in enumerate(days):
        count = counts.get(day, 0)
        height = (HEIGHT - TOP) * count / highest if highest else 0
        bars.append(
            Bar(day, count, round(number * step + GAP / 2, 1), round(HEIGHT - height, 1), round(step - GAP, 1),
                round(height, 1), number % every == 0)
        )  # fmt: skip
    return Chart(tuple(bars), highest)
