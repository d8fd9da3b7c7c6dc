"""The studio's editors: how long until they are ready in a browser, and the check of a process with 100 elements."""

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

from playwright.sync_api import Browser, sync_playwright
from werkzeug.serving import make_server

from engine import wiring
from engine.bpmn.model import Source
from engine.clock import utc_now
from engine.people import service as people
from engine.process import bundles, definitions, editing
from engine.settings import Settings
from engine.store.database import create_all
from engine.studio import drafts
from tests import factories
from tests.bench.phone import CHROMIUM
from tests.bench.report import Report
from tests.unit.bpmn.build import bpmn, node, script
from web.app import create_app

ROUNDS = 5
READY_MS, CHECK_MS = 1_000, 1_000
ELEMENTS = 100
WATCH = """new MutationObserver(() => {
  if (!window.readyAt && document.querySelector('main [data-ready]')) window.readyAt = performance.now();
}).observe(document, {subtree: true, attributes: true, attributeFilter: ['data-ready']});"""


def bench_studio(report: Report, folder: Path) -> None:
    """Measure the editors with the largest files that ship, and the deploy check."""
    _bench_check(report)
    with _site(folder) as (url, addresses, secret), sync_playwright() as player:
        browser = player.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        try:
            for name, path in addresses.items():
                taken = [_ready(browser, url, path, secret) for _ in range(ROUNDS + 1)]
                # The first one starts the browser, and the server's caches.
                report.add(f"studio: {name} ready, median of {ROUNDS}", median(taken[1:]), "ms", READY_MS)
        finally:
            browser.close()


def _ready(browser: Browser, url: str, path: str, secret: str) -> float:
    """Return the time from the start of the navigation, with nothing cached."""
    context = browser.new_context(viewport={"width": 1440, "height": 900}, service_workers="block")
    try:
        context.add_cookies([{"name": "fieldflow", "value": secret, "url": url}])
        context.add_init_script(WATCH)
        page = context.new_page()
        page.goto(f"{url}{path}")
        page.wait_for_selector("main [data-ready]")
        found: float = page.evaluate("window.readyAt")
        return found
    finally:
        context.close()


def _bench_check(report: Report) -> None:
    """Check what has not been checked before, so that the parser's killable child takes part each time."""
    taken = []
    for number in range(ROUNDS):
        source = Source("large.bpmn", _large(number))
        before = time.perf_counter()
        found = editing.check([source])
        taken.append((time.perf_counter() - before) * 1000)
        assert [each for each in found if each.severity == "error"] == [], found
    report.add(f"studio: check of {ELEMENTS} elements, median of {ROUNDS}", median(taken), "ms", CHECK_MS)


def _large(number: int) -> bytes:
    """Return a process of 100 elements: user tasks, scripts and choices in turn between start and end."""
    nodes: list[str] = []
    ways: list[str] = []
    last = "start"
    for at in range((ELEMENTS - 2) // 7):
        do, count, choice, one, other, join, done = (f"{letter}_{at}" for letter in "abcdefg")
        nodes += [
            node("userTask", do, result=f"r{at}"),
            script(count, f"{{ n: {number + at} }}"),
            node("exclusiveGateway", choice, attrs=f'default="f_{choice}_{other}"'),
            *(node("manualTask", each) for each in (one, other)),
            node("exclusiveGateway", join),
            node("task", done),
        ]
        ways += [f"{last} {do} {count} {choice} [n > 3] {one} {join} {done}", f"{choice} {other} {join}"]
        last = done
    assert len(nodes) + 2 == ELEMENTS, len(nodes)
    return bpmn("".join(nodes), "\n".join([*ways, f"{last} end"]), var__n="number")


@contextmanager
def _site(folder: Path) -> Iterator[tuple[str, dict[str, str], str]]:
    folder.mkdir(parents=True, exist_ok=True)
    application = wiring.build(Settings.from_environment({"FIELDFLOW_DATA": str(folder)}))
    create_all(application.database.engine)
    # Playwright runs an event loop in this thread, in which the V8 isolate refuses to wait.
    with ThreadPoolExecutor(1) as pool:
        addresses, secret = pool.submit(_fill, application).result()
    server = make_server("127.0.0.1", 0, create_app(application), threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", addresses, secret
    server.shutdown()
    thread.join()
    application.database.dispose()


def _fill(application: wiring.Application) -> tuple[dict[str, str], str]:
    now = utc_now()

    def fill(session: Any) -> tuple[dict[str, str], str]:
        admin = factories.add_company(session, now=now).admin
        factories.deploy_factory_processes(session, now=now)
        diagram, table = (_largest(pattern) for pattern in ("*.bpmn", "*.dmn"))
        process = definitions.definitions(session, key=diagram.parent.name)[0]
        decided = definitions.definitions(session, key=table.parent.name)[0]
        draft_id = drafts.create(session, admin, decided.id, title="Bench", now=now)
        addresses = {
            f"editor with {diagram.name}": f"/studio/{process.id}",
            f"editor with {table.name}": f"/studio/drafts/{draft_id}/edit/{table.name}",
        }
        return addresses, people.open_session(session, admin.user_id, now=now).secret

    return application.database.run(fill)


def _largest(pattern: str) -> Path:
    return max(Path(bundles.WORKFLOWS).glob(f"*/{pattern}"), key=lambda path: path.stat().st_size)
