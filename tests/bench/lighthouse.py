"""Lighthouse's marks for the rep's pages, as a phone gets them: mobile, signed in, from a server as ``up`` runs it.

Lighthouse is no dependency of ours: 150 packages for four figures. Install it anywhere (``npm install --ignore-scripts
lighthouse``) and name the folder: ``FIELDFLOW_LIGHTHOUSE=/path/to/node_modules make bench ARGS=--lighthouse``.
"""

import json
import os
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Playwright, sync_playwright

from tests.bench.phone import CHROMIUM, site
from tests.bench.report import Report

VARIABLE = "FIELDFLOW_LIGHTHOUSE"
AT_LEAST = 95
TIMEOUT_S = 180
NOT_SCORED = {"informative", "notApplicable", "manual", "error"}


def bench_lighthouse(report: Report, folder: Path) -> None:
    """Add each page's mark in each category, and print what costs marks."""
    command = Path(os.environ.get(VARIABLE, "")) / "lighthouse/cli/index.js"
    if not os.environ.get(VARIABLE) or not command.exists():
        print(f"Lighthouse: skipped; {VARIABLE} names no node_modules folder that holds it.", flush=True)
        return
    with site(folder / "data") as (port, addresses, secret), sync_playwright() as player:
        for name, path in addresses.items():
            with _phone(player, f"http://127.0.0.1:{port}", secret) as debugging_port:
                found = _run(command, f"http://127.0.0.1:{port}{path}", debugging_port)
            for category in found["categories"].values():
                report.add(
                    f"Lighthouse, {name}: {category['title'].lower()}", category["score"] * 100, "", AT_LEAST,
                    at_least=True,
                )  # fmt: skip
                for each in _costly(found, category):
                    print(f"    {each}", flush=True)


@contextmanager
def _phone(player: Playwright, url: str, secret: str) -> Iterator[int]:
    """Start a browser that has never seen the site and holds the session's cookie; gives the port that steers it.

    A header that the tool adds by itself would not reach what the service worker asks for.
    """
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    flags = ["--no-sandbox", f"--remote-debugging-port={port}"]
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        browser = player.chromium.launch_persistent_context(profile, executable_path=CHROMIUM, args=flags)
        try:
            browser.add_cookies([{"name": "fieldflow", "value": secret, "url": url}])
            yield port
        finally:
            browser.close()


def _run(command: Path, url: str, debugging_port: int) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder) / "report.json"
        subprocess.run(
            ["node", str(command), url, "--quiet", "--output=json", f"--output-path={output}",
             f"--port={debugging_port}", "--disable-storage-reset"],
            check=True, timeout=TIMEOUT_S,
        )  # fmt: skip
        found: dict[str, Any] = json.loads(output.read_bytes())
    if found.get("runtimeError"):
        raise RuntimeError(found["runtimeError"]["message"])
    if found["finalDisplayedUrl"] != url:
        raise RuntimeError(f"Lighthouse saw {found['finalDisplayedUrl']} instead of {url}.")
    return found


def _costly(found: dict[str, Any], category: dict[str, Any]) -> list[str]:
    audits = [(found["audits"][ref["id"]], ref["weight"]) for ref in category["auditRefs"]]
    return [
        f"{audit['id']}: {audit.get('displayValue', audit['title'])}"
        for audit, weight in audits
        if weight and audit["scoreDisplayMode"] not in NOT_SCORED and (audit["score"] or 0) < 0.9
    ]
