"""Run every benchmark: ``python -m tests.bench [--quick]``; with ``--lighthouse`` only the marks of that tool."""

import sys
import tempfile
from pathlib import Path

from tests.bench.day import VISITS, bench_day
from tests.bench.deadlines import DEADLINES, bench_deadlines
from tests.bench.demo import bench_demo
from tests.bench.desk import bench_desk
from tests.bench.inbox import SIZES, bench_inbox
from tests.bench.lighthouse import bench_lighthouse
from tests.bench.load import bench_load
from tests.bench.migrate import INSTANCES as MIGRATED
from tests.bench.migrate import bench_migrate
from tests.bench.operate import INSTANCES, bench_operate
from tests.bench.order import bench_order
from tests.bench.phone import bench_phone
from tests.bench.report import Report
from tests.bench.scenarios import bench_replay, bench_scenarios
from tests.bench.sizes import bench_sizes
from tests.bench.steps import bench_idle, bench_loop, bench_rows, bench_steps
from tests.bench.studio import bench_studio
from tests.bench.world import both

ROOT = Path(__file__).resolve().parents[2]


def main() -> None:
    """Measure, print, write ``bench.json``; exit 1 if a bound is missed."""
    quick = "--quick" in sys.argv
    report = Report()
    folder = Path(tempfile.mkdtemp(prefix="fieldflow-bench-"))
    if "--lighthouse" in sys.argv:
        bench_lighthouse(report, folder / "lighthouse")
        sys.exit(1 if report.has_missed() else 0)
    with both(folder) as addresses:
        for kind, url in addresses.items():
            bench_steps(report, kind, url, folder / "data")
            bench_rows(report, kind, url, folder / "data")
            bench_loop(report, kind, url, folder / "data")
            bench_load(report, kind, url, folder / "data")
            bench_inbox(report, kind, url, folder / "data", sizes=SIZES[:2] if quick else SIZES)
            bench_deadlines(report, kind, url, folder / "data", count=DEADLINES // 10 if quick else DEADLINES)
            bench_desk(report, kind, url, folder / "data", share=10 if quick or kind == "SQLite" else 1)
            bench_migrate(report, kind, url, folder / "data", count=MIGRATED // 10 if quick else MIGRATED)
            bench_operate(report, kind, url, folder / "data", count=INSTANCES // 10 if quick else INSTANCES)
            bench_day(report, kind, url, folder / "data", visits_stored=VISITS // 10 if quick else VISITS)
            bench_replay(report, kind, url, folder / "data")
        bench_idle(report, addresses["SQLite"], folder / "data")
    bench_scenarios(report)
    bench_demo(report, folder / "demo")
    bench_sizes(report)
    bench_order(report)
    bench_phone(report, folder / "phone")
    bench_studio(report, folder / "studio")
    report.write(ROOT / "bench.json")
    sys.exit(1 if report.has_missed() else 0)


main()
