"""Settings that are wrong are named in a sentence at the start, and take nothing else down."""

import logging
from pathlib import Path

import pytest

from engine import wiring
from engine.connectors.maps.coordinates import CoordinateSystem
from engine.settings import TILE_SYSTEMS, Settings
from web import doctor

GOOD = {
    "FIELDFLOW_TILE_URL": "https://{s}.tile.example:8443/v1/{z}/{x}/{y}{r}.png?key=a&style=7",
    "FIELDFLOW_TILE_ATTRIBUTION": "© Maps",
    "FIELDFLOW_TILE_SYSTEM": "GCJ02",
}


def test_a_good_map_is_used() -> None:
    settings = Settings.from_environment(GOOD)
    assert settings.tile_url == GOOD["FIELDFLOW_TILE_URL"]
    assert (settings.tile_attribution, settings.tile_system, settings.tile_problem) == ("© Maps", "gcj02", "")
    assert set(TILE_SYSTEMS) == {each.value for each in CoordinateSystem}


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"FIELDFLOW_TILE_URL": "http://tile.example/{z}/{x}/{y}.png"}, "FIELDFLOW_TILE_URL"),
        ({"FIELDFLOW_TILE_URL": "tile.example/{z}/{x}/{y}.png"}, "FIELDFLOW_TILE_URL"),
        ({"FIELDFLOW_TILE_URL": "https://tile.example/{z}/{x}.png"}, "{y}"),
        ({"FIELDFLOW_TILE_URL": "https://tile.example/{z}/{x}/{y}/{key}.png"}, "FIELDFLOW_TILE_URL"),
        ({"FIELDFLOW_TILE_URL": "https://tile.example; script-src */{z}/{x}/{y}.png"}, "FIELDFLOW_TILE_URL"),
        ({"FIELDFLOW_TILE_URL": "https://[/{z}/{x}/{y}.png"}, "FIELDFLOW_TILE_URL"),
        ({"FIELDFLOW_TILE_SYSTEM": "gcj-02"}, "wgs84, gcj02, bd09"),
        ({"FIELDFLOW_TILE_ATTRIBUTION": " "}, "FIELDFLOW_TILE_ATTRIBUTION"),
    ],
)
def test_a_bad_map_is_named_and_left_out(
    changes: dict[str, str], named: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    settings = Settings.from_environment({**GOOD, **changes, "FIELDFLOW_DATA": str(tmp_path)})
    assert named in settings.tile_problem
    assert (settings.tile_url, settings.tile_system) == ("", "wgs84")
    with caplog.at_level(logging.WARNING):
        application = wiring.build(settings)
    assert settings.tile_problem in caplog.text
    [look] = [each for each in doctor.examine(application) if each.what == "map"]
    assert not look.is_well
    assert named in look.finding
    application.database.dispose()
