"""Eight clients completing different tasks as production runs them: two processes of threads, a third one writing."""

import subprocess
import sys
import threading
import time
from pathlib import Path
from uuid import UUID

import orjson

from engine.access import Actor, Role
from engine.clock import utc_now
from engine.process import user_tasks
from engine.settings import Settings
from engine.wiring import build as build_application
from tests.bench.report import Report
from tests.bench.world import VALUES, World, build

CLIENTS = 8
PROCESSES = 2
TASKS = 1600


def bench_load(report: Report, kind: str, url: str, folder: Path) -> None:
    """Measure throughput and latency while a worker process writes too."""
    world = build(url, folder)
    for _ in range(TASKS):
        world.start()
    tasks = _task_ids(world)
    jobs = folder / "jobs"
    jobs.mkdir(exist_ok=True)
    processes = []
    for number in range(PROCESSES):
        job = jobs / f"{number}.json"
        share = [str(task) for task in tasks[number::PROCESSES]]
        job.write_bytes(
            orjson.dumps({"url": url, "folder": str(folder), "user": str(world.actor.user_id), "tasks": share})
        )
        processes.append(_spawn("client", job))
    writer_job = jobs / "writer.json"
    writer_job.write_bytes(orjson.dumps({"url": url, "folder": str(folder), "lane": world.lane}))
    writer = _spawn("writer", writer_job)
    for process in [*processes, writer]:
        assert process.stdout is not None
        process.stdout.readline()
    for process in [*processes, writer]:
        assert process.stdin is not None
        process.stdin.write(b"go\n")
        process.stdin.flush()
    results = [orjson.loads(process.communicate(timeout=300)[0]) for process in processes]
    writer.kill()
    writer.wait()
    latencies = sorted(value for result in results for value in result["latencies_ms"])
    errors = sum(result["errors"] for result in results)
    seconds = max(result["ended"] for result in results) - min(result["began"] for result in results)
    report.add(
        f"{kind}: 8 clients completing tasks, a worker writing too", len(latencies) / seconds, "/s", 100, at_least=True
    )
    report.add(f"{kind}: 8 clients, p99", latencies[int(len(latencies) * 0.99) - 1], "ms", 200)
    report.add(f"{kind}: 8 clients, errors", errors, "", 0)
    world.database.dispose()


def _task_ids(world: World) -> list[UUID]:
    return [task.id for task in world.open_tasks(TASKS + 10)]


def _spawn(role: str, job: Path) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-m", "tests.bench.load", role, str(job)]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)


def _client(job: dict[str, object]) -> None:
    application = build_application(
        Settings.from_environment({"FIELDFLOW_DATA": str(job["folder"]), "FIELDFLOW_DATABASE_URL": str(job["url"])})
    )
    user_id = UUID(str(job["user"]))
    actor = Actor(user_id, "Bench", frozenset({Role.OPS}))
    tasks = [UUID(str(task)) for task in job["tasks"]]  # type: ignore[attr-defined]
    latencies: list[float] = []
    errors: list[str] = []
    lock = threading.Lock()

    def work(share: list[UUID]) -> None:
        for task_id in share:
            before = time.perf_counter()
            try:
                application.database.run(
                    lambda session, task_id=task_id: user_tasks.complete_user_task(  # type: ignore[misc]
                        session, actor, task_id, VALUES, submission_id=task_id, now=utc_now()
                    )
                )
            except Exception as error:
                with lock:
                    errors.append(type(error).__name__)
                continue
            with lock:
                latencies.append((time.perf_counter() - before) * 1000)

    threads = CLIENTS // PROCESSES
    work(tasks[:threads])  # the isolate, the caches, the connections
    latencies.clear()
    print("ready", flush=True)
    sys.stdin.readline()
    began = time.time()
    running = [threading.Thread(target=work, args=(tasks[threads + number :: threads],)) for number in range(threads)]
    for thread in running:
        thread.start()
    for thread in running:
        thread.join()
    result = {"latencies_ms": latencies, "errors": len(errors), "began": began, "ended": time.time()}
    sys.stdout.buffer.write(orjson.dumps(result))


def _writer(job: dict[str, object]) -> None:
    """Write as a worker does: some twenty small transactions a second."""
    application = build_application(
        Settings.from_environment({"FIELDFLOW_DATA": str(job["folder"]), "FIELDFLOW_DATABASE_URL": str(job["url"])})
    )
    lane: list[str] = job["lane"]  # type: ignore[assignment]
    world = World(application, Actor(UUID(lane[-1].removeprefix("user:")), "Worker"), lane)
    world.start()
    print("ready", flush=True)
    sys.stdin.readline()
    while True:
        world.start()
        time.sleep(0.05)


if __name__ == "__main__":
    chosen = {"client": _client, "writer": _writer}[sys.argv[1]]
    chosen(orjson.loads(Path(sys.argv[2]).read_bytes()))
