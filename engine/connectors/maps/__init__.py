"""Maps: what shows where things are. Coordinates are WGS 84 degrees unless a system is named."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class Stop:
    """A place on a map."""

    label: str
    latitude: float
    longitude: float


@dataclass(frozen=True)
class MapPoint:
    """A stop in the picture: 0 to 1 from the left and from the top."""

    label: str
    x: float
    y: float


class Maps(Protocol):
    """What every map connector does."""

    def layout(self, stops: Sequence[Stop]) -> list[MapPoint]:
        """Return where each stop stands in a picture of the route."""
        ...
