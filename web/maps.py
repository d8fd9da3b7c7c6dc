"""Links that open a place in the map a person uses; positions are WGS 84 (PRODUCT.md, section 8)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from engine.connectors.maps import Stop
from engine.connectors.maps.coordinates import from_wgs84
from engine.connectors.maps.schematic import distance_m
from engine.customers.queries import PlaceRow
from web import context
from web.i18n import translate as _
from web.security import allow_pictures_of

SOURCE = "fieldflow"
PICTURE = 320
"""Side of the route picture, in its own units."""


@dataclass(frozen=True)
class MapLink:
    """One map application."""

    name: str
    url: str


@dataclass(frozen=True)
class TileMap:
    """A map with pictures; the points are in the coordinates of its pictures, latitude first."""

    url: str
    attribution: str
    points: list[dict[str, Any]]


@dataclass(frozen=True)
class RoutePoint:
    """A stop in the route picture: its number and where it stands."""

    label: str
    x: float
    y: float


def map_links(place: PlaceRow | None, name: str) -> list[MapLink]:
    """Return a link for each map application, or none for a place without a position.

    Amap takes longitude first, all others latitude first. Amap, Baidu and Tencent convert from WGS 84 when the link
    says so (their URI API references); Google and Apple take the degrees as they are.
    """
    if place is None or place.latitude is None or place.longitude is None:
        return []
    latitude, longitude = f"{place.latitude:.6f}", f"{place.longitude:.6f}"
    # A comma would end the name in Amap's "to", a semicolon or a colon in Tencent's "marker".
    clean = "".join(" " if letter in ",;:|" else letter for letter in name)
    amap = {"to": f"{longitude},{latitude},{clean}", "mode": "car", "coordinate": "wgs84", "callnative": "1"}
    baidu = {
        "location": f"{latitude},{longitude}", "title": clean, "content": place.address, "coord_type": "wgs84",
        "output": "html", "src": SOURCE,
    }  # fmt: skip
    tencent = {"marker": f"coord:{latitude},{longitude};title:{clean}", "coord_type": "1", "referer": SOURCE}
    google = {"api": "1", "destination": f"{latitude},{longitude}"}
    apple = {"daddr": f"{latitude},{longitude}", "q": clean}
    return [
        MapLink(_("Amap"), _address("https://uri.amap.com/navigation", {**amap, "src": SOURCE})),
        MapLink(_("Baidu Maps"), _address("https://api.map.baidu.com/marker", baidu)),
        MapLink(_("Tencent Maps"), _address("https://apis.map.qq.com/uri/v1/marker", tencent)),
        MapLink(_("Google Maps"), _address("https://www.google.com/maps/dir/", google)),
        MapLink(_("Apple Maps"), _address("https://maps.apple.com/", apple)),
    ]


def distance_between(one: PlaceRow | None, other: PlaceRow | None) -> float | None:
    """Return metres in a straight line between two places, or None if either has no position."""
    if one is None or other is None or None in {one.latitude, one.longitude, other.latitude, other.longitude}:
        return None
    assert one.latitude is not None and one.longitude is not None
    assert other.latitude is not None and other.longitude is not None
    return distance_m((one.latitude, one.longitude), (other.latitude, other.longitude))


def route_picture(places: Sequence[tuple[str, PlaceRow | None]]) -> list[RoutePoint]:
    """Return where the stops of a day stand in a square picture; fewer than two positions make no picture."""
    stops = [
        Stop(label, place.latitude, place.longitude)
        for label, place in places
        if place is not None and place.latitude is not None and place.longitude is not None
    ]
    if len(stops) < 2:
        return []
    points = context.app().maps.layout(stops)
    return [RoutePoint(point.label, round(point.x * PICTURE, 1), round(point.y * PICTURE, 1)) for point in points]


def tile_map(places: Sequence[tuple[str, str, PlaceRow | None]]) -> TileMap | None:
    """Return the map of a day's stops, where this installation has one, and let the page load its pictures.

    Args:
        places: number, name and place of each stop, in order.
    """
    settings = context.app().settings
    system = settings.tile_system
    points = [
        {"label": label, "name": name, "at": list(from_wgs84((place.latitude, place.longitude), system))}
        for label, name, place in places
        if place is not None and place.latitude is not None and place.longitude is not None
    ]
    if not settings.tile_url or not points:
        return None
    allow_pictures_of(settings.tile_url)
    return TileMap(settings.tile_url, settings.tile_attribution, points)


def format_distance(metres: float | None) -> str:
    """Return a distance as people read it: ``350 m``, ``2.4 km``."""
    if metres is None:
        return ""
    if metres < 1000:
        return _("{n} m", n=max(10, round(metres / 10) * 10))
    return _("{n} km", n=f"{metres / 1000:.1f}")


def _address(base: str, parameters: dict[str, str]) -> str:
    return f"{base}?{urlencode(parameters, quote_via=quote, safe=',:;')}"
