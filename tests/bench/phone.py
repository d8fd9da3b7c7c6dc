"""A slow phone: 400 kbit/s, 400 ms, a processor four times slower, in headless Chromium.

Usable: the first contentful paint; forms come from the server and work before any script. Ready: scripts that the page
names have run (the form's runtime among them). Cold: nothing stored; warm: with the service worker's cache.
"""

import shutil
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from statistics import median
from typing import Any

from playwright.sync_api import Browser, BrowserContext, sync_playwright
from werkzeug.serving import WSGIRequestHandler, make_server

from engine import wiring
from engine.clock import utc_now
from engine.consent import service as consent
from engine.consent.rules import LocationMode
from engine.people import service as people
from engine.process import queries as process
from engine.process import user_tasks
from engine.settings import Settings
from engine.store.database import create_all
from engine.visits import service as visits
from tests import factories
from tests.bench.report import Report
from tests.bench.slow_line import SlowLine
from web.app import create_app

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-headless-shell")
ROUNDS = 3
SLOWER = 4
USABLE_MS, READY_MS = 1_500, 2_000
TIMES = """() => {
  const [page] = performance.getEntriesByType('navigation');
  const paint = performance.getEntriesByName('first-contentful-paint')[0];
  return {usable: paint ? paint.startTime : null, ready: page.domContentLoadedEventEnd,
    html: page.encodedBodySize, shift: window.fieldflowShift ?? 0};
}"""
WATCH_SHIFTS = """new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) window.fieldflowShift = (window.fieldflowShift ?? 0) + entry.value;
}).observe({type: 'layout-shift', buffered: true});"""
SMALL_TARGETS = """() => [...document.querySelectorAll('main :is(button, select, summary, .button, input)')]
  .filter((part) => { const box = part.getBoundingClientRect(); return box.width > 1 && box.height > 1
    && box.height < 44 && !['checkbox', 'radio', 'hidden', 'file'].includes(part.type); }).length"""


class _Handler(WSGIRequestHandler):
    protocol_version = "HTTP/1.1"

    def log(self, *_arguments: Any) -> None:
        pass


def bench_phone(report: Report, folder: Path) -> None:
    """Measure today, a visit and its report as a phone in the street meets them."""
    with site(folder) as (port, addresses, secret), sync_playwright() as player:
        browser = player.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        line = SlowLine(port)
        try:
            for name, path in addresses.items():
                url = f"http://127.0.0.1:{line.port}"
                pages: list[dict[str, float]] = []
                for kind in ("cold", "warm"):
                    found = [_measure(browser, url, path, secret, is_warm=kind == "warm") for _ in range(ROUNDS)]
                    pages += found
                    limits = (USABLE_MS, READY_MS) if name != "today" else (None, None)
                    _add(report, f"slow phone, {name}, {kind}: usable", [each["usable"] for each in found], limits[0])
                    _add(report, f"slow phone, {name}, {kind}: ready", [each["ready"] for each in found], limits[1])
                report.add(f"slow phone, {name}: page, compressed", pages[0]["html"] / 1024, "KiB")
            _look(report, browser, f"http://127.0.0.1:{port}", addresses, secret)
        finally:
            line.stop()
            browser.close()


def _add(report: Report, what: str, taken: list[float], limit: float | None) -> None:
    report.add(what, median(taken), "ms", limit)


def _context(browser: Browser, url: str, secret: str, **options: Any) -> BrowserContext:
    context = browser.new_context(viewport={"width": 390, "height": 844}, **options)
    context.add_cookies([{"name": "fieldflow", "value": secret, "url": url}])
    return context


def _measure(browser: Browser, url: str, path: str, secret: str, *, is_warm: bool) -> dict[str, float]:
    context = _context(browser, url, secret, service_workers="allow" if is_warm else "block")
    try:
        page = context.new_page()
        if is_warm:
            page.goto(f"{url}/me", wait_until="load")
            page.evaluate("async () => { await navigator.serviceWorker.ready; }")
            page.goto(f"{url}/me", wait_until="networkidle")
        cpu = context.new_cdp_session(page)
        cpu.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
        page.goto(f"{url}{path}", wait_until="load")
        found: dict[str, float] = page.evaluate(TIMES)
        while found["usable"] is None:
            page.wait_for_timeout(50)
            found = page.evaluate(TIMES)
        return found
    finally:
        context.close()


def _look(report: Report, browser: Browser, url: str, addresses: dict[str, str], secret: str) -> None:
    """Count what moves and what is too small to hit, in both themes."""
    for theme in ("light", "dark"):
        for locale in ("zh-CN", "en"):
            shift = small = 0.0
            context = _context(browser, url, secret, color_scheme=theme, locale=locale, service_workers="block")
            context.add_init_script(WATCH_SHIFTS)
            for path in addresses.values():
                page = context.new_page()
                page.goto(f"{url}{path}", wait_until="networkidle")
                shift = max(shift, page.evaluate(TIMES)["shift"])
                small += page.evaluate(SMALL_TARGETS)
            context.close()
            report.add(f"phone, {locale}, {theme}: largest layout shift", shift, "", 0.1)
            report.add(f"phone, {locale}, {theme}: targets below 44 px", small, "", 0)


@contextmanager
def site(folder: Path) -> Iterator[tuple[int, dict[str, str], str]]:
    """Serve a company with a rep's day; gives the port, the pages by name, and the rep's session."""
    folder.mkdir(parents=True, exist_ok=True)
    application = wiring.build(Settings.from_environment({"FIELDFLOW_DATA": str(folder)}))
    create_all(application.database.engine)
    # Playwright runs an event loop in this thread, in which the V8 isolate refuses to wait.
    with ThreadPoolExecutor(1) as pool:
        addresses, secret = pool.submit(_fill, application).result()
    server = make_server("127.0.0.1", 0, create_app(application), threaded=True, request_handler=_Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server.server_port, addresses, secret
    server.shutdown()
    thread.join()
    application.database.dispose()


def _fill(application: wiring.Application) -> tuple[dict[str, str], str]:
    now = utc_now()

    def do(work: Callable[[Any], Any]) -> Any:
        return application.database.run(work)

    company = do(lambda session: factories.add_company(session, now=now))
    rep = company.rep
    do(lambda session: factories.deploy_factory_processes(session, now=now))
    do(lambda session: consent.choose_location_mode(session, rep, LocationMode.MANUAL, now=now))
    planned = [
        do(
            lambda session, hour=hour: visits.plan_visit(
                session, rep, customer_id=company.customer_id, purpose_key="report",
                planned_start=now + timedelta(minutes=20 * hour), now=now,
            )
        )
        for hour in range(6)
    ]  # fmt: skip
    key = visits.business_key(planned[0])

    def task(element_id: str) -> Any:
        with application.database.reading() as session:
            rows = process.my_open_tasks_of(session, rep, [key])[key]
        return next(row.id for row in rows if row.element_id == element_id)

    arrival = task("check_in")
    values = {"method": "manual"}
    do(lambda session: user_tasks.complete_user_task(session, rep, arrival, values, submission_id=None, now=now))
    secret = do(lambda session: people.open_session(session, rep.user_id, now=now)).secret
    return {"today": "/today", "visit": f"/visits/{planned[0]}", "report form": f"/tasks/{task('report')}"}, secret
