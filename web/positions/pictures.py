"""Pictures of positions: metres about a middle, drawn to scale. No tiles, no degrees."""

from collections.abc import Sequence
from dataclasses import dataclass

from engine.evidence.looks import Picture
from engine.evidence.track import TrackDay

SIDE = 320
"""Side of a picture, in its own units."""
EDGE = 24
SCALES_M = (50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000)


@dataclass(frozen=True)
class Circle:
    """A circle in the picture."""

    x: float
    y: float
    r: float


@dataclass(frozen=True)
class Scale:
    """The bar that says how long a stretch of the picture is."""

    metres: int
    width: float


@dataclass(frozen=True)
class Drawing:
    """A picture as the template draws it: the place's radius, readings with their accuracy, lines, and a scale."""

    place: Circle | None
    readings: tuple[Circle, ...]
    lines: tuple[str, ...]
    scale: Scale


def of_check(picture: Picture) -> Drawing:
    """Draw the readings of a visit about its place."""
    reach = [abs(value) + spot.accuracy_m for spot in picture.spots for value in (spot.east_m, spot.north_m)]
    unit = _unit([*reach, picture.radius_m or 0])
    return Drawing(
        place=Circle(SIDE / 2, SIDE / 2, round(picture.radius_m * unit, 1)) if picture.radius_m else None,
        readings=tuple(
            Circle(*_point(spot.east_m, spot.north_m, unit), round(max(spot.accuracy_m * unit, 3), 1))
            for spot in picture.spots
        ),
        lines=(),
        scale=_scale(unit),
    )


def of_track(track: TrackDay) -> Drawing | None:
    """Draw a day's track, a line for each stretch with data; None without any."""
    points = [point for line in track.lines for point in line]
    if not points:
        return None
    east, north = zip(*points, strict=True)
    middle = (max(east) + min(east)) / 2, (max(north) + min(north)) / 2
    lines = [[(x - middle[0], y - middle[1]) for x, y in line] for line in track.lines]
    unit = _unit([abs(value) for line in lines for point in line for value in point])
    drawn = [[_point(x, y, unit) for x, y in line] for line in lines]
    return Drawing(
        place=None,
        readings=tuple(Circle(*line[0], 4) for line in drawn),
        lines=tuple(" ".join(f"{x},{y}" for x, y in line) for line in drawn),
        scale=_scale(unit),
    )


def _unit(reach_m: Sequence[float]) -> float:
    return float((SIDE / 2 - EDGE) / max([*reach_m, 30.0]))


def _point(east_m: float, north_m: float, unit: float) -> tuple[float, float]:
    return round(SIDE / 2 + east_m * unit, 1), round(SIDE / 2 - north_m * unit, 1)


def _scale(unit: float) -> Scale:
    metres = next((each for each in reversed(SCALES_M) if each * unit <= SIDE / 3), SCALES_M[0])
    return Scale(metres, round(metres * unit, 1))
