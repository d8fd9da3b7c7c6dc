"""Rules about the code that a linter does not know."""

import ast
import importlib
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.store.base import Base

ROOT = Path(__file__).resolve().parents[2]
MAX_LINES = 400
CODE = {".py", ".js", ".mjs", ".css", ".html", ".sh"}
FEATURES = sorted(path.parent.name for path in (ROOT / "engine").glob("*/tables.py"))


def tracked() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return [ROOT / line for line in listed.stdout.splitlines() if (ROOT / line).is_file()]


def trees(folder: str) -> Iterator[tuple[Path, ast.Module]]:
    for path in sorted((ROOT / folder).rglob("*.py")):
        if "node_modules" not in path.parts and "versions" not in path.parts:
            yield path, ast.parse(path.read_text("utf-8"))


def test_no_file_is_longer_than_400_lines() -> None:
    long = {
        str(path.relative_to(ROOT)): lines
        for path in tracked()
        if path.suffix in CODE and (lines := len(path.read_text("utf-8").splitlines())) > MAX_LINES
    }
    assert not long


def test_there_is_one_commit_site() -> None:
    sites = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for folder in ("engine", "web", "forms")
        for path, tree in trees(folder)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "commit"
    ]
    assert len(sites) == 1
    assert sites[0].startswith("engine/store/database.py")


def test_every_flush_says_why() -> None:
    silent = []
    for path, tree in trees("engine"):
        lines = path.read_text("utf-8").splitlines()
        silent += [
            f"{path.relative_to(ROOT)}:{node.lineno}"
            for node in ast.walk(tree)
            if isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr == "flush"
            and "file" not in ast.unparse(node.func.value)
            and "#" not in lines[node.lineno - 1]
        ]
    assert not silent


@pytest.mark.parametrize("feature", FEATURES)
def test_a_features_tables_are_its_own(feature: str) -> None:
    module = f"engine.{feature}.tables"
    guests = []
    for folder in ("engine", "web", "forms"):
        for path, tree in trees(folder):
            if path.is_relative_to(ROOT / "engine" / feature):
                continue
            names = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
            if module in names:
                guests.append(str(path.relative_to(ROOT)))
    assert not guests


def test_only_the_clock_reads_the_time() -> None:
    readers = []
    for folder in ("engine", "forms"):
        for path, tree in trees(folder):
            if path.name in {"clock.py", "ids.py"}:
                continue
            readers += [
                f"{path.relative_to(ROOT)}:{node.lineno}"
                for node in ast.walk(tree)
                if isinstance(node, ast.Call)
                and ast.unparse(node.func) in {"datetime.now", "datetime.utcnow", "date.today", "time.time"}
            ]
    assert not readers


WHEREABOUTS = re.compile(
    r"(^|_)(lat|lats|latitude|lng|lon|longitude|coordinates?|accuracy|altitude|geo|gps|whereabouts)(_|$)"
)
"""What a column with a position is called."""


def test_positions_stand_in_evidence_only() -> None:
    # A customer's place has an address on the map; a person's position is evidence.
    for name in FEATURES:
        importlib.import_module(f"engine.{name}.tables")
    places = {("place", "latitude"), ("place", "longitude")}
    holders = {
        (table.name, column.name)
        for table in Base.metadata.tables.values()
        for column in table.columns
        if WHEREABOUTS.search(column.name)
    } - places
    assert {table for table, _column in holders} == {"evidence_position", "evidence_track_point"}
    evidence = ast.parse((ROOT / "engine/evidence/tables.py").read_text("utf-8"))
    own = {node.value.value for node in ast.walk(evidence) if _names_a_table(node)}
    assert {table for table, _column in holders} <= own


def _names_a_table(node: ast.AST) -> bool:
    return isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__tablename__"


def test_coordinates_leave_evidence_for_a_places_pin_only() -> None:
    # Elsewhere in the engine and the web only places (a row of customers) and readings on their way in have degrees.
    allowed = {
        "engine/customers", "engine/evidence", "engine/connectors/maps", "engine/demo", "web/maps.py",
        "web/positions/readings.py", "web/positions/views.py", "engine/visits/operations.py",
    }  # fmt: skip
    talkers = {
        str(path.relative_to(ROOT))
        for folder in ("engine", "web", "forms")
        for path, tree in trees(folder)
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute | ast.keyword)
        and (node.attr if isinstance(node, ast.Attribute) else node.arg) in {"latitude", "longitude"}
    }
    assert not [each for each in talkers if not any(each.startswith(place) for place in allowed)]


def test_logs_hold_no_positions_or_notes() -> None:
    words = re.compile(r"\b(latitude|longitude|note|summary|phone|password|secret|token_hash|values)\b")
    talkers = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for folder in ("engine", "web")
        for path, tree in trees(folder)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and ast.unparse(node.func.value) == "log"
        and any(words.search(ast.unparse(argument)) for argument in node.args[1:])
    ]
    assert not talkers


def test_nothing_built_or_vendored_is_tracked() -> None:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert not re.search(r"(^|/)(node_modules|dist|__pycache__|\.venv)/", listed, re.MULTILINE)


def test_no_unfinished_places() -> None:
    marks = re.compile(r"\b(TO" + r"DO|FIX" + r"ME|XX" + r"X)\b")
    places = [
        str(path.relative_to(ROOT))
        for path in tracked()
        if path.suffix in CODE | {".md"} and marks.search(path.read_text("utf-8"))
    ]
    assert not places
