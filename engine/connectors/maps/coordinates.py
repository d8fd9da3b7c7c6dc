"""Coordinate systems of maps in China: WGS 84 (GPS), GCJ-02 (Amap, Tencent) and BD-09 (Baidu).

A reading keeps the system that its source names; distances are taken in WGS 84. GCJ-02 and BD-09 are not published by
their makers. The formulas are those that the open projects agree on: GCJ-02 as in eviltransform (googollee, 2013,
github.com/googollee/eviltransform), BD-09 as in gcoord (hujiulong, github.com/hujiulong/gcoord). Against their test
points the error is below 1e-6 degrees (0.1 m). The way back has no formula; it is found by iteration, and a round trip
is off by less than 0.01 m. Outside a rectangle around China nothing is shifted; as in both projects the rectangle also
covers neighbours of China.
"""

import math
from collections.abc import Callable
from enum import StrEnum

Point = tuple[float, float]
"""Latitude and longitude in degrees."""


class CoordinateSystem(StrEnum):
    """In which system degrees are given."""

    WGS84 = "wgs84"
    GCJ02 = "gcj02"
    BD09 = "bd09"


_SEMI_MAJOR_M = 6_378_245.0
"""Krasovsky 1940."""
_ECCENTRICITY_SQUARED = 0.00669342162296594323
_BAIDU_TURN = math.pi * 3000 / 180
_SETTLED = 1e-9
"""Degrees; 0.1 mm."""


def to_wgs84(point: Point, system: str) -> Point:
    """Return a point in WGS 84.

    Raises:
        ValueError: no such system.
    """
    match CoordinateSystem(system):
        case CoordinateSystem.WGS84:
            return point
        case CoordinateSystem.GCJ02:
            return _undo(wgs84_to_gcj02, point)
        case CoordinateSystem.BD09:
            return _undo(wgs84_to_gcj02, _undo(gcj02_to_bd09, point))


def from_wgs84(point: Point, system: str) -> Point:
    """Return a WGS 84 point in another system.

    Raises:
        ValueError: no such system.
    """
    match CoordinateSystem(system):
        case CoordinateSystem.WGS84:
            return point
        case CoordinateSystem.GCJ02:
            return wgs84_to_gcj02(point)
        case CoordinateSystem.BD09:
            return gcj02_to_bd09(wgs84_to_gcj02(point))


def wgs84_to_gcj02(point: Point) -> Point:
    """Return the point as maps of China show it; outside of China it stays where it is."""
    latitude, longitude = point
    if not is_shifted(point):
        return point
    x, y = longitude - 105.0, latitude - 35.0
    waves = 20.0 * math.sin(6.0 * x * math.pi) + 20.0 * math.sin(2.0 * x * math.pi)
    north = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * math.sqrt(abs(x))
    north += 2.0 / 3.0 * (waves + 20.0 * math.sin(y * math.pi) + 40.0 * math.sin(y / 3.0 * math.pi))
    north += 2.0 / 3.0 * (160.0 * math.sin(y / 12.0 * math.pi) + 320.0 * math.sin(y / 30.0 * math.pi))
    east = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * math.sqrt(abs(x))
    east += 2.0 / 3.0 * (waves + 20.0 * math.sin(x * math.pi) + 40.0 * math.sin(x / 3.0 * math.pi))
    east += 2.0 / 3.0 * (150.0 * math.sin(x / 12.0 * math.pi) + 300.0 * math.sin(x / 30.0 * math.pi))
    radians = math.radians(latitude)
    magic = 1 - _ECCENTRICITY_SQUARED * math.sin(radians) ** 2
    meridian_m = _SEMI_MAJOR_M * (1 - _ECCENTRICITY_SQUARED) / (magic * math.sqrt(magic))
    parallel_m = _SEMI_MAJOR_M / math.sqrt(magic) * math.cos(radians)
    return latitude + math.degrees(north / meridian_m), longitude + math.degrees(east / parallel_m)


def gcj02_to_bd09(point: Point) -> Point:
    """Return a GCJ-02 point as Baidu's maps show it."""
    y, x = point
    radius = math.hypot(x, y) + 0.00002 * math.sin(y * _BAIDU_TURN)
    angle = math.atan2(y, x) + 0.000003 * math.cos(x * _BAIDU_TURN)
    return radius * math.sin(angle) + 0.006, radius * math.cos(angle) + 0.0065


def is_shifted(point: Point) -> bool:
    """Tell whether maps of China shift this point."""
    return 0.8293 <= point[0] <= 55.8271 and 72.004 <= point[1] <= 137.8347


def _undo(shift: Callable[[Point], Point], shifted: Point) -> Point:
    # The shift changes by less than a thousandth over its own length, so that each round is a thousand times closer.
    guess = shifted
    for _ in range(10):
        there = shift(guess)
        error = shifted[0] - there[0], shifted[1] - there[1]
        guess = guess[0] + error[0], guess[1] + error[1]
        if max(map(abs, error)) < _SETTLED:
            break
    return guess
