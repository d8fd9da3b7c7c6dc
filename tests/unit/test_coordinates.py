"""WGS 84, GCJ-02 and BD-09 against points that the open projects publish, and against themselves."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from engine.connectors.maps.coordinates import CoordinateSystem, from_wgs84, gcj02_to_bd09, to_wgs84
from engine.connectors.maps.schematic import distance_m

GCJ = [
    ((31.1774276, 121.5272106), (31.17530398364597, 121.531541859215)),  # Shanghai
    ((22.543847, 113.912316), (22.540796131694766, 113.9171764808363)),  # Shenzhen
    ((39.911954, 116.377817), (39.91334545536069, 116.38404722455657)),  # Beijing
]
"""WGS 84 and GCJ-02: the test points of eviltransform (github.com/googollee/eviltransform)."""

BAIDU = (45.0, 123.0)
BAIDU_IN_GCJ, BAIDU_IN_WGS = (44.99365430, 122.99363304), (44.99171540, 122.98762210)
"""A BD-09 point in the other two: the test point of gcoord (github.com/hujiulong/gcoord)."""

CITIES = {
    "北京": (39.9042, 116.4074), "上海": (31.2304, 121.4737), "广州": (23.1291, 113.2644),
    "深圳": (22.5431, 114.0579), "成都": (30.5728, 104.0668), "乌鲁木齐": (43.8256, 87.6168),
    "武汉": (30.5928, 114.3055), "西安": (34.3416, 108.9398), "杭州": (30.2741, 120.1551),
}  # fmt: skip


@pytest.mark.parametrize(("wgs", "gcj"), GCJ)
def test_gcj02_equals_the_published_points(wgs: tuple[float, float], gcj: tuple[float, float]) -> None:
    assert from_wgs84(wgs, "gcj02") == pytest.approx(gcj, abs=1e-9)
    assert to_wgs84(gcj, "gcj02") == pytest.approx(wgs, abs=1e-8)


def test_bd09_equals_the_published_points() -> None:
    assert to_wgs84(BAIDU, "bd09") == pytest.approx(BAIDU_IN_WGS, abs=1e-5)
    assert gcj02_to_bd09(BAIDU_IN_GCJ) == pytest.approx(BAIDU, abs=1e-6)
    # The test point of coordtransform (github.com/wandergis/coordtransform).
    assert gcj02_to_bd09((39.915, 116.404)) == pytest.approx((39.92133699351021, 116.41036949371029), abs=1e-9)


@pytest.mark.parametrize("city", CITIES)
def test_a_mixed_up_system_breaks_every_fence(city: str) -> None:
    """The figures of PRODUCT.md, section 8."""
    here = CITIES[city]
    assert 265 <= distance_m(here, from_wgs84(here, "gcj02")) <= 621
    assert 946 <= distance_m(here, from_wgs84(here, "bd09")) <= 1375


@given(
    some.floats(min_value=18.2, max_value=53.5),
    some.floats(min_value=73.6, max_value=134.7),
    some.sampled_from(CoordinateSystem),
)
def test_a_round_trip_is_off_by_less_than_a_metre(latitude: float, longitude: float, system: str) -> None:
    there = from_wgs84((latitude, longitude), system)
    assert distance_m(to_wgs84(there, system), (latitude, longitude)) < 0.01


def test_outside_of_china_nothing_is_shifted() -> None:
    for point in ((39.7392, -104.9903), (-27.4698, 153.0251), (-22.9068, -43.1729)):
        assert from_wgs84(point, "gcj02") == point
        assert to_wgs84(point, "gcj02") == point


def test_an_unknown_system_is_refused() -> None:
    with pytest.raises(ValueError, match="pulkovo"):
        to_wgs84((0.0, 0.0), "pulkovo")
