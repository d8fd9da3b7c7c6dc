"""One company for each module of web tests, on SQLite and on PostgreSQL: tests make the objects that they need."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from engine import wiring
from engine.clock import SimulatedClock
from engine.settings import Settings
from engine.store.database import create_all
from tests.conftest import MONDAY_9, truncate
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
        yield f"sqlite:///{folder / 'fieldflow.db'}"
        return
    shared = make_url(request.getfixturevalue("postgresql_url"))
    name = f"site_{uuid4().hex[:12]}"
    server = create_engine(shared, isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    yield shared.set(database=name).render_as_string(hide_password=False)
    with server.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    server.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def pages_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Return the address of the database that a company of page tests fills."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'fieldflow.db'}"
        return
    url = request.getfixturevalue("postgresql_url")
    yield url
    truncate(url)


def _serve(url: str, folder: Path) -> Iterator[Site]:
    settings = Settings.from_environment({"FIELDFLOW_DATA": str(folder), "FIELDFLOW_DATABASE_URL": url})
    clock = SimulatedClock(MONDAY_9)
    application = wiring.build(settings, clock=clock)
    create_all(application.database.engine)
    yield Site(World(application, clock), create_app(application))
    application.database.dispose()
