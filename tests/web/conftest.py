"""One company for each module of web tests, on SQLite and on PostgreSQL: tests make the objects that they need."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from engine import wiring
from engine.clock import SimulatedClock
from engine.settings import Settings
from tests.conftest import MONDAY_9
from tests.databases import empty_sqlite, own_postgresql, truncate
from tests.web.site import Site
from tests.workflows.world import World
from web.app import create_app


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def site(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Return the web application on a company of its own."""
    folder = tmp_path_factory.mktemp("site")
    with own_database(request, folder) as url:
        yield from _serve(url, folder)


@contextmanager
def own_database(request: pytest.FixtureRequest, folder: Path) -> Iterator[str]:
    """Make an empty database of the kind that ``request`` names, for a fixture that outlives one test."""
    if request.param == "sqlite":
        yield empty_sqlite(folder)
        return
    with own_postgresql(request.getfixturevalue("postgresql_url")) as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def pages_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Return the address of the database that a company of page tests fills."""
    if request.param == "sqlite":
        yield empty_sqlite(tmp_path)
        return
    url = request.getfixturevalue("postgresql_url")
    yield url
    truncate(url)


def _serve(url: str, folder: Path) -> Iterator[Site]:
    settings = Settings.from_environment({"FIELDFLOW_DATA": str(folder), "FIELDFLOW_DATABASE_URL": url})
    clock = SimulatedClock(MONDAY_9)
    application = wiring.build(settings, clock=clock)
    yield Site(World(application, clock), create_app(application))
    application.database.dispose()
