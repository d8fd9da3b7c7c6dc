"""How long the demo company takes: months of work, done by running the processes."""

import re
import time
from pathlib import Path

from engine import demo
from engine.settings import Settings
from engine.wiring import build
from tests.bench.report import Report
from web.cli import prepare


def bench_demo(report: Report, folder: Path) -> None:
    """Load the demo data into an empty SQLite database as ``fieldflow demo`` does."""
    folder.mkdir(parents=True, exist_ok=True)
    url = f"sqlite:///{folder}/demo.db"
    application = build(Settings.from_environment({"FIELDFLOW_DATA": str(folder), "FIELDFLOW_DATABASE_URL": url}))
    prepare(application, demo=False)
    said: list[str] = []
    before = time.perf_counter()
    demo.fill(application, password="fieldflow-demo", working_days=demo.WORKING_DAYS, seed=1, say=said.append)
    report.add("demo data: load", time.perf_counter() - before, "s", 60)
    finished = [int(found[1]) for line in said if (found := re.search(r"(\d+) finished", line))]
    report.add("demo data: finished visits", finished[-1], "", 1_000, at_least=True)
    application.database.dispose()
