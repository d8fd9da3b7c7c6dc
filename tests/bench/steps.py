"""What one step costs: statements, CPU, the ratio to SpiffWorkflow alone, loops, rows and bytes."""

import time
from collections.abc import Callable
from itertools import count
from pathlib import Path
from statistics import median
from typing import Any

from SpiffWorkflow.bpmn.parser.BpmnParser import BpmnParser
from SpiffWorkflow.bpmn.script_engine import PythonScriptEngine
from SpiffWorkflow.bpmn.serializer import BpmnWorkflowSerializer
from SpiffWorkflow.bpmn.workflow import BpmnWorkflow
from SpiffWorkflow.util.task import TaskState

from tests.bench.report import Report
from tests.bench.world import MODELS, VALUES, build, commits, counted, size_of

ROUNDS = 120


def cpu_ms(work: Callable[[], Any]) -> float:
    """Return the CPU milliseconds of one call."""
    before = time.process_time()
    work()
    return (time.process_time() - before) * 1000


def bench_steps(report: Report, kind: str, url: str, folder: Path) -> None:
    """Measure starting and completing through the service layer."""
    world = build(url, folder)
    for _ in range(10):
        world.start()
    starts = [cpu_ms(world.start) for _ in range(ROUNDS)]
    report.add(f"{kind}: start an instance to its first user task, CPU", median(starts), "ms", 10)
    for task in world.open_tasks(10):
        world.complete(task.id, dict(VALUES))
    # Each amount is another question for FEEL, so that none is answered from memory.
    tasks = [task for task in world.open_tasks(200) if task.element_id == "enter"][:ROUNDS]
    with counted(world.database) as statements, commits(world.database) as transactions:
        costs = [
            cpu_ms(lambda task=task, amount=amount: world.complete(task.id, {**VALUES, "amount": amount}))  # type: ignore[misc]
            for task, amount in zip(tasks, count(60), strict=False)
        ]
    ours = median(costs)
    report.add(
        f"{kind}: complete a user task (script, XOR, next task), statements", len(statements) / len(tasks), "", 10
    )
    report.add(f"{kind}: complete a user task, transactions", len(transactions) / len(tasks), "", 1)
    report.add(f"{kind}: complete a user task, CPU", ours, "ms", 8)
    report.add(f"{kind}: complete a user task, CPU against SpiffWorkflow alone", ours / stock_ms(), "×", 12)
    world.database.dispose()


def bench_rows(report: Report, kind: str, url: str, folder: Path) -> None:
    """Measure what a finished instance of three tasks leaves behind."""
    world = build(url, folder)
    count = 20
    for _ in range(count):
        world.start()
    while tasks := world.open_tasks():
        for task in tasks:
            world.complete(task.id, dict(VALUES) if task.element_id == "enter" else {})
    rows, size = size_of(world.database)
    report.add(f"{kind}: rows of a finished instance of three tasks", rows / count, "rows", 15)
    report.add(f"{kind}: content of a finished instance of three tasks", size / count / 1024, "KB", 15)
    world.database.dispose()


def bench_loop(report: Report, kind: str, url: str, folder: Path) -> None:
    """Measure whether late turns of a loop cost more than early ones."""
    world = build(url, folder)
    world.start("loop")
    costs: list[float] = []
    for _ in range(199):
        task = next(row for row in world.open_tasks(5) if row.process_key == "loop")
        costs.append(cpu_ms(lambda task=task: world.complete(task.id, {})))  # type: ignore[misc]
    early, late = median(costs[2:12]), median(costs[189:199])
    report.add(f"{kind}: loop of one user task, turn 195 against turn 5, CPU", late / early, "×", 2)
    world.database.dispose()


def bench_idle(report: Report, url: str, folder: Path) -> None:
    """Count what the sweeper asks of the database with few and with many waiting instances."""
    world = build(url, folder)
    counts = []
    for _ in range(2):
        for _ in range(100):
            world.start()
        with counted(world.database) as statements:
            world.application.worker.sweep(do_deliveries=False)
        counts.append(len(statements))
    report.add("idle: statements of a sweep with 200 waiting instances against 100", counts[1] / counts[0], "×", 1)
    report.add("idle: statements of a sweep with nothing due", counts[1], "", 4)
    world.database.dispose()


def stock_ms() -> float:
    """Return the CPU milliseconds of SpiffWorkflow alone: load, complete the first task, run, serialize."""
    parser = BpmnParser()
    text = (MODELS / "three_tasks.bpmn").read_bytes().decode()
    # Its engine runs Python: the same script and condition in its language.
    text = text.replace("{ total: amount * 2 }", "total = amount * 2")
    parser.add_bpmn_str(text.encode())
    serializer = BpmnWorkflowSerializer(BpmnWorkflowSerializer.configure())
    workflow = BpmnWorkflow(parser.get_spec("three_tasks"), script_engine=PythonScriptEngine())
    workflow.do_engine_steps()
    stored = serializer.serialize_json(workflow)

    def once() -> None:
        loaded = serializer.deserialize_json(stored)
        loaded.script_engine = PythonScriptEngine()
        task = next(iter(loaded.get_tasks(state=TaskState.READY, manual=True)))
        task.data.update(VALUES)
        task.run()
        loaded.do_engine_steps()
        serializer.serialize_json(loaded)

    once()
    return median(cpu_ms(once) for _ in range(60))
