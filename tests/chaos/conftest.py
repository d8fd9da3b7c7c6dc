"""An installation of several processes on one database."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from engine import wiring
from engine.settings import Settings
from engine.wiring import Application
from tests.chaos.processes import Installation


@pytest.fixture
def application(database_url: str, tmp_path: Path) -> Iterator[Application]:
    settings = Settings.from_environment({"FIELDFLOW_DATA": str(tmp_path), "FIELDFLOW_DATABASE_URL": database_url})
    built = wiring.build(settings)
    yield built
    built.database.dispose()


@pytest.fixture
def installation(application: Application, tmp_path: Path, database_url: str) -> Iterator[Installation]:
    found = Installation(tmp_path, database_url)
    yield found
    found.stop()
