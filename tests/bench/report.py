"""Collect figures, print them as a table, write them as JSON."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True)
class Figure:
    """One measured figure and what it must reach (an upper bound unless ``at_least``)."""

    what: str
    value: float
    unit: str
    limit: float | None = None
    at_least: bool = False

    @property
    def verdict(self) -> str:
        """Return ``ok``, ``MISSED`` or nothing."""
        if self.limit is None:
            return ""
        fits = self.value >= self.limit if self.at_least else self.value <= self.limit
        return "ok" if fits else "MISSED"


class Report:
    """The figures of one run."""

    def __init__(self) -> None:
        self.figures: list[Figure] = []

    def add(self, what: str, value: float, unit: str, limit: float | None = None, *, at_least: bool = False) -> None:
        """Add a figure and print its line at once."""
        figure = Figure(what, round(value, 4), unit, limit, at_least)
        self.figures.append(figure)
        bound = "" if limit is None else f"{'≥' if at_least else '≤'} {limit:g}"
        print(f"{what:<74} {figure.value:>10.3f} {unit:<12} {bound:<9} {figure.verdict}", flush=True)

    def write(self, path: Path) -> None:
        """Write all figures."""
        path.write_text(json.dumps([asdict(figure) for figure in self.figures], indent=2, ensure_ascii=False))

    def has_missed(self) -> bool:
        """Tell whether any figure missed its bound."""
        return any(figure.verdict == "MISSED" for figure in self.figures)
