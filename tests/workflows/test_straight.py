"""Every journey of P1, P4 and P5 with the state kept alive between the steps: tables end as with saving and loading.

The services save an instance after each step and load it before the next; here the codec hands the living instance on
instead. What differs then is what saving loses.
"""

import inspect
import itertools
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import LargeBinary, create_engine, select

from engine import wiring
from engine.bpmn import codec
from engine.bpmn.mends import InstanceTree
from engine.bpmn.model import ProcessModel
from engine.clock import SimulatedClock
from engine.settings import Settings
from engine.store.base import Base
from tests.conftest import MONDAY_9
from tests.databases import empty_sqlite, truncate
from tests.workflows import test_sample_fulfilment, test_support_request, test_visit, test_visit_exceptions
from tests.workflows.world import World

_IDS = r"[0-9a-f]{64}|[0-9a-f]{8}-?([0-9a-f]{4}-?){3}[0-9a-f]{12}|\$argon2\S+"
RANDOM = re.compile(rf"{_IDS}|\b(AE|[a-z]|ae)-[0-9A-Fa-f]{{8}}\b")
"""Ids, numbers made of ids, salted hashes and passwords: different in each run."""


def _variants(journey: Callable[..., None]) -> Iterator[dict[str, Any]]:
    marks = [mark for mark in getattr(journey, "pytestmark", []) if mark.name == "parametrize"]
    for chosen in itertools.product(*(mark.args[1] for mark in marks)):
        arguments: dict[str, Any] = {}
        for mark, values in zip(marks, chosen, strict=True):
            names = mark.args[0] if isinstance(mark.args[0], tuple) else (mark.args[0],)
            several = isinstance(mark.args[0], tuple)
            arguments.update(zip(names, values if several else (values,), strict=True))
        yield arguments


JOURNEYS = [
    pytest.param(journey, arguments, id=f"{name}-{number}")
    for module in (test_visit, test_visit_exceptions, test_support_request, test_sample_fulfilment)
    for name, journey in inspect.getmembers(module, inspect.isfunction)
    if name.startswith("test_")
    for number, arguments in enumerate(_variants(journey))
]


@pytest.mark.parametrize(("journey", "arguments"), JOURNEYS)
@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_the_straight_run_leaves_the_same(
    kind: str,
    journey: Callable[..., None],
    arguments: dict[str, Any],
    tmp_path: Path,
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    saved = _after(journey, arguments, _empty(kind, tmp_path / "saved", request))
    kept = _keep_alive(monkeypatch)
    straight = _after(journey, arguments, _empty(kind, tmp_path / "straight", request))
    if kind == "postgresql":
        truncate(request.getfixturevalue("postgresql_url"))
    assert kept, "nothing ran"
    for table, rows in saved.items():
        assert straight[table] == rows, table


def _empty(kind: str, folder: Path, request: pytest.FixtureRequest) -> tuple[str, Path]:
    folder.mkdir()
    if kind == "sqlite":
        return empty_sqlite(folder), folder
    url = request.getfixturevalue("postgresql_url")
    truncate(url)
    return url, folder


def _keep_alive(monkeypatch: pytest.MonkeyPatch) -> dict[bytes, InstanceTree]:
    kept: dict[bytes, InstanceTree] = {}

    def dump(tree: InstanceTree, _model: ProcessModel) -> bytes:
        state = f"living {len(kept)}".encode()
        kept[state] = tree
        return state

    monkeypatch.setattr(codec, "dump", dump)
    monkeypatch.setattr(codec, "load", lambda state, _model: kept[state])
    return kept


def _after(journey: Callable[..., None], arguments: dict[str, Any], where: tuple[str, Path]) -> dict[str, list[str]]:
    url, folder = where
    settings = Settings.from_environment({"FIELDFLOW_DATA": str(folder), "FIELDFLOW_DATABASE_URL": url})
    clock = SimulatedClock(MONDAY_9)
    application = wiring.build(settings, clock=clock)
    world = World(application, clock)
    journey(world=world, company=world.company, **arguments)
    application.database.dispose()
    return _tables(url)


def _tables(url: str) -> dict[str, list[str]]:
    engine = create_engine(url)
    found = {}
    with engine.connect() as connection:
        for table in Base.metadata.sorted_tables:
            columns = [column for column in table.columns if not isinstance(column.type, LargeBinary)]
            rows = connection.execute(select(*columns)).all()
            found[table.name] = sorted(RANDOM.sub("·", repr(tuple(row))) for row in rows)
    engine.dispose()
    return found
