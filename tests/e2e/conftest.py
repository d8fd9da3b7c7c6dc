"""A company on a real server in this process, and a real browser."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page
from werkzeug.serving import make_server

from engine import wiring
from engine.clock import utc_now
from engine.consent import service as consent
from engine.consent.rules import LocationMode
from engine.settings import Settings
from tests import factories
from tests.databases import filled
from tests.factories import Company
from web.app import create_app

PHONE = {"width": 390, "height": 844}
DESK = {"width": 1440, "height": 900}


@dataclass
class Ahead:
    """The installation's clock: the real time, and what a test lets pass at once."""

    by: timedelta = field(default_factory=timedelta)

    def __call__(self) -> datetime:
        return utc_now() + self.by


@dataclass
class Site:
    """A running installation."""

    url: str
    application: wiring.Application
    company: Company
    clock: Ahead

    def wait(self, span: timedelta) -> None:
        """Let time pass for the server; the browser's own clock goes on as it does."""
        self.clock.by += span


def _found(application: wiring.Application) -> Company:
    with application.database.transaction() as session:
        company = factories.add_company(session, now=utc_now())
        factories.deploy_factory_processes(session, now=utc_now())
        # The stranger has not said yet how to check in: a journey of theirs begins with that.
        for rep in (company.rep, company.colleague):
            consent.choose_location_mode(session, rep, LocationMode.MANUAL, now=utc_now())
    return company


@pytest.fixture
def site(tmp_path: Path, database_url: str) -> Iterator[Site]:
    """Serve an installation with its jobs in a thread, as ``fieldflow up --inline`` does."""
    settings = Settings.from_environment({"FIELDFLOW_DATA": str(tmp_path), "FIELDFLOW_DATABASE_URL": database_url})
    clock = Ahead()
    application = wiring.build(settings, clock=clock)
    # Playwright runs an event loop in this thread, in which the V8 isolate refuses to wait.
    with ThreadPoolExecutor(1) as pool:
        company = pool.submit(filled, application.database, "e2e", lambda: _found(application)).result()
    doorbell = application.ring_thread()
    server = make_server("127.0.0.1", 0, create_app(application), threaded=True)
    # Closing waits for the requests under way: each holds a connection that it must give back first.
    server.daemon_threads = False
    stop = threading.Event()
    threads = [
        threading.Thread(target=server.serve_forever, daemon=True),
        threading.Thread(
            target=application.worker.loop, args=(stop,), kwargs={"do_deliveries": True, "interval_s": 0.2}, daemon=True
        ),
    ]
    for thread in threads:
        thread.start()
    yield Site(f"http://127.0.0.1:{server.server_port}", application, company, clock)
    stop.set()
    server.shutdown()
    server.server_close()
    doorbell.stop()
    for thread in threads:
        thread.join(timeout=10)
    application.database.dispose()


on_one_database = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""Marks what only the browser can get wrong, such as markup and keys: the other database would tell nothing new."""

SignIn = Callable[..., Page]


@pytest.fixture
def off_loop() -> Iterator[Callable[[Callable[[], Any]], Any]]:
    """Return a function that runs work in a thread: Playwright's event loop is in this one (see ``site``)."""
    with ThreadPoolExecutor(1) as pool:
        yield lambda work: pool.submit(work).result()


@pytest.fixture
def sign_in(site: Site, browser: Browser) -> Iterator[SignIn]:
    """Return a function that gives a person a browser of their own, signed in."""
    contexts = []

    def open_page(login: str, *, viewport: dict[str, int] | None = None, dark: bool = False) -> Page:
        scheme = "dark" if dark else "light"
        size = viewport or DESK
        context = browser.new_context(viewport=size, color_scheme=scheme, locale="zh-CN", timezone_id="Asia/Shanghai")
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(15_000)
        errors: list[str] = []
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(f"{site.url}/sign-in")
        page.fill("#login", login)
        page.fill("#password", factories.PASSWORD)
        page.click("form[action='/sign-in'] button:has-text('登录')")
        page.wait_for_url(lambda url: "/sign-in" not in url)
        return page

    yield open_page
    for context in contexts:
        context.close()
