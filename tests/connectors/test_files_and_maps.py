"""Files by content, and the schematic map."""

import hashlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.connectors.files.folder import FolderFiles
from engine.connectors.maps import Stop
from engine.connectors.maps.schematic import SchematicMaps, distance_m
from engine.errors import NotFoundError


def test_the_same_bytes_are_one_file(tmp_path: Path) -> None:
    files = FolderFiles(tmp_path)
    assert files.put(b"photo") == files.put(b"photo") == hashlib.sha256(b"photo").hexdigest()
    assert files.get(files.put(b"photo")) == b"photo"
    assert len([path for path in tmp_path.rglob("*") if path.is_file()]) == 1


@pytest.mark.parametrize("digest", ["../../etc/passwd", "", "0" * 64, "Z" * 64])
def test_no_name_leads_out_of_the_folder(tmp_path: Path, digest: str) -> None:
    with pytest.raises(NotFoundError):
        FolderFiles(tmp_path).get(digest)


def test_deleting_twice_is_no_error(tmp_path: Path) -> None:
    files = FolderFiles(tmp_path)
    digest = files.put(b"x")
    files.delete(digest)
    files.delete(digest)
    with pytest.raises(NotFoundError):
        files.get(digest)


# Shanghai, People's Square to the Oriental Pearl Tower, by Vincenty's formula on WGS 84: 2.69 km.
def test_a_known_distance() -> None:
    assert distance_m((31.2304, 121.4737), (31.2397, 121.4998)) == pytest.approx(2690, rel=0.02)


@given(
    st.lists(st.tuples(st.floats(-60, 60), st.floats(100, 130)), min_size=1, max_size=12),
)
def test_every_stop_is_inside_the_picture(points: list[tuple[float, float]]) -> None:
    stops = [Stop(str(number), latitude, longitude) for number, (latitude, longitude) in enumerate(points)]
    for point in SchematicMaps().layout(stops):
        assert -1e-9 <= point.x <= 1 + 1e-9
        assert -1e-9 <= point.y <= 1 + 1e-9


def test_north_is_up_and_east_is_right() -> None:
    south_west, north_east = SchematicMaps().layout([Stop("a", 30.0, 120.0), Stop("b", 30.1, 120.1)])
    assert north_east.y < south_west.y
    assert north_east.x > south_west.x
