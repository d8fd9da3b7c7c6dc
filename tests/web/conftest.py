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
from tests.web.world import SignedInClient, make_world
from tests.web.world import World as Pages
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


@pytest.fixture
def world(tmp_path: Path, pages_url: str) -> Iterator[Pages]:
    """Return a company and its pages for one test."""
    made = make_world(tmp_path, url=pages_url)
    yield made
    made.application.database.dispose()


@pytest.fixture
def admin(world: Pages) -> SignedInClient:
    """Return the browser of an administrator."""
    return world.client("admin")


@pytest.fixture
def draft(request: pytest.FixtureRequest, world: Pages, admin: SignedInClient) -> str:
    """Begin a draft of the process that the module calls ``KEY`` and return the address of its page."""
    answer = admin.post(f"/studio/{world.ids[request.module.KEY]}/drafts", {"title": "Quicker answers"})
    assert answer.status_code == 303
    return str(answer.location)
