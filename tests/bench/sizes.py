"""What the phone has to load."""

import re
from pathlib import Path

from tests.bench.report import Report

DIST = Path(__file__).resolve().parents[2] / "web/static/dist"
PHONE = ("app", "form", "order")


def bench_sizes(report: Report) -> None:
    """Add the compressed sizes of the built files."""
    total = 0
    for path in sorted(DIST.glob("*.br")):
        name = re.sub(r"-[A-Z0-9]{8}", "", path.name.removesuffix(".br"))
        size = path.stat().st_size
        limit = {"studio.js": 400.0, "decision.js": 400.0, "diagram.js": 80.0}.get(name)
        report.add(f"front end: {name}, compressed", size / 1024, "KB", limit)
        if name.removesuffix(".js") in PHONE:
            total += size
    report.add("front end: script on phone pages, compressed", total / 1024, "KB", 25)
