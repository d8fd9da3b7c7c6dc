"""A schematic map: right proportions, no tiles, no network."""

import math
from collections.abc import Sequence

from engine.connectors.maps import MapPoint, Stop

EARTH_RADIUS_M = 6_371_008.8
"""Mean radius (IUGG 1980)."""

MARGIN = 0.08


def distance_m(a: tuple[float, float], b: tuple[float, float]) -> float:
    """Return metres between two WGS 84 points (latitude, longitude), by the haversine formula; error below 0.6 %."""
    latitude_a, latitude_b = math.radians(a[0]), math.radians(b[0])
    half_latitude = (latitude_b - latitude_a) / 2
    half_longitude = math.radians(b[1] - a[1]) / 2
    h = math.sin(half_latitude) ** 2 + math.cos(latitude_a) * math.cos(latitude_b) * math.sin(half_longitude) ** 2
    return 2 * EARTH_RADIUS_M * math.asin(min(1.0, math.sqrt(h)))


class SchematicMaps:
    """Places stops by an equirectangular projection about their middle."""

    def layout(self, stops: Sequence[Stop]) -> list[MapPoint]:
        """Return each stop's place in a square picture with a margin; north is up."""
        if not stops:
            return []
        middle = math.radians(sum(stop.latitude for stop in stops) / len(stops))
        xs = [stop.longitude * math.cos(middle) for stop in stops]
        ys = [-stop.latitude for stop in stops]
        size = max(max(xs) - min(xs), max(ys) - min(ys)) or 1.0
        scale = (1 - 2 * MARGIN) / size
        left = 0.5 - scale * (max(xs) + min(xs)) / 2
        top = 0.5 - scale * (max(ys) + min(ys)) / 2
        return [
            MapPoint(stop.label, left + x * scale, top + y * scale) for stop, x, y in zip(stops, xs, ys, strict=True)
        ]
